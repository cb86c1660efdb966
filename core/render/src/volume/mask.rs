//! [`Mask`]: which voxels of a volume are selected, on the GPU.

use crate::upload::Upload;
use heliograph_scene::Volume;

/// Which voxels are selected. Without a selection it takes no room and no time.
pub(super) struct Mask {
    /// For the shaders, which want one in any case.
    nothing: wgpu::Buffer,
    room: Room,
    /// How many words are written.
    written: usize,
    /// How many there are to write.
    count: usize,
}

enum Room {
    NotNeeded,
    There(wgpu::Buffer),
    /// The adapter has none; reported once.
    None,
}

/// `Volume.dims` of `volume.wgsl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dims {
    Nothing = 0,
    /// What is not selected.
    Rest = 1,
    Everything = 2,
}

impl Mask {
    pub(super) fn new(upload: &Upload<'_>) -> Option<Mask> {
        let nothing = upload.bound::<u64>("no selected voxels", 1, wgpu::BufferUsages::empty())?;
        Some(Mask { nothing, room: Room::NotNeeded, written: 0, count: 0 })
    }

    /// Has the bits written again: others may be selected.
    pub(super) fn invalidate(&mut self) {
        self.written = 0;
    }

    /// Goes on writing, or lets go of the room; true when what may have been drawn was overwritten.
    pub(super) fn upload(&mut self, upload: &mut Upload<'_>, volume: &Volume, bits: Option<&[u64]>) -> bool {
        let bits = bits.unwrap_or_default();
        self.count = bits.len();
        if bits.is_empty() {
            let was_there = matches!(self.room, Room::There(_));
            if was_there {
                self.room = Room::NotNeeded;
            }
            return was_there;
        }
        if matches!(self.room, Room::NotNeeded) {
            let words = volume.voxels().div_ceil(64).max(bits.len());
            let buffer = upload.bound::<u64>("selected voxels", words, wgpu::BufferUsages::empty());
            self.room = buffer.map_or(Room::None, Room::There);
            self.written = 0;
        }
        let Room::There(buffer) = &self.room else { return false };
        if self.written >= bits.len() {
            return false;
        }
        self.written = upload.advance(buffer, bits, self.written);
        true
    }

    pub(super) fn is_uploaded(&self) -> bool {
        self.written >= self.count || !matches!(self.room, Room::There(_))
    }

    /// What is dimmed. Where there is no room to tell, nothing is.
    pub(super) fn dims(&self, bits: Option<&[u64]>) -> Dims {
        match (bits, &self.room) {
            (None, _) => Dims::Nothing,
            (Some([]), _) => Dims::Everything,
            (Some(_), Room::There(_)) => Dims::Rest,
            (Some(_), _) => Dims::Nothing,
        }
    }

    pub(super) fn buffer(&self) -> &wgpu::Buffer {
        match &self.room {
            Room::There(buffer) => buffer,
            Room::NotNeeded | Room::None => &self.nothing,
        }
    }
}
