//! The tags of VTK's XML files: what they say of the file and of its pieces, and pieces brought into the form that all have.

use super::arrays::{Described, Written};
use super::image::{Extent, Part, Whole};
use super::packed::Packing;
use super::said::{Array, Cells, Said};
use crate::Values;
use crate::load::Problem;
use crate::load::numbers::Endian;
use crate::load::xml::attribute;
use glam::DVec3;

/// What the first tag says.
pub(super) struct Head {
    pub(super) is_image: bool,
    packing: Packing,
    /// One that is not known.
    compressor: Option<String>,
}

/// In which part of a piece a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Points,
    OfPoints,
    OfCells,
    Vertices,
    Lines,
    Strips,
    Polygons,
}

/// A list of a piece.
pub(super) struct List {
    pub(super) section: Section,
    pub(super) described: Described,
    /// Whether it is the one that the file would have things coloured by.
    pub(super) is_active: bool,
    /// Its numbers; those that are appended come later.
    pub(super) array: Option<Array>,
}

/// A part of a file, with its own points.
pub(super) struct Piece {
    points: u64,
    vertices: u64,
    lines: u64,
    strips: u64,
    polygons: u64,
    /// Of cells, together.
    cells: u64,
    /// Of an image.
    extent: Option<Extent>,
    pub(super) lists: Vec<List>,
}

/// What the tag about lists says of some: which is to colour, and which are of no use as numbers.
#[derive(Default)]
pub(super) struct Roles {
    pub(super) scalars: Option<String>,
    pub(super) others: Vec<String>,
}

fn malformed(detail: impl Into<String>) -> Problem {
    Problem::Malformed { kind: "VTK", detail: detail.into() }
}

impl Head {
    pub(super) fn of(attributes: &[(String, String)]) -> Result<Head, Problem> {
        let said = |name: &str| attribute(attributes, name).unwrap_or_default();
        let is_image = match said("type") {
            "PolyData" => false,
            "ImageData" => true,
            other => {
                let detail = format!("it holds {other}; PolyData and ImageData are read");
                return Err(Problem::Unsupported { detail });
            }
        };
        let endian = match said("byte_order") {
            "LittleEndian" | "" => Endian::Little,
            "BigEndian" => Endian::Big,
            other => {
                let detail = format!("its byte_order is “{other}”, and LittleEndian or BigEndian was expected");
                return Err(malformed(detail));
            }
        };
        let is_wide = match said("header_type") {
            "UInt32" | "" => false,
            "UInt64" => true,
            other => {
                let detail = format!("its header_type is “{other}”, and UInt32 or UInt64 was expected");
                return Err(malformed(detail));
            }
        };
        let compressor = said("compressor");
        let is_known = matches!(compressor, "" | "vtkZLibDataCompressor");
        Ok(Head {
            is_image,
            packing: Packing { endian, is_wide, is_compressed: !compressor.is_empty() },
            compressor: (!is_known).then(|| compressor.to_owned()),
        })
    }

    /// How a list is packed. A compressor is named also where nothing was compressed.
    pub(super) fn packing_of(&self, written: Written, count: Option<u64>) -> Result<Packing, Problem> {
        match &self.compressor {
            Some(compressor) if written != Written::Words && count != Some(0) => {
                let detail = format!(
                    "its numbers are compressed by “{compressor}”; those compressed by vtkZLibDataCompressor, or not at \
                     all, are read"
                );
                Err(Problem::Unsupported { detail })
            }
            _ => Ok(self.packing),
        }
    }
}

impl Section {
    pub(super) fn of(element: &str) -> Option<Section> {
        Some(match element {
            "Points" => Section::Points,
            "PointData" => Section::OfPoints,
            "CellData" => Section::OfCells,
            "Verts" => Section::Vertices,
            "Lines" => Section::Lines,
            "Strips" => Section::Strips,
            "Polys" => Section::Polygons,
            _ => return None,
        })
    }
}

impl Roles {
    pub(super) fn of(attributes: &[(String, String)]) -> Roles {
        let said = |name: &str| attribute(attributes, name).map(str::to_owned);
        Roles { scalars: said("Scalars"), others: said("Normals").into_iter().chain(said("TCoords")).collect() }
    }
}

impl Piece {
    pub(super) fn of(attributes: &[(String, String)], head: &Head, whole: Option<Whole>) -> Result<Piece, Problem> {
        let number = |name: &str| match attribute(attributes, name).map(str::trim) {
            None | Some("") => Ok(0),
            Some(said) => said.parse().ok().filter(|count: &u64| *count < u32::MAX.into()).ok_or_else(|| {
                malformed(format!("its {name} is “{said}”, and a number below {} was expected", u32::MAX))
            }),
        };
        let (vertices, lines) = (number("NumberOfVerts")?, number("NumberOfLines")?);
        let (strips, polygons) = (number("NumberOfStrips")?, number("NumberOfPolys")?);
        let mut piece = Piece {
            points: number("NumberOfPoints")?,
            vertices,
            lines,
            strips,
            polygons,
            cells: vertices + lines + strips + polygons,
            extent: None,
            lists: Vec::new(),
        };
        if head.is_image {
            let said = attribute(attributes, "Extent").map(Extent::of).transpose()?;
            let extent = said.or(whole.and_then(|whole| whole.extent));
            let extent = extent.ok_or_else(|| malformed("a piece does not say its extent"))?;
            let counts = extent.counts().ok_or_else(|| malformed("an extent is larger than any"))?;
            [piece.points, piece.cells] = counts;
            piece.extent = Some(extent);
        }
        Ok(piece)
    }

    /// How many numbers a list has; `None` where only the list itself tells.
    pub(super) fn count(&self, section: Section, described: &Described) -> Result<Option<u64>, Problem> {
        let of_cells = |cells: u64| match described.name.as_str() {
            // Without cells it is empty, or not even that.
            "connectivity" if cells > 0 => None,
            _ => Some(cells),
        };
        let rows = match section {
            Section::Points => return Ok(Some(self.points * 3)),
            Section::OfPoints => self.points,
            Section::OfCells => self.cells,
            Section::Vertices => return Ok(of_cells(self.vertices)),
            Section::Lines => return Ok(of_cells(self.lines)),
            Section::Strips => return Ok(of_cells(self.strips)),
            Section::Polygons => return Ok(of_cells(self.polygons)),
        };
        let count = rows.checked_mul(described.parts).filter(|count| *count < 1 << 40);
        count.map(Some).ok_or_else(|| malformed(format!("its list “{}” is longer than any", described.name)))
    }

    /// Takes the lists of a section, the one that is to colour first.
    fn take(&mut self, section: Section) -> Vec<Array> {
        let (these, others): (Vec<List>, Vec<List>) =
            std::mem::take(&mut self.lists).into_iter().partition(|list| list.section == section);
        self.lists = others;
        let (active, rest): (Vec<List>, Vec<List>) = these.into_iter().partition(|list| list.is_active);
        let array = |list: List| list.array.map(|array| Array { is_color: list.is_active, ..array });
        active.into_iter().chain(rest).filter_map(array).collect()
    }

    fn cells(&mut self, section: Section, count: u64) -> Result<Cells, Problem> {
        let arrays = self.take(section);
        if count == 0 {
            return Ok(Cells::default());
        }
        let list = |name: &str| arrays.iter().find(|array| array.name == name).map(|array| &array.values);
        let missing = |name: &str| malformed(format!("its {section:?} have no list “{name}”"));
        let ends = list("offsets").ok_or_else(|| missing("offsets"))?;
        let points = list("connectivity").ok_or_else(|| missing("connectivity"))?;
        Cells::of(ends, 0, points).ok_or_else(|| malformed("offsets of cells do not grow, or reach too far"))
    }

    /// As polydata.
    pub(super) fn into_said(mut self) -> Result<Said, Problem> {
        let points = self.take(Section::Points).into_iter().next();
        let points = points.map_or_else(Values::default, |array| array.values);
        if points.len() as u64 != self.points * 3 {
            let (count, there) = (self.points, points.len());
            return Err(malformed(format!("it has {count} points, and {there} coordinates, not three each")));
        }
        let part = |at: usize| points.get(at);
        let places = (0..self.points as usize)
            .map(|point| DVec3::new(part(3 * point), part(3 * point + 1), part(3 * point + 2)));
        let mut said = Said { points: places.collect(), of_points: self.take(Section::OfPoints), ..Said::default() };
        said.vertices = self.cells(Section::Vertices, self.vertices)?;
        said.lines = self.cells(Section::Lines, self.lines)?;
        said.polygons = self.cells(Section::Polygons, self.polygons)?;
        said.strips = self.cells(Section::Strips, self.strips)?;
        said.divide(&self.take(Section::OfCells));
        Ok(said)
    }

    /// As a part of an image.
    pub(super) fn into_part(mut self) -> Option<Part> {
        let (of_points, of_cells) = (self.take(Section::OfPoints), self.take(Section::OfCells));
        Some(Part { extent: self.extent?, of_points, of_cells })
    }
}
