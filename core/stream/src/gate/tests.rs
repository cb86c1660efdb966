use super::*;
use heliograph_wire::{Button, Command};
use std::time::Duration;

const MOVE: Input = Input::Move { x: 0.5, y: 0.5, pinch: 1.0 };
const DOWN: Input = Input::Down { button: Button::Primary, x: 0.5, y: 0.5, shift: false };
const UP: Input = Input::Up { button: Button::Primary, x: 0.5, y: 0.5 };

fn gate(role: Role) -> (Gate, Instant) {
    let now = Instant::now();
    (Gate::new(role, now), now)
}

impl Gate {
    /// The input after the newest one.
    fn next_input(&mut self, input: &Input, now: Instant) -> Verdict {
        self.control_input(self.taken().wrapping_add(1), input, now)
    }
}

#[test]
fn a_drag_passes() {
    let (mut gate, now) = gate(Role::Control);
    assert_eq!(gate.pointer_move(0, 1, &MOVE, now), Verdict::Pass);
    assert_eq!(gate.next_input(&DOWN, now), Verdict::Pass);
    assert_eq!(gate.pointer_move(1, 3, &MOVE, now), Verdict::Pass);
    assert_eq!(gate.next_input(&UP, now), Verdict::Pass);
    assert_eq!(gate.pointer_move(2, 5, &MOVE, now), Verdict::Pass);
}

#[test]
fn a_move_that_overtakes_its_press_or_limps_in_after_the_release_is_dropped() {
    let (mut gate, now) = gate(Role::Control);
    assert_eq!(gate.pointer_move(1, 3, &MOVE, now), Verdict::Drop, "the press is still on its way");
    gate.next_input(&DOWN, now);
    assert_eq!(gate.pointer_move(1, 3, &MOVE, now), Verdict::Pass);
    gate.next_input(&UP, now);
    assert_eq!(gate.pointer_move(1, 4, &MOVE, now), Verdict::Drop, "nothing is held any more");
}

#[test]
fn of_two_moves_the_newer_one_wins_whichever_comes_first() {
    let (mut gate, now) = gate(Role::Control);
    assert_eq!(gate.pointer_move(0, u32::MAX, &MOVE, now), Verdict::Pass);
    assert_eq!(gate.pointer_move(0, 2, &MOVE, now), Verdict::Pass, "the counter wraps");
    assert_eq!(gate.pointer_move(0, 1, &MOVE, now), Verdict::Drop);
    assert_eq!(gate.pointer_move(0, 2, &MOVE, now), Verdict::Drop);
}

#[test]
fn the_count_of_presses_wraps() {
    let (mut gate, mut now) = gate(Role::Control);
    for _ in 0..=u16::MAX {
        now += Duration::from_millis(9);
        gate.next_input(&DOWN, now);
    }
    assert_eq!(gate.pointer_move(0, 9, &MOVE, now), Verdict::Pass);
}

#[test]
fn what_is_said_again_by_another_way_counts_once() {
    let (mut gate, now) = gate(Role::Control);
    assert_eq!(gate.control_input(u32::MAX, &DOWN, now), Verdict::Pass);
    assert_eq!(gate.control_input(2, &UP, now), Verdict::Pass, "the counter wraps");
    for (seq, input) in [(u32::MAX, &DOWN), (2, &UP)] {
        assert_eq!(gate.control_input(seq, input, now), Verdict::Drop);
    }
    assert_eq!(gate.taken(), 2);
    assert_eq!(gate.pointer_move(2, 3, &MOVE, now), Verdict::Pass, "and presses are counted once");
    let fit = Input::Command { command: Command::Fit };
    assert_eq!(gate.control_input(4, &fit, now), Verdict::Pass);
}

#[test]
fn a_view_link_moves_nothing() {
    let (mut gate, now) = gate(Role::View);
    assert_eq!(gate.next_input(&DOWN, now), Verdict::Refuse(Refusal::ViewOnly));
    assert_eq!(gate.pointer_move(1, 1, &MOVE, now), Verdict::Refuse(Refusal::ViewOnly));
    let fit = Input::Command { command: Command::Fit };
    assert_eq!(gate.next_input(&fit, now), Verdict::Refuse(Refusal::ViewOnly));
    assert_eq!(gate.other(now), Verdict::Pass);
}

#[test]
fn what_no_hand_does_is_refused_and_closes_the_session_when_it_goes_on() {
    let (mut gate, now) = gate(Role::Control);
    let nowhere = Input::Move { x: f32::NAN, y: 0.0, pinch: 1.0 };
    assert!(matches!(gate.next_input(&Input::Gone, now), Verdict::Refuse(Refusal::Input(_))));
    assert!(matches!(gate.pointer_move(0, 1, &nowhere, now), Verdict::Refuse(Refusal::Input(_))));
    assert_eq!(gate.pointer_move(0, 1, &MOVE, now), Verdict::Pass, "a refused move is not the newest");
    let closed = (0..REFUSED_MAX).any(|_| matches!(gate.malformed(), Verdict::Close(_)));
    assert!(closed);
}

#[test]
fn too_many_moves_are_thinned_out_and_a_flood_of_anything_else_ends_the_session() {
    let (mut gate, now) = gate(Role::Control);
    let passed = (1..=10_000).filter(|seq| gate.pointer_move(0, *seq, &MOVE, now) == Verdict::Pass).count();
    assert_eq!(passed as f64, MESSAGES.burst - NOT_FOR_MOVES);
    assert_eq!(gate.next_input(&DOWN, now), Verdict::Pass, "moves do not use up what presses may");
    assert_eq!(gate.next_input(&MOVE, now), Verdict::Drop, "nor by the other channel");
    let verdicts: Vec<Verdict> = (0..1_000).map(|_| gate.next_input(&DOWN, now)).collect();
    assert_eq!(verdicts[0], Verdict::Pass);
    assert_eq!(verdicts[999], Verdict::Close(Refusal::Flood));
}

#[test]
fn all_in_all_no_more_than_120_messages_a_second_pass_for_long() {
    let (mut gate, start) = gate(Role::Control);
    let mut passed = 0;
    for step in 0..60_000 {
        let now = start + Duration::from_millis(step);
        let moved = gate.pointer_move(0, step as u32 + 1, &MOVE, now);
        passed += usize::from(moved == Verdict::Pass);
        if step % 100 == 0 {
            assert_eq!(gate.other(now), Verdict::Pass, "a ping after {step} ms");
            passed += 1;
        }
    }
    assert!((7_200..=7_200 + MESSAGES.burst as usize).contains(&passed), "{passed} in a minute");
}

#[test]
fn a_page_of_ours_never_meets_the_gate_on_any_screen_after_any_stall() {
    // What web-viewer/core/outbox.js lets through, all of it of the kind that closes the session when it is too much;
    // a ping a second, ten clicks a second; and a line that stands still for a second now and then.
    let (mut gate, start) = gate(Role::Control);
    for step in 0..60_000_u64 {
        let second = step / 1_000;
        let arrives = if second % 7 == 3 { (second + 1) * 1_000 } else { step };
        let now = start + Duration::from_millis(arrives);
        let fit = Input::Command { command: Command::Fit };
        if step % 10 == 0 {
            assert_eq!(gate.next_input(&fit, now), Verdict::Pass, "after {step} ms");
        }
        if step % 1_000 == 0 {
            assert_eq!(gate.other(now), Verdict::Pass, "after {step} ms");
        }
        if step % 100 == 0 {
            assert_eq!(gate.next_input(&if step % 200 == 0 { DOWN } else { UP }, now), Verdict::Pass);
        }
    }
}
