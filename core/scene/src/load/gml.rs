//! GML (Himsolt, "GML: a portable graph file format", 1997): nodes and links with what is said of them.

use super::format::{Format, Opened};
use super::lines::Lines;
use super::nodes::{Nodes, Of};
use super::{LoadedLayer, Problem, Progress};

pub(super) const FORMAT: Format = Format {
    name: "GML",
    extensions: &["gml"],
    becomes: "a network; what is said of its nodes and links colours them",
    is_it: |head| head.extension == "gml" && !head.text.starts_with(b"<") && !head.bytes.contains(&0),
    begins_with: "graph",
    read,
};

/// No sound file nests deeper.
const MOST_DEPTH: usize = 64;
const BLOCK_LINES: u64 = 4096;

/// What is between brackets, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Node,
    Edge,
    Other,
}

#[derive(Default)]
struct Entry {
    /// What is said of a node or a link, by name.
    said: Vec<(String, String)>,
}

impl Entry {
    fn take(&mut self, key: &str) -> Option<String> {
        let at = self.said.iter().position(|(name, _)| name.eq_ignore_ascii_case(key))?;
        Some(self.said.remove(at).1)
    }
}

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let mut lines = Lines::new(reader, progress, "GML");
    let (mut nodes, mut line) = (Nodes::default(), Vec::new());
    let mut open: Vec<Block> = Vec::new();
    let mut entry = Entry::default();
    let mut key: Option<String> = None;
    while lines.next(&mut line)? {
        let text = String::from_utf8_lossy(&line).into_owned();
        if text.trim_start().starts_with('#') {
            continue;
        }
        for word in words(&text) {
            match (word.as_str(), key.take()) {
                ("[", Some(name)) => {
                    if open.len() >= MOST_DEPTH {
                        return Err(lines.wrong("its lists are nested too deep"));
                    }
                    let block = match name.to_ascii_lowercase().as_str() {
                        "node" => Block::Node,
                        "edge" => Block::Edge,
                        _ => Block::Other,
                    };
                    if block != Block::Other {
                        entry = Entry::default();
                    }
                    open.push(block);
                }
                ("[", None) => return Err(lines.wrong("a list has no name")),
                ("]", _) => match open.pop() {
                    Some(Block::Node) => node(std::mem::take(&mut entry), &mut nodes, progress)?,
                    Some(Block::Edge) => link(std::mem::take(&mut entry), &mut nodes, progress)?,
                    // Within a node, e.g. of graphics: the node goes on.
                    Some(Block::Other) => {}
                    None => return Err(lines.wrong("a list ends that has not begun")),
                },
                (_, None) => key = Some(word),
                (value, Some(name)) if matches!(open.last(), Some(Block::Node | Block::Edge)) => {
                    entry.said.push((name, value.trim_matches('"').to_owned()));
                }
                _ => {}
            }
        }
        if lines.number().is_multiple_of(BLOCK_LINES) {
            progress.allow(nodes.bytes())?;
        }
    }
    if !open.is_empty() {
        return Err(Problem::Truncated { detail: "it ends within a list".into() });
    }
    Ok(vec![nodes.into_layer(name, "GML")?])
}

fn node(mut entry: Entry, nodes: &mut Nodes, progress: &Progress) -> Result<(), Problem> {
    let Some(id) = entry.take("id") else { return Ok(()) };
    let node = nodes.node(&id);
    if let Some(label) = entry.take("label").or_else(|| entry.take("name")) {
        nodes.call(node, &label);
    }
    say(entry, Of::Node(node), nodes, progress)
}

fn link(mut entry: Entry, nodes: &mut Nodes, progress: &Progress) -> Result<(), Problem> {
    let (Some(from), Some(to)) = (entry.take("source"), entry.take("target")) else { return Ok(()) };
    let link = nodes.link(&from, &to);
    say(entry, Of::Link(link), nodes, progress)
}

fn say(entry: Entry, of: Of, nodes: &mut Nodes, progress: &Progress) -> Result<(), Problem> {
    for (name, value) in &entry.said {
        nodes.say(of, name, value);
        if nodes.began_a_column() {
            progress.allow(nodes.bytes())?;
        }
    }
    Ok(())
}

/// Words, brackets, and texts in quotes as one.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut word, mut is_quoted) = (String::new(), false);
    for letter in line.chars() {
        match letter {
            '"' => {
                is_quoted = !is_quoted;
                word.push(letter);
            }
            '[' | ']' if !is_quoted => {
                words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
                words.push(letter.to_string());
            }
            letter if letter.is_whitespace() && !is_quoted => {
                words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            }
            letter => word.push(letter),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}
