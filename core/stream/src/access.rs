//! [`Access`]: whose token it is, compared in constant time.

use crate::stage::lock;
use heliograph_wire::Role;
use heliograph_wire::link::Tokens;
use std::sync::Mutex;
use subtle::ConstantTimeEq;

/// The share's secrets.
#[derive(Debug)]
pub(crate) struct Access {
    tokens: Mutex<Tokens>,
}

impl Access {
    pub(crate) fn new(tokens: Tokens) -> Access {
        Access { tokens: Mutex::new(tokens) }
    }

    /// Other secrets: the ones before open nothing any more.
    pub(crate) fn replace(&self, tokens: Tokens) {
        *lock(&self.tokens) = tokens;
    }

    /// What an `Authorization` header allows; `None` for nothing (RFC 6750 section 2.1).
    pub(crate) fn role(&self, authorization: Option<&str>) -> Option<Role> {
        let (scheme, token) = authorization?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        self.role_of(token.trim())
    }

    /// What a token allows; `None` for nothing.
    pub(crate) fn role_of(&self, token: &str) -> Option<Role> {
        let token = token.as_bytes();
        // Both are compared whatever the first says. An empty secret opens nothing.
        let tokens = lock(&self.tokens);
        let view = token.ct_eq(tokens.view.as_bytes());
        let control = token.ct_eq(tokens.control.as_bytes());
        match (bool::from(control), bool::from(view)) {
            _ if token.is_empty() => None,
            (true, _) => Some(Role::Control),
            (false, true) => Some(Role::View),
            (false, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_opens_and_each_its_own_role() {
        let access = Access::new(Tokens { view: "v".repeat(22), control: "c".repeat(22) });
        let role = |header: &str| access.role(Some(header));
        assert_eq!(role(&format!("Bearer {}", "v".repeat(22))), Some(Role::View));
        assert_eq!(role(&format!("bearer {}", "c".repeat(22))), Some(Role::Control));
        for wrong in ["v".repeat(21), "v".repeat(23), "V".repeat(22), String::new(), "c v".to_owned()] {
            assert_eq!(role(&format!("Bearer {wrong}")), None, "{wrong}");
        }
        assert_eq!(role(&"v".repeat(22)), None);
        assert_eq!(role(&format!("Basic {}", "v".repeat(22))), None);
        assert_eq!(access.role(None), None);
    }

    #[test]
    fn an_empty_secret_opens_nothing() {
        let access = Access::new(Tokens { view: String::new(), control: String::new() });
        assert_eq!(access.role(Some("Bearer ")), None);
        assert_eq!(access.role(Some("Bearer")), None);
    }
}
