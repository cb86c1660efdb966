use super::*;
use std::sync::atomic::AtomicU64;

/// Zeroed memory, as the kernel gives it.
fn control() -> Box<Control> {
    // SAFETY: Control is nothing but atomics, for which zero is a valid value.
    unsafe { Box::<Control>::new_zeroed().assume_init() }
}

/// xorshift64*: small, seeded, the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}

fn record(number: u64) -> Vec<u8> {
    let length = (number * 37 % (RECORD_BYTES_MAX as u64 - 7)) as usize;
    let mut bytes = number.to_le_bytes().to_vec();
    bytes.extend((0..length).map(|at| (number as usize + at) as u8));
    bytes
}

#[test]
fn records_of_every_length_come_out_as_they_went_in() {
    let (control, mut producer, mut consumer) = (control(), Producer::default(), Consumer::new());
    for length in 0..=RECORD_BYTES_MAX {
        let bytes: Vec<u8> = (0..length).map(|at| (at * 7 + length) as u8).collect();
        assert!(!consumer.is_ready(&control));
        assert!(producer.push(&control, &bytes));
        assert!(consumer.is_ready(&control));
        assert_eq!(consumer.pop(&control), Some(bytes.as_slice()));
    }
    assert_eq!(consumer.pop(&control), None);
    assert_eq!((consumer.lost(), producer.corrupt()), (0, 0));
}

#[test]
fn a_full_ring_refuses_and_takes_again_as_many_as_were_read() {
    let (control, mut producer, mut consumer) = (control(), Producer::default(), Consumer::new());
    let filled = (0..1000).take_while(|&number| producer.push(&control, &record(number))).count();
    assert_eq!(filled as u64, INPUT_SLOTS);
    for number in 0..3 {
        assert_eq!(consumer.pop(&control), Some(record(number).as_slice()));
    }
    let more = (0..1000).take_while(|_| producer.push(&control, b"more")).count();
    assert_eq!(more, 3);
    assert_eq!(producer.corrupt(), 0, "a full ring is not a corrupt one");
}

#[test]
fn two_threads_pass_every_record_once_and_in_order() {
    let (control, mut producer, mut consumer) = (control(), Producer::default(), Consumer::new());
    const RECORDS: u64 = 50_000;
    std::thread::scope(|scope| {
        let control = &control;
        scope.spawn(move || {
            for number in 0..RECORDS {
                let bytes = record(number);
                while !producer.push(control, &bytes) {
                    std::thread::yield_now();
                }
            }
        });
        let mut expected = 0;
        while expected < RECORDS {
            match consumer.pop(control) {
                Some(bytes) => {
                    assert_eq!(bytes, record(expected));
                    expected += 1;
                }
                None => std::thread::yield_now(),
            }
        }
        assert_eq!(consumer.lost(), 0);
    });
}

#[test]
fn an_overwritten_record_is_lost_alone_and_counted() {
    for spoil in [
        |slot: &InputSlot| slot.number.store(77, Relaxed),
        |slot: &InputSlot| slot.bytes.store(RECORD_BYTES_MAX as u64 + 1, Relaxed),
    ] {
        let (control, mut producer, mut consumer) = (control(), Producer::default(), Consumer::new());
        for number in 0..5 {
            producer.push(&control, &record(number));
        }
        spoil(&control.inputs[1]);
        spoil(&control.inputs[2]);
        for number in [0, 3, 4] {
            assert_eq!(consumer.pop(&control), Some(record(number).as_slice()));
        }
        assert_eq!(consumer.pop(&control), None);
        assert_eq!(consumer.lost(), 2);
    }
}

#[test]
fn overwritten_counts_lose_no_record() {
    for nonsense in [0, 1, 5, 255, 256, 300, u64::MAX / 2, u64::MAX] {
        let (control, mut producer, mut consumer) = (control(), Producer::default(), Consumer::new());
        let mut read = 0;
        for number in 0..2_000 {
            control.inputs_tail.store(nonsense, Relaxed);
            assert!(producer.push(&control, &record(number)));
            control.inputs_tail.store(nonsense, Relaxed);
            while let Some(bytes) = consumer.pop(&control) {
                assert_eq!(bytes, record(read));
                read += 1;
            }
            // Heals at the reader's next look, even when that finds nothing.
            control.inputs_head.store(number + 2 + nonsense % 1000, Relaxed);
            assert!(!consumer.is_ready(&control));
        }
        assert_eq!((read, consumer.lost()), (2_000, 0), "{nonsense}");
    }
}

#[test]
fn a_writer_that_was_led_to_the_last_number_counts_on_from_zero_and_comes_back() {
    let (control, mut producer, mut consumer) = (control(), Producer::default(), Consumer::new());
    let far = u64::MAX - INPUT_SLOTS - 2;
    for _ in 0..2 {
        control.inputs_head.store(far, Relaxed);
        producer.push(&control, b"astray");
    }
    assert_eq!(producer.written(), far + 1);
    for _ in 0..2 * INPUT_SLOTS {
        control.inputs_head.store(producer.written().wrapping_sub(1), Relaxed);
        assert!(producer.push(&control, b"astray"));
    }
    // Nobody overwrites any more.
    let arrived = (0..2 * INPUT_SLOTS).find(|&number| {
        producer.push(&control, &record(number));
        std::iter::from_fn(|| consumer.pop(&control).map(<[u8]>::to_vec)).any(|bytes| bytes == record(number))
    });
    assert!(arrived.is_some(), "the writer stays astray");
}

#[test]
fn whatever_is_overwritten_at_random_neither_side_panics_loops_or_stays_broken() {
    let seed = 0x5EED_0001;
    let (control, mut producer, mut consumer) = (control(), Producer::default(), Consumer::new());
    let mut random = Random(seed);
    for _ in 0..200_000 {
        let words: [&AtomicU64; 4] = [
            &control.inputs_head,
            &control.inputs_tail,
            &control.inputs[(random.next() % INPUT_SLOTS) as usize].number,
            &control.inputs[(random.next() % INPUT_SLOTS) as usize].bytes,
        ];
        let word = words[(random.next() % 4) as usize];
        let value = match random.next() % 3 {
            0 => random.next(),
            1 => random.next() % 600,
            _ => word.load(Relaxed) ^ (1 << (random.next() % 64)),
        };
        word.store(value, Relaxed);
        producer.push(&control, &[1; 100]);
        for _ in 0..random.next() % 3 {
            consumer.pop(&control);
        }
    }
    // Nobody overwrites any more: what is left is read or skipped, and then all is as at first.
    for _ in 0..2 * INPUT_SLOTS {
        producer.push(&control, b"old");
        while consumer.pop(&control).is_some() {}
    }
    for number in 0..1_000 {
        assert!(producer.push(&control, &record(number)), "seed {seed:#x}: the writer is stuck at {number}");
        assert_eq!(consumer.pop(&control), Some(record(number).as_slice()), "seed {seed:#x}");
    }
}
