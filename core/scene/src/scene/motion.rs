//! Layouts of networks: started, stopped, hurried, and forgotten when they have settled.

use super::{Scene, scaled};
use crate::layout::{ForceLayout, LiveLayout, Motion};
use crate::{CommandError, Layer, LayerData, properties};
use heliograph_wire::{LayerId, Value};
use std::sync::Arc;

impl Scene {
    /// Sets how a network moves. No step back leads over this: as with the camera, one goes on from what there is.
    pub(super) fn set_motion(&mut self, layer: LayerId, value: &Value) -> Result<(), CommandError> {
        let described = self.property(Some(layer), properties::MOTION)?;
        properties::check(&described, value)?;
        let wanted = Motion::ALL.into_iter().find(|one| *value == Value::Choice(one.id().into()));
        let found = self.layers.iter_mut().find(|one| one.id == layer);
        let (Some(wanted), Some(found)) = (wanted, found) else { return Ok(()) };
        if found.motion == Some(wanted) {
            return Ok(());
        }
        found.motion = Some(wanted);
        self.revision += 1;
        let running = self.layouts.iter().position(|(id, _)| *id == layer);
        match (wanted, running) {
            // Dropping the layout ends its thread.
            (Motion::Still, Some(at)) => drop(self.layouts.swap_remove(at)),
            (Motion::Still, None) => {}
            (_, Some(at)) => self.layouts[at].1.hurry(wanted == Motion::Hurries),
            (_, None) => {
                if let Some(layout) = resumed(found) {
                    let live = LiveLayout::start(layout.warmed(), Arc::clone(&self.wake));
                    live.hurry(wanted == Motion::Hurries);
                    self.layouts.push((layer, live));
                }
            }
        }
        Ok(())
    }

    /// Ends the layouts that have come to rest.
    pub(super) fn forget_settled(&mut self) {
        let over: Vec<LayerId> =
            self.layouts.iter().filter(|(_, layout)| layout.is_over()).map(|(id, _)| *id).collect();
        self.layouts.retain(|(id, _)| !over.contains(id));
        for layer in self.layers.iter_mut().filter(|layer| over.contains(&layer.id)) {
            layer.motion = Some(Motion::Still);
            self.revision += 1;
        }
    }
}

/// The layout of a network from where its nodes are, almost settled; none of what is not laid out.
pub(super) fn resumed(layer: &Layer) -> Option<ForceLayout> {
    let LayerData::Network(network) = &layer.data else { return None };
    let places = || scaled(network.positions.clone(), 1.0 / layer.scale);
    (!network.is_placed).then(|| ForceLayout::resume(&places(), &network.edges))
}
