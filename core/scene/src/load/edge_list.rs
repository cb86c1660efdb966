//! Links as lines of text: two names a line, or columns of which two are called source and target (or as others call them).
//!
//! Columns such as `source_lat`, `source_lon`, `target_lat` and `target_lon` say where a link's ends are; others are said of the
//! link, as is a dictionary behind its ends (`a b {'weight': 4}`, as NetworkX writes it).

mod dictionary;

use super::format::{Format, Head, Opened};
use super::lines::{self, Lines};
use super::nodes::{LATITUDE, LONGITUDE, Nodes, Of};
use super::{LoadedLayer, Problem, Progress};

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
    is_text && (is_named || Layout::named(first).is_some())
}

/// What more columns say would be left out anyway.
const MOST_COLUMNS: usize = 130;

/// How lines are split, and which of their fields matter.
#[derive(Debug)]
struct Layout {
    delimiter: Option<u8>,
    ends: [usize; 2],
    /// The latitude and longitude of each end, in degrees.
    places: Option<[[usize; 2]; 2]>,
    /// The columns of what is said of links, with their names.
    others: Vec<(usize, String)>,
    /// Whether a head names the columns; otherwise they are called as they come.
    is_named: bool,
}

impl Layout {
    /// What a header says; `None` when it names no two ends.
    fn named(header: &[u8]) -> Option<Layout> {
        let header = header.trim_ascii_start().strip_prefix(b"#").unwrap_or(header);
        [Some(b'\t'), Some(b';'), Some(b','), None].into_iter().find_map(|delimiter| {
            let heads: Vec<String> =
                fields(header, delimiter).iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
            let names: Vec<String> = heads.iter().map(|name| name.to_ascii_lowercase()).collect();
            let at = |name: &str| names.iter().position(|one| one == name);
            let ends = ENDS.iter().find_map(|[from, to]| Some([at(from)?, at(to)?]))?;
            let places = places(&names);
            let is_taken =
                |column: &usize| ends.contains(column) || places.iter().flatten().flatten().any(|one| one == column);
            let others = heads.into_iter().enumerate().filter(|(column, _)| !is_taken(column)).collect();
            Some(Layout { delimiter, ends, places, others, is_named: true })
        })
    }

    /// Of lines without a header, as the first of them is.
    fn bare(first: &[u8]) -> Layout {
        let first = dictionary::behind(first).map_or(first, |(before, _)| before.trim_ascii());
        let delimiter = [b'\t', b';', b','].into_iter().find(|delimiter| first.contains(delimiter));
        let mut layout = Layout { delimiter, ends: [0, 1], places: None, others: Vec::new(), is_named: false };
        let columns = fields(first, delimiter).len();
        if columns == 3 {
            // A third column alone is what everyone means by it.
            layout.others.push((2, "weight".into()));
        }
        layout
    }

    /// Calls the columns of a line of so many that no header has named.
    fn count(&mut self, columns: usize) {
        if !self.is_named {
            let known = self.others.len() + 2;
            self.others.extend((known..columns.min(MOST_COLUMNS)).map(|at| (at, format!("column {}", at + 1))));
        }
    }
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

/// The fields of a line, without quotes around them. A field that begins with a quote may hold the delimiter.
fn fields(line: &[u8], delimiter: Option<u8>) -> Vec<&[u8]> {
    let Some(delimiter) = delimiter else { return lines::words(line).collect() };
    // Whether the field began with a quote, and whether what comes is within quotes.
    let (mut is_text, mut is_quoted, mut is_new) = (false, false, true);
    let split = line.split(|byte| {
        is_text |= is_new && *byte == b'"';
        is_quoted ^= is_text && *byte == b'"';
        let ends = *byte == delimiter && !is_quoted;
        is_new = ends || (is_new && byte.is_ascii_whitespace());
        is_text &= !ends;
        ends
    });
    split.map(|field| unquoted(field.trim_ascii())).collect()
}

fn unquoted(field: &[u8]) -> &[u8] {
    field.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(field)
}

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let mut lines = Lines::new(reader, progress, "edge list");
    let (mut nodes, mut line) = (Nodes::default(), Vec::new());
    let mut layout: Option<Layout> = None;
    while lines.next(&mut line)? {
        // A tab may stand for an empty field, and stays.
        let text = lines::without_end(line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line));
        let is_comment = matches!(text.trim_ascii().first(), None | Some(b'#' | b'%'));
        if layout.is_none() {
            // The first line says what is what, if it says anything.
            layout = Layout::named(text);
            if layout.is_some() {
                continue;
            }
        }
        if is_comment {
            continue;
        }
        let layout = layout.get_or_insert_with(|| Layout::bare(text.trim_ascii()));
        if !take(text, layout, &mut nodes, progress)? {
            return Err(lines.wrong("a link has not two ends"));
        }
        if lines.number().is_multiple_of(BLOCK_LINES) {
            progress.allow(nodes.bytes())?;
        }
    }
    nodes.make_ends();
    Ok(vec![nodes.into_layer(name, "edge list")?])
}

/// Takes a line's link and what is said of it; false when it has not two ends.
fn take(text: &[u8], layout: &mut Layout, nodes: &mut Nodes, progress: &Progress) -> Result<bool, Problem> {
    // Its blanks and commas part no columns.
    let dictionary = if layout.is_named { None } else { dictionary::behind(text.trim_ascii()) };
    let fields = fields(dictionary.map_or(text, |(before, _)| before), layout.delimiter);
    let end = |index: usize| fields.get(index).filter(|name| !name.is_empty());
    let [Some(from), Some(to)] = layout.ends.map(end) else { return Ok(false) };
    let names = [from, to].map(|name| String::from_utf8_lossy(name));
    for (name, place) in names.iter().zip(layout.places.iter().flatten()) {
        say_place(nodes, name, place.map(|column| fields.get(column).copied().unwrap_or_default()));
    }
    let link = Of::Link(nodes.link(&names[0], &names[1]));
    let mut say = |name: &str, value: &[u8]| {
        if !value.is_empty() {
            nodes.say(link, name, &String::from_utf8_lossy(value));
        }
        if nodes.began_a_column() { progress.allow(nodes.bytes()) } else { Ok(()) }
    };
    for (name, value) in dictionary.into_iter().flat_map(|(_, inner)| dictionary::entries(inner)) {
        say(&String::from_utf8_lossy(name), value)?;
    }
    layout.count(fields.len());
    for (column, name) in &layout.others {
        say(name, fields.get(*column).copied().unwrap_or_default())?;
    }
    Ok(true)
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
