//! The data model: loaders, camera, commands, layout and picking; no GPU.
//!
//! A [`Scene`] holds [`Layer`]s and a [`Camera`]. [`load::load`] makes layers out of files, [`Scene::apply`] is the
//! only way to change a scene once they are in, [`hand::Hand`] makes commands out of what a viewer's hand does.
//!
//! z is up. Colours are sRGB bytes. Positions are an origin of 64 bits and offsets of 32 bits: a *layer's* positions
//! are relative to its origin in the file's coordinates, *scene* coordinates are relative to [`Scene::origin`].

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod aabb;
mod attribute;
mod axes;
mod boxes;
pub mod camera;
mod clip;
mod coarse;
mod colormap;
mod command_error;
mod curve;
mod field;
pub mod hand;
mod history;
mod labels;
mod layer;
mod layout;
pub mod load;
mod measure;
mod mesh;
mod network;
mod over;
mod paint;
mod parallel;
mod pick;
mod placement;
mod points;
mod properties;
mod random;
mod reading;
mod scene;
mod selection;
pub mod session;
mod style;
pub mod synthetic;
pub mod text;
mod tracts;
mod triad;
pub mod view;
mod volume;

pub use aabb::Aabb;
pub use attribute::{Attribute, Category, Summary, Values};
pub use camera::{Camera, Projection, Ray};
pub use clip::{Clip, ClipAxis, ClipMode, ClipRegion};
pub use colormap::Colormap;
pub use command_error::CommandError;
pub use field::Field;
pub use heliograph_wire::LayerId;
pub use layer::{Layer, LayerData, LinkLook};
pub use layout::ForceLayout;
pub use mesh::{Mesh, normals_of};
pub use network::Network;
pub use over::{PlacedLabel, ScaleBar, on_picture, placed_labels};
pub use paint::{AS_NODES, ColorTable, HIDDEN, Paint};
pub use pick::{Part, Picked};
pub use placement::Placement;
pub use points::Points;
pub use reading::{Delimiter, FirstLine, Reading};
pub use scene::{Reread, RereadError, Scene, Viewport, Wake};
pub use style::{Background, ColorBy, Diameter, Filter, LinkStyle, Settings, Shading, Style};
pub use tracts::Tracts;
pub use triad::{HUB_COLOR, LETTER_COLOR, Triad, TriadAxis};
pub use volume::{Volume, VolumeMode, VolumeStyle};
