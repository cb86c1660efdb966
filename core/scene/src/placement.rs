//! [`Placement`]: where the nodes of a network lie that have latitudes and longitudes.

use glam::{DVec3, Vec3};
use std::f64::consts::{PI, TAU};

/// Where the nodes of a network lie that have latitudes and longitudes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Placement {
    /// On a globe of radius 1: x towards latitude and longitude 0, z towards the north pole.
    #[default]
    Globe,
    /// On a plane map (plate carrée): x is the longitude and y the latitude, in radians.
    Plane,
    /// Where the forces between them put them, whatever their coordinates.
    Layout,
}

impl Placement {
    /// Every one.
    pub const ALL: [Placement; 3] = [Placement::Globe, Placement::Plane, Placement::Layout];

    /// For [`heliograph_wire::Value::Choice`].
    pub fn id(self) -> &'static str {
        match self {
            Placement::Globe => "globe",
            Placement::Plane => "plane",
            Placement::Layout => "layout",
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Placement::Globe => "On a globe",
            Placement::Plane => "On a map",
            Placement::Layout => "By their links",
        }
    }

    /// Where nodes of these latitudes and longitudes in degrees are; `None` where the layout says it.
    pub(crate) fn positions(self, places: &[[f32; 2]]) -> Option<Vec<Vec3>> {
        let position = match self {
            Placement::Globe => on_globe,
            Placement::Plane => on_plane,
            Placement::Layout => return None,
        };
        Some(places.iter().map(|place| position(place.map(|degrees| f64::from(degrees).to_radians()))).collect())
    }
}

fn on_globe([latitude, longitude]: [f64; 2]) -> Vec3 {
    DVec3::new(latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()).as_vec3()
}

fn on_plane([latitude, longitude]: [f64; 2]) -> Vec3 {
    // Files count from 0 to 360° or from -180° to 180°: both are one map.
    let turns = if longitude.abs() > PI { TAU.copysign(longitude) } else { 0.0 };
    DVec3::new(longitude - turns, latitude, 0.0).as_vec3()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts;

    #[test]
    fn a_place_is_on_the_globe_and_on_the_map_where_one_expects_it() {
        let places = [[0.0, 0.0], [0.0, 90.0], [-90.0, 30.0], [30.0, 270.0], [0.0, -180.0]];
        let globe = Placement::Globe.positions(&places).unwrap();
        let expected = [Vec3::X, Vec3::Y, -Vec3::Z, Vec3::new(0.0, -0.75f32.sqrt(), 0.5), -Vec3::X];
        assert!(globe.iter().zip(expected).all(|(found, expected)| found.distance(expected) < 1e-6), "{globe:?}");
        let plane = Placement::Plane.positions(&places).unwrap();
        let quarter = consts::FRAC_PI_2;
        let expected = [[0.0, 0.0], [quarter, 0.0], [consts::FRAC_PI_6, -quarter], [-quarter, consts::FRAC_PI_6]];
        for (found, [x, y]) in plane.iter().zip(expected.into_iter().chain([[-consts::PI, 0.0]])) {
            assert!(found.distance(Vec3::new(x, y, 0.0)) < 1e-6, "{plane:?}");
        }
        assert_eq!(Placement::Layout.positions(&places), None);
    }
}
