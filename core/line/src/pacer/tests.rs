use super::*;

const MS: Duration = Duration::from_millis(1);

/// Lets everything leave; when each left, in milliseconds, and what.
fn drain<T>(pacer: &mut Pacer<T>, start: Instant) -> Vec<(f64, Kind, T)> {
    let (mut now, mut left) = (start, Vec::new());
    loop {
        while let Some((kind, _, item)) = pacer.pop(now) {
            left.push(((now - start).as_secs_f64() * 1e3, kind, item));
        }
        match pacer.next_at(now) {
            Some(at) => {
                assert!(at > now, "the deadline must advance");
                now = at;
            }
            None => return left,
        }
    }
}

fn frame(pacer: &mut Pacer<usize>, bytes: usize) -> bool {
    let packets = bytes.div_ceil(1_100);
    let taken = (0..packets).filter(|index| pacer.media(bytes / packets, index + 1 == packets, *index).is_ok()).count();
    assert!(taken == 0 || taken == packets, "{taken} of {packets}");
    taken > 0
}

#[test]
fn a_frame_leaves_a_fast_line_within_five_milliseconds() {
    let (mut pacer, start) = (Pacer::new(8_000_000), Instant::now());
    assert!(frame(&mut pacer, 8_000_000 / 8 / 30));
    let left = drain(&mut pacer, start);
    assert_eq!(left.len(), 31);
    assert!(left.iter().all(|(at_ms, ..)| *at_ms <= 5.0), "the last at {} ms", left[30].0);
}

#[test]
fn a_keyframe_does_not_overfill_a_slow_lines_queue() {
    let (mut pacer, start) = (Pacer::new(300_000), Instant::now());
    assert!(frame(&mut pacer, 10_000));
    let (mut queued_bytes, mut last_ms, mut longest_ms) = (0.0_f64, 0.0, 0.0_f64);
    for (at_ms, ..) in drain(&mut pacer, start) {
        queued_bytes = (queued_bytes - (at_ms - last_ms) * 37.5).max(0.0) + 1_000.0;
        longest_ms = longest_ms.max(queued_bytes / 37.5);
        last_ms = at_ms;
    }
    assert!(longest_ms < 150.0, "a queue of {longest_ms} ms");
    assert!(last_ms < 10_000.0 / 37.5, "it left only after {last_ms} ms");
}

#[test]
fn repeats_go_first_then_media_then_bulk_then_padding() {
    let (mut pacer, start) = (Pacer::new(4_000_000), Instant::now());
    pacer.pad(start, &Probe { bytes: 600, over: 10 * MS }, [(300, "padding"), (300, "padding")]);
    pacer.bulk(1_000, "bulk").unwrap();
    pacer.media(1_000, true, "media").unwrap();
    pacer.repeat(1_000, start, "repeat");
    pacer.repeat(1_000, start + 30 * MS, "copy");
    let order: Vec<&str> = drain(&mut pacer, start).into_iter().map(|(.., item)| item).collect();
    let place = |what| order.iter().position(|item| *item == what).unwrap();
    assert_eq!(order.len(), 6);
    assert_eq!((place("repeat"), place("media")), (0, 1));
    assert!(place("bulk") < order.len() - 1 && place("copy") == order.len() - 1, "{order:?}");
}

#[test]
fn a_frame_is_refused_whole_while_two_wait_and_the_queue_is_bounded() {
    let mut pacer = Pacer::new(1_000_000);
    let taken = (0..10).filter(|_| frame(&mut pacer, 20_000)).count();
    assert_eq!(taken, 2, "160 ms each");
    assert_eq!((pacer.refused_frames(), pacer.waiting_bytes() / 1_000), (8, 39));
    assert!(pacer.queue() > 300 * MS && pacer.queue() < 330 * MS);
    let small = (0..100).filter(|_| frame(&mut pacer, 1_000)).count();
    assert_eq!(small, 0);
    pacer.cancel_media();
    assert!(frame(&mut pacer, 20_000), "a keyframe takes their place");
}

#[test]
fn bulk_takes_what_media_leaves_of_the_target_and_can_be_cancelled() {
    let (mut pacer, start) = (Pacer::new(1_000_000), Instant::now());
    let (mut bulk_bytes, mut media_bytes) = (0, 0);
    for ms in 0..2_000_u32 {
        let now = start + MS * ms;
        while pacer.bulk(1_000, 0).is_ok() {}
        if ms % 33 == 0 {
            assert!(frame(&mut pacer, 2_000));
        }
        while let Some((kind, bytes, _)) = pacer.pop(now) {
            *(if kind == Kind::Bulk { &mut bulk_bytes } else { &mut media_bytes }) += bytes;
        }
    }
    assert!(media_bytes >= 120_000, "{media_bytes}");
    let total_bps = f64::from(bulk_bytes as u32 + media_bytes as u32) * 4.0;
    assert!((900e3..1_080e3).contains(&total_bps), "{total_bps}");
    pacer.cancel_bulk();
    assert_eq!(drain(&mut pacer, start + 2_000 * MS).len(), 0);
}

#[test]
fn a_probe_leaves_at_its_rate() {
    let (mut pacer, start) = (Pacer::new(500_000), Instant::now());
    let probe = Probe { bytes: 12_000, over: 60 * MS };
    pacer.pad(start, &probe, (0..12).map(|index| (1_000, index)));
    let left = drain(&mut pacer, start);
    assert!((50.0..62.0).contains(&left[11].0), "{left:?}");
    assert!(left.windows(2).all(|pair| pair[1].0 - pair[0].0 > 4.0), "{left:?}");
}
