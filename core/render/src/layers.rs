//! [`LayerBuffers`]: the layers' data on the GPU, kept while their content is what it was.

use crate::mesh::MeshBuffers;
use crate::network::NetworkBuffers;
use crate::points::PointBuffers;
use crate::tracts::TractBuffers;
use crate::upload::Upload;
use crate::volume::VolumeBuffers;
use heliograph_scene::{Layer, LayerData, LayerId, Mesh, Network, Points, Tracts, Volume};
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// The buffers of all layers of a scene.
#[derive(Default)]
pub(crate) struct LayerBuffers {
    entries: HashMap<LayerId, Entry>,
    stamps: u64,
}

struct Entry {
    content: Content,
    buffers: Buffers,
    /// Changes whenever what the buffers hold was replaced.
    stamp: u64,
}

/// What the buffers were made from. A weak pointer keeps the address from being given to other data.
struct Content {
    revision: u64,
    data: Identity,
}

enum Identity {
    Points(Weak<Points>),
    Mesh(Weak<Mesh>),
    Tracts(Weak<Tracts>),
    Network(Weak<Network>),
    Volume(Weak<Volume>),
}

/// The buffers of one layer.
pub(crate) enum Buffers {
    Points(PointBuffers),
    Mesh(MeshBuffers),
    Tracts(TractBuffers),
    Network(NetworkBuffers),
    Volume(Box<VolumeBuffers>),
    /// The adapter has no room for it; reported once.
    NoRoom,
}

impl LayerBuffers {
    /// Frees the buffers of layers that are gone.
    pub(crate) fn retain(&mut self, layers: &[Layer]) {
        self.entries.retain(|id, _| layers.iter().any(|layer| layer.id == *id));
    }

    /// Brings a layer's buffers up to date, as far as this frame may upload.
    pub(crate) fn update(&mut self, layer: &Layer, upload: &mut Upload<'_>) {
        let stamp = self.stamps + 1;
        let entry = self.entries.entry(layer.id).or_insert_with(|| Entry {
            content: Content::of(layer),
            buffers: Buffers::new(layer, upload),
            stamp,
        });
        let mut replaced = entry.stamp == stamp;
        if !entry.content.is_of(layer) {
            let same_data = entry.content.is_made_from(&layer.data);
            replaced |= entry.buffers.replace(layer, same_data, upload);
            entry.content = Content::of(layer);
        }
        replaced |= entry.buffers.upload(layer, upload);
        if replaced {
            entry.stamp = stamp;
            self.stamps = stamp;
        }
    }

    pub(crate) fn of(&self, layer: &Layer) -> Option<&Buffers> {
        self.entries.get(&layer.id).map(|entry| &entry.buffers)
    }

    /// The layer's points, or the nodes of a large network, and the stamp of what they hold.
    pub(crate) fn points(&self, layer: &Layer) -> Option<(&PointBuffers, u64)> {
        let entry = self.entries.get(&layer.id)?;
        let points = match &entry.buffers {
            Buffers::Points(points) => points,
            Buffers::Network(network) => network.dots.as_ref()?,
            _ => return None,
        };
        Some((points, entry.stamp))
    }

    /// Of what the layer's buffers hold.
    pub(crate) fn stamp(&self, layer: &Layer) -> u64 {
        self.entries.get(&layer.id).map_or(0, |entry| entry.stamp)
    }

    /// The layer's volume, if it can be drawn.
    pub(crate) fn volume(&self, layer: &Layer) -> Option<&VolumeBuffers> {
        match self.of(layer)? {
            Buffers::Volume(volume) if volume.is_drawable() => Some(volume),
            _ => None,
        }
    }

    pub(crate) fn volume_mut(&mut self, layer: &Layer) -> Option<&mut VolumeBuffers> {
        match &mut self.entries.get_mut(&layer.id)?.buffers {
            Buffers::Volume(volume) => Some(volume),
            _ => None,
        }
    }

    /// The layer's network.
    pub(crate) fn network(&self, layer: &Layer) -> Option<&NetworkBuffers> {
        match self.of(layer)? {
            Buffers::Network(network) => Some(network),
            _ => None,
        }
    }

    pub(crate) fn network_mut(&mut self, layer: &Layer) -> Option<&mut NetworkBuffers> {
        match &mut self.entries.get_mut(&layer.id)?.buffers {
            Buffers::Network(network) => Some(network),
            _ => None,
        }
    }

    /// The layer's mesh.
    pub(crate) fn mesh(&self, layer: &Layer) -> Option<&MeshBuffers> {
        match self.of(layer)? {
            Buffers::Mesh(mesh) => Some(mesh),
            _ => None,
        }
    }

    pub(crate) fn mesh_mut(&mut self, layer: &Layer) -> Option<&mut MeshBuffers> {
        match &mut self.entries.get_mut(&layer.id)?.buffers {
            Buffers::Mesh(mesh) => Some(mesh),
            _ => None,
        }
    }

    pub(crate) fn points_mut(&mut self, layer: &Layer) -> Option<&mut PointBuffers> {
        match &mut self.entries.get_mut(&layer.id)?.buffers {
            Buffers::Points(points) => Some(points),
            Buffers::Network(network) => network.dots.as_mut(),
            _ => None,
        }
    }

    pub(crate) fn all_points_mut(&mut self) -> impl Iterator<Item = &mut PointBuffers> {
        self.entries.values_mut().filter_map(|entry| match &mut entry.buffers {
            Buffers::Points(points) => Some(points),
            Buffers::Network(network) => network.dots.as_mut(),
            _ => None,
        })
    }
}

impl Content {
    fn of(layer: &Layer) -> Content {
        let data = match &layer.data {
            LayerData::Points(points) => Identity::Points(Arc::downgrade(points)),
            LayerData::Mesh(mesh) => Identity::Mesh(Arc::downgrade(mesh)),
            LayerData::Tracts(tracts) => Identity::Tracts(Arc::downgrade(tracts)),
            LayerData::Network(network) => Identity::Network(Arc::downgrade(network)),
            LayerData::Volume(volume) => Identity::Volume(Arc::downgrade(volume)),
        };
        Content { revision: layer.content_revision, data }
    }

    fn is_of(&self, layer: &Layer) -> bool {
        self.revision == layer.content_revision && self.is_made_from(&layer.data)
    }

    fn is_made_from(&self, data: &LayerData) -> bool {
        fn same<T>(weak: &Weak<T>, data: &Arc<T>) -> bool {
            std::ptr::eq(weak.as_ptr(), Arc::as_ptr(data))
        }
        match (&self.data, data) {
            (Identity::Points(weak), LayerData::Points(points)) => same(weak, points),
            (Identity::Mesh(weak), LayerData::Mesh(mesh)) => same(weak, mesh),
            (Identity::Tracts(weak), LayerData::Tracts(tracts)) => same(weak, tracts),
            (Identity::Network(weak), LayerData::Network(network)) => same(weak, network),
            (Identity::Volume(weak), LayerData::Volume(volume)) => same(weak, volume),
            _ => false,
        }
    }
}

impl Buffers {
    fn new(layer: &Layer, upload: &mut Upload<'_>) -> Buffers {
        let buffers = match &layer.data {
            LayerData::Points(points) => PointBuffers::new(upload, points).map(Buffers::Points),
            LayerData::Mesh(mesh) => MeshBuffers::new(upload, mesh, layer.coarser()).map(Buffers::Mesh),
            LayerData::Tracts(tracts) => TractBuffers::new(upload, tracts).map(Buffers::Tracts),
            LayerData::Volume(volume) => {
                VolumeBuffers::new(upload, volume).map(|buffers| Buffers::Volume(Box::new(buffers)))
            }
            LayerData::Network(network) => NetworkBuffers::new(upload, network).map(|mut buffers| {
                buffers.write(upload, network, layer);
                Buffers::Network(buffers)
            }),
        };
        buffers.unwrap_or(Buffers::NoRoom)
    }

    /// Takes other content, in the same room where it fits; true when what was drawn is drawn no more.
    fn replace(&mut self, layer: &Layer, same_data: bool, upload: &mut Upload<'_>) -> bool {
        match (&mut *self, &layer.data) {
            (Buffers::Points(buffers), LayerData::Points(points)) if buffers.fits(points) => {
                buffers.invalidate();
                false // Writing will tell.
            }
            (Buffers::Mesh(buffers), LayerData::Mesh(_)) if same_data => {
                buffers.invalidate_colors();
                false
            }
            (Buffers::Tracts(buffers), LayerData::Tracts(_)) if same_data => {
                buffers.invalidate();
                false
            }
            (Buffers::Volume(buffers), LayerData::Volume(_)) if same_data => {
                // Colours are looked up.
                buffers.invalidate_selection();
                false
            }
            (Buffers::Network(buffers), LayerData::Network(network)) if buffers.fits(network) => {
                buffers.write(upload, network, layer);
                buffers.dots.is_some()
            }
            _ => {
                *self = Buffers::new(layer, upload);
                true
            }
        }
    }

    /// Goes on uploading; true when what may have been drawn was overwritten.
    fn upload(&mut self, layer: &Layer, upload: &mut Upload<'_>) -> bool {
        match (self, &layer.data) {
            (Buffers::Points(buffers), LayerData::Points(points)) => {
                return buffers.upload(upload, points, &layer.paint());
            }
            (Buffers::Mesh(buffers), LayerData::Mesh(mesh)) => {
                return buffers.upload(upload, mesh, layer.coarser(), &layer.paint());
            }
            (Buffers::Tracts(buffers), LayerData::Tracts(tracts)) => {
                return buffers.upload(upload, tracts, &layer.paint());
            }
            (Buffers::Volume(buffers), LayerData::Volume(volume)) => return buffers.upload(upload, volume, layer),
            _ => {}
        }
        false
    }

    /// Whether all of the layer is on the GPU, or will never be.
    pub(crate) fn is_uploaded(&self) -> bool {
        match self {
            Buffers::Points(buffers) => buffers.is_uploaded(),
            Buffers::Mesh(buffers) => buffers.is_uploaded(),
            Buffers::Tracts(buffers) => buffers.is_uploaded(),
            Buffers::Volume(buffers) => buffers.is_uploaded(),
            Buffers::Network(_) | Buffers::NoRoom => true,
        }
    }
}
