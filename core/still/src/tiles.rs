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

/// The largest and the smallest side. A picture of the largest size has fewer tiles than a message can count.
const SIDE_MAX: u16 = 256;
const SIDE_MIN: u16 = 32;
/// A tile that would cost more is cut in four: about one packet.
const BYTES_MAX: u64 = 1_000;
/// In what `in_order`'s caller says.
const COST_OF_BYTE: u64 = 32;

/// The tiles of a picture, those that show most, and of these the ones nearest to the middle, first. `cost` says for a
/// pixel how many quarters of a bit it will take, roughly.
pub(crate) fn in_order(width: u16, height: u16, cost: impl Fn(usize, usize) -> u64) -> Vec<Tile> {
    let mut tiles = Vec::new();
    let side_max = if u32::from(width) * u32::from(height) > 1 << 24 { u16::MAX / 32 } else { SIDE_MAX };
    for y in (0..height).step_by(usize::from(side_max)) {
        for x in (0..width).step_by(usize::from(side_max)) {
            let tile = Tile { x, y, width: side_max.min(width - x), height: side_max.min(height - y) };
            cut(tile, &cost, &mut tiles);
        }
    }
    let rank = |tile: Tile, cost: u64| {
        // Nothing to see but the backdrop comes last; the rest by the distance from the middle, near before far.
        let off = |from: u16, length: u16, whole: u16| {
            (2.0 * f64::from(from) + f64::from(length) - f64::from(whole)) / f64::from(whole)
        };
        let (right, down) = (off(tile.x, tile.width, width), off(tile.y, tile.height, height));
        let area = f64::from(tile.width) * f64::from(tile.height);
        let density = (cost as f64 / area / 32.0).min(1.0);
        (right * right + down * down) - 2.0 * density
    };
    let mut ranked: Vec<(f64, Tile)> = tiles.into_iter().map(|(tile, cost)| (rank(tile, cost), tile)).collect();
    ranked.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    ranked.into_iter().map(|(_, tile)| tile).collect()
}

fn cut(tile: Tile, cost: &impl Fn(usize, usize) -> u64, tiles: &mut Vec<(Tile, u64)>) {
    let Tile { x, y, width, height } = tile;
    let (columns, rows) =
        (usize::from(x)..usize::from(x) + usize::from(width), usize::from(y)..usize::from(y) + usize::from(height));
    let total: u64 = rows.flat_map(|y| columns.clone().map(move |x| (x, y))).map(|(x, y)| cost(x, y)).sum();
    let (left, upper) = (halved(width), halved(height));
    if total <= BYTES_MAX * COST_OF_BYTE || (left == width && upper == height) {
        return tiles.push((tile, total));
    }
    for (y, height) in [(y, upper), (y + upper, height - upper)] {
        for (x, width) in [(x, left), (x + left, width - left)] {
            if width > 0 && height > 0 {
                cut(Tile { x, y, width, height }, cost, tiles);
            }
        }
    }
}

/// Half of a side, in whole [`SIDE_MIN`]; the side itself where it is not longer than that.
fn halved(side: u16) -> u16 {
    if side <= SIDE_MIN { side } else { (side / 2).next_multiple_of(SIDE_MIN).min(side) }
}
