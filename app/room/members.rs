//! [`Members`]: who has been let in, who knocks, and who is kept out. Plain state; no clock, no socket.
//!
//! A member is known by its *pass*, a secret that it gets when it is let in and shows when it comes back: after a reload, a
//! night's sleep of its machine, or the loss of a sidecar, it has the same name, colour and role, without being asked again.

use heliograph_wire::room::{Arrival, clean_name};
use heliograph_wire::{Role, ViewerId};
use std::collections::HashSet;
use subtle::ConstantTimeEq;

/// Members that are remembered; of those who are away, the one who left first goes.
const MAX_MEMBERS: usize = 256;
/// Guests who may knock at a time; who comes later is asked to try again.
const MAX_KNOCKS: usize = 32;
/// Addresses and passes that are kept out; of more, the oldest go.
const MAX_BANNED: usize = 1024;
/// Bytes of a browser's name that are kept.
const MAX_BROWSER_CHARS: usize = 60;

/// Distinct for eyes of every kind: M. Okabe and K. Ito, "Color Universal Design", 2008, and lighter ones of the same hues.
const COLORS: [[u8; 3]; 12] = [
    [230, 159, 0],
    [86, 180, 233],
    [0, 158, 115],
    [240, 228, 66],
    [0, 114, 178],
    [213, 94, 0],
    [204, 121, 167],
    [255, 205, 120],
    [170, 220, 250],
    [120, 210, 180],
    [250, 160, 110],
    [235, 190, 215],
];

/// Someone who was let in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member {
    pub(crate) pass: String,
    pub(crate) name: String,
    pub(crate) color: [u8; 3],
    /// What it may do.
    pub(crate) role: Role,
    /// What its link allows.
    link_role: Role,
    pub(crate) muted: bool,
    /// Its browser, in a word or two.
    pub(crate) browser: String,
    pub(crate) address: String,
    /// Its connection; none while it is away.
    pub(crate) viewer: Option<ViewerId>,
}

/// What becomes of an arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It is a member now; the connection that it had before is to be closed.
    Member { replaces: Option<ViewerId> },
    /// It must knock first.
    MustKnock,
    /// It knocks, and the host is to decide.
    Knocks,
    /// It stays outside; why, as a sentence.
    Refused(&'static str),
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Members {
    members: Vec<Member>,
    knocks: Vec<Arrival>,
    banned: Vec<String>,
    guests_named: u32,
}

impl Members {
    /// Someone has come with a valid link. `pass` is a fresh secret for those who have none.
    pub(crate) fn arrive(&mut self, arrival: &Arrival, asks_first: bool, pass: impl FnOnce() -> String) -> Admission {
        if self.is_banned(arrival) {
            return Admission::Refused("The host does not let you in.");
        }
        if let Some(index) = self.known(arrival.pass.as_deref()) {
            return Admission::Member { replaces: self.come_back(index, arrival) };
        }
        if !asks_first {
            self.admit(arrival, pass());
            return Admission::Member { replaces: None };
        }
        if !arrival.waits {
            return Admission::MustKnock;
        }
        if self.knocks.len() >= MAX_KNOCKS {
            return Admission::Refused("Too many people are waiting to be let in. Try again in a moment.");
        }
        self.knocks.push(Arrival { name: clean_name(&arrival.name), ..arrival.clone() });
        Admission::Knocks
    }

    /// The host lets someone in who knocks. False when nobody of this name does any more.
    pub(crate) fn accept(&mut self, viewer: ViewerId, pass: String) -> bool {
        let Some(knock) = self.take_knock(viewer) else { return false };
        self.admit(&knock, pass);
        true
    }

    /// The host refuses someone who knocks; for good when `ban`. False when nobody of this name does any more.
    pub(crate) fn refuse(&mut self, viewer: ViewerId, ban: bool) -> bool {
        let Some(knock) = self.take_knock(viewer) else { return false };
        if ban {
            self.ban(&knock.address, knock.pass.as_deref());
        }
        true
    }

    /// A connection or a knock is over.
    pub(crate) fn leave(&mut self, viewer: ViewerId) {
        self.knocks.retain(|knock| knock.viewer != viewer);
        if let Some(index) = self.members.iter().position(|member| member.viewer == Some(viewer)) {
            // Those who left last are remembered longest.
            let mut member = self.members.remove(index);
            member.viewer = None;
            self.members.push(member);
        }
    }

    /// Every connection is over; all may come back.
    pub(crate) fn everyone_left(&mut self) {
        self.knocks.clear();
        for member in &mut self.members {
            member.viewer = None;
        }
    }

    /// The host sends someone away, who must ask anew, or for good.
    pub(crate) fn remove(&mut self, viewer: ViewerId, ban: bool) {
        let Some(index) = self.members.iter().position(|member| member.viewer == Some(viewer)) else { return };
        let member = self.members.remove(index);
        if ban {
            self.ban(&member.address, Some(&member.pass));
        }
    }

    /// The links are other ones: nobody is known any more.
    pub(crate) fn forget(&mut self) {
        let banned = std::mem::take(&mut self.banned);
        *self = Members { banned, ..Members::default() };
    }

    /// Those who are here, in the order of their coming.
    pub(crate) fn present(&self) -> impl Iterator<Item = (ViewerId, &Member)> {
        self.members.iter().filter_map(|member| Some((member.viewer?, member)))
    }

    pub(crate) fn member(&self, viewer: ViewerId) -> Option<&Member> {
        self.members.iter().find(|member| member.viewer == Some(viewer))
    }

    pub(crate) fn member_mut(&mut self, viewer: ViewerId) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.viewer == Some(viewer))
    }

    /// Those who knock, in the order of their coming.
    pub(crate) fn knocks(&self) -> &[Arrival] {
        &self.knocks
    }

    fn take_knock(&mut self, viewer: ViewerId) -> Option<Arrival> {
        let index = self.knocks.iter().position(|knock| knock.viewer == viewer)?;
        Some(self.knocks.remove(index))
    }

    /// Compares with all, so that the time says nothing of how much was right.
    fn known(&self, pass: Option<&str>) -> Option<usize> {
        let pass = pass.filter(|pass| !pass.is_empty())?.as_bytes();
        let matching =
            |(index, member): (usize, &Member)| bool::from(member.pass.as_bytes().ct_eq(pass)).then_some(index);
        self.members.iter().enumerate().filter_map(matching).fold(None, |_, index| Some(index))
    }

    fn come_back(&mut self, index: usize, arrival: &Arrival) -> Option<ViewerId> {
        // To the end, where those who came last stand.
        let mut member = self.members.remove(index);
        if member.link_role != arrival.role {
            // By the other link: what that one allows counts, whatever the host gave or took before.
            (member.link_role, member.role) = (arrival.role, arrival.role);
        }
        let replaces = member.viewer.replace(arrival.viewer);
        member.address = arrival.address.clone();
        self.members.push(member);
        replaces
    }

    fn admit(&mut self, arrival: &Arrival, pass: String) {
        if self.members.len() >= MAX_MEMBERS {
            let away = self.members.iter().position(|member| member.viewer.is_none());
            self.members.remove(away.unwrap_or(0));
        }
        let color = self.free_color();
        let name = self.name(&arrival.name);
        self.members.push(Member {
            pass,
            name,
            color,
            role: arrival.role,
            link_role: arrival.role,
            muted: false,
            browser: arrival.browser.chars().filter(|c| !c.is_control()).take(MAX_BROWSER_CHARS).collect(),
            address: arrival.address.clone(),
            viewer: Some(arrival.viewer),
        });
    }

    fn name(&mut self, wish: &str) -> String {
        let name = clean_name(wish);
        if name.is_empty() {
            self.guests_named += 1;
            return format!("Guest {}", self.guests_named);
        }
        name
    }

    /// The colour that the fewest have.
    fn free_color(&self) -> [u8; 3] {
        let users = |color: &[u8; 3]| self.members.iter().filter(|member| member.color == *color).count();
        COLORS.into_iter().min_by_key(users).unwrap_or(COLORS[0])
    }

    fn is_banned(&self, arrival: &Arrival) -> bool {
        let is_banned = |secret: &str| self.banned.iter().any(|banned| banned == secret);
        is_banned(&arrival.address) || arrival.pass.as_deref().is_some_and(is_banned)
    }

    fn ban(&mut self, address: &str, pass: Option<&str>) {
        // An address that many share (this machine's own, by which a tunnel comes) would keep out everyone.
        let is_shared = address.is_empty() || address.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        let address = (!is_shared).then(|| address.to_owned());
        self.banned.extend(address.into_iter().chain(pass.map(str::to_owned)));
        let surplus = self.banned.len().saturating_sub(MAX_BANNED);
        self.banned.drain(..surplus);
        let mut seen = HashSet::new();
        self.banned.retain(|banned| seen.insert(banned.clone()));
    }
}
