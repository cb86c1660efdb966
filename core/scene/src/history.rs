//! What can be undone: a bounded list of changes, each with all that it takes to make it and to take it back.

use crate::Layer;
use crate::measure::Measured;
use crate::pick::Picked;
use crate::scene::{Looks, Selection};
use heliograph_wire::{LayerId, Step, Value};
use std::collections::VecDeque;

/// How many changes can be undone; the oldest is forgotten first.
pub(crate) const MAX_CHANGES: usize = 100;
/// What selections and tables may take that can come back; the oldest change is forgotten first. Guests may have a table read again
/// as often as they like.
pub(crate) const MAX_BYTES: usize = 256 << 20;

/// One change of the scene.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) kind: ChangeKind,
    /// In words.
    what: String,
    /// Who made it; `None` for the host.
    by: Option<String>,
}

/// What was changed, and how to change it back.
#[derive(Debug)]
pub(crate) enum ChangeKind {
    /// A property was set.
    Set { layer: Option<LayerId>, property: String, before: Value, after: Value },
    /// A table was read once more, otherwise; `other` is the layer of the reading that is not in the scene.
    Reread { layer: LayerId, other: Option<Box<Layer>> },
    /// A layer was taken out. It is here while it is out, otherwise in the scene.
    Removed { layer: LayerId, at: usize, out: Option<Box<Layer>> },
    /// A layer was given another name.
    Renamed { layer: LayerId, before: String, after: String },
    /// A layer was put elsewhere in the list.
    Moved { layer: LayerId, before: usize, after: usize },
    /// Another view was opened.
    Looks { before: Box<Looks>, after: Box<Looks> },
    /// Something else was measured.
    Measured { before: Option<Measured>, after: Option<Measured> },
    /// Something else was selected.
    Selected { before: Selection, after: Selection },
    /// Something else was marked.
    Picked { before: Option<Picked>, after: Option<Picked> },
}

/// Changes made, and changes undone.
#[derive(Debug, Default)]
pub(crate) struct History {
    done: VecDeque<Change>,
    undone: Vec<Change>,
    /// Whether the next change may be melted into the last one.
    open: bool,
    /// Who makes the changes that come now.
    by: Option<String>,
}

impl History {
    /// Notes a change that was made. What was undone can no longer be done again.
    ///
    /// Neighbouring settings of one number, interval or colour are one change, so that undoing takes back the whole pull of a
    /// slider and not its last millimetre; so are neighbouring marks.
    pub(crate) fn push(&mut self, what: impl Into<String>, kind: ChangeKind) {
        let change = Change { kind, what: what.into(), by: self.by.clone() };
        self.undone.clear();
        if self.open && self.done.back_mut().is_some_and(|last| last.melt(&change)) {
            return;
        }
        self.open = true;
        if self.done.len() == MAX_CHANGES {
            self.done.pop_front();
        }
        self.done.push_back(change);
        while self.done.len() > 1 && self.done.iter().map(Change::bytes).sum::<usize>() > MAX_BYTES {
            self.done.pop_front();
        }
    }

    /// The changes that come now are of the guest of this name, or the host's.
    pub(crate) fn is_by(&mut self, by: Option<&str>) {
        if self.by.as_deref() != by {
            self.by = by.map(str::to_owned);
            self.open = false;
        }
    }

    /// Who makes the changes that come now; `None` for the host.
    pub(crate) fn by(&self) -> Option<&str> {
        self.by.as_deref()
    }

    /// What would be undone.
    pub(crate) fn undo_step(&self) -> Option<Step> {
        self.done.back().map(Change::step)
    }

    /// What would be done again.
    pub(crate) fn redo_step(&self) -> Option<Step> {
        self.undone.last().map(Change::step)
    }

    /// The next change stands for itself.
    pub(crate) fn close(&mut self) {
        self.open = false;
    }

    pub(crate) fn take_done(&mut self) -> Option<Change> {
        self.open = false;
        self.done.pop_back()
    }

    pub(crate) fn take_undone(&mut self) -> Option<Change> {
        self.open = false;
        self.undone.pop()
    }

    pub(crate) fn was_undone(&mut self, change: Change) {
        self.undone.push(change);
    }

    pub(crate) fn was_redone(&mut self, change: Change) {
        self.done.push_back(change);
    }
}

impl Change {
    fn step(&self) -> Step {
        Step { what: self.what.clone(), by: self.by.clone() }
    }

    /// Memory of what was selected before, or read before; what is selected after is the next one's before.
    fn bytes(&self) -> usize {
        match &self.kind {
            ChangeKind::Looks { before, .. } => before.selection.iter().map(|(_, selected)| selected.bytes()).sum(),
            ChangeKind::Reread { other, .. } => other.as_ref().map_or(0, |layer| layer.bytes()),
            ChangeKind::Selected { before, .. } => before.iter().map(|(_, selected)| selected.bytes()).sum(),
            _ => 0,
        }
    }

    /// Takes `next` into this change; false when it must stand for itself.
    fn melt(&mut self, next: &Change) -> bool {
        match (&mut self.kind, &next.kind) {
            (
                ChangeKind::Set { layer, property, after, .. },
                ChangeKind::Set { layer: next_layer, property: next_property, after: next_after, .. },
            ) if layer == next_layer && property == next_property => {
                let slides = matches!(next_after, Value::Number(_) | Value::Interval(_) | Value::Color(_));
                if slides {
                    after.clone_from(next_after);
                }
                slides
            }
            (ChangeKind::Picked { after, .. }, ChangeKind::Picked { after: next_after, .. }) => {
                after.clone_from(next_after);
                true
            }
            _ => false,
        }
    }
}
