//! The axes of an NRRD file, and where in space they put its numbers.

use super::header::Header;
use super::malformed;
use crate::load::Problem;
use glam::{DMat4, DVec3};

/// What the header says of an axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Axis {
    pub(super) size: u64,
    /// From one number to the next in space; of an axis of space only.
    pub(super) direction: Option<DVec3>,
    pub(super) is_time: bool,
    pub(super) spacing: Option<f64>,
    pub(super) unit: Option<String>,
}

impl Axis {
    pub(super) fn is_spatial(&self) -> bool {
        self.direction.is_some()
    }
}

/// NRRD knows no more.
const MOST_AXES: usize = 16;
const AXIS_MINS: &[&str] = &["axis mins", "axismins"];
const AXIS_MAXS: &[&str] = &["axis maxs", "axismaxs"];

/// Each axis, at least one of them of space and at most three.
pub(super) fn axes(header: &Header) -> Result<Vec<Axis>, Problem> {
    let sizes = sizes(header)?;
    let of_each = |list: usize| {
        if list == sizes.len() { Ok(()) } else { Err(malformed("it does not say something of each axis".into())) }
    };
    let directions = header.field(&["space directions"]).map(vectors);
    let kinds: Vec<String> = header.words(&["kinds"]).map(str::to_ascii_lowercase).collect();
    let spacings = numbers(header, &["spacings"]);
    let units = header.quoted("units");
    let space_units = header.quoted("space units");
    for list in [directions.as_ref().map_or(0, Vec::len), kinds.len(), spacings.len()] {
        if list > 0 {
            of_each(list)?;
        }
    }
    let mut list = Vec::new();
    let mut spatial = 0;
    for (at, size) in sizes.iter().enumerate() {
        let kind = kinds.get(at).map_or("???", String::as_str);
        let spacing = spacings.get(at).copied().filter(|step| step.is_finite());
        let unit = units.get(at).cloned().flatten();
        let mut axis = Axis { size: *size, direction: None, is_time: kind == "time", spacing, unit };
        let said = directions.as_ref().map(|list| list.get(at).cloned().flatten());
        let direction = match said {
            // A fourth part of a vector is time.
            Some(Some(vector)) if vector.get(3).is_some_and(|time| *time != 0.0) => {
                axis.is_time = true;
                axis.spacing = vector.get(3).copied();
                axis.unit = axis.unit.or_else(|| space_units.get(3).cloned().flatten());
                None
            }
            Some(vector) => vector.map(|vector| in_space(&vector)),
            None => {
                let is_silent = matches!(kind, "???" | "none") && !spacings.get(at).is_some_and(|step| step.is_nan());
                let is_space = matches!(kind, "domain" | "space") || is_silent;
                is_space.then(|| {
                    [DVec3::X, DVec3::Y, DVec3::Z].get(spatial).copied().unwrap_or_default() * step(header, at, *size)
                })
            }
        };
        // A fourth axis of space is none that can be seen.
        axis.direction = direction.filter(|_| spatial < 3);
        spatial += usize::from(axis.is_spatial());
        list.push(axis);
    }
    if spatial > 0 { Ok(list) } else { Err(malformed("none of its axes is one of space".into())) }
}

fn sizes(header: &Header) -> Result<Vec<u64>, Problem> {
    let said = header.field(&["sizes"]).ok_or_else(|| malformed("its header has no sizes".into()))?;
    let sizes: Result<Vec<u64>, _> = said.split_ascii_whitespace().map(str::parse).collect();
    let sound = |list: &Vec<u64>| (1..=MOST_AXES).contains(&list.len()) && list.iter().all(|side| *side > 0);
    let sizes = sizes.ok().filter(sound);
    let sizes =
        sizes.ok_or_else(|| malformed(format!("its sizes are “{}”", said.chars().take(60).collect::<String>())))?;
    match header.field(&["dimension"]) {
        Some(said) if said.parse() != Ok(sizes.len()) => {
            Err(malformed(format!("its dimension is “{said}”, and it has {} sizes", sizes.len())))
        }
        _ => Ok(sizes),
    }
}

/// From one number to the next along an axis without direction.
fn step(header: &Header, axis: usize, size: u64) -> f64 {
    let said = |names| numbers(header, names).get(axis).copied().filter(|number: &f64| number.is_finite());
    let steps = if is_node(header, axis) { size.saturating_sub(1) } else { size };
    let between = said(AXIS_MAXS).zip(said(AXIS_MINS)).map(|(most, least)| (most - least) / steps.max(1) as f64);
    said(&["spacings"]).or(between).filter(|step| *step != 0.0).unwrap_or(1.0)
}

/// Whether an axis begins with its first number, and not half a step before.
fn is_node(header: &Header, axis: usize) -> bool {
    let said = header.field(&["centers", "centerings"]).unwrap_or_default();
    said.split_ascii_whitespace().nth(axis).is_some_and(|word| word.eq_ignore_ascii_case("node"))
}

/// From numbers of voxels to places.
pub(super) fn matrix(header: &Header, axes: &[Axis]) -> Result<DMat4, Problem> {
    let sign = towards_right_anterior_superior(&header.word(&["space"]));
    let mut columns: Vec<DVec3> = axes.iter().filter_map(|axis| axis.direction).collect();
    // A slice has a thickness.
    while columns.len() < 3 {
        let normal = match columns[..] {
            [first, second] => first.cross(second).normalize_or(DVec3::Z),
            [first] => first.any_orthonormal_vector(),
            _ => DVec3::Z,
        };
        columns.push(normal);
    }
    let told = header.field(&["space origin"]).and_then(|text| vectors(text).into_iter().flatten().next());
    let origin = told.map_or_else(|| least_corner(header, axes), |vector| in_space(&vector));
    let column = |at: usize| (columns[at] * sign).extend(0.0);
    Ok(DMat4::from_cols(column(0), column(1), column(2), (origin * sign).extend(1.0)))
}

/// The unit of the three axes of space, where it is one: of fewer the thickness is not told.
pub(super) fn length_unit(header: &Header, axes: &[Axis]) -> Option<String> {
    let said: Vec<Option<String>> = match header.field(&["space directions"]) {
        Some(_) => header.quoted("space units").into_iter().take(3).collect(),
        None => axes.iter().filter(|axis| axis.is_spatial()).map(|axis| axis.unit.clone()).collect(),
    };
    let is_one =
        axes.iter().filter(|axis| axis.is_spatial()).count() == 3 && said.windows(2).all(|two| two[0] == two[1]);
    if is_one && said.len() == 3 { said.into_iter().next().flatten() } else { None }
}

/// Where `axis mins` put the first number; 0 without them.
fn least_corner(header: &Header, axes: &[Axis]) -> DVec3 {
    if header.field(&["space directions"]).is_some() {
        return DVec3::ZERO;
    }
    let least = numbers(header, AXIS_MINS);
    let of_axis = |(at, axis): (usize, &Axis)| {
        let (direction, least) = (axis.direction?, least.get(at).copied().filter(|least| least.is_finite())?);
        let inwards = if is_node(header, at) { 0.0 } else { 0.5 };
        Some(direction.normalize_or_zero() * least + direction * inwards)
    };
    axes.iter().enumerate().filter_map(of_axis).sum()
}

/// What turns a space's directions; spaces that say nothing of a body are as they are.
fn towards_right_anterior_superior(space: &str) -> DVec3 {
    match space.strip_suffix("-time").unwrap_or(space) {
        "left-posterior-superior" | "lps" | "lpst" => DVec3::new(-1.0, -1.0, 1.0),
        "left-anterior-superior" | "las" | "last" => DVec3::new(-1.0, 1.0, 1.0),
        _ => DVec3::ONE,
    }
}

fn numbers(header: &Header, names: &[&str]) -> Vec<f64> {
    header.words(names).map(|word| word.parse().unwrap_or(f64::NAN)).collect()
}

fn in_space(vector: &[f64]) -> DVec3 {
    let part = |at: usize| vector.get(at).copied().unwrap_or(0.0);
    DVec3::new(part(0), part(1), part(2))
}

/// `(1,0,0) none (0,1,0)`; `None` for `none`, and for what is not finite.
fn vectors(text: &str) -> Vec<Option<Vec<f64>>> {
    let mut list = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() && list.len() <= MOST_AXES {
        if let Some(after) = rest.strip_prefix('(') {
            let (inside, after) = after.split_once(')').unwrap_or((after, ""));
            let numbers: Option<Vec<f64>> = inside.split(',').map(|word| word.trim().parse().ok()).collect();
            list.push(numbers.filter(|list| list.len() <= MOST_AXES && list.iter().all(|number| number.is_finite())));
            rest = after.trim_start();
        } else {
            let (_, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            list.push(None);
            rest = after.trim_start();
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_read_and_what_is_none_is_none() {
        let list = vectors("none (1,0,0.5) ( 0 , 2 , 0 ) (nan,nan,nan) (0,0,0,3)");
        let expected =
            [None, Some(vec![1.0, 0.0, 0.5]), Some(vec![0.0, 2.0, 0.0]), None, Some(vec![0.0, 0.0, 0.0, 3.0])];
        assert_eq!(list, expected);
        assert_eq!(vectors("(1,2"), [Some(vec![1.0, 2.0])]);
        assert_eq!(vectors("(1,x)"), [None]);
    }
}
