//! A network to try everything on: flows that share a bottleneck, each with an application, a pacer, a line and a viewer.
//! Deterministic: the same scenario and seed make the same run. A minute takes some ten milliseconds.

mod figures;
mod link;
mod random;
pub mod scenarios;
mod sender;
mod tcp;
mod viewer;

pub use figures::Figures;
pub use link::{Losses, Profile};
pub use sender::Application;

use figures::Record;
use link::Link;
use random::Random;
use sender::{Outgoing, Sender};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;
use tcp::Tcp;
use viewer::{Plea, Viewer};

/// Bytes of a report: headers, and what each packet takes in it.
const REPORT_BYTES: (usize, usize) = (70, 2);
const PLEA_BYTES: usize = 80;

/// Who uses the network.
#[derive(Debug, Clone)]
pub enum Traffic {
    /// A viewer of ours.
    View(Application),
    /// The same, from the viewer's side to the host's: its media share the way of the reports of others.
    ViewBack(Application),
    /// A competitor that sends so many bytes by TCP.
    Tcp(u64),
}

/// One of those who use it.
#[derive(Debug, Clone)]
pub struct Flow {
    /// What it sends.
    pub traffic: Traffic,
    /// From which second.
    pub from_s: f64,
    /// Until which.
    pub until_s: f64,
    /// Its own way, in milliseconds each way, on top of the bottleneck's.
    pub extra_delay_ms: f64,
}

impl Flow {
    /// From the beginning to the end.
    pub fn all_along(traffic: Traffic) -> Flow {
        Flow { traffic, from_s: 0.0, until_s: f64::MAX, extra_delay_ms: 0.0 }
    }
}

/// What is simulated.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// From host to viewer.
    pub forward: Profile,
    /// From viewer to host.
    pub backward: Profile,
    /// Who uses it.
    pub flows: Vec<Flow>,
    /// For so many seconds.
    pub seconds: f64,
    /// What the line is trusted with at first.
    pub first_bps: u32,
    /// Browsers report so often, in milliseconds.
    pub report_ms: f64,
    /// By how much the viewers' clocks are fast, as a share.
    pub skew: f64,
}

impl Scenario {
    /// One greedy view, and a way back like the way there but wide.
    pub fn one(forward: Profile, seconds: f64) -> Scenario {
        let backward = Profile { rates: vec![(0.0, 20e6)], losses: Losses::None, jitter_ms: 0.0, ..forward.clone() };
        Scenario {
            forward,
            backward,
            flows: vec![Flow::all_along(Traffic::View(Application::greedy()))],
            seconds,
            first_bps: crate::TARGET_FIRST_BPS,
            report_ms: 75.0,
            skew: 20e-6,
        }
    }
}

#[derive(Debug, Clone)]
enum Event {
    Begin,
    Draw,
    Probe,
    Leave,
    Report,
    Pleas,
    Arrive(Outgoing, f64, f64),
    Reported(Vec<(u64, f64)>),
    Plea(Plea),
    Segment(u64),
    Acknowledged(u64),
    TcpTick,
}

struct Timed {
    at_s: f64,
    order: u64,
    flow: usize,
    event: Event,
}

impl PartialEq for Timed {
    fn eq(&self, other: &Timed) -> bool {
        self.order == other.order
    }
}
impl Eq for Timed {}
impl PartialOrd for Timed {
    fn partial_cmp(&self, other: &Timed) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Timed {
    fn cmp(&self, other: &Timed) -> std::cmp::Ordering {
        self.at_s.total_cmp(&other.at_s).then(self.order.cmp(&other.order))
    }
}

enum Ends {
    View { sender: Box<Sender>, viewer: Box<Viewer>, leaving_s: Option<f64> },
    Tcp(Tcp),
}

struct World<'a> {
    scenario: &'a Scenario,
    forward: Link,
    backward: Link,
    ends: Vec<Ends>,
    records: Vec<Record>,
    events: BinaryHeap<Reverse<Timed>>,
    order: u64,
    random: Random,
}

/// Runs a scenario; figures of each flow.
pub fn run(scenario: &Scenario, seed: u64) -> Vec<Figures> {
    // The one clock that is read; only differences to it are used.
    let start = Instant::now();
    let ends = scenario.flows.iter().enumerate().map(|(index, flow)| match &flow.traffic {
        Traffic::View(application) | Traffic::ViewBack(application) => Ends::View {
            sender: Box::new(Sender::new(start, scenario.first_bps, application.clone(), seed * 100 + index as u64)),
            viewer: Box::default(),
            leaving_s: None,
        },
        Traffic::Tcp(bytes) => Ends::Tcp(Tcp::new(*bytes)),
    });
    let mut world = World {
        scenario,
        forward: Link::new(scenario.forward.clone(), seed * 7 + 1),
        backward: Link::new(scenario.backward.clone(), seed * 7 + 2),
        ends: ends.collect(),
        records: scenario.flows.iter().map(|_| Record::default()).collect(),
        events: BinaryHeap::new(),
        order: 0,
        random: Random::new(seed * 7 + 3),
    };
    world.run();
    world.figures()
}

impl World<'_> {
    fn at(&mut self, at_s: f64, flow: usize, event: Event) {
        self.order += 1;
        self.events.push(Reverse(Timed { at_s, order: self.order, flow, event }));
    }

    fn run(&mut self) {
        for (flow, from_s) in self.scenario.flows.iter().map(|flow| flow.from_s).enumerate().collect::<Vec<_>>() {
            let at_s = from_s + self.random.between(0.0, 0.02);
            self.at(at_s, flow, Event::Begin);
        }
        while let Some(Reverse(Timed { at_s, flow, event, .. })) = self.events.pop() {
            if at_s > self.scenario.seconds {
                return;
            }
            self.happen(at_s, flow, event);
        }
    }

    fn happen(&mut self, now_s: f64, flow: usize, event: Event) {
        let is_over = now_s > self.scenario.flows[flow].until_s;
        match (&mut self.ends[flow], event) {
            (Ends::View { .. }, Event::Begin) => {
                for event in [Event::Draw, Event::Probe, Event::Report, Event::Pleas] {
                    self.at(now_s, flow, event);
                }
            }
            (Ends::View { sender, .. }, Event::Draw) if !is_over => {
                let next_s = sender.draw(now_s);
                self.at(next_s, flow, Event::Draw);
                self.leave_soon(now_s, flow);
            }
            (Ends::View { sender, .. }, Event::Probe) if !is_over => {
                sender.probe(now_s);
                self.records[flow].target(now_s, sender.line.target_bps());
                self.at(now_s + 0.01, flow, Event::Probe);
                self.leave_soon(now_s, flow);
            }
            (Ends::View { leaving_s, .. }, Event::Leave) if !is_over => {
                *leaving_s = None;
                self.leave(now_s, flow);
            }
            (Ends::View { viewer, .. }, Event::Arrive(packet, waited_s, clock_s)) => {
                viewer.unreported.push((packet.number_on_the_way, clock_s));
                if let Some(piece) = packet.piece {
                    viewer.piece(now_s, piece);
                    self.records[flow].media(now_s, packet.bytes, waited_s);
                }
                self.records[flow].arrived(now_s, packet.bytes);
                self.pleas(now_s, flow);
            }
            (Ends::View { viewer, .. }, Event::Report) => {
                let arrivals = std::mem::take(&mut viewer.unreported);
                let next_s = now_s + self.scenario.report_ms / 1e3;
                self.at(next_s, flow, Event::Report);
                if !arrivals.is_empty() {
                    let bytes = REPORT_BYTES.0 + REPORT_BYTES.1 * arrivals.len();
                    self.back(now_s, flow, bytes, Event::Reported(arrivals));
                }
            }
            (Ends::View { .. }, Event::Pleas) => {
                self.pleas(now_s, flow);
                self.at(now_s + 0.02, flow, Event::Pleas);
            }
            (Ends::View { sender, .. }, Event::Reported(arrivals)) => {
                sender.report(now_s, &arrivals);
                self.leave_soon(now_s, flow);
            }
            (Ends::View { sender, .. }, Event::Plea(plea)) => {
                sender.plea(now_s, &plea);
                self.leave_soon(now_s, flow);
            }
            (Ends::Tcp(_), Event::Begin) => self.at(now_s, flow, Event::TcpTick),
            (Ends::Tcp(tcp), Event::TcpTick) if !is_over => {
                tcp.tick(now_s);
                self.at(now_s + 0.1, flow, Event::TcpTick);
                self.segments(now_s, flow);
            }
            (Ends::Tcp(_), Event::Segment(number)) => {
                self.records[flow].arrived(now_s, tcp::SEGMENT_BYTES);
                self.back(now_s, flow, 60, Event::Acknowledged(number));
            }
            (Ends::Tcp(tcp), Event::Acknowledged(number)) => {
                tcp.acknowledged(number);
                if !is_over {
                    self.segments(now_s, flow);
                }
            }
            _ => {}
        }
    }

    /// Sees to it that what waits in the pacer leaves when it may.
    fn leave_soon(&mut self, now_s: f64, flow: usize) {
        if let Ends::View { leaving_s, .. } = &mut self.ends[flow]
            && leaving_s.is_none_or(|at| at > now_s)
        {
            *leaving_s = Some(now_s);
            self.at(now_s, flow, Event::Leave);
        }
    }

    fn leave(&mut self, now_s: f64, flow: usize) {
        let Ends::View { sender, .. } = &mut self.ends[flow] else { return };
        let mut packets = Vec::new();
        while let Some(packet) = sender.leave(now_s) {
            packets.push(packet);
        }
        let next_s = sender.next_s(now_s);
        for packet in packets {
            self.records[flow].sent(packet.bytes);
            if let Some((arrival_s, waited_s)) = self.carry(now_s, flow, packet.bytes, true) {
                let clock_s = 1_000.0 + arrival_s * (1.0 + self.scenario.skew);
                self.at(arrival_s, flow, Event::Arrive(packet, waited_s, clock_s));
            } else {
                self.records[flow].lost();
            }
        }
        if let (Some(next_s), Ends::View { leaving_s, .. }) = (next_s, &mut self.ends[flow]) {
            *leaving_s = Some(next_s);
            self.at(next_s, flow, Event::Leave);
        }
    }

    fn segments(&mut self, now_s: f64, flow: usize) {
        let Ends::Tcp(tcp) = &mut self.ends[flow] else { return };
        let segments: Vec<u64> = std::iter::from_fn(|| tcp.send(now_s)).collect();
        for number in segments {
            if let Some((arrival_s, _)) = self.carry(now_s, flow, tcp::SEGMENT_BYTES, true) {
                self.at(arrival_s, flow, Event::Segment(number));
            }
        }
    }

    fn pleas(&mut self, now_s: f64, flow: usize) {
        let delay_ms =
            link::at(&self.scenario.forward.delays_ms, now_s) + link::at(&self.scenario.backward.delays_ms, now_s);
        let round_trip_s = (delay_ms + 2.0 * self.scenario.flows[flow].extra_delay_ms) / 1e3;
        let Ends::View { viewer, .. } = &mut self.ends[flow] else { return };
        for plea in viewer.pleas(now_s, round_trip_s) {
            self.back(now_s, flow, PLEA_BYTES, Event::Plea(plea));
        }
    }

    fn back(&mut self, now_s: f64, flow: usize, bytes: usize, event: Event) {
        if let Some((arrival_s, _)) = self.carry(now_s, flow, bytes, false) {
            self.at(arrival_s, flow, event);
        }
    }

    fn carry(&mut self, now_s: f64, flow: usize, bytes: usize, with_media: bool) -> Option<(f64, f64)> {
        let Flow { traffic, extra_delay_ms, .. } = &self.scenario.flows[flow];
        let is_back = matches!(traffic, Traffic::ViewBack(_));
        let link = if is_back == with_media { &mut self.backward } else { &mut self.forward };
        link.carry(now_s, bytes, extra_delay_ms / 1e3)
    }

    fn figures(self) -> Vec<Figures> {
        let flows = self.scenario.flows.iter();
        let with_ends = self.records.into_iter().zip(self.ends).zip(flows);
        with_ends
            .map(|((record, ends), flow)| {
                let until_s = flow.until_s.min(self.scenario.seconds);
                let link = if matches!(flow.traffic, Traffic::ViewBack(_)) {
                    &self.scenario.backward
                } else {
                    &self.scenario.forward
                };
                let mut figures = record.figures(&link.rates, flow.from_s, until_s);
                if let Ends::View { sender, viewer, .. } = ends {
                    figures.decoded_s = viewer.decoded_s;
                    (figures.keyframes, figures.blocked) = (sender.keyframes, sender.blocked);
                    (figures.repeats, figures.padding_bytes) = (sender.repeats_sent, sender.line.padding_bytes());
                }
                figures
            })
            .collect()
    }
}
