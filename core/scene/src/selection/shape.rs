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
    /// Of a polygon, what is known of each of the equal cells into which the bands are cut, band after band.
    cells: Vec<Cell>,
}

/// A part of a polygon's box.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cell {
    Inside,
    Outside,
    /// An edge may go through it: its places must be asked one by one.
    Mixed,
}

const BANDS: usize = 256;

impl Area {
    /// The inside of a shape; `None` of a point, which has none.
    pub(crate) fn of(shape: &Shape) -> Option<Area> {
        match shape {
            Shape::Point { .. } => None,
            Shape::Box { from, to } => {
                let (from, to) = (Vec2::from(*from), Vec2::from(*to));
                Some(Area { least: from.min(to), most: from.max(to), bands: Vec::new(), cells: Vec::new() })
            }
            Shape::Lasso { corners } => {
                let corners: Vec<Vec2> = corners.iter().copied().map(Vec2::from).collect();
                let least = corners.iter().copied().fold(Vec2::INFINITY, Vec2::min);
                let most = corners.iter().copied().fold(Vec2::NEG_INFINITY, Vec2::max);
                let mut area = Area { least, most, bands: vec![Vec::new(); BANDS], cells: Vec::new() };
                for (at, corner) in corners.iter().enumerate() {
                    let next = corners[(at + 1) % corners.len()];
                    let [first, last] = [corner.y.min(next.y), corner.y.max(next.y)].map(|y| area.band(y));
                    area.bands[first..=last].iter_mut().for_each(|band| band.push([*corner, next]));
                }
                area.cells = (0..BANDS).flat_map(|band| area.cells_of(band)).collect();
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
        let band = self.band(place.y);
        match self.cells.get(band * BANDS + self.column(place.x)) {
            None | Some(Cell::Inside) => true,
            Some(Cell::Outside) => false,
            Some(Cell::Mixed) => self.is_enclosed(band, place),
        }
    }

    fn is_enclosed(&self, band: usize, place: Vec2) -> bool {
        let crossed = |[a, b]: &&[Vec2; 2]| {
            (a.y > place.y) != (b.y > place.y) && place.x < a.x + (place.y - a.y) / (b.y - a.y) * (b.x - a.x)
        };
        self.bands[band].iter().filter(crossed).count() % 2 == 1
    }

    /// The cells of a band. Where no edge comes near, the middle speaks for all.
    fn cells_of(&self, band: usize) -> [Cell; BANDS] {
        let side = (self.most - self.least) / BANDS as f32;
        // A little wider than the band: a place that is rounded into it may lie beside it.
        let [top, bottom] = [band as f32 - 0.01, band as f32 + 1.01].map(|at| self.least.y + at * side.y);
        let mut is_mixed = [false; BANDS];
        for [a, b] in &self.bands[band] {
            // Where the edge is as it comes into the band and as it leaves it; a level one is all of it.
            let at = |y: f32| {
                let share = ((y - a.y) / (b.y - a.y)).clamp(0.0, 1.0);
                if share.is_nan() { b.x } else { a.x + share * (b.x - a.x) }
            };
            let ends = if a.y == b.y { [a.x, b.x] } else { [at(top), at(bottom)] };
            let [first, last] = [ends[0].min(ends[1]), ends[0].max(ends[1])].map(|x| self.column(x));
            // One more on each side, for what is rounded.
            is_mixed[first.saturating_sub(1)..=(last + 1).min(BANDS - 1)].fill(true);
        }
        std::array::from_fn(|column| {
            let middle = self.least + (Vec2::new(column as f32, band as f32) + 0.5) * side;
            match (is_mixed[column], self.is_enclosed(band, middle)) {
                (true, _) => Cell::Mixed,
                (false, true) => Cell::Inside,
                (false, false) => Cell::Outside,
            }
        })
    }

    fn column(&self, x: f32) -> usize {
        let share = (x - self.least.x) / (self.most.x - self.least.x);
        ((share * BANDS as f32) as usize).min(BANDS - 1)
    }

    fn band(&self, y: f32) -> usize {
        let share = (y - self.least.y) / (self.most.y - self.least.y);
        ((share * BANDS as f32) as usize).min(BANDS - 1)
    }
}
