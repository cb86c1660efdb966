//! [`Groups`]: which streamlines belong together, as attributes of streamlines.

use crate::colormap::category_color;
use crate::load::npy;
use crate::{Attribute, Category, Values, text};
use std::sync::Arc;

/// So many are told apart by a column each, where streamlines are in several.
const MOST_OVERLAPPING: usize = 64;

/// The groups of a file.
#[derive(Default)]
pub(super) struct Groups {
    groups: Vec<Group>,
    /// Members that are no streamlines of the file.
    unknown: u64,
}

#[derive(Default)]
struct Group {
    name: String,
    /// `None` where only something is said of it.
    members: Option<Vec<u32>>,
    data: Vec<(String, Values)>,
}

impl Groups {
    /// The numbers of a group's streamlines.
    pub(super) fn take(&mut self, name: &str, values: &Values, streamlines: u64) {
        let all = (0..values.len()).map(|at| values.get(at));
        let members: Vec<u32> =
            all.filter(|number| (0.0..streamlines as f64).contains(number)).map(|number| number as u32).collect();
        self.unknown += (values.len() - members.len()) as u64;
        self.group(name).members = Some(members);
    }

    /// What is said of a group as a whole.
    pub(super) fn take_data(&mut self, group: &str, name: &str, values: Values) {
        self.group(group).data.push((name.to_owned(), values));
    }

    fn group(&mut self, name: &str) -> &mut Group {
        let at = self.groups.iter().position(|group| group.name == name).unwrap_or_else(|| {
            self.groups.push(Group { name: name.to_owned(), ..Group::default() });
            self.groups.len() - 1
        });
        &mut self.groups[at]
    }

    /// Where no streamline is in two groups: one attribute with the groups as its categories; else one for each group, which
    /// says of each streamline whether it is in.
    pub(super) fn into_attributes(self, streamlines: usize) -> (Vec<Attribute>, Option<String>) {
        let unknown = text::count(self.unknown);
        let mut notices = Vec::new();
        if self.unknown > 0 {
            notices.push(format!("Left out {unknown} members of groups: they are no streamlines of the file."));
        }
        let unnamed = self.groups.iter().filter(|group| group.members.is_none()).count();
        if unnamed > 0 {
            let groups = text::counted(unnamed, "group", "groups");
            notices.push(format!("Left out what is said of {groups}: they have no streamlines."));
        }
        let mut groups: Vec<(Group, Vec<u32>)> = Vec::new();
        for mut group in self.groups {
            if let Some(members) = group.members.take() {
                groups.push((group, members));
            }
        }
        let attributes = match homes(&groups, streamlines) {
            Some(homes) => apart(groups, homes),
            None => {
                if groups.len() > MOST_OVERLAPPING {
                    let left_out = groups.len() - MOST_OVERLAPPING;
                    notices.push(format!("Left out {left_out} of {} groups, which overlap.", groups.len()));
                    groups.truncate(MOST_OVERLAPPING);
                }
                overlapping(groups, streamlines)
            }
        };
        (attributes, (!notices.is_empty()).then(|| notices.join(" ")))
    }
}

/// The group of each streamline; as many as there are groups where it is in none. `None` when one is in several.
fn homes(groups: &[(Group, Vec<u32>)], streamlines: usize) -> Option<Vec<u32>> {
    let nowhere = groups.len() as u32;
    let mut homes = vec![nowhere; streamlines];
    for (number, (_, members)) in (0..).zip(groups) {
        for member in members {
            let home = homes.get_mut(*member as usize)?;
            if *home != nowhere && *home != number {
                return None;
            }
            *home = number;
        }
    }
    Some(homes)
}

fn apart(groups: Vec<(Group, Vec<u32>)>, homes: Vec<u32>) -> Vec<Attribute> {
    if groups.is_empty() {
        return Vec::new();
    }
    let names = groups.iter().map(|(group, _)| group.name.clone());
    let nowhere = homes.contains(&(groups.len() as u32)).then(|| "no group".to_owned());
    let category = |(index, label)| Category { label, color: category_color(index) };
    let categories: Vec<Category> = names.chain(nowhere).enumerate().map(category).collect();
    // What is said of groups, by its name: of each streamline that of its group.
    let mut said: Vec<(String, Vec<f64>)> = Vec::new();
    for (number, (group, _)) in groups.iter().enumerate() {
        for (name, value) in group.data.iter().flat_map(|(name, values)| numbers(name, values)) {
            let at = said.iter().position(|one| one.0 == name).unwrap_or_else(|| {
                said.push((name, vec![f64::NAN; groups.len() + 1]));
                said.len() - 1
            });
            said[at].1[number] = value;
        }
    }
    let each = |of_groups: &[f64]| homes.iter().map(|home| of_groups[*home as usize]).collect();
    let said: Vec<Attribute> =
        said.iter().map(|(name, values)| Attribute::new(name.clone(), Values::narrowest(each(values)))).collect();
    let homes = Values::narrowest(homes.iter().map(|home| f64::from(*home)).collect());
    std::iter::once(Attribute::of_categories("group", homes, categories.into())).chain(said).collect()
}

fn overlapping(groups: Vec<(Group, Vec<u32>)>, streamlines: usize) -> Vec<Attribute> {
    let category =
        |(index, label): (usize, &str)| Category { label: label.into(), color: category_color(9 - 9 * index) };
    let categories: Arc<[Category]> = ["outside", "inside"].into_iter().enumerate().map(category).collect();
    let mut attributes = Vec::new();
    for (group, members) in &groups {
        let mut is_in = vec![0; streamlines];
        for member in members {
            if let Some(is_in) = is_in.get_mut(*member as usize) {
                *is_in = 1;
            }
        }
        for (name, value) in group.data.iter().flat_map(|(name, values)| numbers(name, values)) {
            let each = is_in.iter().map(|is_in| if *is_in == 1 { value } else { f64::NAN }).collect();
            attributes.push(Attribute::new(format!("{}: {name}", group.name), Values::narrowest(each)));
        }
        attributes.push(Attribute::of_categories(group.name.clone(), Values::U8(is_in), Arc::clone(&categories)));
    }
    attributes
}

/// The numbers of a list, each with a name of its own.
fn numbers(name: &str, values: &Values) -> Vec<(String, f64)> {
    let names = if values.len() == 1 { vec![name.to_owned()] } else { npy::part_names(name, values.len() as u64) };
    names.into_iter().enumerate().map(|(at, name)| (name, values.get(at))).collect()
}
