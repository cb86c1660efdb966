//! [`Style`]: how a layer is drawn, and [`Settings`]: how the scene is.

/// How a layer is drawn. A layer has all fields; which of them count depends on its kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// How much of what is behind it is hidden: from 0 to 1.
    pub opacity: f32,
    /// Points: the diameter in px.
    pub point_size: f32,
    /// Tracts: the width in px.
    pub line_width: f32,
    /// Points and tracts: whether they have the size that they would have among the data, nearer ones larger.
    pub in_data_units: bool,
    /// Points and tracts: their diameter in the data's units; without it, [`crate::LayerData::fitting_diameter`].
    pub diameter: Option<f64>,
    /// Mesh: what is shown of its triangles.
    pub shading: Shading,
    /// Network whose nodes have latitudes and longitudes: where they lie.
    pub placement: crate::Placement,
    /// Points out of a table: which of the columns that can be coordinates are x, y and z.
    pub(crate) axes: crate::axes::Chosen,
    /// Network: the diameter in px of a node whose [`crate::Network::sizes`] is 1.
    pub node_size: f32,
    /// Network: from 0 to 1.
    pub link_opacity: f32,
    /// Network: the width of links in px.
    pub link_width: f32,
    /// Network: what colours its links, and which of them are drawn.
    pub links: LinkStyle,
    /// Network: how many of the busiest nodes are called by their names.
    pub label_count: f32,
    /// What gives the colours.
    pub color_by: ColorBy,
    /// sRGB: the one colour of [`ColorBy::Single`].
    pub color: [u8; 3],
    /// What turns a quantity into a colour.
    pub colormap: crate::Colormap,
    /// The quantities at the two ends of the colour map; without them, the middle of what is there.
    pub range: Option<[f64; 2]>,
    /// Whether equal factors are equal steps of the colour map, where the quantity takes that.
    pub log: bool,
    /// Whether the colour map is turned round.
    pub reversed: bool,
    /// Which elements are drawn; without it, all.
    pub filter: Option<Filter>,
    /// Volume: what is shown of it.
    pub volume: crate::VolumeStyle,
}

/// How the links of a network are told apart; [`Default`] draws all of them in the colours of their nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkStyle {
    /// Which of [`crate::LayerData::link_fields`] gives the colours; without it, the nodes do.
    pub color_by: Option<usize>,
    /// What turns a quantity into a colour.
    pub colormap: crate::Colormap,
    /// The quantities at the two ends of the colour map; without them, the middle of what is there.
    pub range: Option<[f64; 2]>,
    /// Whether equal factors are equal steps of the colour map, where the quantity takes that.
    pub log: bool,
    /// Whether the colour map is turned round.
    pub reversed: bool,
    /// Which links are drawn, by one of [`crate::LayerData::link_fields`]; without it, all.
    pub filter: Option<Filter>,
}

/// How quantities become colours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ramp {
    pub(crate) colormap: crate::Colormap,
    pub(crate) range: Option<[f64; 2]>,
    pub(crate) log: bool,
    pub(crate) reversed: bool,
}

impl Style {
    pub(crate) fn ramp(&self) -> Ramp {
        Ramp { colormap: self.colormap, range: self.range, log: self.log, reversed: self.reversed }
    }
}

impl LinkStyle {
    pub(crate) fn ramp(&self) -> Ramp {
        Ramp { colormap: self.colormap, range: self.range, log: self.log, reversed: self.reversed }
    }
}

impl Default for LinkStyle {
    fn default() -> LinkStyle {
        LinkStyle {
            color_by: None,
            colormap: crate::Colormap::Viridis,
            range: None,
            log: false,
            reversed: false,
            filter: None,
        }
    }
}

/// The choice that links have the colours of their nodes: no attribute of links is called so.
pub(crate) const OF_NODES: &str = "nodes";

/// Which elements are drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// By which of [`crate::LayerData::fields`], of links of [`crate::LayerData::link_fields`].
    pub field: usize,
    /// Of a quantity: the least and the greatest that is drawn.
    pub range: Option<[f64; 2]>,
    /// Of kinds of things: whether each is drawn.
    pub categories: Option<Vec<bool>>,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            opacity: 1.0,
            point_size: 2.0,
            line_width: 2.0,
            in_data_units: false,
            diameter: None,
            shading: Shading::Smooth,
            placement: crate::Placement::Globe,
            axes: [None; 3],
            node_size: 10.0,
            link_opacity: 0.4,
            link_width: 1.5,
            links: LinkStyle::default(),
            label_count: 8.0,
            color_by: ColorBy::Single,
            color: [200, 206, 214],
            colormap: crate::Colormap::Viridis,
            range: None,
            log: false,
            reversed: false,
            filter: None,
            volume: crate::VolumeStyle::default(),
        }
    }
}

impl Style {
    /// Makes a network's nodes so small and its links so thin that one can look into it: together, nodes cover at most a third of
    /// a picture of 1280 by 720 pixels, and of links the more there are the less is seen of each.
    pub(crate) fn thin_out(&mut self, node_count: usize, link_count: usize) {
        let halves = |px: f64| ((px * 2.0).round() * 0.5) as f32;
        let covering = (1280.0 * 720.0 / 3.0 / (0.785 * node_count.max(1) as f64)).sqrt();
        self.node_size = halves(covering).clamp(2.0, self.node_size);
        let share = f64::from(self.link_opacity) * (20_000.0 / link_count.max(1) as f64).sqrt();
        self.link_opacity = ((share * 20.0).round() / 20.0).clamp(0.05, f64::from(self.link_opacity)) as f32;
    }
}

/// What is shown of a mesh's triangles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shading {
    /// A surface that is round where its normals say so.
    Smooth,
    /// Each triangle as flat as it is.
    Flat,
    /// The same with the triangles' edges.
    Edges,
    /// The edges alone.
    Wire,
}

impl Shading {
    /// Every one.
    pub const ALL: [Shading; 4] = [Shading::Smooth, Shading::Flat, Shading::Edges, Shading::Wire];

    /// For [`heliograph_wire::Value::Choice`].
    pub fn id(self) -> &'static str {
        match self {
            Shading::Smooth => "smooth",
            Shading::Flat => "flat",
            Shading::Edges => "edges",
            Shading::Wire => "wire",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Shading::Smooth => "Smooth",
            Shading::Flat => "Flat",
            Shading::Edges => "Flat with edges",
            Shading::Wire => "Wire",
        }
    }
}

/// The diameter of points or lines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Diameter {
    /// In px, however far they are.
    Pixels(f32),
    /// In the units of the scene.
    Scene(f32),
}

impl Diameter {
    /// In px, where one unit of the scene is so many.
    pub fn px(self, px_per_unit: f32) -> f32 {
        match self {
            Diameter::Pixels(px) => px,
            Diameter::Scene(length) => length * px_per_unit,
        }
    }
}

/// What gives a layer its colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColorBy {
    /// The colours in the file.
    File,
    /// The direction of a streamline.
    Direction,
    /// One of [`crate::LayerData::fields`].
    Field(usize),
    /// One colour for all.
    Single,
}

/// How the scene is drawn; the projection is the [`crate::Camera`]'s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Behind everything.
    pub background: Background,
    /// Whether the box about everything visible is drawn.
    pub show_bounds: bool,
    /// Whether the axes are drawn in the corner.
    pub show_axes: bool,
    /// Whether a bar says how long things are.
    pub show_scale: bool,
    /// What is left out of the picture.
    pub clip: crate::Clip,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            background: Background::Dark,
            show_bounds: false,
            show_axes: true,
            show_scale: true,
            clip: crate::Clip::default(),
        }
    }
}

/// What is behind everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Background {
    /// A dark grey blue.
    Dark,
    /// A light grey.
    Light,
    /// Black.
    Black,
    /// White, for print.
    White,
}

impl Background {
    /// Every one.
    pub const ALL: [Background; 4] = [Background::Dark, Background::Light, Background::Black, Background::White];

    /// sRGB.
    pub fn color(self) -> [u8; 3] {
        match self {
            Background::Dark => [24, 27, 33],
            Background::Light => [232, 234, 238],
            Background::Black => [0, 0, 0],
            Background::White => [255, 255, 255],
        }
    }

    /// For [`heliograph_wire::Value::Choice`].
    pub fn id(self) -> &'static str {
        match self {
            Background::Dark => "dark",
            Background::Light => "light",
            Background::Black => "black",
            Background::White => "white",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Background::Dark => "Dark",
            Background::Light => "Light",
            Background::Black => "Black",
            Background::White => "White",
        }
    }
}
