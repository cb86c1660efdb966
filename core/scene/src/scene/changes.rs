//! The changes that can be undone: how they are made, taken back and made again.

use super::{Scene, scaled, union};
use crate::history::Change;
use crate::layout::ForceLayout;
use crate::pick::{self, Picked};
use crate::{CommandError, Layer, LayerData, properties};
use heliograph_wire::{LayerId, Property, Value};

impl Scene {
    pub(super) fn set(&mut self, layer: Option<LayerId>, property: &str, value: &Value) -> Result<(), CommandError> {
        let described = self.property(layer, property)?;
        properties::check(&described, value)?;
        if described.value == *value {
            return Ok(());
        }
        self.assign(layer, property, value);
        let (property, after) = (property.to_owned(), value.clone());
        self.history.push(Change::Set { layer, property, before: described.value, after });
        Ok(())
    }

    pub(super) fn property(&self, layer: Option<LayerId>, id: &str) -> Result<Property, CommandError> {
        let (owner, all) = match layer {
            None => ("the scene".to_owned(), self.properties()),
            Some(layer) => {
                let layer = &self.layers[self.position(layer)?];
                let mut all = properties::of_layer(layer);
                all.push(properties::visible(layer));
                (layer.name.clone(), all)
            }
        };
        let found = all.into_iter().find(|property| property.id == id);
        found.ok_or_else(|| CommandError::UnknownProperty { owner, property: id.to_owned() })
    }

    fn position(&self, layer: LayerId) -> Result<usize, CommandError> {
        self.layers.iter().position(|one| one.id == layer).ok_or(CommandError::UnknownLayer(layer))
    }

    /// Sets a checked value, without a note in the history.
    fn assign(&mut self, layer: Option<LayerId>, property: &str, value: &Value) {
        self.revision += 1;
        let Some(layer) = layer else {
            let everything = self.everything();
            let parts = (&mut self.settings, &mut self.camera);
            properties::set_of_scene(parts, everything.as_ref(), property, value);
            return;
        };
        if let Some(layer) = self.layers.iter_mut().find(|one| one.id == layer)
            && properties::set_of_layer(layer, property, value)
        {
            layer.content_revision = self.revision;
        }
    }

    pub(super) fn mark(&mut self, picked: Option<Picked>) {
        if self.picked != picked {
            let before = std::mem::replace(&mut self.picked, picked.clone());
            self.revision += 1;
            self.history.push(Change::Picked { before, after: picked });
        }
    }

    pub(super) fn remove(&mut self, layer: LayerId) -> Result<(), CommandError> {
        let at = self.position(layer)?;
        let out = Some(Box::new(self.take_out(at)));
        self.history.push(Change::Removed { layer, at, out });
        Ok(())
    }

    fn take_out(&mut self, at: usize) -> Layer {
        let layer = self.layers.remove(at);
        // Dropping the layout ends its thread.
        self.layouts.retain(|(id, _)| *id != layer.id);
        if self.picked.as_ref().is_some_and(|picked| picked.layer == layer.id) {
            self.picked = None;
        }
        self.measured = self.measured.take().filter(|measured| measured.is_on(&self.layers));
        self.revision += 1;
        self.dim();
        self.camera.set_extent(union(self.layers.iter()));
        layer
    }

    pub(super) fn undo(&mut self) -> Result<(), CommandError> {
        let mut change = self.history.take_done().ok_or(CommandError::NothingToUndo)?;
        match &mut change {
            Change::Set { layer, property, before, .. } => self.assign(*layer, property, before),
            Change::Removed { at, out, .. } => {
                if let Some(layer) = out.take() {
                    let layout = match &layer.data {
                        LayerData::Network(network) => {
                            let places = scaled(network.positions.clone(), 1.0 / layer.scale);
                            Some(ForceLayout::resume(&places, &network.edges))
                        }
                        _ => None,
                    };
                    self.insert(*at, *layer, layout);
                }
            }
            Change::Picked { before, .. } => self.mark_again(before.clone()),
            Change::Measured { before, .. } => self.measure_again(before.clone()),
            Change::Selected { before, .. } => self.take_selection(before),
        }
        self.history.was_undone(change);
        Ok(())
    }

    pub(super) fn redo(&mut self) -> Result<(), CommandError> {
        let mut change = self.history.take_undone().ok_or(CommandError::NothingToRedo)?;
        match &mut change {
            Change::Set { layer, property, after, .. } => self.assign(*layer, property, after),
            Change::Removed { layer, out, .. } => {
                if let Ok(at) = self.position(*layer) {
                    *out = Some(Box::new(self.take_out(at)));
                }
            }
            Change::Picked { after, .. } => self.mark_again(after.clone()),
            Change::Measured { after, .. } => self.measure_again(after.clone()),
            Change::Selected { after, .. } => self.take_selection(after),
        }
        self.history.was_redone(change);
        Ok(())
    }

    fn mark_again(&mut self, picked: Option<Picked>) {
        let picked = picked.filter(|picked| self.position(picked.layer).is_ok());
        self.picked = picked.map(|picked| pick::refreshed(picked, &self.layers));
        self.revision += 1;
    }
}
