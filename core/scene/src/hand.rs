//! [`Hand`]: one viewer's pointer, made into commands. Pure: no clock, no scene.

use heliograph_wire::{Button, Command, Input};

/// One viewer's pointer. Each viewer has one of its own, so that nobody's release lets go what another holds.
///
/// * Primary orbits, with shift it pans; Secondary and Middle pan; Pinch pans and zooms about the point between the fingers.
/// * **Only a movement under a press does anything**, and a release applies its own place first.
/// * A press while another is held lets the first go where it was last seen.
/// * [`Input::Gone`] lets go.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hand {
    held: Option<Hold>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Hold {
    button: Button,
    action: Action,
    x: f32,
    y: f32,
    pinch: f32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Action {
    Orbit,
    Pan,
    PanAndZoom,
}

/// What a command may say at most; see [`Command::check`].
const MAX_MOVEMENT: f32 = 32.0;
const MAX_FACTOR: f32 = 1000.0;

impl Hand {
    /// Takes one input and says what it means for a picture of this aspect (width over height), in order.
    /// What fails [`Input::check`] means nothing.
    pub fn handle(&mut self, input: &Input, aspect: f32) -> Vec<Command> {
        if input.check().is_err() {
            return Vec::new();
        }
        match input {
            Input::Down { button, x, y, shift } => {
                let action = match (button, shift) {
                    (Button::Primary, false) => Action::Orbit,
                    (Button::Primary, true) | (Button::Secondary | Button::Middle, _) => Action::Pan,
                    (Button::Pinch, _) => Action::PanAndZoom,
                };
                self.held = Some(Hold { button: *button, action, x: *x, y: *y, pinch: 1.0 });
                Vec::new()
            }
            Input::Move { x, y, pinch } => self.drag(*x, *y, Some(*pinch), aspect),
            Input::Up { button, x, y } => {
                if self.held.is_none_or(|held| held.button != *button) {
                    return Vec::new();
                }
                let last = self.drag(*x, *y, None, aspect);
                self.held = None;
                last
            }
            Input::Gone => {
                self.held = None;
                Vec::new()
            }
            Input::Command { command } => vec![command.clone()],
        }
    }

    /// Whether a button or finger is down.
    pub fn is_holding(&self) -> bool {
        self.held.is_some()
    }

    fn drag(&mut self, x: f32, y: f32, pinch: Option<f32>, aspect: f32) -> Vec<Command> {
        let Some(held) = &mut self.held else { return Vec::new() };
        let dx = ((x - held.x) * aspect).clamp(-MAX_MOVEMENT, MAX_MOVEMENT);
        let dy = (y - held.y).clamp(-MAX_MOVEMENT, MAX_MOVEMENT);
        (held.x, held.y) = (x, y);
        let mut commands = Vec::new();
        if dx != 0.0 || dy != 0.0 {
            commands.push(match held.action {
                Action::Orbit => Command::Orbit { dx, dy },
                Action::Pan | Action::PanAndZoom => Command::Pan { dx, dy },
            });
        }
        // Fingers on one spot have no distance that could grow.
        if let (Action::PanAndZoom, Some(pinch)) = (held.action, pinch.filter(|pinch| *pinch > 0.0)) {
            let factor = (pinch / held.pinch).clamp(1.0 / MAX_FACTOR, MAX_FACTOR);
            held.pinch = pinch;
            if factor != 1.0 {
                commands.push(Command::Zoom { factor, x, y });
            }
        }
        commands
    }
}

#[cfg(test)]
mod tests;
