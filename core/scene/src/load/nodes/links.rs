//! Links whose ends are found, with what is said of them.

use super::Columns;
use crate::load::Problem;
use crate::load::columns::unique_beside;
use crate::style::OF_NODES;
use crate::{Attribute, text};

/// The links of a network.
#[derive(Debug, Default)]
pub(in crate::load) struct Links {
    /// The two nodes of each.
    pub(super) edges: Vec<[u32; 2]>,
    /// One value a link.
    pub(super) attributes: Vec<Attribute>,
}

impl Links {
    /// The links whose ends are found, and a sentence about those that are left out.
    ///
    /// # Errors
    /// When there are links, and none of them is between two nodes.
    pub(in crate::load) fn between<End>(
        links: &[[End; 2]],
        said: Columns,
        kind: &'static str,
        find: impl Fn(&End) -> Option<u32>,
    ) -> Result<(Links, Option<String>), Problem> {
        let (mut edges, mut kept) = (Vec::with_capacity(links.len()), Vec::with_capacity(links.len()));
        for (number, [from, to]) in (0..).zip(links) {
            if let (Some(from), Some(to)) = (find(from), find(to)) {
                edges.push([from, to]);
                kept.push(number);
            }
        }
        if edges.is_empty() && !links.is_empty() {
            return Err(Problem::Malformed { kind, detail: "none of its links names two of its nodes".into() });
        }
        let said = said.into_attributes(links.len()).into_iter().filter(|one| !only_counts(one));
        let left_out = links.len() - edges.len();
        let attributes = match left_out {
            0 => said.collect(),
            _ => said.filter_map(|one| one.picked_out(&kept)).collect(),
        };
        let notice = (left_out > 0).then(|| {
            let all = text::counted(links.len(), "link", "links");
            format!("Left out {} of {all}: they name nodes that are not there.", text::count(left_out as u64))
        });
        Ok((Links { edges, attributes: unique_beside(&[OF_NODES], attributes) }, notice))
    }
}

/// Whether it is the number that D3, Gephi and pandas give nodes or links: their place in the list, which says nothing of them.
pub(in crate::load) fn only_counts(attribute: &Attribute) -> bool {
    let counts = (0..attribute.values.len()).all(|at| attribute.values.get(at) == at as f64);
    let is_named_so = ["index", "id", ""].iter().any(|name| attribute.name.eq_ignore_ascii_case(name));
    is_named_so && attribute.categories.is_none() && counts
}
