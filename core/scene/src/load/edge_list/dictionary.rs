//! Dictionaries as Python writes them, behind the ends of a link: `{'weight': 4, 'kind': "it's"}`.

/// What stands before the dictionary that ends a line, and what is in it; `None` where none does.
pub(super) fn behind(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = line.strip_suffix(b"}")?;
    let start = inner.iter().position(|byte| *byte == b'{')?;
    let (before, inner) = inner.split_at_checked(start)?;
    Some((before, inner.strip_prefix(b"{")?))
}

/// The names and values of what is in a dictionary, without their quotes. Lists, `None` and what is nested say nothing.
pub(super) fn entries(inner: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    outside_of_quotes(inner, b',').into_iter().filter_map(|entry| {
        let parts = outside_of_quotes(entry, b':');
        let [name, value] = parts.as_slice() else { return None };
        let is_plain = !matches!(value.trim_ascii(), [] | b"None" | [b'{' | b'[' | b'(', ..]);
        is_plain.then(|| (bare(name), bare(value)))
    })
}

/// Split at a byte that stands in no text and no brackets.
fn outside_of_quotes(text: &[u8], at: u8) -> Vec<&[u8]> {
    let (mut quote, mut is_escaped, mut depth) = (None, false, 0u32);
    let split = text.split(|byte| {
        if let Some(open) = quote {
            let closes = *byte == open && !is_escaped;
            is_escaped = *byte == b'\\' && !is_escaped;
            quote = Some(open).filter(|_| !closes);
            return false;
        }
        match byte {
            b'\'' | b'"' => quote = Some(*byte),
            b'[' | b'(' | b'{' => depth += 1,
            b']' | b')' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *byte == at && depth == 0
    });
    split.collect()
}

fn bare(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii();
    let within = |quote: &[u8]| text.strip_prefix(quote)?.strip_suffix(quote);
    within(b"'").or_else(|| within(b"\"")).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_found_whatever_their_texts_hold() {
        let line =
            br#"a b {'weight': 4, "it's": 'x, y: {z}', 'list': [1, 2], 'at': (0, 1), 'deep': {'a': 1}, 'n': -1.5}"#;
        let (before, inner) = behind(line).unwrap();
        assert_eq!(before, b"a b ");
        let found: Vec<_> = entries(inner).collect();
        let expected: [(&[u8], &[u8]); 3] = [(b"weight", b"4"), (b"it's", b"x, y: {z}"), (b"n", b"-1.5")];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_no_dictionary_holds_no_entries() {
        for line in [&b"a b"[..], b"", b"}", b"a b 4}", b"{", b"a {b"] {
            assert!(behind(line).is_none(), "{line:?}");
        }
        for inner in [&b""[..], b",,", b"'", b"':':", b"a:b:c", b"\\", b"[[[,", b"a:,"] {
            assert_eq!(entries(inner).count(), 0, "{inner:?}");
        }
    }
}
