//! [`Area`]: a part of the picture, asked for millions of places whether they are in it.

use glam::Vec2;
use heliograph_wire::Shape;

/// A part of the picture, in fractions of it.
#[derive(Debug)]
pub(crate) struct Area {
    least: Vec2,
    most: Vec2,
    /// Of a polygon, the edges that reach into each of equal bands from top to bottom; empty for a rectangle.
    bands: Vec<Vec<[Vec2; 2]>>,
}

const BANDS: usize = 256;

impl Area {
    /// The inside of a shape; `None` of a point, which has none.
    pub(crate) fn of(shape: &Shape) -> Option<Area> {
        match shape {
            Shape::Point { .. } => None,
            Shape::Box { from, to } => {
                let (from, to) = (Vec2::from(*from), Vec2::from(*to));
                Some(Area { least: from.min(to), most: from.max(to), bands: Vec::new() })
            }
            Shape::Lasso { corners } => {
                let corners: Vec<Vec2> = corners.iter().copied().map(Vec2::from).collect();
                let least = corners.iter().copied().fold(Vec2::INFINITY, Vec2::min);
                let most = corners.iter().copied().fold(Vec2::NEG_INFINITY, Vec2::max);
                let mut area = Area { least, most, bands: vec![Vec::new(); BANDS] };
                for (at, corner) in corners.iter().enumerate() {
                    let next = corners[(at + 1) % corners.len()];
                    let [first, last] = [corner.y.min(next.y), corner.y.max(next.y)].map(|y| area.band(y));
                    area.bands[first..=last].iter_mut().for_each(|band| band.push([*corner, next]));
                }
                Some(area)
            }
        }
    }

    /// Whether it is inside: of a polygon by the even-odd rule, as a ray to the right crosses its edges.
    pub(crate) fn holds(&self, place: Vec2) -> bool {
        // Written so that NaN fails.
        if !(place.cmpge(self.least).all() && place.cmple(self.most).all()) {
            return false;
        }
        let Some(edges) = self.bands.get(self.band(place.y)) else { return true };
        let crossed = |[a, b]: &&[Vec2; 2]| {
            (a.y > place.y) != (b.y > place.y) && place.x < a.x + (place.y - a.y) / (b.y - a.y) * (b.x - a.x)
        };
        edges.iter().filter(crossed).count() % 2 == 1
    }

    fn band(&self, y: f32) -> usize {
        let share = (y - self.least.y) / (self.most.y - self.least.y);
        ((share * BANDS as f32) as usize).min(BANDS - 1)
    }
}
