//! Which of the addresses that a tunnel command prints is the tunnel's.
//!
//! Tunnel programs also print links to their terms, manuals, dashboards and log-in pages. What tells them apart:
//!
//! 1. A tunnel's address is a bare `https://host` or `https://host:port`; the links have a path.
//! 2. Its host does not begin with a word that services keep for themselves (`www`, `docs`, `admin`, …), and is neither
//!    an IP address nor a name without a dot.
//! 3. It ends in a domain that is known for tunnels, or else its line says what it is (`Forwarding …`, `your url is …`),
//!    or else there is nothing but it in the line.

/// Domains under which services hand out tunnels; on one of them no further sign is needed.
const TUNNEL_DOMAINS: [&str; 16] = [
    ".trycloudflare.com",
    ".lhr.life",
    ".lhr.rocks",
    ".localhost.run",
    ".serveo.net",
    ".serveousercontent.com",
    ".loca.lt",
    ".ts.net",
    ".pinggy.link",
    ".pinggy.io",
    ".ngrok-free.app",
    ".ngrok-free.dev",
    ".ngrok.app",
    ".ngrok.dev",
    ".ngrok.io",
    ".devtunnels.ms",
];
/// First labels of hosts that services keep for themselves.
const SERVICE_LABELS: [&str; 16] = [
    "www",
    "docs",
    "doc",
    "developers",
    "developer",
    "admin",
    "dashboard",
    "login",
    "api",
    "console",
    "support",
    "help",
    "status",
    "blog",
    "github",
    "one",
];
/// What stands beside a tunnel's address, in small letters.
const CUES: [&str; 8] = ["url", "forward", "tunnel", "available", "listening", "public", "visit", "=>"];

/// The tunnel's address in a line of output, as `https://host[:port]`.
pub(crate) fn tunnel_in(line: &str) -> Option<String> {
    let line = without_colours(line).to_ascii_lowercase();
    let mut rest = line.as_str();
    while let Some(start) = rest.find("https://") {
        let before = &line[..line.len() - rest.len() + start];
        let (origin, after) = split_origin(&rest[start..]);
        if is_bare(after) && is_tunnel(origin, before, after) {
            return Some(origin.to_owned());
        }
        rest = &rest[start + "https://".len()..];
    }
    None
}

/// `https://host:port/path …` → `https://host:port` and what follows.
fn split_origin(text: &str) -> (&str, &str) {
    let scheme = "https://".len();
    let len = text[scheme..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"-.:".contains(byte)).count();
    let origin = text[..scheme + len].trim_end_matches([':', '.']);
    (origin, &text[origin.len()..])
}

/// What follows an origin has no path, no query and no user in it.
fn is_bare(after: &str) -> bool {
    let after = after.strip_prefix('/').unwrap_or(after);
    !after.starts_with(|c: char| c.is_alphanumeric() || "/?#@%_~<{[$*".contains(c))
}

fn is_tunnel(origin: &str, before: &str, after: &str) -> bool {
    let authority = &origin["https://".len()..];
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let labels: Vec<&str> = host.split('.').collect();
    let last_is_name = labels.last().is_some_and(|last| last.bytes().any(|byte| byte.is_ascii_alphabetic()));
    if labels.len() < 2 || labels.contains(&"") || !last_is_name || port.parse::<u16>().is_err() {
        return false;
    }
    if SERVICE_LABELS.contains(&labels[0]) {
        return false;
    }
    let known = TUNNEL_DOMAINS.iter().any(|domain| host.ends_with(domain));
    known || CUES.iter().any(|cue| before.contains(cue) || after.contains(cue)) || is_alone(before, after)
}

/// Nothing but frames, arrows and time stamps around it.
fn is_alone(before: &str, after: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    letters(before) == 0 && letters(after) == 0
}

/// Without the escape sequences for colours (ECMA-48, CSI … letter).
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            let _ = characters.by_ref().skip(1).find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests;
