//! What a style says of where things lie: nodes that have latitudes and longitudes, and points out of tables.

use super::{LAYOUT_SEED, Scene, scaled};
use crate::boxes::Boxes;
use crate::layout::{ForceLayout, LiveLayout, Motion};
use crate::{Layer, LayerData, Placement, pick, properties};
use std::sync::Arc;

impl Scene {
    /// Puts all where its style says, if it is elsewhere.
    pub(super) fn bring_into_place(&mut self) {
        self.place_nodes();
        self.place_points();
    }

    /// Gives points out of tables the coordinates that their style says.
    fn place_points(&mut self) {
        let mut moved = false;
        for at in 0..self.layers.len() {
            let wanted = self.layers[at].style.axes;
            let Some((axes, _)) = self.layers[at].axes.clone().filter(|(_, now)| *now != wanted) else { continue };
            // Its place is found as if it had just come.
            let mut layer = self.layers.remove(at);
            layer.data = LayerData::Points(axes.arranged(wanted));
            layer.boxes = Arc::new(Boxes::of(&layer.data));
            layer.axes = Some((axes, wanted));
            self.revision += 1;
            layer.content_revision = self.revision;
            properties::forget_missing(&mut layer);
            self.place(&mut layer);
            self.layers.insert(at, layer);
            moved = true;
        }
        if moved {
            self.was_moved();
            self.fit();
        }
    }

    /// Puts the nodes of every network where its style says, if they are elsewhere.
    ///
    /// A layout begins anew each time, as that of a file does when it is opened: steps back do not lead over how far it was.
    fn place_nodes(&mut self) {
        let mut moved = false;
        for at in 0..self.layers.len() {
            if let Some(layout) = place_nodes_of(&mut self.layers[at]) {
                self.settle_down(at, layout);
                moved = true;
            }
        }
        if moved {
            self.was_moved();
        }
    }

    /// What is marked and measured goes with what it is on, and so does a camera that nobody moved.
    pub(super) fn was_moved(&mut self) {
        self.picked = self.picked.take().map(|picked| pick::refreshed(picked, &self.layers));
        self.measured = self.measured.take().map(|measured| measured.refreshed(&self.layers));
        self.follow();
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
