//! [`Roles`]: what the fields of a scan are (ASTM E2807, clause 8.4.4).

use super::prototype::Field;
use crate::load::Problem;
use crate::load::columns::Column;
use crate::load::kinds;

/// Which field is what, by numbers of fields.
pub(super) struct Roles {
    /// x, y, z, or where [`Roles::is_spherical`] distance, azimuth, elevation.
    pub(super) place: [usize; 3],
    pub(super) is_spherical: bool,
    /// Says where it is not zero that the place is none.
    pub(super) invalid: Option<usize>,
    /// Red, green, blue.
    pub(super) color: Option<[usize; 3]>,
    /// Of each field.
    pub(super) fields: Vec<Role>,
}

/// What becomes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is in a point's place or colour, or says of another field where it is not valid.
    Taken,
    /// `invalid` is the field that says where it is none.
    Attribute { invalid: Option<usize> },
}

const CARTESIAN: [&str; 3] = ["cartesianX", "cartesianY", "cartesianZ"];
const SPHERICAL: [&str; 3] = ["sphericalRange", "sphericalAzimuth", "sphericalElevation"];
const COLORS: [&str; 3] = ["colorRed", "colorGreen", "colorBlue"];
/// Fields, and those that say where they are not valid.
const FLAGS: [[&str; 2]; 2] = [["intensity", "isIntensityInvalid"], ["timeStamp", "isTimeStampInvalid"]];

impl Roles {
    pub(super) fn of(fields: &[Field]) -> Result<Roles, Problem> {
        let named = |name: &str| fields.iter().position(|field| field.name == name);
        let all = |names: [&str; 3]| Some([named(names[0])?, named(names[1])?, named(names[2])?]);
        let (place, is_spherical) = match (all(CARTESIAN), all(SPHERICAL)) {
            (Some(place), _) => (place, false),
            (None, Some(place)) => (place, true),
            (None, None) => {
                let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
                let names = if names.is_empty() { "it has none".into() } else { kinds::list(&names) };
                return Err(Problem::Nothing { detail: format!("none of its fields are coordinates: {names}") });
            }
        };
        let invalid = named(if is_spherical { "sphericalInvalidState" } else { "cartesianInvalidState" });
        let color = all(COLORS);
        let mut roles = vec![Role::Attribute { invalid: None }; fields.len()];
        for index in place.into_iter().chain(invalid).chain(color.into_iter().flatten()) {
            roles[index] = Role::Taken;
        }
        for [name, flag] in FLAGS {
            if let (Some(index), Some(flag)) = (named(name), named(flag)) {
                (roles[index], roles[flag]) = (Role::Attribute { invalid: Some(flag) }, Role::Taken);
            }
        }
        Ok(Roles { place, is_spherical, invalid, color, fields: roles })
    }

    /// An empty list of each field that becomes an attribute.
    pub(super) fn columns(&self, fields: &[Field]) -> Vec<Option<Column>> {
        let column = |(field, role): (&Field, &Role)| {
            let Role::Attribute { invalid } = *role else { return None };
            let (name, unit) = called(&field.name);
            let mut column = Column::new(name, field.kind.empty_list(invalid.is_some()));
            column.unit = unit.map(str::to_owned);
            Some(column)
        };
        fields.iter().zip(&self.fields).map(column).collect()
    }

    /// Of a point, in bytes.
    pub(super) fn attribute_bytes(&self, fields: &[Field]) -> u64 {
        let bytes = |(field, role): (&Field, &Role)| match role {
            Role::Taken => 0,
            Role::Attribute { invalid } => field.kind.empty_list(invalid.is_some()).bytes_each() as u64,
        };
        fields.iter().zip(&self.fields).map(bytes).sum()
    }
}

/// How a field is called for people, and its unit, which the specification says.
fn called(name: &str) -> (&str, Option<&'static str>) {
    match name {
        "rowIndex" => ("row", None),
        "columnIndex" => ("column", None),
        "returnIndex" => ("return", None),
        "returnCount" => ("number of returns", None),
        "timeStamp" => ("time", Some("s")),
        "cartesianX" | "cartesianY" | "cartesianZ" | "sphericalRange" => (name, Some("m")),
        "sphericalAzimuth" | "sphericalElevation" => (name, Some("rad")),
        name => (name, None),
    }
}
