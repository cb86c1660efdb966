//! [`Room`]: who takes part and who may steer, as everyone is told; and what a viewer may ask of it.

use crate::input::ViewerId;
use crate::link::Role;
use serde::{Deserialize, Serialize};

/// Characters that a name has at most.
pub const NAME_CHARS_MAX: usize = 40;

/// Whose hands move the scene, besides the host's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ControlMode {
    /// Nobody's.
    HostOnly,
    /// Those of one guest, who asks for it, hands it over, or loses it by idling.
    OneAtATime,
    /// Those of every guest who came by a control link.
    #[default]
    Everyone,
}

impl ControlMode {
    /// All of them, the strictest first.
    pub const ALL: [ControlMode; 3] = [ControlMode::HostOnly, ControlMode::OneAtATime, ControlMode::Everyone];
}

/// Everyone who is here. Sent to every viewer at the start and on change.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Room {
    /// Whose hands count.
    pub mode: ControlMode,
    /// With [`ControlMode::OneAtATime`]: who has the scene in hand; nobody but the host when `None`.
    pub steers: Option<ViewerId>,
    /// The guests in the order of their coming.
    pub guests: Vec<Guest>,
}

/// One guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Guest {
    /// The connection that it has now.
    pub viewer: ViewerId,
    /// Plain text, cleaned by [`clean_name`].
    pub name: String,
    /// sRGB; each guest has another as long as there are some.
    pub color: [u8; 3],
    /// What it may do: its link's role, unless the host changed it.
    pub role: Role,
    /// The host has muted its input.
    pub muted: bool,
    /// It asks to steer and waits for a word.
    pub asks: bool,
}

/// Someone who came with a valid link and wants in. What it says of itself is not checked yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The name that its connection will have.
    pub viewer: ViewerId,
    /// What its link allows.
    pub role: Role,
    /// What it wants to be called; may be empty.
    pub name: String,
    /// Its browser as that calls itself, e.g. `Firefox on Linux`.
    pub browser: String,
    /// From where, as far as that is known.
    pub address: String,
    /// The round trip that its page has measured, in milliseconds.
    pub round_trip_ms: Option<u32>,
    /// What it was given when it was let in before.
    pub pass: Option<String>,
    /// It waits until the host has decided, however long that takes; otherwise it wants an answer at once.
    pub waits: bool,
}

/// What the app answers to an [`Arrival`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Answer {
    /// It is in.
    Admit {
        /// For when it comes back.
        pass: String,
    },
    /// It must knock and wait.
    MustKnock,
    /// It is not let in.
    Refuse {
        /// Why, as a sentence.
        reason: String,
    },
}

/// What a viewer may ask of the room. Whether it is granted is decided in the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// To steer.
    Control,
    /// To steer no longer, or to ask no longer.
    Release,
    /// That another guest steers in its place.
    HandOver {
        /// Who.
        to: ViewerId,
    },
    /// To be called so.
    Rename {
        /// Cleaned before anyone sees it.
        name: String,
    },
}

/// A name as it may be shown: without control characters and those that turn the direction of text, without space at the
/// ends, at most [`NAME_CHARS_MAX`] characters. Empty when nothing is left.
pub fn clean_name(name: &str) -> String {
    let shown = name.chars().filter(|&character| !is_deceptive(character));
    // Whatever follows could not be shown anyway: a long text costs nothing.
    let short: String = shown.take(4 * NAME_CHARS_MAX).collect();
    let words = short.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(NAME_CHARS_MAX).collect::<String>().trim_end().to_owned()
}

/// Control characters, the bidirectional ones (Unicode Standard Annex 9), and others without a shape of their own that make
/// two names look alike. Joiners stay: scripts and emoji need them.
fn is_deceptive(character: char) -> bool {
    let is_space_like = matches!(character, '\t' | '\n');
    (character.is_control() && !is_space_like)
        || matches!(character,
            '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_says_what_it_shows() {
        assert_eq!(clean_name("  Ada \n Lovelace\t"), "Ada Lovelace");
        assert_eq!(clean_name("Eve\u{202e}nimda\u{0}\u{1b}[31m"), "Evenimda[31m");
        assert_eq!(clean_name("\u{2066}\u{200f}\u{feff}"), "");
        assert_eq!(clean_name(&"é".repeat(99)).chars().count(), NAME_CHARS_MAX);
        assert_eq!(clean_name(&format!("{} x", "a".repeat(NAME_CHARS_MAX))).len(), NAME_CHARS_MAX);
        assert_eq!(clean_name("张伟 👩‍🔬 <b>"), "张伟 👩‍🔬 <b>");
        assert!(clean_name(&"ab ".repeat(1 << 20)).len() <= NAME_CHARS_MAX);
    }
}
