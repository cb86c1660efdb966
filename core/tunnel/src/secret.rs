//! [`Secret`]: a token that cannot be printed by accident.

use std::fmt;

/// Shorter tokens are typing errors; hiding them in a sentence would only garble it.
const HIDDEN_LEN_MIN: usize = 6;

/// A token of the user. It prints as `Secret(…)` and cannot be serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// From what the user typed or the environment holds; blanks around it are dropped.
    pub fn new(text: impl AsRef<str>) -> Secret {
        Secret(text.as_ref().trim().to_owned())
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The token itself, for those who must send it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// The text without the token.
    pub(crate) fn hidden_in(&self, text: &str) -> String {
        if self.0.len() < HIDDEN_LEN_MIN { text.to_owned() } else { text.replace(&self.0, "(token)") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_itself_in_no_print_and_no_sentence() {
        let secret = Secret::new(" 2aBcDeFgHi_token\n");
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret(…) Some(Secret(…))");
        assert_eq!(secret.hidden_in("refused: 2aBcDeFgHi_token!"), "refused: (token)!");
        assert_eq!(Secret::new("a").hidden_in("a sad day"), "a sad day");
    }
}
