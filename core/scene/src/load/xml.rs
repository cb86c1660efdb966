//! XML, element by element: with progress, without entities of the file's own, and no deeper than a sound file goes.

use super::source::FileReader;
use super::watched::Watched;
use super::{Problem, Progress};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::BinaryStream;
use std::io::{self, BufRead, Read};

/// No sound file nests deeper.
const MOST_DEPTH: usize = 64;
/// So many events are read, then progress is told.
const BLOCK_EVENTS: u32 = 1024;

/// What a file holds, in order.
pub(super) enum Item {
    /// An element begins; its name without a prefix.
    Begin(String, Vec<(String, String)>),
    /// The innermost element ends.
    End(String),
    /// Text between.
    Text(String),
}

pub(super) struct Xml<'a> {
    reader: Reader<Fenced>,
    /// No tag, and no text between two, is longer.
    most_bytes: u64,
    progress: &'a Progress,
    kind: &'static str,
    buffer: Vec<u8>,
    total: u64,
    events: u32,
    depth: usize,
    /// An element without content: its end is told next.
    ends: Option<String>,
}

impl<'a> Xml<'a> {
    /// `kind`: for sentences.
    pub(super) fn new(reader: FileReader, progress: &'a Progress, kind: &'static str) -> Xml<'a> {
        let total = reader.len();
        Xml {
            reader: Reader::from_reader(Fenced { reader, left: 0 }),
            // It is held about four times while it is taken apart.
            most_bytes: progress.limits().max_bytes / 8,
            progress,
            kind,
            buffer: Vec::new(),
            total,
            events: 0,
            depth: 0,
            ends: None,
        }
    }

    /// The same for a file whose tags, and texts that are not [`Xml::text`], are not longer than this.
    pub(super) fn of_parts_up_to(self, most_bytes: u64) -> Xml<'a> {
        Xml { most_bytes: most_bytes.min(self.most_bytes), ..self }
    }

    /// The text up to the next tag, however long, as it stands: instead of [`Item::Text`], after [`Item::Begin`]. None
    /// after an element without content.
    pub(super) fn text(&mut self) -> Option<Watched<'a, BinaryStream<'_, Fenced>>> {
        if self.ends.is_some() {
            return None;
        }
        let at = self.reader.buffer_position();
        self.reader.get_mut().left = u64::MAX;
        Some(Watched::new(self.reader.stream(), self.progress, Some(b'<'), at, self.total))
    }

    /// The file, where the last item ends.
    pub(super) fn into_reader(self) -> FileReader {
        self.reader.into_inner().reader
    }

    /// What comes next; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Item>, Problem> {
        if let Some(name) = self.ends.take() {
            return Ok(Some(Item::End(name)));
        }
        loop {
            self.events += 1;
            if self.events.is_multiple_of(BLOCK_EVENTS) {
                self.progress.advance(self.reader.buffer_position(), self.total)?;
            }
            self.buffer.clear();
            self.reader.get_mut().left = self.most_bytes;
            let at = self.reader.buffer_position();
            let kind = self.kind;
            let malformed = |detail: String| Problem::Malformed { kind, detail: format!("byte {at}: {detail}") };
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| malformed(error.to_string()))?;
            return match event {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > MOST_DEPTH {
                        return Err(malformed(format!("its elements are nested deeper than {MOST_DEPTH}")));
                    }
                    let (name, attributes) = begun(&start).map_err(malformed)?;
                    Ok(Some(Item::Begin(name, attributes)))
                }
                Event::Empty(start) => {
                    let (name, attributes) = begun(&start).map_err(malformed)?;
                    self.ends = Some(name.clone());
                    Ok(Some(Item::Begin(name, attributes)))
                }
                Event::End(end) => {
                    self.depth = self.depth.saturating_sub(1);
                    Ok(Some(Item::End(String::from_utf8_lossy(end.local_name().as_ref()).into_owned())))
                }
                Event::Text(text) => Ok(Some(Item::Text(String::from_utf8_lossy(&text).into_owned()))),
                Event::CData(text) => Ok(Some(Item::Text(String::from_utf8_lossy(&text).into_owned()))),
                Event::GeneralRef(entity) => Ok(Some(Item::Text(resolved(&String::from_utf8_lossy(&entity))))),
                Event::Eof if self.depth > 0 => Err(Problem::Truncated { detail: "it ends within an element".into() }),
                Event::Eof => Ok(None),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => continue,
            };
        }
    }
}

/// A file of which no more than `left` bytes are given out.
pub(super) struct Fenced {
    reader: FileReader,
    left: u64,
}

impl BufRead for Fenced {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let there = self.reader.fill_buf()?;
        if self.left == 0 && !there.is_empty() {
            return Err(io::Error::other("a tag or text is longer than any of a sound file"));
        }
        Ok(&there[..there.len().min(usize::try_from(self.left).unwrap_or(usize::MAX))])
    }

    fn consume(&mut self, amount: usize) {
        self.reader.consume(amount);
        self.left = self.left.saturating_sub(amount as u64);
    }
}

impl Read for Fenced {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

/// The five of XML itself and numbers of letters; all others stay as they are written.
fn resolved(entity: &str) -> String {
    let number = entity.strip_prefix('#').and_then(|number| match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    });
    match (entity, number.and_then(char::from_u32)) {
        (_, Some(letter)) => letter.to_string(),
        ("lt", _) => "<".into(),
        ("gt", _) => ">".into(),
        ("amp", _) => "&".into(),
        ("quot", _) => "\"".into(),
        ("apos", _) => "'".into(),
        _ => format!("&{entity};"),
    }
}

/// An attribute's value with its entities resolved.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('&');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(';') {
            Some((entity, rest)) if entity.len() <= 10 => {
                whole.push_str(&resolved(entity));
                whole.push_str(rest);
            }
            _ => {
                whole.push('&');
                whole.push_str(part);
            }
        }
    }
    whole
}

fn begun(start: &BytesStart<'_>) -> Result<(String, Vec<(String, String)>), String> {
    let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned();
        attributes.push((key, unescaped(&String::from_utf8_lossy(&attribute.value))));
    }
    Ok((name, attributes))
}

/// The attribute of this name.
pub(super) fn attribute<'a>(attributes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_those_of_xml_and_no_others() {
        assert_eq!(unescaped("a &lt;&#98;&#x63;&gt; &amp; &bomb; & c"), "a <bc> & &bomb; & c");
    }
}
