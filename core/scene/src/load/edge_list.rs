//! Links as lines of text: two names a line, or columns of which two are called source and target (or as others call them).
//!
//! Columns such as `source_lat`, `source_lon`, `target_lat` and `target_lon` say where a link's ends are; others are not read.

use super::format::{Format, Head, Opened};
use super::lines::{self, Lines};
use super::nodes::{LATITUDE, LONGITUDE, Nodes};
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
/// What stands for an end in the names of the columns that say where it is, beside [`ENDS`].
const SIDES: [&[&str]; 2] = [&["1", "a", "start"], &["2", "b", "end", "dest"]];
const BLOCK_LINES: u64 = 4096;

fn is_it(head: &Head<'_>) -> bool {
    let is_named = FORMAT.extensions.contains(&head.extension);
    let is_text = (is_named || matches!(head.extension, "csv" | "tsv" | "txt")) && !head.bytes.contains(&0);
    let first = head.text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    is_text && (is_named || columns(first).is_some())
}

/// How lines are split, and which of their fields matter.
#[derive(Debug, Clone, Copy)]
struct Columns {
    delimiter: Option<u8>,
    ends: [usize; 2],
    /// The latitude and longitude of each end, in degrees.
    places: Option<[[usize; 2]; 2]>,
}

/// What a header says; `None` when it names no two ends.
fn columns(header: &[u8]) -> Option<Columns> {
    let header = header.strip_prefix(b"#").unwrap_or(header);
    [Some(b'\t'), Some(b';'), Some(b','), None].into_iter().find_map(|delimiter| {
        let names: Vec<String> =
            fields(header, delimiter).iter().map(|name| String::from_utf8_lossy(name).to_ascii_lowercase()).collect();
        let at = |name: &str| names.iter().position(|one| one == name);
        let ends = ENDS.iter().find_map(|[from, to]| Some([at(from)?, at(to)?]))?;
        Some(Columns { delimiter, ends, places: places(&names) })
    })
}

/// The columns that say where the two ends are; `None` unless all four are there.
fn places(names: &[String]) -> Option<[[usize; 2]; 2]> {
    let bare: Vec<String> =
        names.iter().map(|name| name.chars().filter(char::is_ascii_alphanumeric).collect()).collect();
    let place = |end: usize| {
        let sides = || ENDS.iter().map(|ends| ends[end]).chain(SIDES[end].iter().copied());
        // The side before or behind: `source_lat`, `lat_from`, `lat1`.
        let is_one = |name: &str, what: &str| {
            let rest = [name.strip_suffix(what), name.strip_prefix(what)];
            sides().any(|side| rest.contains(&Some(side)))
        };
        let find = |whats: &[&str]| bare.iter().position(|name| whats.iter().any(|what| is_one(name, what)));
        Some([find(&LATITUDE)?, find(&LONGITUDE)?])
    };
    Some([place(0)?, place(1)?])
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
    let mut layout: Option<Columns> = None;
    while lines.next(&mut line)? {
        let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line).trim_ascii();
        let is_comment = text.is_empty() || matches!(text.first(), Some(b'#' | b'%'));
        let Columns { delimiter, ends: [from, to], places } = match layout {
            Some(layout) => layout,
            None => {
                // The first line says what is what, if it says anything.
                let named = columns(text);
                if named.is_none() && is_comment {
                    continue;
                }
                let delimiter = [b'\t', b';', b','].into_iter().find(|delimiter| text.contains(delimiter));
                let first = named.unwrap_or(Columns { delimiter, ends: [0, 1], places: None });
                layout = Some(first);
                if named.is_some() {
                    continue;
                }
                first
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
        let names = [from, to].map(|name| String::from_utf8_lossy(name));
        for (name, place) in names.iter().zip(places.iter().flatten()) {
            say_place(&mut nodes, name, place.map(|column| fields.get(column).copied().unwrap_or_default()));
        }
        nodes.link(&names[0], &names[1]);
        if lines.number().is_multiple_of(BLOCK_LINES) {
            progress.allow(nodes.bytes())?;
        }
    }
    nodes.make_ends();
    Ok(vec![nodes.into_layer(name, "edge list")?])
}

/// Says where a node is, as far as a line says it.
fn say_place(nodes: &mut Nodes, name: &str, place: [&[u8]; 2]) {
    let node = nodes.node(name);
    for (what, text) in [LATITUDE[0], LONGITUDE[0]].into_iter().zip(place) {
        let number = std::str::from_utf8(text).ok().and_then(|text| text.trim().parse().ok());
        if let Some(number) = number {
            nodes.say_number(node, what, number);
        }
    }
}
