//! A tunnel command's template: `cloudflared tunnel --url {url}` → program and arguments.

use crate::trouble::{Hope, Trouble};
use std::net::SocketAddr;

const EXAMPLE: &str = "cloudflared tunnel --url {url}";

/// Splits first and fills in then, so that nothing that is filled in can split an argument.
pub(crate) fn expand(template: &str, local: SocketAddr) -> Result<(String, Vec<String>), Trouble> {
    let words = shlex::split(template).ok_or_else(|| refused("has a quote that does not end"))?;
    let filled: Vec<String> = words.iter().map(|word| fill(word, local)).collect();
    if words.is_empty() {
        return Err(refused("is empty"));
    }
    if words == filled {
        return Err(refused("has no {url}, {addr} or {port}, so the tunnel would not lead here"));
    }
    let mut filled = filled.into_iter();
    let program = filled.next().filter(|program| !program.is_empty()).ok_or_else(|| refused("names no program"))?;
    Ok((program, filled.collect()))
}

fn fill(word: &str, local: SocketAddr) -> String {
    word.replace("{url}", &format!("http://{local}"))
        .replace("{addr}", &local.to_string())
        .replace("{port}", &local.port().to_string())
}

fn refused(why: &str) -> Trouble {
    Trouble::new(Hope::None, format!("the tunnel command {why}: write it like `{EXAMPLE}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(template: &str) -> Result<(String, Vec<String>), Trouble> {
        expand(template, SocketAddr::from(([127, 0, 0, 1], 8080)))
    }

    #[test]
    fn a_template_is_split_as_a_shell_would_and_its_places_are_filled() {
        let (program, arguments) =
            expanded("ssh -o 'Server Alive=1' -R 80:{addr} \"no key\"@localhost.run {url} x{port}").unwrap();
        assert_eq!(program, "ssh");
        let wanted = [
            "-o",
            "Server Alive=1",
            "-R",
            "80:127.0.0.1:8080",
            "no key@localhost.run",
            "http://127.0.0.1:8080",
            "x8080",
        ];
        assert_eq!(arguments, wanted);
    }

    #[test]
    fn nothing_in_a_template_is_run_by_a_shell() {
        let (_, arguments) = expanded("tunnel {port} ; rm -rf $HOME `id` | cat > x").unwrap();
        assert_eq!(arguments, ["8080", ";", "rm", "-rf", "$HOME", "`id`", "|", "cat", ">", "x"]);
    }

    #[test]
    fn a_template_that_cannot_work_is_refused_with_a_remedy() {
        for (template, why) in [
            ("cloudflared tunnel", "has no {url}"),
            ("", "is empty"),
            ("   # only a comment", "is empty"),
            ("tunnel 'open {url}", "a quote that does not end"),
            ("'' {url}", "names no program"),
        ] {
            let trouble = expanded(template).unwrap_err();
            assert!(
                trouble.sentence.contains(why) && trouble.sentence.contains(EXAMPLE),
                "{template}: {}",
                trouble.sentence
            );
            assert_eq!(trouble.hope, Hope::None);
        }
    }
}
