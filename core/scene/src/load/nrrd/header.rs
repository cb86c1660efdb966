//! The header of an NRRD file: fields (`type: short`), and keys of the writer's own (`Segment0_Name:=Liver`).

use super::malformed;
use crate::load::Problem;
use crate::load::source::FileReader;
use std::collections::HashMap;
use std::io::{BufRead, Read};

/// Headers of sound files are shorter, also those that name a thousand segments.
const MOST_BYTES: u64 = 4 << 20;

#[derive(Debug, Default)]
pub(super) struct Header {
    fields: HashMap<String, String>,
    keys: HashMap<String, String>,
}

impl Header {
    /// Reads up to the empty line, or the end of a file that says where its numbers are.
    pub(super) fn read(reader: &mut FileReader) -> Result<Header, Problem> {
        let mut header = Header::default();
        let (mut line, mut left) = (Vec::new(), MOST_BYTES);
        for number in 1u64.. {
            line.clear();
            let read = reader.by_ref().take(left).read_until(b'\n', &mut line)? as u64;
            left -= read;
            if left == 0 {
                break;
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim();
            if read == 0 && !header.is_detached() {
                return Err(Problem::Truncated { detail: "its header has no end".into() });
            }
            if text.is_empty() {
                return Ok(header);
            }
            if number > 1 && !text.starts_with('#') {
                header.take(text).ok_or_else(|| malformed(format!("line {number}: it is no field")))?;
            }
            // Names of files follow, each on a line.
            if header.is_detached() && header.field(&["data file", "datafile"]).is_some_and(are_several) {
                return Ok(header);
            }
        }
        Err(malformed("its header has no end within 4 MB".into()))
    }

    fn take(&mut self, text: &str) -> Option<()> {
        // A field's name holds no colon, and neither does a key up to its “:=”.
        let (key, value) = text.split_once(':')?;
        if let Some(value) = value.strip_prefix('=') {
            self.keys.insert(key.trim().to_owned(), value.trim().to_owned());
        } else {
            self.fields.insert(key.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
        Some(())
    }

    fn is_detached(&self) -> bool {
        self.field(&["data file", "datafile"]).is_some()
    }

    /// What the first of these fields says that is there.
    pub(super) fn field(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.fields.get(*name)).map(String::as_str)
    }

    /// The same in small letters, for comparing; empty when it is not there.
    pub(super) fn word(&self, names: &[&str]) -> String {
        self.field(names).unwrap_or_default().chars().take(60).collect::<String>().to_ascii_lowercase()
    }

    /// A field's words.
    pub(super) fn words(&self, names: &[&str]) -> impl Iterator<Item = &str> {
        self.field(names).unwrap_or_default().split_ascii_whitespace()
    }

    /// A field's texts in quotes, one an axis; `None` for those that say nothing.
    pub(super) fn quoted(&self, name: &str) -> Vec<Option<String>> {
        let Some(text) = self.field(&[name]) else { return Vec::new() };
        if !text.contains('"') {
            return vec![Some(text.chars().take(40).collect())];
        }
        let says = |word: &str| !word.is_empty() && word != "???" && word != "none";
        text.split('"').skip(1).step_by(2).map(|word| says(word).then(|| word.chars().take(40).collect())).collect()
    }
}

/// Whether a data file is a list or a pattern of several.
pub(super) fn are_several(data_file: &str) -> bool {
    let mut words = data_file.split_ascii_whitespace();
    let first = words.next().unwrap_or_default();
    first == "LIST" || first.contains('%') && words.filter(|word| word.parse::<i64>().is_ok()).count() >= 3
}
