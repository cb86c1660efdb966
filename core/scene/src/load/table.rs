//! Which columns of a table are places, which are colours, and what the others are.

/// A column as far as it was looked at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    /// As the header says, or `column 4`.
    pub(super) name: String,
    /// Whether every value that was looked at is a number.
    pub(super) is_number: bool,
    /// The least and the greatest of them.
    pub(super) range: [f64; 2],
    /// Whether all of them are whole.
    pub(super) is_whole: bool,
}

/// What is what, by numbers of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Roles {
    /// x, y and, where there is one, z.
    pub(super) place: [Option<usize>; 3],
    /// Red, green, blue.
    pub(super) color: Option<[usize; 3]>,
}

/// Names of x, y and z, in the order in which they are looked for.
const PLACES: [[&[&str]; 3]; 4] = [
    [&["x"], &["y"], &["z"]],
    [
        &["//x", "x coordinate", "x_coord", "pos_x", "px"],
        &["y coordinate", "y_coord", "pos_y", "py"],
        &["z coordinate", "z_coord", "pos_z", "pz"],
    ],
    [&["easting", "east", "e"], &["northing", "north", "n"], &["height", "elevation", "altitude", "z", "h"]],
    [&["longitude", "lon", "lng", "long"], &["latitude", "lat"], &["elevation", "altitude", "alt", "height", "z"]],
];
const COLORS: [[&str; 3]; 3] =
    [["red", "green", "blue"], ["r", "g", "b"], ["diffuse_red", "diffuse_green", "diffuse_blue"]];

/// Whether a column of this name can be the coordinate x, y or z (0, 1, 2).
pub(super) fn is_place_column(name: &str, axis: usize) -> bool {
    let names = PLACES.iter().filter_map(|places| places.get(axis));
    names.flat_map(|names| names.iter()).any(|known| name.trim().eq_ignore_ascii_case(known))
}

/// By the names; where they say nothing, the first three numbers are a place, and three bytes after them a colour. `None` when there
/// are no two numbers.
pub(super) fn roles(columns: &[Column], has_header: bool) -> Option<Roles> {
    let named = |name: &str| {
        columns.iter().position(|column| column.is_number && column.name.trim().eq_ignore_ascii_case(name))
    };
    let any = |names: &[&str]| names.iter().find_map(|name| named(name));
    for [x, y, z] in PLACES {
        if let (Some(x), Some(y)) = (any(x), any(y)) {
            let z = any(z).filter(|z| *z != x && *z != y);
            let color = COLORS.iter().find_map(|names| Some([named(names[0])?, named(names[1])?, named(names[2])?]));
            return Some(Roles { place: [Some(x), Some(y), z], color });
        }
    }
    let mut numbers = (0..columns.len()).filter(|index| columns[*index].is_number);
    let place = [numbers.next(), numbers.next(), numbers.next()];
    place[1]?;
    let left: Vec<usize> = numbers.collect();
    let is_byte = |index: &usize| {
        columns[*index].is_whole && columns[*index].range[0] >= 0.0 && columns[*index].range[1] <= 255.0
    };
    // x y z r g b, or with a strength before the colour, as scanners write it.
    let bytes =
        |from: usize| left.get(from..from + 3).filter(|three| left.len() == from + 3 && three.iter().all(is_byte));
    let guessed = if has_header { None } else { bytes(0).or_else(|| bytes(1)) };
    let color = COLORS.iter().find_map(|names| Some([named(names[0])?, named(names[1])?, named(names[2])?]));
    Some(Roles { place, color: color.or_else(|| guessed.and_then(|three| three.try_into().ok())) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<Column> {
        let column = |name: &&str| Column {
            name: (*name).into(),
            is_number: !name.starts_with('!'),
            range: [0.0, 200.0],
            is_whole: true,
        };
        names.iter().map(column).collect()
    }

    fn found(names: &[&str], has_header: bool) -> ([Option<usize>; 3], Option<[usize; 3]>) {
        let roles = roles(&columns(names), has_header).unwrap();
        (roles.place, roles.color)
    }

    #[test]
    fn names_say_what_a_column_is_wherever_it_stands() {
        assert_eq!(found(&["!id", "Z", "Y", "X"], true), ([Some(3), Some(2), Some(1)], None));
        assert_eq!(found(&["latitude", "longitude", "!name"], true), ([Some(1), Some(0), None], None));
        assert_eq!(found(&["easting", "northing", "height", "r", "g", "b"], true).1, Some([3, 4, 5]));
        assert_eq!(found(&["x", "y", "!z"], true).0, [Some(0), Some(1), None], "a text is no height");
    }

    #[test]
    fn without_names_the_first_numbers_are_a_place_and_three_bytes_a_colour() {
        assert_eq!(found(&["1", "2", "3"], false), ([Some(0), Some(1), Some(2)], None));
        assert_eq!(found(&["1", "2", "3", "4", "5", "6"], false).1, Some([3, 4, 5]));
        assert_eq!(found(&["1", "2", "3", "4", "5", "6", "7"], false).1, Some([4, 5, 6]), "after the strength");
        assert_eq!(found(&["1", "2", "3", "4"], false).1, None);
        assert_eq!(found(&["a", "b", "c", "d", "e", "f"], true).1, None, "names that say nothing of a colour");
        assert_eq!(roles(&columns(&["!a", "b"]), true), None);
    }
}
