//! [`Control`]: whose hand moves the scene. A state machine; the clock is an argument.

use heliograph_wire::ViewerId;
use heliograph_wire::room::ControlMode;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// After the host's hand has moved, nobody else's counts for so long.
const HOST_FIRST: Duration = Duration::from_millis(300);
/// Who steers and does nothing for so long steers no more.
const IDLE_MAX: Duration = Duration::from_secs(10);
/// Guests that may ask at a time; there are never more of them.
const MAX_ASKING: usize = 64;

/// What becomes of an input of a guest who may steer at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It moves the scene.
    Apply,
    /// The guest's hand follows it, so that a drag can go on later, but the camera stays with the host.
    Follow,
    /// It is not the guest's turn.
    Refuse,
}

/// Who has the scene in hand. **Whoever is named here is present and may steer**: the room sees to it.
#[derive(Debug, Default)]
pub(crate) struct Control {
    mode: ControlMode,
    steers: Option<ViewerId>,
    /// When the one who steers last did something.
    active_at: Option<Instant>,
    asking: VecDeque<ViewerId>,
    host_moved: Option<Instant>,
}

impl Control {
    pub(crate) fn mode(&self) -> ControlMode {
        self.mode
    }

    pub(crate) fn steers(&self) -> Option<ViewerId> {
        self.steers
    }

    pub(crate) fn asks(&self, viewer: ViewerId) -> bool {
        self.asking.contains(&viewer)
    }

    /// Another mode: everyone begins anew.
    pub(crate) fn set_mode(&mut self, mode: ControlMode) {
        *self = Control { mode, host_moved: self.host_moved, ..Control::default() };
    }

    /// The host's own hand did something.
    pub(crate) fn host_moved(&mut self, now: Instant) {
        self.host_moved = Some(now);
    }

    /// A guest's hand did something; `begins` when it is a press or a command, by which one takes what is free.
    pub(crate) fn judge(&mut self, viewer: ViewerId, begins: bool, now: Instant) -> Verdict {
        match self.mode {
            ControlMode::HostOnly => return Verdict::Refuse,
            ControlMode::Everyone => {}
            ControlMode::OneAtATime => {
                if self.steers.is_none() && begins {
                    self.give(viewer, now);
                }
                if self.steers != Some(viewer) {
                    return Verdict::Refuse;
                }
                self.active_at = Some(now);
            }
        }
        let is_hosts_turn = self.host_moved.is_some_and(|moved| now.saturating_duration_since(moved) < HOST_FIRST);
        if is_hosts_turn { Verdict::Follow } else { Verdict::Apply }
    }

    /// A guest asks to steer; what is free is given at once.
    pub(crate) fn ask(&mut self, viewer: ViewerId, now: Instant) {
        if self.mode != ControlMode::OneAtATime || self.steers == Some(viewer) {
            return;
        }
        if self.steers.is_none() {
            self.give(viewer, now);
        } else if !self.asks(viewer) && self.asking.len() < MAX_ASKING {
            self.asking.push_back(viewer);
        }
    }

    /// A guest steers or asks no longer.
    pub(crate) fn release(&mut self, viewer: ViewerId, now: Instant) {
        self.asking.retain(|asking| *asking != viewer);
        if self.steers == Some(viewer) {
            self.pass_on(now);
        }
    }

    /// Who steers lets another do so. False when it is not theirs to give.
    pub(crate) fn hand_over(&mut self, from: ViewerId, to: ViewerId, now: Instant) -> bool {
        let is_theirs = self.mode == ControlMode::OneAtATime && self.steers == Some(from);
        if is_theirs {
            self.give(to, now);
        }
        is_theirs
    }

    /// The host lets a guest steer.
    pub(crate) fn grant(&mut self, viewer: ViewerId, now: Instant) {
        if self.mode == ControlMode::OneAtATime {
            self.give(viewer, now);
        }
    }

    /// The host takes the scene back; whoever asks must ask again.
    pub(crate) fn take_back(&mut self) {
        self.steers = None;
        self.active_at = None;
        self.asking.clear();
    }

    /// Time passed: who idles makes room for who asks.
    pub(crate) fn tick(&mut self, now: Instant) {
        let is_idle = self.active_at.is_some_and(|at| now.saturating_duration_since(at) >= IDLE_MAX);
        if self.steers.is_some() && is_idle {
            self.pass_on(now);
        }
    }

    fn give(&mut self, viewer: ViewerId, now: Instant) {
        self.asking.retain(|asking| *asking != viewer);
        self.steers = Some(viewer);
        self.active_at = Some(now);
    }

    fn pass_on(&mut self, now: Instant) {
        self.steers = None;
        self.active_at = None;
        if let Some(next) = self.asking.pop_front() {
            self.give(next, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: ViewerId = ViewerId(1);
    const BOB: ViewerId = ViewerId(2);
    const CY: ViewerId = ViewerId(3);

    fn in_turns() -> (Control, Instant) {
        let mut control = Control::default();
        control.set_mode(ControlMode::OneAtATime);
        (control, Instant::now())
    }

    #[test]
    fn what_is_free_is_taken_by_a_press_and_kept_from_others() {
        let (mut control, now) = in_turns();
        assert_eq!(control.judge(ADA, false, now), Verdict::Refuse, "a move alone takes nothing");
        assert_eq!(control.judge(ADA, true, now), Verdict::Apply);
        assert_eq!(control.judge(BOB, true, now), Verdict::Refuse);
        assert_eq!(control.judge(ADA, false, now), Verdict::Apply);
    }

    #[test]
    fn who_asks_first_is_next_when_the_one_who_steers_lets_go_or_idles() {
        let (mut control, now) = in_turns();
        control.ask(ADA, now);
        control.ask(BOB, now);
        control.ask(CY, now);
        control.ask(BOB, now);
        assert_eq!((control.steers(), control.asks(BOB), control.asks(CY)), (Some(ADA), true, true));
        control.release(ADA, now);
        assert_eq!((control.steers(), control.asks(BOB)), (Some(BOB), false));
        control.tick(now + IDLE_MAX - Duration::from_millis(1));
        assert_eq!(control.steers(), Some(BOB));
        control.tick(now + IDLE_MAX);
        assert_eq!(control.steers(), Some(CY));
        control.tick(now + 2 * IDLE_MAX);
        assert_eq!(control.steers(), None);
    }

    #[test]
    fn only_who_steers_hands_over() {
        let (mut control, now) = in_turns();
        control.ask(ADA, now);
        assert!(!control.hand_over(BOB, CY, now));
        assert!(control.hand_over(ADA, BOB, now));
        assert_eq!(control.steers(), Some(BOB));
        control.take_back();
        assert_eq!(control.steers(), None);
    }

    #[test]
    fn the_host_s_hand_comes_first_for_a_third_of_a_second_in_every_mode() {
        for mode in [ControlMode::OneAtATime, ControlMode::Everyone] {
            let (mut control, now) = in_turns();
            control.set_mode(mode);
            assert_eq!(control.judge(ADA, true, now), Verdict::Apply);
            control.host_moved(now);
            assert_eq!(control.judge(ADA, false, now + HOST_FIRST - Duration::from_millis(1)), Verdict::Follow);
            assert_eq!(control.judge(ADA, false, now + HOST_FIRST), Verdict::Apply);
        }
    }

    #[test]
    fn in_the_host_s_own_mode_nobody_else_counts() {
        let (mut control, now) = in_turns();
        control.ask(ADA, now);
        control.set_mode(ControlMode::HostOnly);
        control.ask(ADA, now);
        control.grant(ADA, now);
        assert_eq!((control.steers(), control.judge(ADA, true, now)), (None, Verdict::Refuse));
    }
}
