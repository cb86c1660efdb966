//! The changes that can be undone: how they are made, taken back and made again.

use super::{Scene, union};
use crate::history::ChangeKind as Change;
use crate::layout::Motion;
use crate::pick::{self, Picked};
use crate::text::lower_case;
use crate::{CommandError, Layer, properties};
use heliograph_wire::{LayerId, Property, Value};

impl Scene {
    pub(super) fn set(&mut self, layer: Option<LayerId>, property: &str, value: &Value) -> Result<(), CommandError> {
        if let (Some(layer), properties::MOTION) = (layer, property) {
            return self.set_motion(layer, value);
        }
        if let Some(layer) = layer
            && properties::is_reading(property)
        {
            return self.set_reading(layer, property, value);
        }
        let described = self.property(layer, property)?;
        properties::check(&described, value)?;
        if described.value == *value {
            return Ok(());
        }
        self.assign(layer, property, value);
        let (property, after) = (property.to_owned(), value.clone());
        let what = match layer.and_then(|id| self.layers.iter().find(|layer| layer.id == id)) {
            Some(layer) => format!("{} of {}", lower_case(&described.label), layer.name),
            None => lower_case(&described.label),
        };
        self.history.push(what, Change::Set { layer, property, before: described.value, after });
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

    pub(super) fn position(&self, layer: LayerId) -> Result<usize, CommandError> {
        self.layers.iter().position(|one| one.id == layer).ok_or(CommandError::UnknownLayer(layer))
    }

    /// Sets a checked value, without a note in the history.
    pub(super) fn assign(&mut self, layer: Option<LayerId>, property: &str, value: &Value) {
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
        self.bring_into_place();
    }

    pub(super) fn mark(&mut self, picked: Option<Picked>) {
        if self.picked != picked {
            let before = std::mem::replace(&mut self.picked, picked.clone());
            self.revision += 1;
            self.history.push("mark", Change::Picked { before, after: picked });
        }
    }

    pub(super) fn remove(&mut self, layer: LayerId) -> Result<(), CommandError> {
        let at = self.position(layer)?;
        let out = self.take_out(at);
        let what = format!("removal of {}", out.name);
        self.history.push(what, Change::Removed { layer, at, out: Some(Box::new(out)) });
        Ok(())
    }

    pub(super) fn rename(&mut self, layer: LayerId, name: &str) -> Result<(), CommandError> {
        let at = self.position(layer)?;
        let name: String = name.trim().chars().filter(|letter| !letter.is_control()).collect();
        if name.is_empty() {
            return Err(CommandError::NoName);
        }
        let before = std::mem::replace(&mut self.layers[at].name, name.clone());
        if before != name {
            self.revision += 1;
            self.history.push(format!("name of {name}"), Change::Renamed { layer, before, after: name });
        }
        Ok(())
    }

    pub(super) fn move_to(&mut self, layer: LayerId, to: u32) -> Result<(), CommandError> {
        let before = self.position(layer)?;
        let after = (to as usize).min(self.layers.len() - 1);
        if before != after {
            let what = format!("place of {}", self.layers[before].name);
            self.put(before, after);
            self.history.push(what, Change::Moved { layer, before, after });
        }
        Ok(())
    }

    /// Puts layers behind all others in this order, under these names, and takes out those of `loaded` that are not among them;
    /// without a note in the history: it is a part of loading them.
    pub(crate) fn arrange(&mut self, wanted: &[(LayerId, String)], loaded: impl Iterator<Item = LayerId>) {
        for id in loaded {
            if let Ok(at) = self.position(id)
                && wanted.iter().all(|(one, _)| *one != id)
            {
                self.take_out(at);
            }
        }
        for (id, name) in wanted {
            if let Ok(at) = self.position(*id) {
                self.layers[at].name.clone_from(name);
                self.put(at, self.layers.len());
            }
        }
    }

    fn put(&mut self, from: usize, to: usize) {
        let layer = self.layers.remove(from);
        self.layers.insert(to.min(self.layers.len()), layer);
        self.revision += 1;
    }

    fn call(&mut self, layer: LayerId, name: &str) {
        if let Some(layer) = self.layers.iter_mut().find(|one| one.id == layer) {
            layer.name = name.to_owned();
            self.revision += 1;
        }
    }

    fn put_layer(&mut self, layer: LayerId, to: usize) {
        if let Ok(from) = self.position(layer) {
            self.put(from, to);
        }
    }

    pub(super) fn take_out(&mut self, at: usize) -> Layer {
        let mut layer = self.layers.remove(at);
        if let Some(table) = &mut layer.table {
            table.give_up();
        }
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
        // What is not there yet is what was wanted last.
        if self.give_up_readings() {
            return Ok(());
        }
        let mut change = self.history.take_done().ok_or(CommandError::NothingToUndo)?;
        match &mut change.kind {
            Change::Renamed { layer, before, .. } => self.call(*layer, before),
            Change::Moved { layer, before, .. } => self.put_layer(*layer, *before),
            Change::Looks { before, .. } => self.take_looks(before),
            Change::Set { layer, property, before, .. } => self.assign(*layer, property, before),
            Change::Reread { layer, other } => self.change_readings(*layer, other),
            Change::Removed { at, out, .. } => {
                if let Some(layer) = out.take() {
                    let moves = layer.motion.is_some_and(|motion| motion != Motion::Still);
                    let layout = if moves { super::motion::resumed(&layer) } else { None };
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
        match &mut change.kind {
            Change::Renamed { layer, after, .. } => self.call(*layer, after),
            Change::Moved { layer, after, .. } => self.put_layer(*layer, *after),
            Change::Looks { after, .. } => self.take_looks(after),
            Change::Set { layer, property, after, .. } => self.assign(*layer, property, after),
            Change::Reread { layer, other } => self.change_readings(*layer, other),
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
