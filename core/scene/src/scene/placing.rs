//! Networks whose nodes have latitudes and longitudes: put where their style says.

use super::{LAYOUT_SEED, Scene, scaled};
use crate::layout::{ForceLayout, LiveLayout, Motion};
use crate::{Layer, LayerData, Placement, pick};
use std::sync::Arc;

impl Scene {
    /// Puts the nodes of every network where its style says, if they are elsewhere.
    ///
    /// A layout begins anew each time, as that of a file does when it is opened: steps back do not lead over how far it was.
    pub(super) fn place_nodes(&mut self) {
        let mut moved = false;
        for at in 0..self.layers.len() {
            if let Some(layout) = place_nodes_of(&mut self.layers[at]) {
                self.settle_down(at, layout);
                moved = true;
            }
        }
        if moved {
            self.picked = self.picked.take().map(|picked| pick::refreshed(picked, &self.layers));
            self.measured = self.measured.take().map(|measured| measured.refreshed(&self.layers));
            self.follow();
        }
    }

    /// Ends the layout that a layer had, and starts the one that it has now.
    fn settle_down(&mut self, at: usize, layout: Option<ForceLayout>) {
        let layer = &mut self.layers[at];
        self.revision += 1;
        layer.content_revision = self.revision;
        // Dropping the layout ends its thread.
        self.layouts.retain(|(id, _)| *id != layer.id);
        layer.motion = layout.as_ref().map(|_| Motion::Runs);
        if let Some(layout) = layout {
            self.layouts.push((layer.id, LiveLayout::start(layout, Arc::clone(&self.wake))));
        }
    }
}

/// `None` where everything is in its place; else with the layout that moves the nodes from now on, if one does.
fn place_nodes_of(layer: &mut Layer) -> Option<Option<ForceLayout>> {
    let LayerData::Network(network) = &layer.data else { return None };
    let (places, wanted) = (network.places.as_ref()?, layer.style.placement);
    if layer.placement == wanted {
        return None;
    }
    layer.placement = wanted;
    let (positions, layout) = match wanted.positions(places) {
        Some(positions) => (positions, None),
        None => {
            let layout = ForceLayout::new(network.len(), &network.edges, LAYOUT_SEED);
            (scaled(layout.positions(), layer.scale), Some(layout))
        }
    };
    let mut network = network.at(positions);
    network.is_placed = wanted != Placement::Layout;
    layer.data = LayerData::Network(Arc::new(network));
    Some(layout)
}
