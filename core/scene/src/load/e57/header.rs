//! [`Scan`]: what the XML section says of a scan (ASTM E2807, clause 8).

use super::malformed;
use super::pages::{FileHeader, Pages};
use super::prototype::Field;
use crate::load::source::FileReader;
use crate::load::xml::{Item, Xml, attribute};
use crate::load::{Problem, Progress};
use glam::{DQuat, DVec3};

/// No section of a sound file is longer.
const MOST_XML_BYTES: u64 = 50_000_000;
/// More scans than this would be too many layers to name.
const MOST_SCANS: usize = 4096;
/// More fields than this no scanner has.
const MOST_FIELDS: usize = 256;

/// A scan as it is described, its points not read yet.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Empty where it has none.
    pub(super) name: String,
    pub(super) pose: Pose,
    /// Of red, green and blue: the least and the greatest.
    pub(super) color_limits: [[Option<f64>; 2]; 3],
    /// Where its points are, physical.
    pub(super) points_at: u64,
    /// How many records there are.
    pub(super) count: u64,
    pub(super) fields: Vec<Field>,
}

/// Where the scanner stood.
#[derive(Debug)]
pub(super) struct Pose {
    /// x, y, z, w.
    rotation: [f64; 4],
    translation: [f64; 3],
}

impl Default for Pose {
    fn default() -> Pose {
        Pose { rotation: [0.0, 0.0, 0.0, 1.0], translation: [0.0; 3] }
    }
}

impl Pose {
    /// The rotation, whatever the length of its quaternion; none where that is zero, as careless writers leave it.
    pub(super) fn rotation(&self) -> DQuat {
        let greatest = self.rotation.into_iter().fold(0.0, |greatest: f64, part| greatest.max(part.abs()));
        if greatest == 0.0 {
            return DQuat::IDENTITY;
        }
        // Scaled first: squares of the greatest numbers would be infinite.
        DQuat::from_array(self.rotation.map(|part| part / greatest)).normalize()
    }

    pub(super) fn translation(&self) -> DVec3 {
        DVec3::from_array(self.translation)
    }
}

/// All scans of a file, in order.
pub(super) fn scans(pages: &mut Pages, header: &FileHeader, progress: &Progress) -> Result<Vec<Scan>, Problem> {
    pages.go_to(header.xml_at, "its XML section")?;
    if header.xml_bytes > MOST_XML_BYTES {
        let (bytes, most) = (crate::text::count(header.xml_bytes), crate::text::count(MOST_XML_BYTES));
        return Err(malformed(format!("byte 32: its XML section has {bytes} bytes, and at most {most} were expected")));
    }
    if header.xml_bytes > pages.left() {
        let (bytes, left) = (crate::text::count(header.xml_bytes), crate::text::count(pages.left()));
        return Err(Problem::Truncated {
            detail: format!("its XML section should have {bytes} bytes and {left} are there"),
        });
    }
    progress.allow(header.xml_bytes)?;
    let mut bytes = Vec::new();
    pages.append(header.xml_bytes, &mut bytes)?;
    // It is short beside the points, and counts its own progress from the start to the end.
    progress.leave(1.0);
    let mut xml = Xml::new(FileReader::of(bytes), progress, super::FORMAT.name);
    let mut reading = Reading::default();
    let in_xml = |problem| match problem {
        Problem::Malformed { kind, detail } => {
            Problem::Malformed { kind, detail: format!("in its XML section, {detail}") }
        }
        other => other,
    };
    while let Some(item) = xml.next().map_err(in_xml)? {
        match item {
            Item::Begin(name, attributes) => reading.begin(name, &attributes)?,
            Item::Text(text) => reading.text.push_str(&text),
            Item::End(_) => reading.end()?,
        }
    }
    progress.leave(0.0);
    if !reading.is_e57 {
        return Err(malformed("its XML section has no element “e57Root”".into()));
    }
    Ok(reading.scans)
}

/// What is read so far.
#[derive(Default)]
struct Reading {
    /// The names of the elements that are open.
    path: Vec<String>,
    /// Of the innermost element.
    text: String,
    scans: Vec<Scan>,
    is_e57: bool,
}

impl Reading {
    fn begin(&mut self, name: String, attributes: &[(String, String)]) -> Result<(), Problem> {
        self.text.clear();
        self.path.push(name);
        self.is_e57 |= self.path == ["e57Root"];
        if self.path == ["e57Root", "data3D", "vectorChild"] {
            if self.scans.len() == MOST_SCANS {
                let detail = format!("it has more than {MOST_SCANS} scans, and no more are read");
                return Err(Problem::Unsupported { detail });
            }
            self.scans.push(Scan::default());
        }
        let Some((scan, path)) = self.within_scan() else { return Ok(()) };
        match path.iter().map(String::as_str).collect::<Vec<&str>>()[..] {
            ["points"] => {
                (scan.points_at, scan.count) = (whole(attributes, "fileOffset")?, whole(attributes, "recordCount")?);
            }
            ["points", "prototype", name] => {
                if scan.fields.len() == MOST_FIELDS {
                    let detail = format!("a scan has more than {MOST_FIELDS} fields, and no more are read");
                    return Err(Problem::Unsupported { detail });
                }
                scan.fields.push(Field::parse(name, attributes)?);
            }
            // Where no codec is named for a field, it is this one.
            ["points", "codecs", "vectorChild", codec] if !matches!(codec, "inputs" | "bitPackCodec") => {
                let codec = codec.escape_debug();
                let detail = format!("its points are packed by “{codec}”, and “bitPackCodec” is read");
                return Err(Problem::Unsupported { detail });
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        let text = std::mem::take(&mut self.text);
        if let Some((scan, path)) = self.within_scan() {
            match path.iter().map(String::as_str).collect::<Vec<&str>>()[..] {
                ["name"] => scan.name = text.trim().chars().take(80).collect(),
                ["pose", "rotation", axis] => {
                    if let Some(index) = ["x", "y", "z", "w"].iter().position(|name| *name == axis) {
                        scan.pose.rotation[index] = number(axis, &text)?;
                    }
                }
                ["pose", "translation", axis] => {
                    if let Some(index) = ["x", "y", "z"].iter().position(|name| *name == axis) {
                        scan.pose.translation[index] = number(axis, &text)?;
                    }
                }
                ["colorLimits", limit] => {
                    for (channel, color) in ["Red", "Green", "Blue"].into_iter().enumerate() {
                        let end = limit.strip_prefix("color").and_then(|limit| limit.strip_prefix(color));
                        let end = ["Minimum", "Maximum"].iter().position(|name| Some(*name) == end);
                        if let Some(end) = end {
                            scan.color_limits[channel][end] = Some(number(limit, &text)?);
                        }
                    }
                }
                _ => {}
            }
        }
        self.path.pop();
        Ok(())
    }

    /// The scan that is read, and where in its description.
    fn within_scan(&mut self) -> Option<(&mut Scan, &[String])> {
        let path = self.path.get(3..).filter(|path| !path.is_empty())?;
        let is_scan = self.path[..3] == ["e57Root", "data3D", "vectorChild"];
        Some((self.scans.last_mut().filter(|_| is_scan)?, path))
    }
}

/// The number in an element: nothing is written for zero.
fn number(element: &str, text: &str) -> Result<f64, Problem> {
    let text = text.trim();
    let number: Option<f64> = if text.is_empty() { Some(0.0) } else { text.parse().ok() };
    number.filter(|number| number.is_finite()).ok_or_else(|| {
        let (element, text) = (element.escape_debug(), text.escape_debug());
        malformed(format!("in its XML section, “{element}” is “{text:.60}”, and a number was expected"))
    })
}

fn whole(attributes: &[(String, String)], name: &str) -> Result<u64, Problem> {
    let text = attribute(attributes, name).unwrap_or("").trim();
    text.parse().map_err(|_| {
        let text = text.escape_debug();
        malformed(format!("in its XML section, {name} is “{text:.60}”, and a whole number was expected"))
    })
}
