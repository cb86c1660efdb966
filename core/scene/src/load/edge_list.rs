//! Links as lines of text: two names a line, or columns of which two are called source and target (or as others call them).

use super::format::{Format, Head, Opened};
use super::lines::{self, Lines};
use super::nodes::Nodes;
use super::{LoadedLayer, Problem};

pub(super) const FORMAT: Format = Format {
    name: "edge list",
    extensions: &["edges", "edgelist"],
    becomes: "a network",
    is_it,
    begins_with: "",
    read,
};

/// What the columns of a link's ends are called.
const ENDS: [[&str; 2]; 7] = [
    ["source", "target"],
    ["from", "to"],
    ["src", "dst"],
    ["origin", "destination"],
    ["node1", "node2"],
    ["fromnodeid", "tonodeid"],
    ["u", "v"],
];
const BLOCK_LINES: u64 = 4096;

fn is_it(head: &Head<'_>) -> bool {
    let is_named = FORMAT.extensions.contains(&head.extension);
    let is_text = (is_named || matches!(head.extension, "csv" | "tsv" | "txt")) && !head.bytes.contains(&0);
    let first = head.text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    is_text && (is_named || columns(first).is_some())
}

/// The delimiter of a header, and which of its columns are a link's ends.
fn columns(header: &[u8]) -> Option<(Option<u8>, [usize; 2])> {
    let header = header.strip_prefix(b"#").unwrap_or(header);
    [Some(b'\t'), Some(b';'), Some(b','), None].into_iter().find_map(|delimiter| {
        let names: Vec<String> =
            fields(header, delimiter).iter().map(|name| String::from_utf8_lossy(name).to_ascii_lowercase()).collect();
        let at = |name: &str| names.iter().position(|one| one == name);
        ENDS.iter().find_map(|[from, to]| Some((delimiter, [at(from)?, at(to)?])))
    })
}

fn fields(line: &[u8], delimiter: Option<u8>) -> Vec<&[u8]> {
    let Some(delimiter) = delimiter else { return lines::words(line).collect() };
    let unquoted = |field: &[u8]| -> (usize, usize) {
        let trimmed = field.trim_ascii();
        let start = field.len() - field.trim_ascii_start().len();
        match trimmed {
            [b'"', inner @ .., b'"'] => (start + 1, start + 1 + inner.len()),
            _ => (start, start + trimmed.len()),
        }
    };
    line.split(|byte| *byte == delimiter)
        .map(|field| {
            let (from, to) = unquoted(field);
            &field[from..to]
        })
        .collect()
}

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let mut lines = Lines::new(reader, progress, "edge list");
    let (mut nodes, mut line) = (Nodes::default(), Vec::new());
    let mut layout: Option<(Option<u8>, [usize; 2])> = None;
    while lines.next(&mut line)? {
        let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line).trim_ascii();
        let is_comment = text.is_empty() || matches!(text.first(), Some(b'#' | b'%'));
        let (delimiter, [from, to]) = match layout {
            Some(layout) => layout,
            None => {
                // The first line says what is what, if it says anything.
                let named = columns(text);
                if named.is_none() && is_comment {
                    continue;
                }
                let delimiter = [b'\t', b';', b','].into_iter().find(|delimiter| text.contains(delimiter));
                layout = Some(named.unwrap_or((delimiter, [0, 1])));
                if named.is_some() {
                    continue;
                }
                (delimiter, [0, 1])
            }
        };
        if is_comment {
            continue;
        }
        let fields = fields(text, delimiter);
        let end = |index: usize| fields.get(index).filter(|name| !name.is_empty());
        let (Some(from), Some(to)) = (end(from), end(to)) else {
            return Err(lines.wrong("a link has not two ends"));
        };
        nodes.link(&String::from_utf8_lossy(from), &String::from_utf8_lossy(to));
        if lines.number().is_multiple_of(BLOCK_LINES) {
            progress.allow(nodes.bytes())?;
        }
    }
    nodes.make_ends();
    Ok(vec![nodes.into_layer(name, "edge list")?])
}
