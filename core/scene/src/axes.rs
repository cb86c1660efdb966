//! [`Axes`]: which columns of a table are the coordinates of its points, and which others could be.

use crate::load::{is_plausible, unique};
use crate::{Aabb, Attribute, Points, Values};
use glam::DVec3;
use std::sync::Arc;

/// Columns of a table of points that can be a coordinate: those whose numbers all can be drawn as one.
#[derive(Debug)]
pub(crate) struct Axes {
    /// Those that the reader took, then the others in the order of the file.
    pub(crate) candidates: Vec<Candidate>,
    /// Which of them the reader took.
    pub(crate) guess: Chosen,
    /// The points as they were read.
    pub(crate) points: Arc<Points>,
}

/// A column that can be a coordinate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// No two of a table have the same.
    pub(crate) name: String,
    pub(crate) numbers: Numbers,
}

/// Where the numbers of a column are, in the points as they were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// The position along an axis: x, y, z.
    Axis(usize),
    /// An attribute.
    Attribute(usize),
}

/// Which of the candidates are x, y and z; along an axis without one, all points are at 0.
pub(crate) type Chosen = [Option<usize>; 3];

impl Axes {
    /// Of points that were read; `names` are those of the columns that became their coordinates. `None` when no other could be.
    pub(crate) fn of(points: &Arc<Points>, names: [Option<&str>; 3]) -> Option<Axes> {
        let can_be_one = |attribute: &Attribute| {
            let mut can_be_one = attribute.categories.is_none();
            attribute.values.each(0..attribute.values.len(), |value| can_be_one &= is_plausible(value));
            can_be_one
        };
        let others = points.attributes.iter().enumerate().filter(|(_, attribute)| can_be_one(attribute));
        let others = others.map(|(at, attribute)| (attribute.name.clone(), Numbers::Attribute(at)));
        let own =
            names.into_iter().enumerate().filter_map(|(axis, name)| Some((name?.to_owned(), Numbers::Axis(axis))));
        let mut candidates: Vec<Candidate> = Vec::new();
        for (name, numbers) in own.chain(others) {
            if candidates.iter().all(|one| one.name != name) {
                candidates.push(Candidate { name, numbers });
            }
        }
        let guess = [0, 1, 2].map(|axis| candidates.iter().position(|one| one.numbers == Numbers::Axis(axis)));
        let is_choice = candidates.len() > guess.iter().flatten().count();
        is_choice.then(|| Axes { candidates, guess, points: Arc::clone(points) })
    }

    /// The points with these coordinates. Those that the reader took follow the attributes, whose order stays.
    ///
    /// Coordinates keep what 32 bits about the middle of the cloud hold of them.
    pub(crate) fn arranged(&self, chosen: Chosen) -> Arc<Points> {
        if chosen == self.guess {
            return Arc::clone(&self.points);
        }
        let points = &*self.points;
        let number = |column: usize, at: usize| match self.candidates[column].numbers {
            Numbers::Axis(axis) => points.origin[axis] + f64::from(points.positions[at][axis]),
            Numbers::Attribute(index) => points.attributes[index].values.get(at),
        };
        let along = |column: Option<usize>, at: usize| column.map_or(0.0, |column| number(column, at));
        let place = |at: usize| DVec3::from_array(chosen.map(|column| along(column, at)));
        let places: Vec<DVec3> = (0..points.len()).map(place).collect();
        let ends = |(min, max): (DVec3, DVec3), place: &DVec3| (min.min(*place), max.max(*place));
        let (min, max) = places.iter().fold((places[0], places[0]), ends);
        let origin = (min + max) * 0.5;
        let positions = places.iter().map(|place| (*place - origin).as_vec3()).collect::<Vec<_>>();
        let guessed = self.guess.into_iter().flatten().map(|column| {
            let numbers = (0..points.len()).map(|at| number(column, at)).collect();
            Attribute::new(&self.candidates[column].name, Values::F64(numbers))
        });
        Arc::new(Points {
            origin,
            bounds: Aabb::of_points(&positions),
            positions,
            file_index: points.file_index.clone(),
            file_colors: points.file_colors.clone(),
            attributes: unique(points.attributes.iter().cloned().chain(guessed).collect()),
        })
    }
}

/// Makes a column the coordinate along an axis. When it is one along another already, the two change places.
pub(crate) fn with(chosen: Chosen, axis: usize, column: Option<usize>) -> Chosen {
    let mut with = chosen;
    if column.is_some()
        && let Some(other) = chosen.iter().position(|one| *one == column)
    {
        with[other] = chosen[axis];
    }
    with[axis] = column;
    with
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::Vec3;

    #[test]
    fn a_column_that_is_taken_changes_places() {
        let guess = [Some(0), Some(1), None];
        assert_eq!(with(guess, 0, Some(5)), [Some(5), Some(1), None]);
        assert_eq!(with(guess, 0, Some(1)), [Some(1), Some(0), None]);
        assert_eq!(with(guess, 2, Some(0)), [None, Some(1), Some(0)]);
        assert_eq!(with([Some(0), Some(1), Some(2)], 2, None), guess);
    }

    #[test]
    fn other_columns_become_coordinates_and_what_was_one_an_attribute() {
        let depth = Attribute::new("depth", Values::U8(vec![5, 6, 9]));
        let holes = Attribute::new("holes", Values::F32(vec![1.0, f32::NAN, 2.0]));
        let points = Arc::new(Points {
            origin: DVec3::new(600_000.0, 0.0, 0.0),
            positions: vec![Vec3::new(-1.0, 2.0, 0.0), Vec3::new(0.25, 3.0, 0.0), Vec3::new(1.0, 4.0, 0.0)],
            file_index: vec![2, 0, 1],
            attributes: vec![holes, depth],
            ..Points::default()
        });
        let axes = Axes::of(&points, [Some("east"), Some("north"), None]).unwrap();
        let names: Vec<&str> = axes.candidates.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["east", "north", "depth"], "and none with holes");
        assert_eq!(axes.guess, [Some(0), Some(1), None]);
        assert!(Arc::ptr_eq(&axes.arranged(axes.guess), &points));

        let other = axes.arranged([Some(1), None, Some(2)]);
        let places: Vec<DVec3> = other.positions.iter().map(|place| other.origin + place.as_dvec3()).collect();
        assert_eq!(places, [DVec3::new(2.0, 0.0, 5.0), DVec3::new(3.0, 0.0, 6.0), DVec3::new(4.0, 0.0, 9.0)]);
        assert_eq!(other.file_index, [2, 0, 1]);
        let names: Vec<&str> = other.attributes.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["holes", "depth", "east", "north"]);
        assert_eq!(other.attributes[2].values.get(1), 600_000.25);
        let all = Points { attributes: vec![points.attributes[0].clone()], ..(*points).clone() };
        assert!(Axes::of(&Arc::new(all), [Some("east"), Some("north"), None]).is_none(), "nothing to choose from");
    }
}
