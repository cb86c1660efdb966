//! Who may steer: every input of a viewer passes here, and the role is looked up here for each of them.

use heliograph_scene::hand::Hand;
use heliograph_wire::{Command, Input, Role, Ticketed, ViewerId};
use std::collections::HashMap;

/// Inputs kept for viewers whose arrival has not been announced yet: the announcement and the inputs take
/// different ways (link and ring), so a press may be first by a few microseconds.
const MAX_EARLY: usize = 1024;

/// The viewers of a share.
#[derive(Default)]
pub struct Guests {
    known: HashMap<ViewerId, Guest>,
    early: Vec<Ticketed>,
    refused: u64,
}

struct Guest {
    role: Role,
    hand: Hand,
}

impl Guests {
    /// A viewer arrived with a link of this role. Returns what it did before that was known.
    #[must_use]
    pub fn join(&mut self, viewer: ViewerId, role: Role, aspect: f32) -> Vec<Command> {
        self.known.insert(viewer, Guest { role, hand: Hand::default() });
        let (its_own, others) = std::mem::take(&mut self.early).into_iter().partition(|early| early.viewer == viewer);
        self.early = others;
        let its_own: Vec<Ticketed> = its_own;
        its_own.iter().flat_map(|input| self.handle(input, aspect)).collect()
    }

    /// A viewer left: whatever it held is let go.
    pub fn leave(&mut self, viewer: ViewerId) {
        self.known.remove(&viewer);
        self.early.retain(|early| early.viewer != viewer);
    }

    /// Everyone left, because the share or its sidecar ended.
    pub fn clear(&mut self) {
        self.known.clear();
        self.early.clear();
    }

    /// How many are here.
    pub fn count(&self) -> usize {
        self.known.len()
    }

    /// Inputs refused because of the sender's role, or malformed.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// What an input means for the scene; nothing when its sender may not steer.
    #[must_use]
    pub fn handle(&mut self, ticketed: &Ticketed, aspect: f32) -> Vec<Command> {
        if ticketed.input.check().is_err() {
            self.refused += 1;
            return Vec::new();
        }
        let Some(guest) = self.known.get_mut(&ticketed.viewer) else {
            if self.early.len() < MAX_EARLY {
                self.early.push(ticketed.clone());
            } else {
                self.refused += 1;
            }
            return Vec::new();
        };
        if guest.role != Role::Control && ticketed.input != Input::Gone {
            self.refused += 1;
            return Vec::new();
        }
        match &ticketed.input {
            Input::Command { command } => vec![command.clone()],
            other => guest.hand.handle(other, aspect),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use heliograph_wire::Button;

    fn from(viewer: u32, input: Input) -> Ticketed {
        Ticketed { ticket: 1, viewer: ViewerId(viewer), input }
    }

    fn down() -> Input {
        Input::Down { button: Button::Primary, x: 0.5, y: 0.5, shift: false }
    }

    fn drag() -> Input {
        Input::Move { x: 0.6, y: 0.5, pinch: 1.0 }
    }

    #[test]
    fn a_viewer_with_a_view_link_moves_nothing() {
        let mut guests = Guests::default();
        assert!(guests.join(ViewerId(1), Role::View, 1.0).is_empty());
        assert!(guests.handle(&from(1, down()), 1.0).is_empty());
        assert!(guests.handle(&from(1, drag()), 1.0).is_empty());
        assert!(guests.handle(&from(1, Input::Command { command: Command::Fit }), 1.0).is_empty());
        assert_eq!(guests.refused(), 3);
    }

    #[test]
    fn a_press_that_arrives_before_its_sender_is_announced_is_not_lost() {
        let mut guests = Guests::default();
        assert!(guests.handle(&from(1, down()), 1.0).is_empty());
        assert!(guests.handle(&from(1, drag()), 1.0).is_empty());
        let commands = guests.join(ViewerId(1), Role::Control, 1.0);
        assert!(matches!(commands[..], [Command::Orbit { .. }]), "{commands:?}");
    }

    #[test]
    fn each_viewer_has_a_hand_of_its_own() {
        let mut guests = Guests::default();
        let _ = guests.join(ViewerId(1), Role::Control, 1.0);
        let _ = guests.join(ViewerId(2), Role::Control, 1.0);
        let _ = guests.handle(&from(1, down()), 1.0);
        assert!(guests.handle(&from(2, drag()), 1.0).is_empty(), "viewer 2 holds nothing");
        assert_eq!(guests.handle(&from(1, drag()), 1.0).len(), 1);
        guests.leave(ViewerId(1));
        let _ = guests.join(ViewerId(1), Role::Control, 1.0);
        assert!(guests.handle(&from(1, drag()), 1.0).is_empty(), "a viewer that left let go");
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let mut guests = Guests::default();
        for viewer in 0..10_000 {
            assert!(guests.handle(&from(viewer, down()), 1.0).is_empty());
        }
        assert!(guests.early.len() <= MAX_EARLY);
        assert_eq!(guests.refused(), 10_000 - MAX_EARLY as u64);
    }
}
