//! [`Layer`]: one thing that is drawn, as it came out of one file.

use crate::axes::{Axes, Chosen};
use crate::boxes::Boxes;
use crate::field::{Field, HEIGHT};
use crate::layout::Motion;
use crate::load::{LoadedLayer, Source, is_geographic};
use crate::paint::Paint;
use crate::reading::{Reading, TextTable};
use crate::selection::Selected;
use crate::{Aabb, ColorBy, Diameter, LinkStyle, Mesh, Network, Placement, Points, Style, Tracts, Volume};
use glam::{DVec3, Vec3};
use heliograph_wire::LayerId;
use std::sync::Arc;

/// One thing that is drawn.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Its name for commands.
    pub id: LayerId,
    /// Its name for people: the file's, without its folder and ending.
    pub name: String,
    /// Whether it is drawn.
    pub visible: bool,
    /// What is drawn.
    pub data: LayerData,
    /// How it is drawn.
    pub style: Style,
    /// Grows when geometry or colours changed and must be uploaded again; never repeats among all layers of a scene.
    pub content_revision: u64,
    /// What brings the layer's positions into scene coordinates: to be added to each.
    pub offset: Vec3,
    /// What the user should know about how the file was read, e.g. that points were left out.
    pub notice: Option<String>,
    /// How it was drawn at first.
    pub(crate) first_style: Style,
    /// Which file it came out of, and the how manieth of that file's layers it is, from 0; none where there is no file.
    pub file: Option<(Source, u32)>,
    /// Which of its elements are selected; none while nothing is.
    pub(crate) selected: Option<Arc<Selected>>,
    /// Whether what is not selected is dimmed.
    pub(crate) dims: bool,
    /// Of a network whose nodes have latitudes and longitudes: where they lie now. The scene brings it to what the style says.
    pub(crate) placement: Placement,
    /// Of a table of points that has more columns: which can be coordinates, and which are. The scene brings them to what the
    /// style says.
    pub(crate) axes: Option<(Arc<Axes>, Chosen)>,
    /// Of a text table: how it was read, and how it is to be. The scene says what is to be read again.
    pub(crate) table: Option<TextTable>,
    /// From the units of a network's layout to those of the scene that it was put in.
    pub(crate) scale: f32,
    /// Of a network that is laid out: whether it moves.
    pub(crate) motion: Option<Motion>,
    /// About its elements, made with the data; about those of a network, which move, there are none.
    pub(crate) boxes: Arc<Boxes>,
    /// See [`Layer::coarser`].
    pub(crate) coarser: Arc<Vec<Vec<u32>>>,
}

/// All that decides the colours of a network's links beside its nodes: equal looks are equal colours, wherever the nodes are.
#[derive(Debug, Clone)]
pub struct LinkLook {
    style: LinkStyle,
    /// Where the rest is dimmed.
    selected: Option<Arc<Selected>>,
}

impl PartialEq for LinkLook {
    fn eq(&self, other: &LinkLook) -> bool {
        let same_selected = match (&self.selected, &other.selected) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        };
        same_selected && self.style == other.style
    }
}

/// What a layer is made of.
#[derive(Debug, Clone)]
pub enum LayerData {
    /// A point cloud.
    Points(Arc<Points>),
    /// A triangle mesh.
    Mesh(Arc<Mesh>),
    /// Streamlines.
    Tracts(Arc<Tracts>),
    /// Nodes and links.
    Network(Arc<Network>),
    /// Numbers on a regular grid.
    Volume(Arc<Volume>),
}

impl LayerData {
    /// For [`heliograph_wire::LayerStatus::kind`].
    pub fn kind(&self) -> &'static str {
        match self {
            LayerData::Points(_) => "points",
            LayerData::Mesh(_) => "mesh",
            LayerData::Tracts(_) => "tracts",
            LayerData::Network(_) => "network",
            LayerData::Volume(_) => "volume",
        }
    }

    /// Whether it is a volume whose numbers are kinds of things.
    pub fn has_labels(&self) -> bool {
        matches!(self, LayerData::Volume(volume) if volume.values.categories.is_some())
    }

    /// What the positions are relative to, in the file's coordinates.
    pub fn origin(&self) -> DVec3 {
        match self {
            LayerData::Points(points) => points.origin,
            LayerData::Mesh(mesh) => mesh.origin,
            LayerData::Tracts(tracts) => tracts.origin,
            LayerData::Network(network) => network.origin,
            LayerData::Volume(volume) => volume.origin,
        }
    }

    /// The colours that the file gives its elements, sRGB and 255.
    pub fn file_colors(&self) -> Option<&[[u8; 4]]> {
        match self {
            LayerData::Points(points) => points.file_colors.as_deref(),
            LayerData::Mesh(mesh) => mesh.file_colors.as_deref(),
            LayerData::Tracts(_) | LayerData::Network(_) | LayerData::Volume(_) => None,
        }
    }

    /// What it can be coloured by.
    pub fn color_choices(&self) -> Vec<ColorBy> {
        let fields = (0..self.fields().len()).map(ColorBy::Field);
        let mut choices: Vec<ColorBy> = self.file_colors().map(|_| ColorBy::File).into_iter().collect();
        match self {
            LayerData::Points(_) | LayerData::Network(_) => choices.extend(fields.chain([ColorBy::Single])),
            LayerData::Volume(_) => choices.extend(fields),
            LayerData::Mesh(_) => choices.extend([ColorBy::Single].into_iter().chain(fields)),
            LayerData::Tracts(_) => {
                choices.extend([ColorBy::Direction].into_iter().chain(fields).chain([ColorBy::Single]))
            }
        }
        choices
    }

    /// The first of these that says more than where things lie: no height that is the same everywhere, no latitude of a node.
    pub(crate) fn first_colors(&self) -> ColorBy {
        let fields = self.fields();
        let is_placed = matches!(self, LayerData::Network(network) if network.places.is_some());
        let says_nothing = |field: &Field<'_>| {
            let [least, greatest] = field.summary().range;
            (field.name == HEIGHT && least == greatest) || (is_placed && is_geographic(field.name))
        };
        let choices = self.color_choices();
        let says_more = |choice: &&ColorBy| match choice {
            ColorBy::Field(at) => !fields.get(*at).is_some_and(says_nothing),
            _ => true,
        };
        choices.iter().find(says_more).or(choices.first()).copied().unwrap_or(Style::default().color_by)
    }

    /// A diameter that suits its points or lines, in its units: points touch each other, lines do not hide the rest.
    pub fn fitting_diameter(&self) -> f64 {
        let wanted = match self {
            LayerData::Points(points) => f64::from(points.spacing()),
            _ => self.bounds().map_or(0.0, |bounds| f64::from(bounds.min.distance(bounds.max)) / 300.0),
        };
        two_digits(wanted)
    }

    /// The box about the positions, relative to [`LayerData::origin`].
    pub fn bounds(&self) -> Option<Aabb> {
        match self {
            LayerData::Points(points) => points.bounds,
            LayerData::Mesh(mesh) => mesh.bounds,
            LayerData::Tracts(tracts) => tracts.bounds,
            LayerData::Network(network) => network.bounds,
            LayerData::Volume(volume) => volume.bounds,
        }
    }
}

impl Layer {
    /// Of what was read, as it is drawn at first; `scale` is [`Layer::scale`].
    pub(crate) fn of(loaded: LoadedLayer, id: LayerId, scale: f32) -> Layer {
        let LoadedLayer { name, data, style, notice, file, boxes, coarser, axes, table } = loaded;
        let is_laid_out = matches!(&data, LayerData::Network(network) if !network.is_placed);
        Layer {
            id,
            name,
            visible: true,
            data,
            first_style: style.clone(),
            style,
            content_revision: 0,
            offset: Vec3::ZERO,
            notice,
            file,
            selected: None,
            dims: false,
            placement: Placement::Globe,
            axes: axes.map(|axes| (Arc::clone(&axes), axes.guess)),
            table,
            scale,
            motion: is_laid_out.then_some(Motion::Runs),
            boxes,
            coarser,
        }
    }

    /// Of a large mesh: the same with fewer and fewer triangles, finest first, for pictures that must be there soon. Each level is a list
    /// of three vertices a triangle, each below the number of the mesh's vertices.
    pub fn coarser(&self) -> &[Vec<u32>] {
        &self.coarser
    }

    /// The colours of its elements as they are to be drawn now.
    pub fn paint(&self) -> Paint<'_> {
        let selected = self.selected.as_deref().filter(|_| self.dims);
        Paint::new(&self.data, &self.style).with_selection(&self.data, selected)
    }

    /// What the links of a network look like beside their nodes; `None` where they have all their colours, and all are drawn.
    pub fn link_look(&self) -> Option<LinkLook> {
        let links = &self.style.links;
        let is_own = links.color_by.is_some() || links.filter.is_some();
        is_own.then(|| LinkLook { style: links.clone(), selected: self.selected.clone().filter(|_| self.dims) })
    }

    /// The colours of a network's links as they are to be drawn now; [`crate::AS_NODES`] where their nodes give them.
    pub fn link_paint(&self) -> Paint<'_> {
        let paint = Paint::of_links(&self.data, &self.style.links);
        match &self.data {
            LayerData::Network(network) => {
                paint.with_selected_ends(network, self.selected.as_deref().filter(|_| self.dims))
            }
            _ => paint,
        }
    }

    /// While what is not selected is dimmed: a bit for each element that is, element `i` being bit `i % 64` of word `i / 64`; no
    /// words when none is.
    pub fn selected_bits(&self) -> Option<&[u64]> {
        self.selected.as_deref().filter(|_| self.dims).map(Selected::bits)
    }

    /// How thick its points, nodes or lines are.
    pub fn diameter(&self) -> Diameter {
        let px = match self.data {
            LayerData::Points(_) => self.style.point_size,
            LayerData::Network(_) => self.style.node_size,
            _ => self.style.line_width,
        };
        if !self.style.in_data_units {
            return Diameter::Pixels(px);
        }
        Diameter::Scene(self.style.diameter.unwrap_or_else(|| self.data.fitting_diameter()) as f32)
    }

    /// Of a volume: from which number on something is seen, and from which on it is as dense as it gets.
    pub fn opacity_range(&self) -> Option<[f64; 2]> {
        crate::properties::opacity(self)
    }

    /// Of a volume: the number at which its surface lies.
    pub fn level(&self) -> Option<f64> {
        crate::properties::level(self)
    }

    /// How its file was read, for one that is a text table.
    pub(crate) fn reading(&self) -> Reading {
        self.table.as_ref().map_or_else(Reading::default, |table| table.reading)
    }

    /// Of a text table: how it is to be read, while that is not how it was read.
    pub(crate) fn wanted_reading(&self) -> Option<Reading> {
        self.table.as_ref().filter(|table| table.wanted != table.reading).map(|table| table.wanted)
    }

    /// Memory that its data take; 0 for what is no points.
    pub(crate) fn bytes(&self) -> usize {
        let LayerData::Points(points) = &self.data else { return 0 };
        let as_read = self.axes.as_ref().map(|(axes, _)| &axes.points).filter(|one| !Arc::ptr_eq(one, points));
        points.bytes() + as_read.map_or(0, |points| points.bytes())
    }

    /// The box about the layer in scene coordinates.
    pub fn bounds(&self) -> Option<Aabb> {
        self.data.bounds().map(|bounds| bounds.translated(self.offset))
    }
}

/// E.g. 0.012 for 0.012345, as it would be read from text; 1 where there is no such number.
pub(crate) fn two_digits(number: f64) -> f64 {
    let rounded = format!("{number:.1e}").parse().unwrap_or(1.0);
    if f64::is_normal(rounded) && rounded > 0.0 { rounded } else { 1.0 }
}
