//! Coarser levels of the meshes that are read: counted, told and stopped as the reading is.

use super::{LoadedLayer, Problem, Progress};
use crate::LayerData;
use crate::coarse::{bytes, coarser};
use std::sync::Arc;

/// The part of the time that making the levels of a large mesh is given; not measured.
pub(super) const COARSENING: f64 = 0.3;

impl LoadedLayer {
    /// The same, with [`crate::Layer::coarser`] levels of a mesh.
    ///
    /// # Errors
    /// When these and the mesh take more memory than is allowed, and when it shall stop.
    pub(super) fn coarsened(mut self, progress: &Progress) -> Result<LoadedLayer, Problem> {
        let LayerData::Mesh(mesh) = &self.data else { return Ok(self) };
        let of_levels = bytes(mesh);
        if of_levels == 0 {
            return Ok(self);
        }
        progress.allow(mesh.bytes().saturating_add(of_levels))?;
        let from = progress.fraction();
        let levels = coarser(mesh, |part| progress.towards_end(from, part)).ok_or(Problem::Cancelled)?;
        self.coarser = Arc::new(levels);
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{Limits, Source, load};
    use crate::synthetic::ring_mesh;

    fn exact() -> LoadedLayer {
        LoadedLayer::exact("ring".into(), LayerData::Mesh(Arc::new(ring_mesh(200, 100))), None)
    }

    fn with_limit(max_bytes: u64) -> Progress {
        Progress::with_limits(Limits { max_bytes })
    }

    #[test]
    fn levels_that_take_too_much_are_refused_before_they_are_made() {
        let mesh = ring_mesh(200, 100);
        let (alone, both) = (mesh.bytes(), mesh.bytes() + bytes(&mesh));
        for too_little in [alone, both - 1] {
            let refusal = exact().coarsened(&with_limit(too_little)).unwrap_err();
            assert!(matches!(refusal, Problem::TooLarge { needed_bytes, .. } if needed_bytes == both), "{refusal:?}");
        }
        assert!(!exact().coarsened(&with_limit(both)).unwrap().coarser.is_empty());
        // One without levels needs no more than it has.
        let small = LoadedLayer::exact("ring".into(), LayerData::Mesh(Arc::new(ring_mesh(100, 100))), None);
        assert!(small.coarsened(&with_limit(0)).unwrap().coarser.is_empty());
    }

    #[test]
    fn the_making_of_levels_is_shown_and_can_be_cancelled() {
        let progress = Progress::new();
        progress.leave(COARSENING);
        progress.advance(1, 1).unwrap();
        let before = progress.fraction();
        exact().coarsened(&progress).unwrap();
        assert!(before < 0.71 && progress.fraction() > 0.9, "{before}, {}", progress.fraction());
        progress.cancel();
        assert!(matches!(exact().coarsened(&progress), Err(Problem::Cancelled)));
    }

    #[test]
    fn the_mesh_of_a_file_has_its_levels() {
        let mesh = ring_mesh(200, 100);
        let corner = |place: &glam::Vec3| format!("v {} {} {}\n", place.x, place.y, place.z);
        let face = |[a, b, c]: &[u32; 3]| format!("f {} {} {}\n", a + 1, b + 1, c + 1);
        let faces = mesh.indices.as_chunks::<3>().0.iter().map(face);
        let file: String = mesh.positions.iter().map(corner).chain(faces).collect();
        let source = Source::Bytes { name: "ring.obj".into(), bytes: file.into_bytes().leak() };
        let layers = load(&source, &Progress::new()).unwrap();
        assert!(!layers[0].coarser.is_empty());
    }
}
