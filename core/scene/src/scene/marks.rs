//! What is measured and what is selected.

use super::{Scene, Viewport};
use crate::history::ChangeKind as Change;
use crate::measure::Measured;
use crate::pick;
use crate::selection::{self, Area, Selected};
use heliograph_wire::selection::SelectedLayer;
use heliograph_wire::{How, LayerId, SelectionStatus, Shape};
use std::io::Write;
use std::sync::Arc;

/// What is selected of each layer.
pub(crate) type Selection = Vec<(LayerId, Arc<Selected>)>;

impl Scene {
    pub(super) fn measure(&mut self, x: f32, y: f32, viewport: Viewport) {
        if let Some(end) = pick::at(self, x, y, viewport) {
            self.note_measured(Some(Measured::with(self.measured.as_ref(), end)));
        }
    }

    pub(super) fn note_measured(&mut self, measured: Option<Measured>) {
        if self.measured != measured {
            let before = std::mem::replace(&mut self.measured, measured.clone());
            self.revision += 1;
            self.history.push("measurement", Change::Measured { before, after: measured });
        }
    }

    pub(super) fn measure_again(&mut self, measured: Option<Measured>) {
        let measured = measured.filter(|measured| measured.is_on(&self.layers));
        self.measured = measured.map(|measured| measured.refreshed(&self.layers));
        self.revision += 1;
    }

    pub(super) fn select(&mut self, shape: &Shape, how: How, viewport: Viewport) {
        let clip_from_scene = self.camera.clip_from_world(viewport.aspect());
        let clip = self.clip();
        let area = Area::of(shape);
        let at_point = match shape {
            Shape::Point { x, y } => pick::elements_at(self, *x, *y, viewport),
            _ => None,
        };
        let mut selection: Selection = Vec::new();
        for layer in &self.layers {
            let of = selection::elements(&layer.data);
            let inside = match (&area, &at_point) {
                _ if !layer.visible => Selected::of(&[], of),
                (Some(area), _) => selection::inside(layer, area, clip_from_scene, clip),
                (None, Some((id, elements))) if *id == layer.id => Selected::of(elements, of),
                _ => Selected::of(&[], of),
            };
            let before = layer.selected.clone().unwrap_or_default();
            let after = before.with(inside, how);
            selection.push((layer.id, if *before == after { before } else { Arc::new(after) }));
        }
        self.note_selection(selection);
    }

    /// Makes this the selection; when it is empty, nothing is.
    pub(super) fn note_selection(&mut self, mut after: Selection) {
        if after.iter().all(|(_, selected)| selected.count() == 0) {
            after.clear();
        }
        let before = self.selection();
        if before != after {
            self.take_selection(&after);
            self.history.push("selection", Change::Selected { before, after });
        }
    }

    pub(super) fn selection(&self) -> Selection {
        self.layers.iter().filter_map(|layer| Some((layer.id, Arc::clone(layer.selected.as_ref()?)))).collect()
    }

    pub(super) fn take_selection(&mut self, selection: &Selection) {
        self.revision += 1;
        for layer in &mut self.layers {
            let selected = selection.iter().find(|(id, _)| *id == layer.id).map(|(_, selected)| Arc::clone(selected));
            let is_other = match (&layer.selected, &selected) {
                (Some(before), Some(after)) => !Arc::ptr_eq(before, after),
                (None, None) => false,
                _ => true,
            };
            if is_other {
                layer.selected = selected;
                layer.content_revision = self.revision;
            }
        }
        self.dim();
    }

    /// While something is selected, all else is dimmed; layers that came later are not.
    pub(super) fn dim(&mut self) {
        let is_any = self.layers.iter().any(|layer| layer.selected.as_ref().is_some_and(|one| one.count() > 0));
        for layer in &mut self.layers {
            let dims = is_any && layer.selected.is_some();
            if layer.dims != dims {
                layer.dims = dims;
                layer.content_revision = self.revision;
            }
        }
    }

    pub(super) fn selection_status(&self) -> Option<SelectionStatus> {
        let mut layers: Vec<SelectedLayer> =
            self.layers.iter().filter_map(|layer| selection::status(layer, &self.wake)).collect();
        for (id, code) in self.selection_codes() {
            if let Some(layer) = layers.iter_mut().find(|layer| layer.id == id) {
                layer.code = Some(code.to_owned());
            }
        }
        (!layers.is_empty()).then_some(SelectionStatus { layers })
    }

    /// What is selected as short texts: of as many layers as fit a code of a view together.
    pub(super) fn selection_codes(&self) -> Vec<(LayerId, &str)> {
        let mut left = selection::MOST_LETTERS;
        let mut codes = Vec::new();
        for layer in &self.layers {
            let code = layer.selected.as_ref().and_then(|selected| selected.code(&layer.data));
            if let Some(code) = code.filter(|code| code.len() <= left) {
                left -= code.len();
                codes.push((layer.id, code));
            }
        }
        codes
    }

    /// Writes the selected elements as comma-separated values with a head line, a row for each element (of streamlines, for each
    /// of their points): layer, number in the file from 0, x, y and z in the coordinates of the layer's file, then all fields
    /// by name; of a voxel also where in the grid it is.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn selection_csv(&self, write: impl Write) -> std::io::Result<()> {
        selection::write_csv(&self.layers, write)
    }
}
