//! The selected elements as a table of comma-separated values (RFC 4180, but with line feeds).

use super::{Selected, code};
use crate::field::{Field, HEIGHT};
use crate::{Layer, LayerData};
use glam::DVec3;
use std::fmt::{Display, LowerExp};
use std::io::{BufWriter, Result, Write};

/// What a network calls its nodes.
const LABEL: &str = "label";
/// Where in a volume's grid a voxel is.
const GRID: [&str; 3] = ["i", "j", "k"];

/// Writes a row for each selected element, of a streamline for each of its points: the layer, the element's number in the file,
/// its place in the file's coordinates, and all fields of all these layers by name; empty where there is no number. Of a volume
/// the numbers are those of the moment that is shown.
pub(crate) fn write_csv(layers: &[Layer], write: impl Write) -> Result<()> {
    let mut out = BufWriter::new(write);
    let tables: Vec<Table<'_>> = layers.iter().filter_map(Table::new).collect();
    let mut columns: Vec<&str> = Vec::new();
    for table in &tables {
        let more: &[&str] = match table.layer.data {
            LayerData::Network(_) => &[LABEL],
            LayerData::Volume(_) => &GRID,
            _ => &[],
        };
        for name in more.iter().copied().chain(table.fields.iter().map(|field| field.name)) {
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
    }
    write!(out, "layer,element,x,y,z")?;
    for column in &columns {
        write!(out, ",{}", quoted(column))?;
    }
    writeln!(out)?;
    for table in &tables {
        table.write(&columns, &mut out)?;
    }
    out.flush()
}

struct Table<'a> {
    layer: &'a Layer,
    selected: &'a Selected,
    fields: Vec<Field<'a>>,
    /// Digits after the point with which places keep all that 32 bits say.
    decimals: usize,
}

impl<'a> Table<'a> {
    fn new(layer: &'a Layer) -> Option<Table<'a>> {
        let selected = layer.selected.as_deref().filter(|selected| selected.count() > 0)?;
        let size = layer.data.bounds().map_or(0.0, |bounds| f64::from(bounds.radius()));
        let decimals = if size > 0.0 { (7.0 - size.log10()).ceil().clamp(0.0, 17.0) as usize } else { 6 };
        Some(Table { layer, selected, fields: layer.data.fields(), decimals })
    }

    fn write(&self, columns: &[&str], out: &mut impl Write) -> Result<()> {
        let name = quoted(&self.layer.name);
        let columns: Vec<(Option<&Field<'_>>, &str)> =
            columns.iter().map(|column| (self.fields.iter().find(|field| field.name == *column), *column)).collect();
        let data = &self.layer.data;
        for element in self.selected.each() {
            let number = code::number(data, element);
            let points = match data {
                LayerData::Tracts(tracts) => tracts.range(element),
                _ => element..element + 1,
            };
            for at in points {
                let DVec3 { x, y, z } = self.place(at);
                let decimals = self.decimals;
                write!(out, "{name},{number},{x:.decimals$},{y:.decimals$},{z:.decimals$}")?;
                for (field, column) in &columns {
                    out.write_all(b",")?;
                    match (field, data) {
                        (Some(field), LayerData::Volume(volume)) => {
                            self.number(field, volume.start(self.layer.style.volume.frame) + at, out)?;
                        }
                        (Some(field), _) => self.number(field, at, out)?,
                        (None, LayerData::Network(network)) if *column == LABEL => {
                            write!(out, "{}", quoted(network.labels.get(at).map_or("", String::as_str)))?;
                        }
                        (None, LayerData::Volume(volume)) => {
                            let part = GRID.iter().zip(volume.voxel(at)).find(|(name, _)| *name == column);
                            part.map_or(Ok(()), |(_, part)| write!(out, "{part}"))?;
                        }
                        _ => {}
                    }
                }
                writeln!(out)?;
            }
        }
        Ok(())
    }

    fn place(&self, at: usize) -> DVec3 {
        let positions = match &self.layer.data {
            LayerData::Points(points) => &points.positions,
            LayerData::Mesh(mesh) => &mesh.positions,
            LayerData::Tracts(tracts) => &tracts.positions,
            LayerData::Network(network) => &network.positions,
            LayerData::Volume(volume) => return volume.origin + volume.middle(volume.voxel(at)).as_dvec3(),
        };
        positions.get(at).map_or(DVec3::NAN, |place| self.layer.data.origin() + place.as_dvec3())
    }

    fn number(&self, field: &Field<'_>, at: usize, out: &mut impl Write) -> Result<()> {
        let mut value = f64::NAN;
        field.each(at..at + 1, |found| value = found);
        let kind = field.categories().filter(|_| value >= 0.0).and_then(|all| all.get(value as usize));
        let decimals = self.decimals;
        match kind {
            Some(kind) => write!(out, "{}", quoted(&kind.label)),
            None if value.is_nan() => Ok(()),
            None if field.name == HEIGHT && !field.is_whole() => write!(out, "{value:.decimals$}"),
            // As short as says all of it, in the number of bits that it has in memory.
            None if f64::from(value as f32) == value => shortest(value as f32, value, out),
            None => shortest(value, value, out),
        }
    }
}

fn shortest(number: impl Display + LowerExp, value: f64, out: &mut impl Write) -> Result<()> {
    if value == 0.0 || (1e-5..1e16).contains(&value.abs()) {
        write!(out, "{number}")
    } else {
        write!(out, "{number:e}")
    }
}

/// A text as one cell.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
