//! [`Accumulation`]: which points are in the texels already, or links in their sheet, so that the next frame adds those that are not.

use glam::{Mat4, Vec3};
use heliograph_scene::{ClipRegion, Diameter, LayerId, Viewport};
use std::ops::Range;

/// Everything that decides where a point lands and what colour it has there. When it changes, the texels start anew.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct View {
    pub(crate) clip_from_scene: Mat4,
    pub(crate) viewport: Viewport,
    pub(crate) clip: ClipRegion,
    pub(crate) clouds: Vec<Cloud>,
}

/// One visible point cloud.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cloud {
    pub(crate) layer: LayerId,
    /// Of what its buffers hold.
    pub(crate) stamp: u64,
    pub(crate) offset: Vec3,
    pub(crate) diameter: Diameter,
    pub(crate) opacity: f32,
}

/// How much of a cloud there is, or of a network's links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Its points, or links.
    pub(crate) len: usize,
    /// Of these, how many have reached the GPU.
    pub(crate) drawable: usize,
}

/// What a frame draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Whether the texels, or the sheet, are to be cleared first.
    pub(crate) restart: bool,
    /// What to add of each cloud or network.
    pub(crate) ranges: Vec<Range<usize>>,
    /// How many points or links these are.
    pub(crate) count: u64,
    /// Whether all is there then.
    pub(crate) whole: bool,
}

/// What is drawn already, as long as what decides how it looks, `V`, stays what it is.
#[derive(Debug)]
pub(crate) struct Accumulation<V> {
    view: Option<V>,
    drawn: Vec<usize>,
}

impl<V> Default for Accumulation<V> {
    fn default() -> Accumulation<V> {
        Accumulation { view: None, drawn: Vec::new() }
    }
}

impl<V: PartialEq> Accumulation<V> {
    /// Plans a frame of about `allowance` points or links. Clouds are shuffled, so a prefix of each is a fair sample of it; all
    /// clouds are drawn to the same fraction, so that together they are one too.
    pub(crate) fn plan(&mut self, view: V, extents: &[Extent], allowance: u64) -> Plan {
        let restart = self.view.as_ref() != Some(&view) || self.drawn.len() != extents.len();
        if restart {
            self.drawn = vec![0; extents.len()];
            self.view = Some(view);
        }
        let total: usize = extents.iter().map(|extent| extent.len).sum();
        let drawn: usize = self.drawn.iter().sum();
        let fraction = ((drawn as u64 + allowance) as f64 / total.max(1) as f64).min(1.0);
        let ranges: Vec<Range<usize>> = extents
            .iter()
            .zip(&mut self.drawn)
            .map(|(extent, drawn)| {
                let goal = (extent.len as f64 * fraction).ceil() as usize;
                let end = goal.min(extent.len).min(extent.drawable).max(*drawn);
                std::mem::replace(drawn, end)..end
            })
            .collect();
        let count = ranges.iter().map(|range| range.len() as u64).sum();
        let whole = extents.iter().zip(&self.drawn).all(|(extent, &drawn)| drawn == extent.len);
        Plan { restart, ranges, count, whole }
    }

    /// What was drawn is lost.
    pub(crate) fn forget(&mut self) {
        self.view = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(turn: f32) -> View {
        let viewport = Viewport { width: 320, height: 180 };
        View {
            clip_from_scene: Mat4::from_rotation_z(turn),
            viewport,
            clip: ClipRegion::EVERYWHERE,
            clouds: Vec::new(),
        }
    }

    fn all(len: usize) -> Extent {
        Extent { len, drawable: len }
    }

    #[test]
    fn at_rest_each_point_is_drawn_once_and_clouds_grow_alike() {
        let mut accumulation = Accumulation::default();
        let extents = [all(1000), all(500)];
        let first = accumulation.plan(view(0.0), &extents, 300);
        assert_eq!(first, Plan { restart: true, ranges: vec![0..200, 0..100], count: 300, whole: false });
        let second = accumulation.plan(view(0.0), &extents, 900);
        assert_eq!(second, Plan { restart: false, ranges: vec![200..800, 100..400], count: 900, whole: false });
        let third = accumulation.plan(view(0.0), &extents, 900);
        assert_eq!(third, Plan { restart: false, ranges: vec![800..1000, 400..500], count: 300, whole: true });
        let fourth = accumulation.plan(view(0.0), &extents, 900);
        assert_eq!((fourth.restart, fourth.count, fourth.whole), (false, 0, true));
    }

    #[test]
    fn a_camera_that_moves_starts_anew_with_a_prefix() {
        let mut accumulation = Accumulation::default();
        accumulation.plan(view(0.0), &[all(1000)], 600);
        let plan = accumulation.plan(view(0.1), &[all(1000)], 600);
        assert_eq!((plan.restart, &plan.ranges[0]), (true, &(0..600)));
    }

    #[test]
    fn points_on_their_way_to_the_gpu_are_waited_for() {
        let mut accumulation = Accumulation::default();
        let plan = accumulation.plan(view(0.0), &[Extent { len: 1000, drawable: 400 }], 5000);
        assert_eq!((&plan.ranges[0], plan.whole), (&(0..400), false));
        let plan = accumulation.plan(view(0.0), &[all(1000)], 5000);
        assert_eq!((plan.restart, &plan.ranges[0], plan.whole), (false, &(400..1000), true));
    }

    #[test]
    fn nothing_to_draw_is_whole() {
        assert!(Accumulation::default().plan(view(0.0), &[], 100).whole);
    }
}
