//! Python literals, as far as NumPy writes them into headers.

/// Lists within lists go no deeper.
const DEEPEST: usize = 16;

/// A Python literal.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Whole(u64),
    Truth(bool),
    None,
    /// A list or a tuple.
    List(Vec<Literal>),
    Dict(Vec<(Literal, Literal)>),
}

impl Literal {
    /// `None` when it is none, or one that a header has no use for, e.g. a negative number.
    pub(super) fn parse(text: &str) -> Option<Literal> {
        let mut parser = Parser { rest: text };
        let literal = parser.literal(0)?;
        parser.blanks();
        parser.rest.trim_matches('\0').trim().is_empty().then_some(literal)
    }

    /// What a dictionary has under a key.
    pub(super) fn entry(&self, key: &str) -> Option<&Literal> {
        let Literal::Dict(entries) = self else { return None };
        entries.iter().find(|(name, _)| matches!(name, Literal::Text(name) if name == key)).map(|(_, value)| value)
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Literal::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn list(&self) -> Option<&[Literal]> {
        if let Literal::List(list) = self { Some(list) } else { None }
    }

    /// A list of whole numbers, or one alone.
    pub(super) fn wholes(&self) -> Option<Vec<u64>> {
        let whole = |literal: &Literal| if let Literal::Whole(whole) = literal { Some(*whole) } else { None };
        match self {
            Literal::List(list) => list.iter().map(whole).collect(),
            one => Some(vec![whole(one)?]),
        }
    }
}

struct Parser<'t> {
    rest: &'t str,
}

impl Parser<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Whether this comes next; it is left behind.
    fn has(&mut self, what: &str) -> bool {
        self.blanks();
        let after = self.rest.strip_prefix(what);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn literal(&mut self, depth: usize) -> Option<Literal> {
        if depth > DEEPEST {
            return None;
        }
        self.blanks();
        match self.rest.chars().next()? {
            '(' => self.list("(", ")", depth),
            '[' => self.list("[", "]", depth),
            '{' => self.dict(depth),
            '\'' | '"' => self.text(),
            digit if digit.is_ascii_digit() => self.whole(),
            _ if self.has("True") => Some(Literal::Truth(true)),
            _ if self.has("False") => Some(Literal::Truth(false)),
            _ if self.has("None") => Some(Literal::None),
            // Texts of Python 2.
            'u' | 'b' => {
                self.rest = &self.rest[1..];
                self.text()
            }
            _ => None,
        }
    }

    fn list(&mut self, open: &str, close: &str, depth: usize) -> Option<Literal> {
        self.has(open);
        let mut list = Vec::new();
        while !self.has(close) {
            list.push(self.literal(depth + 1)?);
            if !self.has(",") {
                self.has(close).then_some(())?;
                // In brackets, yet no list: `(3)`.
                return Some(if open == "(" && list.len() == 1 { list.remove(0) } else { Literal::List(list) });
            }
        }
        Some(Literal::List(list))
    }

    fn dict(&mut self, depth: usize) -> Option<Literal> {
        self.has("{");
        let mut entries = Vec::new();
        while !self.has("}") {
            let key = self.literal(depth + 1)?;
            self.has(":").then_some(())?;
            entries.push((key, self.literal(depth + 1)?));
            if !self.has(",") {
                self.has("}").then_some(())?;
                break;
            }
        }
        Some(Literal::Dict(entries))
    }

    fn text(&mut self) -> Option<Literal> {
        let mut letters = self.rest.chars();
        let quote = letters.next().filter(|quote| matches!(quote, '\'' | '"'))?;
        let mut text = String::new();
        loop {
            match letters.next()? {
                '\\' => text.push(letters.next()?),
                letter if letter == quote => break,
                letter => text.push(letter),
            }
        }
        self.rest = letters.as_str();
        Some(Literal::Text(text))
    }

    fn whole(&mut self) -> Option<Literal> {
        let end = self.rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        // Python 2 wrote long numbers so.
        self.rest = rest.strip_prefix('L').unwrap_or(rest);
        digits.parse().ok().map(Literal::Whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_and_what_is_none_is_refused() {
        let dict =
            Literal::parse("{'a': (3, 2L), \"b\": [('it\\'s', '<f4', (3,))], 'c': True, 'd': (7), }  \n").unwrap();
        assert_eq!(dict.entry("a").unwrap().wholes(), Some(vec![3, 2]));
        let field = dict.entry("b").unwrap().list().unwrap()[0].list().unwrap();
        assert_eq!((field[0].text(), field[2].wholes()), (Some("it's"), Some(vec![3])));
        assert_eq!((dict.entry("c"), dict.entry("e")), (Some(&Literal::Truth(true)), None));
        assert_eq!(dict.entry("d").unwrap().wholes(), Some(vec![7]));
        let deep = "[".repeat(100_000);
        for bad in ["", "{", "{'a'}", "(1 2)", "-1", "'open", "99999999999999999999", "{} {}", &deep, "é"] {
            assert_eq!(Literal::parse(bad), None, "{bad:.20} passed");
        }
    }
}
