//! The encoder thread: frame ring → pictures → access units → packets, for each tier once for all of its viewers.

mod jpeg;
mod load;
mod source;
mod tier;

use crate::cadence::Step;
use crate::inputs::Inputs;
use crate::packets::{MediaFrame, rtp_timestamp};
use crate::stage::{Demand, Stage};
use crate::still::StillShop;
use crate::tiers::Tiers;
use heliograph_codec::{CodecError, Complexity};
use heliograph_ring::{Frame, FrameReader, monotonic_us};
use load::Load;
use source::Source;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tier::Tier;

/// The longest wait, in whole seconds; each turn proves that this thread lives.
const WAIT_SECONDS: u32 = 1;
/// A picture that has not changed for so long rests, and is made exact; where frames come more slowly, for so many of
/// their intervals.
const REST_AFTER: Duration = Duration::from_millis(120);
const REST_AFTER_FRAMES: f32 = 2.5;
/// Lines are tried for more for so long after the last change, and after a tier began; then there is silence.
const SEEK_FOR: Duration = Duration::from_secs(2);
/// A picture that rests and is not wanted yet may be, soon: by a viewer whose channel has opened since.
const REST_RETRY: Duration = Duration::from_millis(250);

/// Runs until [`Stage::end`].
pub(crate) fn run(mut reader: FrameReader, stage: &Stage, inputs: &Inputs, stills: &StillShop) {
    let mut studio = Studio::new();
    while !stage.is_ending() {
        stage.turn();
        if let Some(frame) = reader.take() {
            stage.counters.frame_taken();
            studio.take(&frame, inputs, stills);
        }
        let wake_at = match stage.watching() {
            0 => {
                studio.rest();
                None
            }
            _ => studio.work(reader.latest().as_ref(), stage, stills),
        };
        stage.wake_at(wake_at);
        reader.wait(WAIT_SECONDS);
    }
}

/// All that is encoded.
struct Studio {
    source: Source,
    parting: Tiers,
    tiers: Vec<Tier>,
    load: Load,
    /// What was last learned of the scene, for the next tier.
    complexity: Complexity,
    /// When the picture changed last.
    changed: Option<Instant>,
}

impl Studio {
    fn new() -> Studio {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Studio {
            source: Source::default(),
            parting: Tiers::default(),
            tiers: Vec::new(),
            load: Load::new(processors, Instant::now()),
            complexity: Complexity::default(),
            changed: None,
        }
    }

    /// A new frame has come.
    fn take(&mut self, frame: &Frame<'_>, inputs: &Inputs, stills: &StillShop) {
        let now = Instant::now();
        // An input that moved nothing is answered by a frame that shows the same.
        let unchanged = stills.is_same(frame.rgba, frame.stride_bytes, frame.stamp.width, frame.stamp.height);
        self.source.take(frame, unchanged, now, monotonic_us());
        if !unchanged {
            stills.moved(rtp_timestamp(self.source.stamp_us()));
            self.changed = Some(now);
        }
        let shown = inputs.shown(frame.stamp.applied_ticket);
        for tier in &mut self.tiers {
            tier.frame(&shown);
        }
    }

    /// Nobody watches: whoever comes next begins anew.
    fn rest(&mut self) {
        self.tiers.clear();
        self.parting = Tiers::default();
    }

    /// Encodes what is due. Returns when something will be, if nothing happens before.
    fn work(&mut self, frame: Option<&Frame<'_>>, stage: &Stage, stills: &StillShop) -> Option<Instant> {
        let now = Instant::now();
        self.follow(&stage.demands(now), stage, now);
        let frame = frame.filter(|_| self.source.has_picture())?;
        let mut wake_at = self.make_exact(frame, stills, now);
        let is_recent = |at: Instant| now.saturating_duration_since(at) < SEEK_FOR;
        let moved = self.changed.is_some_and(is_recent);
        for tier in &mut self.tiers {
            tier.look(&self.source, now);
            let seeks = moved || is_recent(tier.began());
            stage.want(tier.id(), if seeks { tier.want_bps(&self.source) } else { Some(0) });
            let next = loop {
                let now = Instant::now();
                match tier.next(now, |bytes| stage.is_blocked(tier.id(), now, bytes)) {
                    Step::Wait(until) => break until,
                    Step::Encode(order) => {
                        let came_out = tier.encode(&mut self.source, frame, order, now);
                        self.load.worked(tier.id(), now, Instant::now());
                        publish(came_out, tier, stage);
                    }
                }
            };
            self.complexity = tier.complexity().unwrap_or(self.complexity);
            wake_at = [wake_at, next, tier.due(now)].into_iter().flatten().min();
        }
        stage.show_tiers(self.tiers.iter().map(Tier::stats).collect());
        wake_at
    }

    /// Parts the viewers into tiers, and makes those that there were not.
    fn follow(&mut self, demands: &[Demand], stage: &Stage, now: Instant) {
        let groups = self.parting.part(demands, self.load.tiers_max(now), now);
        self.tiers.retain(|tier| groups.iter().any(|group| group.id == tier.id()));
        for group in groups {
            for key in &group.members {
                stage.place(*key, group.id);
            }
            let at = self.tiers.iter().position(|tier| tier.id() == group.id).unwrap_or_else(|| {
                let is_new = |demand: &&Demand| demand.tier.is_none();
                let members = demands.iter().filter(|demand| group.members.contains(&demand.key));
                let is_opening = members.clone().count() == members.filter(is_new).count();
                self.tiers.push(Tier::new(group, self.complexity, self.source.has_picture(), is_opening, now));
                self.tiers.len() - 1
            });
            let tier = &mut self.tiers[at];
            tier.aim(group, now);
            for demand in demands.iter().filter(|demand| group.members.contains(&demand.key)) {
                if demand.wants_keyframe || demand.tier != Some(group.id) {
                    tier.want_keyframe();
                }
                if demand.tier.is_some_and(|tier| tier != group.id) {
                    tier.go_on_after(self.source.last_stamp_us());
                }
            }
        }
        self.tiers.sort_by_key(|tier| groups.iter().position(|group| group.id == tier.id()));
        stage.counters.target(groups.iter().map(|group| group.target_bps).max().unwrap_or(0));
    }

    /// Hands the picture over once it rests.
    fn make_exact(&self, frame: &Frame<'_>, stills: &StillShop, now: Instant) -> Option<Instant> {
        let rest = REST_AFTER.max(Duration::from_secs_f32(REST_AFTER_FRAMES / self.source.frame_rate()));
        let rests_at = self.changed? + rest;
        if rests_at > now {
            return Some(rests_at);
        }
        if stills.wants() {
            let (width, height) = (frame.stamp.width, frame.stamp.height);
            stills.rest(frame.rgba, frame.stride_bytes, width, height, rtp_timestamp(self.source.stamp_us()));
        }
        (!stills.has_one()).then(|| now + REST_RETRY)
    }
}

fn publish(came_out: Result<Option<MediaFrame>, CodecError>, tier: &Tier, stage: &Stage) {
    match came_out {
        Ok(None) => {}
        Ok(Some(frame)) => {
            stage.counters.frame_encoded(frame.keyframe);
            stage.tell(None);
            stage.deliver(tier.id(), &Arc::new(frame), Instant::now());
        }
        Err(error) => {
            tracing::warn!("this frame is not streamed: {error}");
            stage.tell(Some(&format!("The host's picture cannot be streamed: {error}.")));
        }
    }
}
