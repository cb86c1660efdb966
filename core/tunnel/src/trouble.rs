//! [`Trouble`]: why there is no tunnel, in one sentence that says what to do, and whether trying again may help.

/// The longest piece of another program's text that is passed on, in characters.
const QUOTE_CHARS: usize = 240;

/// Whether it may go better the next time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hope {
    /// Only when the user changes something.
    None,
    /// If it has been open before; otherwise the user has to change something.
    Reopen,
    /// By itself: the network is back, another session ends.
    Time,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) sentence: String,
    pub(crate) hope: Hope,
}

impl Trouble {
    pub(crate) fn new(hope: Hope, sentence: impl Into<String>) -> Trouble {
        Trouble { sentence: sentence.into(), hope }
    }
}

/// Another program's text as one short line. What follows the word `authtoken:` is left out: ngrok repeats the token.
pub(crate) fn one_line(text: &str) -> String {
    let mut words = Vec::new();
    let mut hide = false;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        words.push(if hide { "(token)" } else { word });
        hide = word.to_ascii_lowercase().ends_with("authtoken:");
    }
    let line = words.join(" ");
    match line.char_indices().nth(QUOTE_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_becomes_one_short_line_without_the_token_that_ngrok_repeats() {
        let text = "The authtoken is invalid.\r\nYour authtoken: 2abc_DEF\r\n\r\nERR_NGROK_107\u{7}";
        assert_eq!(one_line(text), "The authtoken is invalid. Your authtoken: (token) ERR_NGROK_107");
        assert_eq!(one_line(&"é".repeat(1_000)).chars().count(), QUOTE_CHARS + 1);
    }
}
