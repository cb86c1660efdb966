//! [`Looks`]: everything that a view says of a scene, and how a [`View`] is taken from it and opened.

use super::{Scene, Selection};
use crate::history::ChangeKind;
use crate::view::{Setting, View, ViewCamera, ViewLayer};
use crate::{Camera, CommandError, Projection, Settings, Style, properties, selection};
use glam::DVec3;
use heliograph_wire::{LayerId, Property};
use std::sync::Arc;

/// Camera, settings, and how each layer is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Looks {
    camera: Camera,
    settings: Settings,
    layers: Vec<(LayerId, bool, Style)>,
    pub(crate) selection: Selection,
}

impl Scene {
    /// The view as it is now, to be kept or handed on.
    pub fn view(&self) -> View {
        let camera = &self.camera;
        let of = |list: Vec<Property>| {
            let changed = list.into_iter().filter(|property| property.changed);
            changed.map(|property| Setting(property.id, property.value)).collect()
        };
        let selected = self.selection_codes();
        let layer = |layer: &crate::Layer| ViewLayer {
            name: layer.name.clone(),
            visible: layer.visible,
            settings: of(properties::of_layer_with_changes(layer)),
            selected: selected.iter().find(|(id, _)| *id == layer.id).map(|(_, code)| (*code).to_owned()),
        };
        View {
            camera: ViewCamera {
                target: (self.origin + camera.target.as_dvec3()).to_array(),
                yaw: camera.yaw,
                pitch: camera.pitch,
                distance: camera.distance,
                fov_y: camera.fov_y,
                orthographic: camera.projection == Projection::Orthographic,
            },
            settings: of(self.properties()),
            layers: self.layers.iter().map(layer).collect(),
        }
    }

    /// Looks at the scene as a view says. Layers that the scene has not, and values that they do not take, are passed over.
    pub(crate) fn open_view(&mut self, view: &View) -> Result<(), CommandError> {
        let before = self.looks();
        let mut found: Vec<LayerId> = Vec::new();
        let mut selection: Selection = Vec::new();
        for wanted in &view.layers {
            // Of several of one name the first that is not taken yet.
            let same = self.layers.iter_mut().find(|layer| layer.name == wanted.name && !found.contains(&layer.id));
            let Some(layer) = same else { continue };
            let id = layer.id;
            found.push(id);
            let selected = wanted.selected.as_deref().and_then(|code| selection::of_code(&layer.data, code));
            selection.extend(selected.map(|selected| (id, Arc::new(selected))));
            layer.visible = wanted.visible;
            layer.style = layer.first_style.clone();
            self.revision += 1;
            layer.content_revision = self.revision;
            // Of other coordinates there are other attributes to colour by.
            let (first, then): (Vec<&Setting>, Vec<&Setting>) =
                wanted.settings.iter().partition(|Setting(property, _)| properties::is_axis(property));
            for Setting(property, value) in first.into_iter().chain(then) {
                self.assign_if_it_fits(Some(id), property, value);
            }
        }
        self.take_selection(&self.with_the_others(selection));
        // Where all lies says how far away the camera may be, and where a clip plane.
        self.bring_into_place();
        self.settings = Settings::default();
        self.look_from(&view.camera);
        for Setting(id, value) in &view.settings {
            self.assign_if_it_fits(None, id, value);
        }
        let after = self.looks();
        if before != after {
            self.revision += 1;
            let (before, after) = (Box::new(before), Box::new(after));
            self.history.push("view", ChangeKind::Looks { before, after });
        }
        Ok(())
    }

    pub(super) fn take_looks(&mut self, looks: &Looks) {
        self.settings = looks.settings;
        self.revision += 1;
        for (id, visible, style) in &looks.layers {
            if let Some(layer) = self.layers.iter_mut().find(|layer| layer.id == *id) {
                layer.visible = *visible;
                layer.style.clone_from(style);
                layer.content_revision = self.revision;
            }
        }
        self.bring_into_place();
        // Last, because the camera of a scene that nobody moved follows the nodes.
        self.camera = looks.camera;
        self.camera.set_extent(super::union(self.layers.iter()));
        self.take_selection(&looks.selection);
    }

    /// The same with nothing selected of the other layers, which are dimmed then; as it is when nothing is selected at all.
    fn with_the_others(&self, mut selection: Selection) -> Selection {
        if selection.iter().any(|(_, selected)| selected.count() > 0) {
            for layer in &self.layers {
                if selection.iter().all(|(id, _)| *id != layer.id) {
                    selection.push((layer.id, Arc::default()));
                }
            }
        } else {
            selection.clear();
        }
        selection
    }

    fn looks(&self) -> Looks {
        let layers = self.layers.iter().map(|layer| (layer.id, layer.visible, layer.style.clone())).collect();
        Looks { camera: self.camera, settings: self.settings, layers, selection: self.selection() }
    }

    fn look_from(&mut self, wanted: &ViewCamera) {
        let target = (DVec3::from(wanted.target) - self.origin).as_vec3();
        let numbers = [wanted.yaw, wanted.pitch, wanted.distance, wanted.fov_y];
        if target.is_finite() && numbers.iter().all(|number| number.is_finite()) {
            self.camera_touched = true;
            self.camera.place(target, [wanted.yaw, wanted.pitch], wanted.distance, wanted.fov_y);
            let orthographic = wanted.orthographic;
            self.camera.projection = if orthographic { Projection::Orthographic } else { Projection::Perspective };
        }
    }

    fn assign_if_it_fits(&mut self, layer: Option<LayerId>, id: &str, value: &heliograph_wire::Value) {
        // A view shows what is there: it has nothing read again.
        if properties::is_reading(id) {
            return;
        }
        let described = self.property(layer, id);
        if described.is_ok_and(|described| properties::check(&described, value).is_ok()) {
            self.assign(layer, id, value);
        }
    }
}
