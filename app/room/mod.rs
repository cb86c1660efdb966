//! [`Room`]: everyone who takes part in a share, and the one place where it is decided what each may do.
//!
//! The share's thread tells it who comes and goes and what the host decides; the render thread asks it about every input.
//! **Whatever a guest sends passes here, and its role is looked up here, message by message.** It is plain state behind a
//! lock of this process that nobody holds for longer than a moment; the clock is an argument.

mod control;
mod decision;
mod members;
#[cfg(test)]
mod tests;

use control::{Control, Verdict};
pub use decision::{Decision, GuestView, Order, RoomView};
use heliograph_scene::hand::Hand;
use heliograph_wire::link::GuestFigures;
use heliograph_wire::room::{Answer, Arrival, Ask, Guest, clean_name};
use heliograph_wire::{Command, Input, Role, Ticketed, ViewerId};
use members::{Admission, Members};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The room as its threads share it.
#[derive(Clone, Default)]
pub struct SharedRoom(Arc<Mutex<Room>>);

impl SharedRoom {
    /// For a moment.
    pub fn lock(&self) -> MutexGuard<'_, Room> {
        // A panic elsewhere does not make the data worse than it is.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// See the module.
#[derive(Default)]
pub struct Room {
    control: Control,
    members: Members,
    asks_first: bool,
    /// Everyone who was let in and has not left.
    present: HashMap<ViewerId, Presence>,
    refused: u64,
    /// Grows with every change of what anyone is told.
    revision: u64,
}

#[derive(Default)]
struct Presence {
    /// Its media flow. Its inputs count before that is known: they come by a faster way.
    is_here: bool,
    hand: Hand,
    figures: Option<GuestFigures>,
    safety_code: Option<String>,
}

impl Room {
    // What the share's thread tells.

    /// Someone has come with a valid link; `pass` is a fresh secret. The answer is missing while the host is to decide.
    pub fn arrive(&mut self, arrival: &Arrival, pass: String) -> Vec<Order> {
        self.revision += 1;
        let viewer = arrival.viewer;
        match self.members.arrive(arrival, self.asks_first, || pass) {
            Admission::Member { replaces } => {
                let replaced = replaces.map(|old| {
                    self.forget(old);
                    Order::Remove(old, "This page was opened once more elsewhere, which took its place.".into())
                });
                replaced.into_iter().chain(self.admitted(viewer)).collect()
            }
            Admission::MustKnock => vec![Order::Answer(viewer, Answer::MustKnock)],
            Admission::Knocks => Vec::new(),
            Admission::Refused(reason) => vec![Order::Answer(viewer, Answer::Refuse { reason: reason.into() })],
        }
    }

    /// A guest's media flow.
    pub fn joined(&mut self, viewer: ViewerId, safety_code: Option<String>) {
        self.revision += 1;
        if let Some(presence) = self.present.get_mut(&viewer) {
            presence.is_here = true;
            presence.safety_code = safety_code;
        }
    }

    /// A connection or a knock is over: whatever the guest held is let go.
    pub fn left(&mut self, viewer: ViewerId, now: Instant) {
        self.revision += 1;
        self.control.release(viewer, now);
        self.forget(viewer);
        self.members.leave(viewer);
    }

    /// Every connection is over, because the sidecar is; all may come back.
    pub fn everyone_left(&mut self) {
        self.revision += 1;
        self.present.clear();
        self.control.take_back();
        self.members.everyone_left();
    }

    /// The links are other ones: who came by the old ones must go.
    pub fn new_links(&mut self) -> Vec<Order> {
        let here: Vec<ViewerId> = self.members.present().map(|(viewer, _)| viewer).collect();
        let knocks: Vec<ViewerId> = self.members.knocks().iter().map(|knock| knock.viewer).collect();
        self.everyone_left();
        self.members.forget();
        let reason = "The host has made new links. Ask for the new one.";
        let answers = knocks.into_iter().map(|viewer| Order::Answer(viewer, Answer::Refuse { reason: reason.into() }));
        answers.chain(here.into_iter().map(|viewer| Order::Remove(viewer, reason.into()))).collect()
    }

    /// How guests are connected.
    pub fn measured(&mut self, figures: Vec<GuestFigures>) {
        for one in figures {
            if let Some(presence) = self.present.get_mut(&one.viewer) {
                presence.figures = Some(one);
            }
        }
    }

    /// A guest asks for something. Only what its role allows has an effect.
    pub fn ask(&mut self, viewer: ViewerId, ask: &Ask, now: Instant) {
        self.revision += 1;
        match ask {
            Ask::Control if self.may_steer(viewer) => self.control.ask(viewer, now),
            Ask::Release => self.control.release(viewer, now),
            Ask::HandOver { to } if self.may_steer(viewer) && self.may_steer(*to) => {
                if !self.control.hand_over(viewer, *to, now) {
                    self.refused += 1;
                }
            }
            Ask::Rename { name } => self.rename(viewer, name),
            Ask::Control | Ask::HandOver { .. } => self.refused += 1,
        }
    }

    /// The host decides.
    pub fn decide(&mut self, decision: Decision, pass: String, now: Instant) -> Vec<Order> {
        self.revision += 1;
        match decision {
            Decision::Mode(mode) => self.control.set_mode(mode),
            Decision::AskFirst(asks_first) => self.asks_first = asks_first,
            Decision::Accept(viewer) => {
                if self.members.accept(viewer, pass) {
                    return self.admitted(viewer);
                }
            }
            Decision::Refuse { viewer, ban } => {
                if self.members.refuse(viewer, ban) {
                    let reason = "The host does not let you in.".into();
                    return vec![Order::Answer(viewer, Answer::Refuse { reason })];
                }
            }
            Decision::SetRole(viewer, role) => self.set_role(viewer, role, now),
            Decision::Mute(viewer, muted) => {
                if let Some(member) = self.members.member_mut(viewer) {
                    member.muted = muted;
                }
                self.let_go(viewer, now);
            }
            Decision::Grant(viewer) => {
                if self.may_steer(viewer) {
                    self.control.grant(viewer, now);
                }
            }
            Decision::TakeBack => self.control.take_back(),
            Decision::Remove { viewer, ban } => {
                self.control.release(viewer, now);
                self.forget(viewer);
                self.members.remove(viewer, ban);
                return vec![Order::Remove(viewer, "The host has removed you from the session.".into())];
            }
        }
        Vec::new()
    }

    /// Time passed.
    pub fn tick(&mut self, now: Instant) {
        let before = self.control.steers();
        self.control.tick(now);
        if self.control.steers() != before {
            self.revision += 1;
        }
    }

    // What the render thread asks.

    /// The host's own hand did something: it comes first.
    pub fn host_moved(&mut self, now: Instant) {
        self.control.host_moved(now);
    }

    /// What an input means for the scene; nothing when its sender may not steer.
    #[must_use]
    pub fn input(&mut self, ticketed: &Ticketed, aspect: f32, now: Instant) -> Vec<Command> {
        let viewer = ticketed.viewer;
        let may_steer = self.may_steer(viewer);
        let Some(presence) = self.present.get_mut(&viewer) else {
            self.refused += 1;
            return Vec::new();
        };
        if ticketed.input == Input::Gone {
            presence.hand = Hand::default();
            return Vec::new();
        }
        if !may_steer || ticketed.input.check().is_err() || !is_for_guests(&ticketed.input) {
            presence.hand = Hand::default();
            self.refused += 1;
            return Vec::new();
        }
        let begins = matches!(ticketed.input, Input::Down { .. } | Input::Command { .. });
        let before = self.control.steers();
        let verdict = self.control.judge(viewer, begins, now);
        if self.control.steers() != before {
            self.revision += 1;
        }
        let commands = match &ticketed.input {
            _ if verdict == Verdict::Refuse => {
                // A press that did not count holds nothing later, either.
                presence.hand = Hand::default();
                Vec::new()
            }
            Input::Command { command } => vec![command.clone()],
            other => presence.hand.handle(other, aspect),
        };
        // The host's hand comes first where hands meet: at the camera. Other commands are lost by nobody's.
        if verdict == Verdict::Apply || verdict == Verdict::Follow && !ticketed.input.is_of_camera() {
            return commands;
        }
        self.refused += 1;
        Vec::new()
    }

    /// What a guest is called.
    pub fn name_of(&self, viewer: ViewerId) -> Option<String> {
        self.members.member(viewer).map(|member| member.name.clone())
    }

    /// Who is here by this name; several may be.
    pub fn named(&self, name: &str) -> Vec<ViewerId> {
        let is_called = |viewer: &ViewerId| self.members.member(*viewer).is_some_and(|member| member.name == name);
        self.present.keys().copied().filter(is_called).collect()
    }

    /// How many are here.
    pub fn watching(&self) -> usize {
        self.present.values().filter(|presence| presence.is_here).count()
    }

    // What anyone may look at.

    /// Grows with every change of what anyone is told.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Inputs and wishes that were refused.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// The room as every guest is told.
    pub fn told(&self) -> heliograph_wire::room::Room {
        let guests = self.guests().map(|view| view.guest).collect();
        heliograph_wire::room::Room { mode: self.control.mode(), steers: self.control.steers(), guests }
    }

    /// The room as the host sees it.
    pub fn view(&self) -> RoomView {
        RoomView {
            mode: self.control.mode(),
            asks_first: self.asks_first,
            steers: self.control.steers(),
            guests: self.guests().collect(),
            // A pass is a secret between its guest and the room.
            knocks: self.members.knocks().iter().map(|knock| Arrival { pass: None, ..knock.clone() }).collect(),
        }
    }

    fn guests(&self) -> impl Iterator<Item = GuestView> {
        self.members.present().filter_map(|(viewer, member)| {
            let presence = self.present.get(&viewer).filter(|presence| presence.is_here)?;
            let asks = self.control.asks(viewer);
            let (name, color, role, muted) = (member.name.clone(), member.color, member.role, member.muted);
            let guest = Guest { viewer, name, color, role, muted, asks };
            Some(GuestView {
                guest,
                browser: member.browser.clone(),
                figures: presence.figures.clone(),
                safety_code: presence.safety_code.clone(),
            })
        })
    }

    fn admitted(&mut self, viewer: ViewerId) -> Vec<Order> {
        self.present.insert(viewer, Presence::default());
        let admit = |member: &members::Member| Order::Answer(viewer, Answer::Admit { pass: member.pass.clone() });
        self.members.member(viewer).map(admit).into_iter().collect()
    }

    fn may_steer(&self, viewer: ViewerId) -> bool {
        self.present.contains_key(&viewer)
            && self.members.member(viewer).is_some_and(|member| member.role == Role::Control && !member.muted)
    }

    fn set_role(&mut self, viewer: ViewerId, role: Role, now: Instant) {
        if let Some(member) = self.members.member_mut(viewer) {
            member.role = role;
        }
        self.let_go(viewer, now);
    }

    /// A guest who may not steer any more holds nothing.
    fn let_go(&mut self, viewer: ViewerId, now: Instant) {
        if !self.may_steer(viewer) {
            self.control.release(viewer, now);
            if let Some(presence) = self.present.get_mut(&viewer) {
                presence.hand = Hand::default();
            }
        }
    }

    fn rename(&mut self, viewer: ViewerId, name: &str) {
        let name = clean_name(name);
        match self.members.member_mut(viewer) {
            Some(member) if !name.is_empty() => member.name = name,
            _ => self.refused += 1,
        }
    }

    fn forget(&mut self, viewer: ViewerId) {
        self.present.remove(&viewer);
    }
}

/// The list of what a guest who steers may do. It is written out, so that what is added later is not allowed by itself: a
/// guest looks, moves the camera and sets properties; files, layers' existence and the program are the host's. Of files a guest
/// reaches none: a property may have a layer's own read again, which the scene names and no command does.
fn is_for_guests(input: &Input) -> bool {
    match input {
        Input::Down { .. } | Input::Move { .. } | Input::Up { .. } => true,
        Input::Command { command } => match command {
            Command::Orbit { .. }
            | Command::Pan { .. }
            | Command::Zoom { .. }
            | Command::Recenter { .. }
            | Command::Pick { .. }
            | Command::Fit
            | Command::Look { .. }
            | Command::Set { .. }
            | Command::RenameLayer { .. }
            | Command::MoveLayer { .. }
            | Command::OpenView { .. }
            | Command::Measure { .. }
            | Command::ClearMeasure
            | Command::Select { .. }
            | Command::ClearSelection
            | Command::Undo
            | Command::Redo => true,
            Command::RemoveLayer { .. } => false,
        },
        Input::Gone => false,
    }
}
