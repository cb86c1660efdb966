//! What ngrok's refusals mean for the user. The codes are ngrok's: <https://ngrok.com/docs/errors/reference>.

use crate::trouble::{Hope, Trouble, one_line};
use ngrok::prelude::Error as NgrokError;
use ngrok::session::{ConnectError, RpcError};
use std::error::Error;
use std::io;

/// Where a user finds the token.
const TOKEN_PAGE: &str = "https://dashboard.ngrok.com/get-started/your-authtoken";
const CODE_PREFIX: &str = "ERR_NGROK_";

/// The built-in agent has no token.
pub(crate) fn no_token() -> Trouble {
    let sentence = format!("ngrok needs a token: get a free one at {TOKEN_PAGE} and set NGROK_AUTHTOKEN to it");
    Trouble::new(Hope::None, sentence)
}

/// The first `ERR_NGROK_…` in a text.
pub(crate) fn code_in(text: &str) -> Option<&str> {
    let start = text.find(CODE_PREFIX)?;
    let digits = text[start + CODE_PREFIX.len()..].bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| &text[start..start + CODE_PREFIX.len() + digits])
}

/// ngrok refused with a message and perhaps a code.
pub(crate) fn refused(code: Option<&str>, message: &str) -> Trouble {
    let (hope, text) = match number(code) {
        Some(4018) => return no_token(),
        Some(105..=107 | 109) => {
            (Hope::None, format!("ngrok refuses the token: copy it anew from {TOKEN_PAGE} and set NGROK_AUTHTOKEN to it"))
        }
        Some(108) => (Hope::Time, "the ngrok account has reached its number of simultaneous sessions: end another one, see https://dashboard.ngrok.com/agents".into()),
        Some(324 | 334) => (Hope::Time, "the ngrok account's address is in use by another tunnel: end that one, see https://dashboard.ngrok.com/endpoints".into()),
        Some(702 | 734) => (Hope::Time, "ngrok limits the number of requests in a minute: it goes on by itself when fewer come".into()),
        Some(725 | 727) => (Hope::None, "the ngrok account has used up its traffic of this month: see https://dashboard.ngrok.com/billing, or share with a tunnel command instead".into()),
        Some(102 | 103) => (Hope::None, "the ngrok account is suspended: see https://dashboard.ngrok.com".into()),
        Some(115 | 116 | 9040) => (Hope::None, "ngrok does not take connections from this network: use another network or a tunnel command".into()),
        Some(120 | 121) => (Hope::None, "ngrok no longer serves this version of its agent: run `ngrok update`".into()),
        Some(123) => (Hope::None, "the ngrok account's email address is not verified yet: see https://dashboard.ngrok.com/user/settings".into()),
        _ => (Hope::Reopen, format!("ngrok refused: {}", without_code(message))),
    };
    let suffix = code.map(|code| format!(" ({code})")).unwrap_or_default();
    Trouble::new(hope, text + &suffix)
}

/// The session did not come about.
pub(crate) fn not_connected(error: &ConnectError) -> Trouble {
    match error {
        ConnectError::Tcp(error) => unreachable(error),
        ConnectError::Tls(error) => Trouble::new(
            Hope::Time,
            format!(
                "no secure connection to ngrok ({}): a proxy may stand between, or this machine's clock is wrong",
                detail(error)
            ),
        ),
        ConnectError::Auth(error) | ConnectError::Rebind(error) => not_answered(error),
        _ => closed_early(),
    }
}

/// A request to ngrok went wrong.
pub(crate) fn not_answered(error: &RpcError) -> Trouble {
    match error {
        RpcError::Response(_) => refused(error.error_code(), &error.msg()),
        _ => closed_early(),
    }
}

/// Nobody answers in time.
pub(crate) fn silent(seconds: u64) -> Trouble {
    let sentence = format!(
        "ngrok did not answer within {seconds} s: a firewall may hold the connection; try another network or a tunnel command"
    );
    Trouble::new(Hope::Time, sentence)
}

fn unreachable(error: &io::Error) -> Trouble {
    let sentence = format!(
        "this machine does not reach ngrok ({}): is it online, and does its firewall let port 443 out?",
        detail(error)
    );
    Trouble::new(Hope::Time, sentence)
}

fn closed_early() -> Trouble {
    let sentence = "ngrok closed the connection before the tunnel was open: a proxy or firewall may stand between; try another network or a tunnel command";
    Trouble::new(Hope::Time, sentence)
}

fn number(code: Option<&str>) -> Option<u32> {
    code?.strip_prefix(CODE_PREFIX)?.parse().ok()
}

fn without_code(message: &str) -> String {
    let line = one_line(message);
    let words = code_in(&line).map_or_else(|| line.clone(), |code| line.replace(code, ""));
    words.trim_end_matches([' ', '.']).to_owned()
}

fn detail(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    one_line(&innermost.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_code_becomes_a_remedy_and_an_unknown_one_keeps_ngroks_words() {
        let wrong = refused(Some("ERR_NGROK_107"), "The authtoken is invalid.\nYour authtoken: 2abcdef");
        assert!(wrong.sentence.contains(TOKEN_PAGE) && !wrong.sentence.contains("2abcdef"), "{}", wrong.sentence);
        assert_eq!(wrong.hope, Hope::None);
        assert_eq!(refused(Some("ERR_NGROK_108"), "limited").hope, Hope::Time, "the other session may end");
        assert!(refused(Some("ERR_NGROK_725"), "bandwidth").sentence.contains("billing"));
        let unknown = refused(Some("ERR_NGROK_8888"), "Something\r\nodd happened.\r\n\r\nERR_NGROK_8888\r\n");
        assert_eq!(unknown.sentence, "ngrok refused: Something odd happened (ERR_NGROK_8888)");
    }

    #[test]
    fn a_code_is_found_in_the_middle_of_a_text() {
        assert_eq!(code_in("see https://x ERR_NGROK_4018\r\n"), Some("ERR_NGROK_4018"));
        assert_eq!(code_in("ERR_NGROK_ is no code"), None);
    }
}
