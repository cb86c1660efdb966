//! VTK's XML files ("VTK XML file formats", docs.vtk.org, versions 0.1 to 2): polydata (`.vtp`) and images (`.vti`), their numbers
//! as text, as base64, or appended in either form; compressed with zlib or not.

use super::arrays::{Budget, Described, Stands, Written};
use super::image::Whole;
use super::pieces::{Head, List, Piece, Roles, Section};
use super::said::{Array, Said};
use super::{layers, volumes};
use crate::load::cloud::ARRANGING;
use crate::load::format::{Format, Opened};
use crate::load::source::FileReader;
use crate::load::watched::Watched;
use crate::load::xml::{Item, Xml, attribute};
use crate::load::{LoadedLayer, Problem};
use std::io::{BufRead, Seek, SeekFrom};

pub(in crate::load) const FORMAT: Format = Format {
    name: "VTK XML",
    extensions: &["vtp", "vti"],
    becomes: "a surface, streamlines, points, or volumes",
    is_it: |head| head.text.starts_with(b"<") && head.text.windows(8).any(|window| window == b"<VTKFile"),
    begins_with: "<",
    read,
};

/// A tag, or what stands between two beside numbers, is shorter in sound files.
const MOST_TAG_BYTES: u64 = 1 << 20;
/// Memory for what is kept of a piece or list, beside its numbers.
const BYTES_PER_LIST: u64 = 1000;
/// Letters before the underscore that appended numbers begin with.
const MOST_BLANKS: u64 = 1 << 16;

fn malformed(detail: impl Into<String>) -> Problem {
    Problem::Malformed { kind: "VTK", detail: detail.into() }
}

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let total = reader.len();
    let mut xml = Xml::new(reader, progress, "VTK").of_parts_up_to(MOST_TAG_BYTES);
    let mut budget = Budget::new(progress);
    let (mut head, mut whole) = (None::<Head>, None::<Whole>);
    let (mut pieces, mut section, mut roles) = (Vec::<Piece>::new(), None, Roles::default());
    let (mut has_later_ones, mut appended) = (false, None);
    while let Some(item) = xml.next()? {
        let (element, attributes) = match item {
            Item::Begin(element, attributes) => (element, attributes),
            Item::End(element) => {
                if Section::of(&element).is_some() {
                    section = None;
                }
                continue;
            }
            Item::Text(_) => continue,
        };
        match (element.as_str(), &head) {
            ("VTKFile", None) => {
                let said = Head::of(&attributes)?;
                if said.is_image {
                    budget.beside = 0;
                } else {
                    progress.leave(ARRANGING);
                }
                head = Some(said);
            }
            (_, None) => return Err(malformed(format!("it begins with “{element}”, and VTKFile was expected"))),
            ("ImageData", _) => whole = Some(Whole::of(&attributes)?),
            ("Piece", Some(head)) => {
                budget.take(BYTES_PER_LIST)?;
                pieces.push(Piece::of(&attributes, head, whole)?);
            }
            ("DataArray" | "Array", Some(head)) => {
                let described = Described::of(&attributes)?;
                let is_later = attribute(&attributes, "TimeStep").is_some_and(|step| step.trim() != "0");
                has_later_ones |= is_later && section.is_some();
                let wanted = described.filter(|list| !is_later && !roles.others.contains(&list.name));
                match (pieces.last_mut(), section, wanted) {
                    (Some(piece), Some(section), Some(described)) => {
                        budget.take(BYTES_PER_LIST)?;
                        let array = match described.stands {
                            Stands::Appended(_) => None,
                            _ => Some(inline(&mut xml, head, piece, section, &described, total, &mut budget)?),
                        };
                        let is_active = roles.scalars.as_ref() == Some(&described.name);
                        piece.lists.push(List { section, described, is_active, array });
                    }
                    _ => xml.text().map_or(Ok(()), |mut text| text.skip())?,
                }
            }
            ("AppendedData", Some(_)) => {
                appended = Some(match attribute(&attributes, "encoding") {
                    Some("raw") => Written::Raw,
                    Some("base64") | None => Written::Base64,
                    Some(other) => return Err(malformed(format!("its numbers are appended as “{other}”"))),
                });
                break;
            }
            (other, _) => {
                if let Some(begun) = Section::of(other) {
                    (section, roles) = (Some(begun), Roles::of(&attributes));
                }
            }
        }
    }
    let head = head.ok_or_else(|| Problem::Truncated { detail: "it ends before its first tag".into() })?;
    if let Some(written) = appended {
        read_appended(xml.into_reader(), written, &head, &mut pieces, &mut budget)?;
    }
    let mut lists = pieces.iter().flat_map(|piece| &piece.lists);
    if let Some(list) = lists.find(|list| list.array.is_none()) {
        let detail = format!("its list “{}” is appended, and nothing is", list.described.name);
        return Err(Problem::Truncated { detail });
    }
    let mut layers = if head.is_image {
        let whole = whole.ok_or_else(|| malformed("it has no ImageData"))?;
        let parts = pieces.into_iter().filter_map(Piece::into_part).collect();
        volumes::layers(whole.grid(parts, &mut budget)?, &name, progress)?
    } else {
        let mut said = Said::default();
        for piece in pieces {
            said.append(piece.into_said()?);
        }
        layers::layers(said, name, progress)?
    };
    if let Some(first) = layers.first_mut().filter(|_| has_later_ones) {
        first.notice = layers::with(first.notice.take(), "Shows the first of its moments.".into());
    }
    Ok(layers)
}

/// The numbers of a list that stand in its element, which has begun.
fn inline(
    xml: &mut Xml<'_>,
    head: &Head,
    piece: &Piece,
    section: Section,
    described: &Described,
    total: u64,
    budget: &mut Budget<'_>,
) -> Result<Array, Problem> {
    let written = if described.stands == Stands::AsWords { Written::Words } else { Written::Base64 };
    let count = piece.count(section, described)?;
    let packing = head.packing_of(written, count)?;
    let Some(mut text) = xml.text() else {
        return described.read(std::io::empty(), written, packing, count, 0, budget);
    };
    let room = text.left().min(total);
    let array = described.read(&mut text, written, packing, count, room, budget)?;
    text.skip()?;
    Ok(array)
}

/// The numbers of all lists that are appended; the reader stands where what is appended begins.
fn read_appended(
    mut reader: FileReader,
    written: Written,
    head: &Head,
    pieces: &mut [Piece],
    budget: &mut Budget<'_>,
) -> Result<(), Problem> {
    let total = reader.len();
    let start = underscore(&mut reader)?;
    for piece in pieces {
        let counts: Result<Vec<Option<u64>>, Problem> =
            piece.lists.iter().map(|list| piece.count(list.section, &list.described)).collect();
        for (list, count) in piece.lists.iter_mut().zip(counts?) {
            let Stands::Appended(offset) = list.described.stands else { continue };
            let at = start.checked_add(offset).filter(|at| *at <= total).ok_or_else(|| Problem::Truncated {
                detail: format!("its list “{}” stands at byte {offset} of what is appended", list.described.name),
            })?;
            reader.seek(SeekFrom::Start(at))?;
            let stop = (written == Written::Base64).then_some(b'<');
            let bytes = Watched::new(&mut reader, budget.progress, stop, at, total);
            let packing = head.packing_of(written, count)?;
            list.array = Some(list.described.read(bytes, written, packing, count, total - at, budget)?);
        }
    }
    Ok(())
}

/// Gets past the underscore before what is appended, and gives the place behind it.
fn underscore(reader: &mut FileReader) -> Result<u64, Problem> {
    for _ in 0..MOST_BLANKS {
        let byte = reader.fill_buf()?.first().copied();
        reader.consume(1);
        match byte {
            Some(b'_') => return Ok(reader.stream_position()?),
            Some(blank) if blank.is_ascii_whitespace() => {}
            Some(_) => break,
            None => return Err(Problem::Truncated { detail: "it ends before the numbers that are appended".into() }),
        }
    }
    Err(malformed("what is appended does not begin with an underscore"))
}
