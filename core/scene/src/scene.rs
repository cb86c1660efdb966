//! [`Scene`]: layers, camera and settings, and the one way to change them.

use crate::clip::{ClipRegion, Everything};
use crate::history::History;
use crate::layout::{ForceLayout, LiveLayout, Motion};
use crate::load::LoadedLayer;
use crate::measure::Measured;
use crate::pick::{self, Picked};
use crate::view::View;
use crate::{Aabb, Camera, CommandError, Layer, LayerData, Settings, labels, properties, text};
use glam::{DVec3, Vec3};
use heliograph_wire::{Bounds, Command, LayerId, LayerStatus, Property, SceneStatus};
use std::sync::Arc;

mod changes;
mod looks;
mod marks;
mod motion;
mod placing;
mod rereading;

pub(crate) use looks::Looks;
pub(crate) use marks::Selection;
pub use rereading::{Reread, RereadError};

/// Called from other threads when something new is to be drawn.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// The size of the picture in px.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Viewport {
    /// In px.
    pub width: u32,
    /// In px.
    pub height: u32,
}

impl Viewport {
    /// Width over height; 1 when either is 0.
    pub fn aspect(self) -> f32 {
        if self.width == 0 || self.height == 0 { 1.0 } else { self.width as f32 / self.height as f32 }
    }
}

/// Two things that lie farther apart than so many times the larger one's size cannot be seen together: their files
/// use different coordinates, and the later one is shown about the middle of what was there.
const MAX_GAP_PER_RADIUS: f64 = 200.0;
/// The same network always gets the same layout.
const LAYOUT_SEED: u64 = 0x6865_6c69;

/// Layers, camera and settings.
pub struct Scene {
    wake: Wake,
    layers: Vec<Layer>,
    /// One for each layer that still moves.
    layouts: Vec<(LayerId, LiveLayout)>,
    camera: Camera,
    /// Whether someone has moved the camera; until then it follows what there is to see.
    camera_touched: bool,
    settings: Settings,
    /// What scene coordinates are relative to: the first layer's origin.
    origin: DVec3,
    viewport: Viewport,
    picked: Option<Picked>,
    measured: Option<Measured>,
    history: History,
    next_layer: u32,
    revision: u64,
}

impl Scene {
    /// An empty scene.
    pub fn new(wake: Wake) -> Scene {
        Scene {
            wake,
            layers: Vec::new(),
            layouts: Vec::new(),
            camera: Camera::default(),
            camera_touched: false,
            settings: Settings::default(),
            origin: DVec3::ZERO,
            viewport: Viewport { width: 1280, height: 720 },
            picked: None,
            measured: None,
            history: History::default(),
            next_layer: 1,
            revision: 1,
        }
    }

    /// Takes a layer in. As long as nobody moved the camera, it is fitted to all layers.
    pub fn add(&mut self, loaded: LoadedLayer) -> LayerId {
        let id = LayerId(self.next_layer);
        self.next_layer += 1;
        // A network has no size of its own: it is as large as half of what is there.
        let scale = union(self.layers.iter()).map_or(1.0, |bounds| (bounds.radius() * 0.5).max(f32::MIN_POSITIVE));
        let layer = Layer::of(loaded, id, scale);
        let layout = match &layer.data {
            LayerData::Network(network) if layer.motion.is_some() => {
                Some(ForceLayout::new(network.len(), &network.edges, LAYOUT_SEED))
            }
            _ => None,
        };
        self.insert(self.layers.len(), layer, layout);
        self.bring_into_place();
        self.follow();
        id
    }

    /// The scene as it is at this moment, for a picture that is drawn beside it: it shares the data, and has neither layouts nor
    /// a history.
    pub fn still(&self) -> Scene {
        Scene {
            layers: self.layers.clone(),
            camera: self.camera,
            camera_touched: true,
            settings: self.settings,
            origin: self.origin,
            viewport: self.viewport,
            picked: self.picked.clone(),
            ..Scene::new(Arc::new(|| ()))
        }
    }

    /// Says how large the picture is, so that a camera that nobody moved shows everything at this aspect too.
    pub fn resize(&mut self, viewport: Viewport) {
        if self.viewport != viewport {
            self.viewport = viewport;
            self.follow();
        }
    }

    /// Makes a change of the host's, for which `viewport` is the picture that the command's places are fractions of.
    ///
    /// # Errors
    /// Says in a sentence why the command was refused; nothing was changed then.
    pub fn apply(&mut self, command: &Command, viewport: Viewport) -> Result<(), CommandError> {
        self.apply_by(command, viewport, None)
    }

    /// The same, of a guest of this name.
    ///
    /// # Errors
    /// As for [`Scene::apply`].
    pub fn apply_by(&mut self, command: &Command, viewport: Viewport, by: Option<&str>) -> Result<(), CommandError> {
        command.check()?;
        self.history.is_by(by);
        self.viewport = viewport;
        match command {
            Command::Set { layer, property, value } => return self.set(*layer, property, value),
            Command::Pick { x, y } => {
                let picked = pick::at(self, *x, *y, viewport);
                self.mark(picked);
                return Ok(());
            }
            _ => self.history.close(),
        }
        match command {
            Command::Undo => return self.undo(),
            Command::Redo => return self.redo(),
            Command::RemoveLayer { layer } => return self.remove(*layer),
            Command::RenameLayer { layer, name } => return self.rename(*layer, name),
            Command::MoveLayer { layer, to } => return self.move_to(*layer, *to),
            Command::OpenView { code } => return self.open_view(&View::of_code(code)?),
            Command::Measure { x, y } => self.measure(*x, *y, viewport),
            Command::ClearMeasure => self.note_measured(None),
            Command::Select { shape, how } => self.select(shape, *how, viewport),
            Command::ClearSelection => self.note_selection(Vec::new()),
            Command::Fit => self.fit(),
            Command::Look { from } => {
                self.camera.look_from(*from);
                self.fit();
                self.revision += 1;
            }
            _ => self.steer(command, viewport),
        }
        Ok(())
    }

    /// Takes over the newest positions of layouts that still move; true when something moved.
    pub fn refresh(&mut self) -> bool {
        let mut moved = false;
        for (id, layout) in &self.layouts {
            let Some(positions) = layout.take() else { continue };
            let Some(layer) = self.layers.iter_mut().find(|layer| layer.id == *id) else { continue };
            let LayerData::Network(network) = &layer.data else { continue };
            layer.data = LayerData::Network(Arc::new(network.at(scaled(positions, layer.scale))));
            self.revision += 1;
            layer.content_revision = self.revision;
            moved = true;
        }
        self.forget_settled();
        if moved {
            self.was_moved();
        }
        moved
    }

    /// Whether anything still moves by itself: a layout that has not settled.
    pub fn is_live(&self) -> bool {
        !self.layouts.is_empty()
    }

    /// The layers in the order in which they came.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Where the scene is seen from.
    pub fn camera(&self) -> &Camera {
        &self.camera
    }

    /// How the scene is drawn.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The box about everything visible, in scene coordinates.
    pub fn bounds(&self) -> Option<Aabb> {
        union(self.layers.iter().filter(|layer| layer.visible))
    }

    /// What of the scene is kept in the picture, in scene coordinates.
    pub fn clip(&self) -> ClipRegion {
        self.settings.clip.region(self.everything(), &self.camera)
    }

    /// What scene coordinates are relative to, in the first layer's file's coordinates.
    pub fn origin(&self) -> DVec3 {
        self.origin
    }

    /// What is marked.
    pub fn picked(&self) -> Option<&Picked> {
        self.picked.as_ref()
    }

    /// Grows with every visible change: camera, layers, style, positions, mark.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Everything that is said about the scene in words; `loading` is left empty.
    pub fn status(&self) -> SceneStatus {
        SceneStatus {
            title: self.layers.iter().map(|layer| layer.name.as_str()).collect::<Vec<_>>().join(", "),
            layers: self.layers.iter().map(layer_status).collect(),
            properties: self.properties(),
            picked: self.picked.as_ref().map(|picked| Box::new(picked.status(&self.layers))),
            loading: Vec::new(),
            bounds: self.bounds().map(|Aabb { min, max }| Bounds { min: min.to_array(), max: max.to_array() }),
            origin: self.origin.to_array(),
            labels: labels::of(self),
            measure: self.measured.as_ref().map(|measured| Box::new(measured.status())),
            selection: self.selection_status(),
            undo: self.undo_step().map(Box::new),
            redo: self.history.redo_step().map(Box::new),
        }
    }

    pub(crate) fn properties(&self) -> Vec<Property> {
        properties::of_scene_with_changes(&self.settings, &self.camera, self.everything().as_ref())
    }

    fn everything(&self) -> Option<Everything> {
        self.bounds().map(|bounds| Everything { bounds, origin: self.origin })
    }

    fn steer(&mut self, command: &Command, viewport: Viewport) {
        let before = self.camera;
        match *command {
            Command::Orbit { dx, dy } => self.camera.orbit(dx, dy),
            Command::Pan { dx, dy } => self.camera.pan(dx, dy),
            Command::Zoom { factor, x, y } => self.camera.zoom(factor, x, y, viewport.aspect()),
            Command::Recenter { x, y } => {
                if let Some(picked) = pick::at(self, x, y, viewport) {
                    self.camera.recenter(picked.position);
                }
            }
            _ => {}
        }
        if self.camera != before {
            self.camera_touched = true;
            self.revision += 1;
        }
    }

    fn fit(&mut self) {
        if let Some(bounds) = self.bounds() {
            let before = self.camera;
            self.camera.fit(bounds, self.viewport.aspect());
            self.revision += u64::from(self.camera != before);
        }
    }

    /// Tells the camera how much there is, and fits it as long as nobody moved it.
    fn follow(&mut self) {
        self.camera.set_extent(union(self.layers.iter()));
        if !self.camera_touched {
            self.fit();
        }
    }

    fn insert(&mut self, at: usize, mut layer: Layer, layout: Option<ForceLayout>) {
        self.revision += 1;
        layer.content_revision = self.revision;
        if let (LayerData::Network(network), Some(layout)) = (&layer.data, layout) {
            layer.data = LayerData::Network(Arc::new(network.at(scaled(layout.positions(), layer.scale))));
            let live = LiveLayout::start(layout, Arc::clone(&self.wake));
            live.hurry(layer.motion == Some(Motion::Hurries));
            self.layouts.push((layer.id, live));
        }
        let elsewhere = self.place(&mut layer);
        if elsewhere {
            layer.notice.get_or_insert_with(|| {
                format!("{} lies far from what was open and is shown about the same middle.", layer.name)
            });
        }
        self.layers.insert(at.min(self.layers.len()), layer);
        self.dim();
        self.camera.set_extent(union(self.layers.iter()));
    }

    /// Gives a layer its offset; true when that is not where its coordinates say.
    fn place(&mut self, layer: &mut Layer) -> bool {
        let origin = layer.data.origin();
        let Some(there) = union(self.layers.iter()) else {
            self.origin = origin;
            layer.offset = Vec3::ZERO;
            return false;
        };
        let own = layer.data.bounds().unwrap_or(Aabb { min: Vec3::ZERO, max: Vec3::ZERO });
        let offset = origin - self.origin;
        let gap = (offset + own.center().as_dvec3() - there.center().as_dvec3()).length();
        let far = gap > MAX_GAP_PER_RADIUS * f64::from(own.radius().max(there.radius()));
        // A network has no coordinates: its place is in the middle of everything.
        let is_network = matches!(&layer.data, LayerData::Network(network) if !network.is_placed);
        layer.offset = if far || is_network { there.center() - own.center() } else { offset.as_vec3() };
        far && !is_network
    }
}

fn scaled(mut positions: Vec<Vec3>, scale: f32) -> Vec<Vec3> {
    for position in &mut positions {
        *position *= scale;
    }
    positions
}

fn union<'a>(layers: impl Iterator<Item = &'a Layer>) -> Option<Aabb> {
    layers.filter_map(Layer::bounds).reduce(Aabb::union)
}

fn layer_status(layer: &Layer) -> LayerStatus {
    let summary = match &layer.data {
        LayerData::Points(points) => text::counted(points.len(), "point", "points"),
        LayerData::Mesh(mesh) => text::counted(mesh.triangle_count(), "triangle", "triangles"),
        LayerData::Tracts(tracts) => text::counted(tracts.len(), "streamline", "streamlines"),
        LayerData::Volume(volume) => {
            let [width, height, depth] = volume.size.map(|side| text::count(u64::from(side)));
            let voxels = format!("{width} × {height} × {depth} voxels");
            match volume.frames {
                1 => voxels,
                frames => format!("{voxels}, {}", text::counted(frames as usize, "moment", "moments")),
            }
        }
        LayerData::Network(network) => {
            let nodes = text::counted(network.len(), "node", "nodes");
            format!("{nodes}, {}", text::counted(network.edges.len(), "link", "links"))
        }
    };
    LayerStatus {
        id: layer.id,
        name: layer.name.clone(),
        kind: layer.data.kind().into(),
        summary,
        visible: layer.visible,
        properties: properties::of_layer_with_changes(layer),
        legends: properties::legends(layer),
    }
}

#[cfg(test)]
mod tests;
