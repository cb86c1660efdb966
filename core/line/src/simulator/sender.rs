//! [`Sender`]: the host's end of a flow: an application that draws frames, and a line that carries them.

use super::random::Random;
use super::viewer::{Piece, Plea};
use crate::{Answer, Kind, Line, Pacer, PacketFate, Repeats};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Payload and headers.
const PACKET_BYTES: usize = 1_150;
const FRAME_BYTES_MIN: f64 = 300.0;
/// A keyframe is so many frames large.
const KEYFRAME_FRAMES: f64 = 5.0;
const KEYFRAME_INTERVAL_S: f64 = 0.5;
/// Packets are kept to be repeated for so long.
const KEPT: Duration = Duration::from_secs(2);

/// What an application draws.
#[derive(Debug, Clone)]
pub struct Application {
    /// What it sends at most, in bits a second.
    pub most_bps: f64,
    /// From which second on it moves (true) or stands still (false).
    pub moves: Vec<(f64, bool)>,
    /// Whether it tells the line what it would send if it could.
    pub tells_want: bool,
}

impl Application {
    /// One that moves all the time and sends whatever it may.
    pub fn greedy() -> Application {
        Application::up_to(12e6)
    }

    /// One that moves all the time and sends no more than this.
    pub fn up_to(most_bps: f64) -> Application {
        Application { most_bps, moves: vec![(0.0, true)], tells_want: true }
    }
}

/// A packet of a flow as it leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outgoing {
    pub(crate) number_on_the_way: u64,
    pub(crate) bytes: usize,
    pub(crate) piece: Option<Piece>,
}

#[derive(Debug)]
pub(crate) struct Sender {
    start: Instant,
    pub(crate) line: Line,
    pacer: Pacer<Option<Piece>>,
    repeats: Repeats,
    application: Application,
    random: Random,
    next_number: u64,
    next_frame: u64,
    next_on_the_way: u64,
    /// Number, when it left, bytes, the packet.
    kept: VecDeque<(Instant, usize, Piece)>,
    /// On the way: number, departure, bytes.
    under_way: VecDeque<(u64, Instant, usize)>,
    keyframe_wanted: bool,
    last_keyframe_s: f64,
    pub(crate) keyframes: u64,
    pub(crate) blocked: u64,
    pub(crate) repeats_sent: u64,
}

impl Sender {
    pub(crate) fn new(start: Instant, first_bps: u32, application: Application, seed: u64) -> Sender {
        let line = Line::new(first_bps);
        Sender {
            start,
            pacer: Pacer::new(line.target_bps()),
            line,
            repeats: Repeats::default(),
            application,
            random: Random::new(seed),
            next_number: 0,
            next_frame: 0,
            next_on_the_way: 0,
            kept: VecDeque::new(),
            under_way: VecDeque::new(),
            keyframe_wanted: true,
            last_keyframe_s: -1.0,
            keyframes: 0,
            blocked: 0,
            repeats_sent: 0,
        }
    }

    fn instant(&self, now_s: f64) -> Instant {
        self.start + Duration::from_secs_f64(now_s)
    }

    /// The application's turn; says when the next one is.
    pub(crate) fn draw(&mut self, now_s: f64) -> f64 {
        let now = self.instant(now_s);
        let moves = super::link::schedule(&self.application.moves, now_s).unwrap_or(true);
        let bps = f64::from(self.line.target_bps()).min(self.application.most_bps);
        let frames_per_second = (bps / 10_000.0).clamp(6.0, 30.0);
        if self.application.tells_want {
            let want = if moves { self.application.most_bps as u32 } else { 0 };
            self.line.want_bps(Some(want));
        }
        if !moves {
            return now_s + 1.0 / 30.0;
        }
        self.line.waiting(self.pacer.waiting_bytes());
        let average = bps / 8.0 / frames_per_second;
        if self.line.is_blocked(now, average as usize) {
            self.blocked += 1;
            // The driver looks again soon after.
            return now_s + if self.line.is_cut_off(now) { 0.01 } else { 1.0 / frames_per_second };
        }
        let keyframe = self.keyframe_wanted && now_s - self.last_keyframe_s >= KEYFRAME_INTERVAL_S;
        let size = average * self.random.between(0.75, 1.25) * if keyframe { KEYFRAME_FRAMES } else { 1.0 };
        if keyframe {
            (self.keyframe_wanted, self.last_keyframe_s) = (false, now_s);
            self.keyframes += 1;
            self.pacer.cancel_media();
            self.repeats.restarted(now);
        }
        self.push(size.max(FRAME_BYTES_MIN) as usize, keyframe);
        now_s + 1.0 / frames_per_second
    }

    fn push(&mut self, bytes: usize, keyframe: bool) {
        let of_frame = bytes.div_ceil(PACKET_BYTES) as u32;
        let each = bytes / of_frame as usize;
        for index in 0..of_frame {
            let piece = Piece {
                number: self.next_number,
                frame: self.next_frame,
                of_frame,
                keyframe,
                first_of_frame: index == 0,
            };
            if self.pacer.media(each, index + 1 == of_frame, Some(piece)).is_ok() {
                self.next_number += 1;
            } else {
                self.keyframe_wanted = true;
            }
        }
        self.next_frame += 1;
    }

    /// Padding, if the line asks for some.
    pub(crate) fn probe(&mut self, now_s: f64) {
        let now = self.instant(now_s);
        self.pacer.target(now, self.line.pace_bps());
        if let Some(probe) = self.line.probe(now) {
            let packets = (probe.bytes / 300).clamp(1, 5).max(probe.bytes / 1_000);
            let each = probe.bytes / packets;
            self.pacer.pad(now, &probe, std::iter::repeat_n((each, None), packets));
        }
    }

    /// What leaves now.
    pub(crate) fn leave(&mut self, now_s: f64) -> Option<Outgoing> {
        let now = self.instant(now_s);
        let (kind, bytes, piece) = self.pacer.pop(now)?;
        self.line.sent(now, bytes, kind);
        let number_on_the_way = self.next_on_the_way;
        self.next_on_the_way += 1;
        self.under_way.push_back((number_on_the_way, now, bytes));
        if let (Kind::Media, Some(piece)) = (kind, piece) {
            self.kept.push_back((now, bytes, piece));
            while self.kept.pop_front_if(|(at, ..)| now.saturating_duration_since(*at) > KEPT).is_some() {}
            if let Some(after) = Repeats::guard(&self.line) {
                self.pacer.repeat(bytes + 2, now + after, Some(piece));
            }
        }
        self.repeats_sent += u64::from(kind == Kind::Repeat);
        Some(Outgoing { number_on_the_way, bytes, piece })
    }

    /// When to ask for that again.
    pub(crate) fn next_s(&self, now_s: f64) -> Option<f64> {
        let at = self.pacer.next_at(self.instant(now_s))?;
        Some(at.saturating_duration_since(self.start).as_secs_f64().max(now_s + 1e-5))
    }

    /// A report came: numbers on the way and when they arrived, by the receiver's clock.
    pub(crate) fn report(&mut self, now_s: f64, arrivals: &[(u64, f64)]) {
        let now = self.instant(now_s);
        let Some(highest) = arrivals.iter().map(|(number, _)| *number).max() else { return };
        let mut fates = Vec::new();
        while let Some((number, departure, bytes)) = self.under_way.pop_front_if(|(number, ..)| *number <= highest) {
            let arrival =
                arrivals.iter().find(|(other, _)| *other == number).map(|(_, at)| Duration::from_secs_f64(*at));
            fates.push(PacketFate { departure, bytes, arrival });
        }
        self.line.reported(now, &fates);
        self.pacer.target(now, self.line.pace_bps());
    }

    pub(crate) fn plea(&mut self, now_s: f64, plea: &Plea) {
        let Plea::Missing(numbers) = plea else {
            self.keyframe_wanted = true;
            return;
        };
        let now = self.instant(now_s);
        for number in numbers {
            let kept = self.kept.iter().find(|(.., piece)| piece.number == *number).copied();
            let departure = kept.map(|(at, ..)| at);
            let bytes = kept.map_or(PACKET_BYTES, |(_, bytes, _)| bytes);
            match self.repeats.asked(now, *number as u16, departure, bytes, &mut self.line) {
                Answer::Copies(copies, apart) => {
                    for copy in 0..copies {
                        self.pacer.repeat(bytes + 2, now + apart * copy, kept.map(|(.., piece)| piece));
                    }
                }
                Answer::Nothing => {}
                Answer::Keyframe => self.keyframe_wanted = true,
            }
        }
    }
}
