use super::*;
use crate::{Kind, PacketFate};

const MS: Duration = Duration::from_millis(1);

/// A line of 100 ms round trip and 1 Mbit/s that loses each `lost_of`th packet.
fn line(start: Instant, lost_of: Option<usize>) -> (Line, Instant) {
    let mut line = Line::new(1_000_000);
    for step in 0..100_u32 {
        let left = start + 50 * MS * step;
        let fates: Vec<PacketFate> = (0..10_u32)
            .map(|index| {
                let departure = left + 5 * MS * index;
                line.sent(departure, 600, Kind::Media);
                let lost = lost_of.is_some_and(|of| ((step * 10 + index) as usize).is_multiple_of(of));
                let arrival = (!lost).then(|| departure - start + 50 * MS);
                PacketFate { departure, bytes: 600, arrival }
            })
            .collect();
        line.reported(left + 145 * MS, &fates);
    }
    (line, start + 5_150 * MS)
}

fn copies(answer: Answer) -> u32 {
    match answer {
        Answer::Copies(copies, _) => copies,
        _ => 0,
    }
}

#[test]
fn a_packet_is_sent_again_once_a_round_trip_however_often_it_is_asked_for() {
    let (mut line, now) = line(Instant::now(), None);
    let (mut repeats, left) = (Repeats::default(), now - 60 * MS);
    assert_eq!(copies(repeats.asked(now, 7, Some(left), 1_100, &mut line)), 1);
    for ms in [0, 20, 45] {
        assert_eq!(repeats.asked(now + MS * ms, 7, Some(left), 1_100, &mut line), Answer::Nothing);
    }
    assert_eq!(copies(repeats.asked(now + 30 * MS, 8, Some(left), 1_100, &mut line)), 1, "another one is not the same");
    assert_eq!(copies(repeats.asked(now + 160 * MS, 7, Some(left), 1_100, &mut line)), 1);
}

#[test]
fn the_more_is_lost_the_more_copies() {
    let at = |lost_of| {
        let (mut line, now) = line(Instant::now(), lost_of);
        copies(Repeats::default().asked(now, 1, Some(now - 60 * MS), 1_100, &mut line))
    };
    assert_eq!([at(None), at(Some(50)), at(Some(20)), at(Some(10))], [1, 2, 3, 3]);
}

#[test]
fn what_is_too_old_or_too_much_or_unknown_needs_a_keyframe_which_is_asked_for_once() {
    let (mut line, now) = line(Instant::now(), None);
    let mut old = Repeats::default();
    assert_eq!(old.asked(now, 1, Some(now - 2_000 * MS), 1_100, &mut line), Answer::Keyframe);
    assert_eq!(old.asked(now + 10 * MS, 2, Some(now), 1_100, &mut line), Answer::Nothing, "it comes");
    assert_eq!(
        old.asked(now + 600 * MS, 2, Some(now + 500 * MS), 1_100, &mut line),
        Answer::Keyframe,
        "it did not come"
    );
    assert_eq!(Repeats::default().asked(now, 1, None, 1_100, &mut line), Answer::Keyframe);

    let mut many = Repeats::default();
    let answers: Vec<Answer> =
        (0..100).map(|number| many.asked(now, number, Some(now - 60 * MS), 1_100, &mut line)).collect();
    let repeated = answers.iter().filter(|answer| copies(**answer) > 0).count();
    assert!((20..50).contains(&repeated), "a quarter of a second's worth: {repeated}");
    assert_eq!(answers.iter().filter(|answer| **answer == Answer::Keyframe).count(), 1);
}

#[test]
fn what_left_before_a_keyframe_is_of_no_use_any_more() {
    let (mut line, now) = line(Instant::now(), None);
    let mut repeats = Repeats::default();
    repeats.restarted(now);
    assert_eq!(repeats.asked(now + 50 * MS, 1, Some(now - 10 * MS), 1_100, &mut line), Answer::Nothing);
    assert_eq!(copies(repeats.asked(now + 80 * MS, 2, Some(now + 10 * MS), 1_100, &mut line)), 1);
}

#[test]
fn what_is_remembered_is_bounded() {
    let (mut line, now) = line(Instant::now(), None);
    let mut repeats = Repeats::default();
    for number in 0..=u16::MAX {
        let at = now + 10 * MS * u32::from(number);
        repeats.asked(at, number, Some(at - 60 * MS), 100, &mut line);
    }
    assert!(repeats.at.len() <= REMEMBERED_MAX && repeats.order.len() <= REMEMBERED_MAX);
}
