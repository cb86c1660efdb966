//! Text tables that are to be read once more, otherwise: what is wanted, and what becomes of it.

use super::{Scene, union};
use crate::history::ChangeKind as Change;
use crate::load::{LoadError, LoadedLayer, Problem, Source};
use crate::reading::Reading;
use crate::{Aabb, CommandError, Layer, properties};
use glam::DVec3;
use heliograph_wire::{LayerId, Property, PropertyKind, Step, Value};

/// A file that is to be read once more, the one that a layer came out of; for [`crate::load::load_as`].
#[derive(Debug, Clone)]
pub struct Reread {
    /// The layer, which stays as it is until the file is read.
    pub layer: LayerId,
    /// Its file.
    pub source: Source,
    /// How it is to be read.
    pub reading: Reading,
    /// The name of the guest who wants it so; none when it is the host.
    pub by: Option<String>,
}

/// Why a layer stays as it was read before. The text is one sentence for people, without a full stop.
#[derive(Debug, thiserror::Error)]
#[error("{0}, so {1} stays as it was")]
pub struct RereadError(LoadError, String);

impl Scene {
    /// What is to be read once more now; it is wanted until [`Scene::reread`] is told what came of it. What is no longer in this
    /// list is not wanted any more.
    pub fn rereads(&self) -> Vec<Reread> {
        let of = |layer: &Layer| {
            let reading = layer.wanted_reading()?;
            let (source, _) = layer.file.clone()?;
            let by = layer.table.as_ref().and_then(|table| table.by.clone());
            Some(Reread { layer: layer.id, source, reading, by })
        };
        self.layers.iter().filter_map(of).collect()
    }

    /// Puts what was read in the place of what was there, whose id, name, place in the list and visibility it has, and whose looks
    /// as far as it has the columns. What is not wanted any more is passed over, and so is what was cancelled. Returns what the
    /// user should know of the file.
    ///
    /// # Errors
    /// When it could not be read so; all is as before then.
    pub fn reread(
        &mut self,
        reread: &Reread,
        outcome: Result<Vec<LoadedLayer>, LoadError>,
    ) -> Result<Option<String>, RereadError> {
        let is_it = |layer: &&mut Layer| layer.id == reread.layer && layer.wanted_reading() == Some(reread.reading);
        let Some(layer) = self.layers.iter_mut().find(is_it) else { return Ok(None) };
        let name = layer.name.clone();
        let by = layer.table.as_mut().and_then(|table| {
            table.give_up();
            table.by.take()
        });
        match outcome.and_then(|layers| only_table(layers, &reread.source)) {
            Ok(loaded) => Ok(self.renew(reread.layer, loaded, by.as_deref())),
            Err(LoadError::Cancelled) => Ok(None),
            Err(error) => Err(RereadError(error, name)),
        }
    }

    /// Notes how a layer's file is to be read. It is no change of the scene before that is done.
    pub(super) fn set_reading(&mut self, id: LayerId, property: &str, value: &Value) -> Result<(), CommandError> {
        let described = self.property(Some(id), property)?;
        properties::check(&described, value)?;
        let by = self.history.by().map(str::to_owned);
        let layer = self.layers.iter_mut().find(|layer| layer.id == id);
        if let Some(table) = layer.and_then(|layer| layer.table.as_mut()) {
            table.wanted = properties::with_reading(table.wanted, property, value);
            table.by = by;
        }
        Ok(())
    }

    /// All tables stay as they were read; true when one was to be read otherwise.
    pub(super) fn give_up_readings(&mut self) -> bool {
        let tables = self.layers.iter_mut().filter_map(|layer| layer.table.as_mut());
        // Each of them, not only the first.
        tables.filter_map(|table| table.give_up().then_some(())).count() > 0
    }

    /// What would be undone: what is being read, before all that was done.
    pub(super) fn undo_step(&self) -> Option<Step> {
        let is_read = |layer: &&Layer| layer.wanted_reading().is_some();
        let pending = self.layers.iter().find(is_read).map(|layer| {
            let by = layer.table.as_ref().and_then(|table| table.by.clone());
            Step { what: reading_of(layer), by }
        });
        pending.or_else(|| self.history.undo_step())
    }

    /// Puts the other reading of a table in the place of the one that is in the scene.
    pub(super) fn change_readings(&mut self, id: LayerId, other: &mut Option<Box<Layer>>) {
        if let Ok(at) = self.position(id)
            && let Some(layer) = other.take()
        {
            *other = Some(Box::new(self.exchange(at, *layer, &[])));
        }
    }

    fn renew(&mut self, id: LayerId, loaded: LoadedLayer, by: Option<&str>) -> Option<String> {
        let at = self.position(id).ok()?;
        let old = &self.layers[at];
        let mut new = Layer::of(loaded, id, old.scale);
        new.name.clone_from(&old.name);
        new.visible = old.visible;
        let looks = looks_of(old);
        let other = Some(Box::new(self.exchange(at, new, &looks)));
        let layer = &self.layers[at];
        let (what, notice) = (reading_of(layer), layer.notice.clone());
        self.history.is_by(by);
        self.history.close();
        self.history.push(what, Change::Reread { layer: id, other });
        notice
    }

    /// Puts a layer in the place of another of the same id. The camera shows all, unless the layer lies where the other did.
    fn exchange(&mut self, at: usize, layer: Layer, looks: &[Property]) -> Layer {
        let (id, camera, before) = (layer.id, self.camera, self.box_about(at));
        let old = self.take_out(at);
        self.insert(at, layer, None);
        self.put_on(id, looks);
        if self.box_about(at) == before {
            self.camera = camera;
            self.camera.set_extent(union(self.layers.iter()));
        } else {
            self.fit();
        }
        self.was_moved();
        old
    }

    /// In the file's coordinates, and what the scene's are relative to.
    fn box_about(&self, at: usize) -> Option<(DVec3, DVec3, Option<Aabb>)> {
        self.layers.get(at).map(|layer| (self.origin, layer.data.origin(), layer.data.bounds()))
    }

    /// Sets what can be set of these.
    fn put_on(&mut self, id: LayerId, looks: &[Property]) {
        // Of other coordinates there are other attributes to colour by.
        let (first, then): (Vec<&Property>, Vec<&Property>) =
            looks.iter().partition(|property| properties::is_axis(&property.id));
        let mut has_colors = true;
        for look in first.into_iter().chain(then) {
            let described = self.property(Some(id), &look.id);
            let fits = described.is_ok_and(|described| {
                let is_same = match look.kind {
                    // Numbers of kinds mean something only among the same kinds.
                    PropertyKind::Several { .. } => described.kind == look.kind,
                    _ => has_colors || look.id != COLOR_RANGE,
                };
                is_same && properties::check(&described, &look.value).is_ok()
            });
            has_colors &= fits || look.id != COLOR_BY;
            if fits {
                self.assign(Some(id), &look.id, &look.value);
            }
        }
    }
}

const COLOR_BY: &str = "color_by";
const COLOR_RANGE: &str = "color_range";

/// What of a layer is not as it was at first. With a range of colours comes what it is a range of.
fn looks_of(layer: &Layer) -> Vec<Property> {
    let all = properties::of_layer_with_changes(layer);
    let has_range = all.iter().any(|property| property.id == COLOR_RANGE && property.changed);
    all.into_iter().filter(|property| property.changed || (has_range && property.id == COLOR_BY)).collect()
}

fn reading_of(layer: &Layer) -> String {
    format!("reading of {}", layer.name)
}

/// The one layer of a text table.
fn only_table(layers: Vec<LoadedLayer>, source: &Source) -> Result<LoadedLayer, LoadError> {
    let found = layers.into_iter().find(|layer| layer.table.is_some());
    found.ok_or_else(|| LoadError::File {
        name: source.file_name(),
        problem: Problem::Unsupported { detail: "it is no table of points any more".into() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::MAX_BYTES;
    use crate::reading::{Delimiter, FirstLine, Guess, TextTable};
    use crate::{LayerData, Points, Viewport};
    use glam::Vec3;
    use heliograph_wire::Command;
    use std::sync::Arc;

    const POINTS: usize = 500_000;

    fn loaded() -> LoadedLayer {
        let positions = (0..POINTS).map(|at| Vec3::new(at as f32, 0.0, 0.0)).collect();
        let points = Points::new(DVec3::ZERO, positions, None, Vec::new(), 1);
        let guess = Guess { columns_end: Delimiter::Comma, first_line: FirstLine::Data };
        let table = Some(TextTable::new(Reading::default(), guess));
        LoadedLayer { table, ..LoadedLayer::new("t".into(), LayerData::Points(Arc::new(points)), None) }
    }

    #[test]
    fn however_often_a_guest_has_a_table_read_again_what_is_kept_of_it_is_bounded() {
        let mut scene = Scene::new(Arc::new(|| ()));
        let id = scene.add(loaded());
        let bytes = scene.layers[0].bytes();
        assert_eq!(bytes, POINTS * 16);
        let most = MAX_BYTES / bytes;
        (0..most + 5).for_each(|_| drop(scene.renew(id, loaded(), Some("Ada"))));
        let undo = |scene: &mut Scene| scene.apply(&Command::Undo, Viewport { width: 8, height: 8 }).is_ok();
        assert_eq!((0..most + 5).take_while(|_| undo(&mut scene)).count(), most);
    }
}
