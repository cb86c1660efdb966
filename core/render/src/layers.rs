//! [`LayerBuffers`]: the layers' data on the GPU, kept while their content is what it was.

use crate::mesh::MeshBuffers;
use crate::network::NetworkBuffers;
use crate::points::PointBuffers;
use crate::tracts::TractBuffers;
use crate::upload::Upload;
use heliograph_scene::LayerId;
use heliograph_scene::{ColorBy, Layer, LayerData, Mesh, Network, Points, Tracts};
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
    Mesh(Weak<Mesh>, /* with the colours of the file */ bool),
    Tracts(Weak<Tracts>),
    Network(Weak<Network>),
}

/// The buffers of one layer.
pub(crate) enum Buffers {
    Points(PointBuffers),
    Mesh(MeshBuffers),
    Tracts(TractBuffers),
    Network(NetworkBuffers),
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
            replaced |= entry.buffers.replace(layer, upload);
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

    /// The layer's points, and the stamp of what they hold.
    pub(crate) fn points(&self, layer: &Layer) -> Option<(&PointBuffers, u64)> {
        self.entries.get(&layer.id).and_then(|entry| match &entry.buffers {
            Buffers::Points(points) => Some((points, entry.stamp)),
            _ => None,
        })
    }

    pub(crate) fn all_points_mut(&mut self) -> impl Iterator<Item = &mut PointBuffers> {
        self.entries.values_mut().filter_map(|entry| match &mut entry.buffers {
            Buffers::Points(points) => Some(points),
            _ => None,
        })
    }
}

impl Content {
    fn of(layer: &Layer) -> Content {
        let data = match &layer.data {
            LayerData::Points(points) => Identity::Points(Arc::downgrade(points)),
            LayerData::Mesh(mesh) => Identity::Mesh(Arc::downgrade(mesh), has_file_colors(layer)),
            LayerData::Tracts(tracts) => Identity::Tracts(Arc::downgrade(tracts)),
            LayerData::Network(network) => Identity::Network(Arc::downgrade(network)),
        };
        Content { revision: layer.content_revision, data }
    }

    fn is_of(&self, layer: &Layer) -> bool {
        fn same<T>(weak: &Weak<T>, data: &Arc<T>) -> bool {
            std::ptr::eq(weak.as_ptr(), Arc::as_ptr(data))
        }
        let same_data = match (&self.data, &layer.data) {
            (Identity::Points(weak), LayerData::Points(points)) => same(weak, points),
            (Identity::Mesh(weak, colored), LayerData::Mesh(mesh)) => {
                same(weak, mesh) && *colored == has_file_colors(layer)
            }
            (Identity::Tracts(weak), LayerData::Tracts(tracts)) => same(weak, tracts),
            (Identity::Network(weak), LayerData::Network(network)) => same(weak, network),
            _ => false,
        };
        same_data && self.revision == layer.content_revision
    }
}

impl Buffers {
    fn new(layer: &Layer, upload: &mut Upload<'_>) -> Buffers {
        let buffers = match &layer.data {
            LayerData::Points(points) => PointBuffers::new(upload, points).map(Buffers::Points),
            LayerData::Mesh(mesh) => MeshBuffers::new(upload, mesh).map(Buffers::Mesh),
            LayerData::Tracts(tracts) => TractBuffers::new(upload, tracts).map(Buffers::Tracts),
            LayerData::Network(network) => NetworkBuffers::new(upload, network).map(|buffers| {
                buffers.write(upload, network);
                Buffers::Network(buffers)
            }),
        };
        buffers.unwrap_or(Buffers::NoRoom)
    }

    /// Takes other content, in the same room where it fits; true when what was drawn is drawn no more.
    fn replace(&mut self, layer: &Layer, upload: &mut Upload<'_>) -> bool {
        match (&mut *self, &layer.data) {
            (Buffers::Points(buffers), LayerData::Points(points)) if buffers.fits(points) => {
                buffers.invalidate();
                false // Writing will tell.
            }
            (Buffers::Network(buffers), LayerData::Network(network)) if buffers.fits(network) => {
                buffers.write(upload, network);
                false
            }
            _ => {
                *self = Buffers::new(layer, upload);
                true
            }
        }
    }

    /// Goes on uploading; true when points that may have been drawn were overwritten.
    fn upload(&mut self, layer: &Layer, upload: &mut Upload<'_>) -> bool {
        match (self, &layer.data) {
            (Buffers::Points(buffers), LayerData::Points(points)) => return buffers.upload(upload, points),
            (Buffers::Mesh(buffers), LayerData::Mesh(mesh)) => {
                let colors = mesh.colors.as_deref().filter(|_| has_file_colors(layer));
                buffers.upload(upload, mesh, colors);
            }
            (Buffers::Tracts(buffers), LayerData::Tracts(tracts)) => buffers.upload(upload, tracts),
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
            Buffers::Network(_) | Buffers::NoRoom => true,
        }
    }
}

/// Whether a mesh is drawn with the colours of its file.
pub(crate) fn has_file_colors(layer: &Layer) -> bool {
    layer.style.color_by == ColorBy::File && matches!(&layer.data, LayerData::Mesh(mesh) if mesh.colors.is_some())
}
