//! [`Tile`]: how a picture is cut, and what comes first.

/// A part of a picture, in pixels from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// Left.
    pub x: u16,
    /// Top.
    pub y: u16,
    /// In pixels.
    pub width: u16,
    /// In pixels.
    pub height: u16,
}

/// The largest and the smallest side. A picture of [`crate::PIXELS_MAX`] has fewer tiles than a message can count.
const SIDE_MAX: u16 = 256;
const SIDE_MIN: u16 = 32;
/// A tile that would cost more is cut in four: about one packet.
const BYTES_MAX: u64 = 1_000;
/// In quarters of a bit.
const COST_OF_BYTE: u64 = 32;
/// A pixel of a tile that is full of detail, in quarters of a bit.
const COST_OF_MUCH: u16 = 32;

/// The tiles of a picture, those that show most, and of these the ones nearest to the middle, first. `cost` says for a
/// pixel how many quarters of a bit it will take, roughly.
pub(crate) fn in_order(width: u16, height: u16, cost: impl Fn(usize, usize) -> u32) -> Vec<Tile> {
    let costs = Costs::of(width, height, cost);
    let mut tiles = Vec::new();
    for y in (0..height).step_by(usize::from(SIDE_MAX)) {
        for x in (0..width).step_by(usize::from(SIDE_MAX)) {
            let tile = Tile { x, y, width: SIDE_MAX.min(width - x), height: SIDE_MAX.min(height - y) };
            costs.cut(tile, &mut tiles);
        }
    }
    // Half of what counts is how much there is to see, half how near it is to the middle; the backdrop comes last.
    let rank = |(tile, cost): (Tile, u64)| {
        let off = |from: u16, length: u16, whole: u16| {
            (2.0 * f64::from(from) + f64::from(length) - f64::from(whole)) / f64::from(whole)
        };
        let (right, down) = (off(tile.x, tile.width, width), off(tile.y, tile.height, height));
        let density = cost as f64 / (f64::from(tile.width) * f64::from(tile.height) * f64::from(COST_OF_MUCH));
        right * right + down * down - 2.0 * density.min(1.0)
    };
    tiles.sort_by(|one, other| rank(*one).total_cmp(&rank(*other)));
    tiles.into_iter().map(|(tile, _)| tile).collect()
}

/// What each cell of [`SIDE_MIN`] costs.
struct Costs {
    cells: Vec<u64>,
    columns: usize,
}

impl Costs {
    fn of(width: u16, height: u16, cost: impl Fn(usize, usize) -> u32) -> Costs {
        let columns = usize::from(width).div_ceil(SIDE_MIN.into());
        let mut cells = vec![0; columns * usize::from(height).div_ceil(SIDE_MIN.into())];
        for y in 0..usize::from(height) {
            let row = &mut cells[y / usize::from(SIDE_MIN) * columns..][..columns];
            for (column, cell) in row.iter_mut().enumerate() {
                let from = column * usize::from(SIDE_MIN);
                let to = (from + usize::from(SIDE_MIN)).min(width.into());
                *cell += (from..to).map(|x| u64::from(cost(x, y))).sum::<u64>();
            }
        }
        Costs { cells, columns }
    }

    /// Of a tile, which begins and ends with a cell, or with the picture.
    fn sum(&self, tile: Tile) -> u64 {
        let cells =
            |from: u16, length: u16| usize::from(from / SIDE_MIN)..usize::from((from + length).div_ceil(SIDE_MIN));
        let row = |row: usize| self.cells[row * self.columns..][cells(tile.x, tile.width)].iter().sum::<u64>();
        cells(tile.y, tile.height).map(row).sum()
    }

    fn cut(&self, tile: Tile, tiles: &mut Vec<(Tile, u64)>) {
        let Tile { x, y, width, height } = tile;
        let total = self.sum(tile);
        let (left, upper) = (halved(width), halved(height));
        if total <= BYTES_MAX * COST_OF_BYTE || (left == width && upper == height) {
            return tiles.push((tile, total));
        }
        for (y, height) in [(y, upper), (y + upper, height - upper)] {
            for (x, width) in [(x, left), (x + left, width - left)] {
                if width > 0 && height > 0 {
                    self.cut(Tile { x, y, width, height }, tiles);
                }
            }
        }
    }
}

/// Half of a side, in whole [`SIDE_MIN`]; the side itself where it is not longer than that.
fn halved(side: u16) -> u16 {
    if side <= SIDE_MIN { side } else { (side / 2).next_multiple_of(SIDE_MIN).min(side) }
}
