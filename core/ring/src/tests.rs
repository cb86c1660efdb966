//! Both ends in one process: what does not need two.

use super::*;
use std::os::fd::IntoRawFd;
use std::time::Duration;

/// Attaches in this process, over duplicates of the handles.
fn join(ring: &HostRing) -> Result<PeerRing, RingError> {
    let pixels = ring.handles.pixels.try_clone().unwrap().into_raw_fd();
    attach([pixels, ring.handles.control.try_clone().unwrap().into_raw_fd()])
}

fn both(max_width: u32, max_height: u32) -> (HostRing, PeerRing) {
    let host = create(max_width, max_height).unwrap();
    let peer = join(&host).unwrap();
    (host, peer)
}

fn stamp(width: u32, height: u32, sequence: u64) -> FrameStamp {
    let pose = std::array::from_fn(|word| sequence as u32 * 100 + word as u32);
    FrameStamp { width, height, sequence, drawn_us: monotonic_us(), applied_ticket: sequence * 10, pose }
}

#[test]
fn the_reader_gets_the_newest_frame_packed_and_the_rest_is_counted() {
    let (mut host, mut peer) = both(64, 32);
    assert!(peer.frames.take().is_none() && peer.frames.latest().is_none());
    assert!(!peer.frames.wait(0));
    let stride_bytes = 4 * 4 + 3;
    let padded: Vec<u8> = (0..stride_bytes * 2 + 16).map(|at| at as u8).collect();
    host.frames.publish(&stamp(1, 1, 1), &[9; 4], 4).unwrap();
    host.frames.publish(&stamp(4, 3, 2), &padded, stride_bytes).unwrap();
    assert!(peer.frames.wait(5));
    let frame = peer.frames.take().unwrap();
    assert_eq!((frame.stamp.width, frame.stamp.height, frame.stamp.sequence), (4, 3, 2));
    assert_eq!((frame.stamp.applied_ticket, frame.stride_bytes, frame.rgba.len()), (20, 16, 48));
    assert_eq!(frame.stamp.pose, [200, 201, 202, 203, 204, 205, 206, 207]);
    let rows: Vec<&[u8]> = padded.chunks(stride_bytes).map(|row| &row[..16]).collect();
    assert_eq!(frame.rgba, rows.concat());
    assert!(peer.frames.take().is_none(), "taken once");
    assert_eq!(peer.frames.latest().unwrap().stamp.sequence, 2, "but still there to look at");
    assert_eq!(host.frames.stats(), WriterStats { published: 2, replaced: 1, corrupt: 0 });
    assert_eq!(peer.frames.stats(), ReaderStats { taken: 1, corrupt: 0 });
}

#[test]
fn a_frame_that_does_not_fit_is_refused_with_a_sentence_and_nothing_is_published() {
    let (mut host, peer) = both(64, 32);
    for (width, height) in [(0, 1), (1, 0), (65, 1), (1, 33), (u32::MAX, u32::MAX)] {
        let error = host.frames.publish(&stamp(width, height, 1), &[0; 64], usize::MAX).unwrap_err();
        assert!(error.to_string().contains("64×32"), "{error}");
    }
    for (bytes, stride_bytes) in [(64, 15), (47, 16), (48, 17), (0, 16), (64, usize::MAX), (64, usize::MAX / 2)] {
        let error = host.frames.publish(&stamp(4, 3, 1), &vec![0; bytes], stride_bytes).unwrap_err();
        assert!(matches!(error, RingError::FrameBytes { .. }), "{error}");
    }
    assert!(!peer.frames.wait(0));
    for (width, height) in [(0, 9), (9, 0), (SIDE_MAX + 1, 1), (u32::MAX, u32::MAX)] {
        assert!(matches!(create(width, height), Err(RingError::RingSize { .. })));
    }
    assert_eq!(host.frames.stats().published, 0);
}

#[test]
fn a_wait_ends_with_a_frame_an_input_or_a_waker_and_not_with_an_old_hint() {
    let (mut host, mut peer) = both(8, 8);
    // Two hints for one frame: the second one is old when the next wait begins.
    host.frames.publish(&stamp(8, 8, 1), &[1; 256], 32).unwrap();
    host.frames.publish(&stamp(8, 8, 2), &[1; 256], 32).unwrap();
    assert!(peer.frames.take().is_some());
    let (told, heard) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let waker = peer.frames.waker();
        let frames = &mut peer.frames;
        scope.spawn(move || {
            told.send(frames.wait(600)).unwrap();
            frames.take();
            told.send(frames.wait(600)).unwrap();
        });
        assert!(heard.recv_timeout(Duration::from_millis(50)).is_err(), "an old hint ended the wait");
        host.frames.publish(&stamp(8, 8, 3), &[1; 256], 32).unwrap();
        assert!(heard.recv().unwrap());
        waker.wake();
        assert!(!heard.recv().unwrap());
    });
    let waker = host.inputs.waker();
    waker.wake();
    assert!(!host.inputs.wait(600), "a wake before the wait ends it too");
    peer.inputs.push(b"x", Coalesce::Keep(1)).unwrap();
    assert!(host.inputs.wait(600));
}

#[test]
fn inputs_wait_when_the_app_is_busy_and_all_arrive_in_order() {
    let (mut host, mut peer) = both(8, 8);
    let mut pushed = Vec::new();
    for number in 0..2_000_u32 {
        pushed.push(format!("press {number}"));
        peer.inputs.push(pushed[pushed.len() - 1].as_bytes(), Coalesce::Keep(number % 3)).unwrap();
    }
    assert_eq!(peer.inputs.stats().waiting, 2_000 - 256);
    let mut read = Vec::new();
    loop {
        while let Some(bytes) = host.inputs.next() {
            read.push(String::from_utf8(bytes.to_vec()).unwrap());
        }
        if peer.inputs.flush() == 0 && !host.inputs.wait(0) {
            break;
        }
    }
    assert_eq!(read, pushed);
    assert_eq!(host.inputs.stats(), InputReaderStats { read: 2_000, lost: 0 });
    let error = peer.inputs.push(&[0; RECORD_BYTES_MAX + 1], Coalesce::Keep(0)).unwrap_err();
    assert!(error.to_string().ends_with(&RECORD_BYTES_MAX.to_string()), "{error}");
    peer.inputs.push(&[7; RECORD_BYTES_MAX], Coalesce::Replace(0)).unwrap();
    assert_eq!(host.inputs.next(), Some([7; RECORD_BYTES_MAX].as_slice()));
    peer.pulse.beat();
    peer.pulse.beat();
    assert_eq!(host.pulse.beats(), 2);
}

#[test]
fn a_header_of_another_build_or_with_any_word_wrong_is_refused() {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    let host = create(640, 480).unwrap();
    let shared =
        shared::Shared::open(host.handles.pixels.try_clone().unwrap(), host.handles.control.try_clone().unwrap())
            .unwrap();
    let header = shared.control();
    header.layout_version.store(LAYOUT_VERSION + 1, Relaxed);
    assert!(matches!(join(&host), Err(RingError::LayoutVersion { theirs }) if theirs == LAYOUT_VERSION + 1));
    header.layout_version.store(LAYOUT_VERSION, Relaxed);
    for word in [&header.max_width, &header.max_height] {
        for wrong in [0, 4, 481, 641, 1281, SIDE_MAX, SIDE_MAX + 1, u32::MAX] {
            let right = AtomicU32::swap(word, wrong, Relaxed);
            assert!(matches!(join(&host), Err(RingError::NotARing(_))), "{wrong} for {right}");
            word.store(right, Relaxed);
        }
    }
    for wrong in [0, 4096, u64::MAX] {
        let right = header.slot_bytes.swap(wrong, Relaxed);
        assert!(matches!(join(&host), Err(RingError::NotARing(_))));
        header.slot_bytes.store(right, Relaxed);
    }
    let control = host.handles.control.try_clone().unwrap().into_raw_fd();
    let swapped = attach([control, host.handles.pixels.try_clone().unwrap().into_raw_fd()]);
    assert!(matches!(swapped, Err(RingError::System { .. } | RingError::NotARing(_))), "{swapped:?}");
    join(&host).unwrap();
}

#[test]
fn a_stamp_that_the_peer_overwrote_is_no_frame_and_the_next_one_is_whole() {
    use std::sync::atomic::Ordering::Relaxed;
    let (mut host, mut peer) = both(64, 32);
    let shared =
        shared::Shared::open(host.handles.pixels.try_clone().unwrap(), host.handles.control.try_clone().unwrap())
            .unwrap();
    for (width, height) in [(65, 1), (0, 0), (64, 33), (u32::MAX, u32::MAX), (1 << 31, 2)] {
        host.frames.publish(&stamp(2, 2, 1), &[1; 16], 8).unwrap();
        for stamp in &shared.control().stamps {
            stamp.width.store(width, Relaxed);
            stamp.height.store(height, Relaxed);
        }
        assert!(peer.frames.take().is_none() && peer.frames.latest().is_none());
        host.frames.publish(&stamp(2, 2, 2), &[2; 16], 8).unwrap();
        assert_eq!(peer.frames.take().unwrap().rgba, [2; 16]);
    }
    assert_eq!(peer.frames.stats(), ReaderStats { taken: 5, corrupt: 5 });
}
