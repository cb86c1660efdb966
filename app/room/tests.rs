use super::*;
use heliograph_wire::room::ControlMode;
use heliograph_wire::{Button, FromViewer};
use std::time::Duration;

/// A room with a guest for each link, and what it takes to speak for them.
struct Here {
    room: Room,
    now: Instant,
    next: u32,
}

impl Here {
    fn new() -> Here {
        Here { room: Room::default(), now: Instant::now(), next: 1 }
    }

    fn arrival(&mut self, role: Role, pass: Option<&str>, waits: bool) -> Arrival {
        let viewer = ViewerId(self.next);
        self.next += 1;
        Arrival {
            viewer,
            role,
            name: format!("G{}", viewer.0),
            browser: "Firefox on Linux".into(),
            address: "203.0.113.7".into(),
            round_trip_ms: Some(20),
            pass: pass.map(Into::into),
            waits,
        }
    }

    /// Someone comes and is let in at once.
    fn come(&mut self, role: Role) -> ViewerId {
        let arrival = self.arrival(role, None, false);
        let pass = format!("pass of {}", arrival.viewer.0);
        let answers = self.room.arrive(&arrival, pass.clone());
        assert_eq!(answers, [Order::Answer(arrival.viewer, Answer::Admit { pass })]);
        self.room.joined(arrival.viewer, None);
        arrival.viewer
    }

    fn decide(&mut self, decision: Decision) -> Vec<Order> {
        self.room.decide(decision, "a fresh pass".into(), self.now)
    }

    fn input(&mut self, viewer: ViewerId, input: Input) -> Vec<Command> {
        self.room.input(&Ticketed { ticket: 1, viewer, input }, 1.0, self.now)
    }

    /// Whether a press and a drag of this guest move the scene.
    fn steers(&mut self, viewer: ViewerId) -> bool {
        let _ = self.input(viewer, Input::Down { button: Button::Primary, x: 0.5, y: 0.5, shift: false });
        let moved = !self.input(viewer, Input::Move { x: 0.6, y: 0.5, pinch: 1.0 }).is_empty();
        let _ = self.input(viewer, Input::Up { button: Button::Primary, x: 0.6, y: 0.5 });
        moved
    }
}

/// One message of every kind that a browser can send: the wire's own list, which its tests hold to be complete.
fn every_message() -> Vec<FromViewer> {
    let golden: serde_json::Value = serde_json::from_str(include_str!("../../core/wire/golden.json")).unwrap();
    serde_json::from_value(golden["from_viewer"].clone()).unwrap()
}

/// What the table says of a message of a guest of this role in this mode, who is alone with the host.
fn is_applied(message: &FromViewer, role: Role, mode: ControlMode) -> bool {
    let may_steer = role == Role::Control && mode != ControlMode::HostOnly;
    match message {
        FromViewer::Input { input, .. } => match input {
            Input::Command { command: Command::RemoveLayer { .. } } | Input::Gone => false,
            Input::Command { .. } => may_steer,
            // They change the scene through what they hold; `steers` tells.
            Input::Down { .. } | Input::Move { .. } | Input::Up { .. } => false,
        },
        FromViewer::Ask { ask: Ask::Control } => role == Role::Control && mode == ControlMode::OneAtATime,
        FromViewer::Ask { ask: Ask::Rename { .. } } => true,
        // Alone, there is nobody to hand over to, and nothing held to release.
        FromViewer::Ask { ask: Ask::HandOver { .. } | Ask::Release } => false,
        // The sidecar's own business: it changes nothing of the scene or the room.
        FromViewer::NeedKeyframe | FromViewer::On { .. } => false,
    }
}

#[test]
fn every_message_of_every_role_in_every_mode_is_applied_or_refused_as_the_table_says() {
    for role in [Role::View, Role::Control] {
        for mode in ControlMode::ALL {
            for message in every_message() {
                let mut here = Here::new();
                let guest = here.come(role);
                here.decide(Decision::Mode(mode));
                let before = here.room.told();
                let commands = match &message {
                    FromViewer::Input { input, .. } => here.input(guest, input.clone()),
                    FromViewer::Ask { ask } => {
                        here.room.ask(guest, ask, here.now);
                        Vec::new()
                    }
                    FromViewer::NeedKeyframe | FromViewer::On { .. } => Vec::new(),
                };
                let told = here.room.told();
                let has_changed = (&told.guests, told.mode) != (&before.guests, before.mode)
                    || (matches!(message, FromViewer::Ask { .. }) && told.steers != before.steers);
                let was_applied = !commands.is_empty() || has_changed;
                assert_eq!(was_applied, is_applied(&message, role, mode), "{message:?} of {role:?} in {mode:?}");
                let may_steer = role == Role::Control && mode != ControlMode::HostOnly;
                assert_eq!(here.steers(guest), may_steer, "a drag of {role:?} in {mode:?}");
            }
        }
    }
}

#[test]
fn random_messages_of_a_view_link_change_nothing() {
    let mut here = Here::new();
    let guest = here.come(Role::View);
    let messages: Vec<String> = every_message().iter().map(|message| serde_json::to_string(message).unwrap()).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        // Xorshift (Marsaglia, 2003); the seed is above.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let before = here.room.told();
    let mut understood = 0;
    for _ in 0..100_000 {
        let mut bytes = messages[random(messages.len())].clone().into_bytes();
        for _ in 0..random(3) {
            let at = random(bytes.len());
            bytes[at] = b" 0123456789-+eE.\"{}[],:abcdefghijklmnopqrstuvwxyz_"[random(50)];
        }
        let Ok(message) = serde_json::from_slice::<FromViewer>(&bytes) else { continue };
        understood += 1;
        match message {
            FromViewer::Input { input, .. } => assert!(here.input(guest, input.clone()).is_empty(), "{input:?}"),
            // A name is the guest's own; everything else is not for it.
            FromViewer::Ask { ask: Ask::Rename { .. } } => {}
            FromViewer::Ask { ask } => here.room.ask(guest, &ask, here.now),
            FromViewer::NeedKeyframe | FromViewer::On { .. } => {}
        }
    }
    assert!(understood > 10_000, "only {understood} were messages at all");
    assert_eq!(here.room.told(), before);
}

#[test]
fn a_guest_who_comes_back_is_who_it_was() {
    let mut here = Here::new();
    let ada = here.come(Role::Control);
    here.room.ask(ada, &Ask::Rename { name: "Ada\u{202e}".into() }, here.now);
    here.decide(Decision::SetRole(ada, Role::View));
    here.decide(Decision::AskFirst(true));
    let before = here.room.told().guests[0].clone();
    here.room.everyone_left();
    assert!(here.room.told().guests.is_empty());

    let arrival = here.arrival(Role::Control, Some("pass of 1"), false);
    let answers = here.room.arrive(&arrival, "unused".into());
    assert_eq!(answers, [Order::Answer(arrival.viewer, Answer::Admit { pass: "pass of 1".into() })]);
    here.room.joined(arrival.viewer, None);
    let after = here.room.told().guests[0].clone();
    assert_eq!(after, Guest { viewer: arrival.viewer, ..before });
    assert_eq!((after.name.as_str(), after.role), ("Ada", Role::View));
}

#[test]
fn a_pass_opens_one_connection_and_the_newest_has_it() {
    let mut here = Here::new();
    let old = here.come(Role::Control);
    let arrival = here.arrival(Role::Control, Some("pass of 1"), false);
    let orders = here.room.arrive(&arrival, "unused".into());
    assert!(matches!(&orders[..], [Order::Remove(viewer, _), Order::Answer(..)] if *viewer == old), "{orders:?}");
    here.room.joined(arrival.viewer, None);
    here.room.left(old, here.now);
    assert_eq!(here.room.watching(), 1);
    assert!(here.steers(arrival.viewer));
}

#[test]
fn who_must_knock_waits_for_the_host() {
    let mut here = Here::new();
    here.decide(Decision::AskFirst(true));
    let hasty = here.arrival(Role::View, None, false);
    assert_eq!(here.room.arrive(&hasty, "p".into()), [Order::Answer(hasty.viewer, Answer::MustKnock)]);

    let patient = here.arrival(Role::View, None, true);
    assert!(here.room.arrive(&patient, "p".into()).is_empty());
    assert_eq!(here.room.view().knocks[0].name, "G2");
    assert_eq!(here.input(patient.viewer, Input::Command { command: Command::Fit }), []);
    let pass = "a fresh pass".to_owned();
    assert_eq!(here.decide(Decision::Accept(patient.viewer)), [Order::Answer(patient.viewer, Answer::Admit { pass })]);
    assert!(here.room.view().knocks.is_empty());

    let unwanted = here.arrival(Role::Control, None, true);
    let _ = here.room.arrive(&unwanted, "p".into());
    let answers = here.decide(Decision::Refuse { viewer: unwanted.viewer, ban: true });
    assert!(matches!(&answers[..], [Order::Answer(_, Answer::Refuse { .. })]), "{answers:?}");
    let again = here.arrival(Role::Control, None, true);
    let answers = here.room.arrive(&again, "p".into());
    assert!(matches!(&answers[..], [Order::Answer(_, Answer::Refuse { .. })]), "{answers:?}");
}

#[test]
fn who_is_removed_has_nothing_left_and_must_ask_anew() {
    let mut here = Here::new();
    let guest = here.come(Role::Control);
    here.decide(Decision::AskFirst(true));
    let orders = here.decide(Decision::Remove { viewer: guest, ban: false });
    assert!(matches!(&orders[..], [Order::Remove(viewer, _)] if *viewer == guest), "{orders:?}");
    assert!(!here.steers(guest));
    assert_eq!(here.room.watching(), 0);
    let back = here.arrival(Role::Control, Some("pass of 1"), false);
    assert_eq!(here.room.arrive(&back, "p".into()), [Order::Answer(back.viewer, Answer::MustKnock)]);
}

#[test]
fn control_is_asked_for_granted_handed_over_and_taken_back() {
    let mut here = Here::new();
    let (ada, bob) = (here.come(Role::Control), here.come(Role::Control));
    let looks = here.come(Role::View);
    here.decide(Decision::Mode(ControlMode::OneAtATime));
    assert!(here.steers(ada), "what is free is taken by a press");
    assert!(!here.steers(bob));
    here.room.ask(bob, &Ask::Control, here.now);
    assert!(here.room.told().guests[1].asks);
    here.room.ask(ada, &Ask::HandOver { to: looks }, here.now);
    assert_eq!(here.room.told().steers, Some(ada), "who may only look cannot be given it");
    here.room.ask(ada, &Ask::HandOver { to: bob }, here.now);
    assert_eq!((here.room.told().steers, here.steers(ada), here.steers(bob)), (Some(bob), false, true));
    here.decide(Decision::Mute(bob, true));
    assert_eq!((here.room.told().steers, here.steers(bob)), (None, false));
    here.decide(Decision::Grant(ada));
    assert_eq!(here.room.told().steers, Some(ada));
    here.now += Duration::from_secs(10);
    here.room.tick(here.now);
    assert_eq!(here.room.told().steers, None, "ten idle seconds are enough");
    here.decide(Decision::SetRole(looks, Role::Control));
    assert!(here.steers(looks));
    here.decide(Decision::TakeBack);
    assert_eq!(here.room.told().steers, None);
}

#[test]
fn while_the_host_s_hand_moves_a_guest_s_drag_waits_and_goes_on_afterwards() {
    let mut here = Here::new();
    let guest = here.come(Role::Control);
    let _ = here.input(guest, Input::Down { button: Button::Primary, x: 0.5, y: 0.5, shift: false });
    here.room.host_moved(here.now);
    assert!(here.input(guest, Input::Move { x: 0.7, y: 0.5, pinch: 1.0 }).is_empty());
    here.now += Duration::from_millis(300);
    let commands = here.input(guest, Input::Move { x: 0.75, y: 0.5, pinch: 1.0 });
    let [Command::Orbit { dx, .. }] = commands[..] else { panic!("{commands:?}") };
    assert!((dx - 0.05).abs() < 1e-6, "only what was moved since counts, not {dx}");
}

#[test]
fn while_the_host_s_hand_moves_a_guest_s_other_commands_are_not_lost() {
    let mut here = Here::new();
    let guest = here.come(Role::Control);
    here.room.host_moved(here.now);
    let set = Command::Set { layer: None, property: "show_axes".into(), value: heliograph_wire::Value::Toggle(false) };
    assert_eq!(here.input(guest, Input::Command { command: set.clone() }), [set]);
    assert!(here.input(guest, Input::Command { command: Command::Fit }).is_empty(), "the camera is the host's");
}

#[test]
fn new_links_send_everyone_away() {
    let mut here = Here::new();
    let guest = here.come(Role::Control);
    here.decide(Decision::AskFirst(true));
    let knock = here.arrival(Role::View, None, true);
    let _ = here.room.arrive(&knock, "p".into());
    let orders = here.room.new_links();
    assert!(
        matches!(&orders[..], [Order::Answer(asks, Answer::Refuse { .. }), Order::Remove(gone, _)]
        if *asks == knock.viewer && *gone == guest),
        "{orders:?}"
    );
    let back = here.arrival(Role::Control, Some("pass of 1"), false);
    assert_eq!(here.room.arrive(&back, "p".into()), [Order::Answer(back.viewer, Answer::MustKnock)]);
}

#[test]
fn strangers_cannot_fill_the_memory() {
    let mut here = Here::new();
    for _ in 0..2_000 {
        let viewer = here.come(Role::View);
        here.room.left(viewer, here.now);
        let unknown = here.arrival(Role::Control, None, false).viewer;
        assert!(here.input(unknown, Input::Command { command: Command::Fit }).is_empty());
    }
    here.decide(Decision::AskFirst(true));
    for _ in 0..2_000 {
        let knock = here.arrival(Role::View, None, true);
        let _ = here.room.arrive(&knock, "p".into());
    }
    assert!(here.room.view().knocks.len() <= 32);
    assert_eq!(here.room.watching(), 0);
}
