//! [`Meter`]: how long frames take the GPU, and through [`Pace`] how much the next may draw.

use crate::pace::{Moment, Pace, Took};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// A frame that the GPU has not finished by now is given up on: the caller is not to hang with the driver.
const LONGEST_WAIT: Duration = Duration::from_millis(250);
/// No longer frame counts for what frames take while something moves: twice that is what a movement may have to wait.
const MOST_MOVING: Duration = Duration::from_millis(100);
/// Software adapters compile a shader when it is first drawn with; those frames say nothing of the others.
const WARM_UP_FRAMES: u32 = 2;

/// Watches one frame at a time.
pub(crate) struct Meter {
    points: Pace,
    /// Of frames that complete a picture, most of whose time is theirs.
    points_at_rest: Pace,
    triangles: Pace,
    pixels: Pace,
    links: Pace,
    /// What frames took of late while something moved.
    moving: Duration,
    frame: Option<Frame>,
    frames_seen: u32,
}

/// What a frame was asked to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// How many points it drew.
    pub(crate) points: u64,
    /// Through how many pixels of volumes it marched.
    pub(crate) pixels: u64,
    /// How many links of networks it drew.
    pub(crate) links: u64,
    /// In how many triangles it drew meshes.
    pub(crate) triangles: u64,
    /// How long it should take.
    pub(crate) moment: Moment,
    /// Whether it did other things too, that the next will not have to do.
    pub(crate) unusual: bool,
}

struct Frame {
    started: Instant,
    /// How long it was seen to be at work.
    at_least: Duration,
    /// When it was found to be done.
    done: Arc<OnceLock<Instant>>,
    submission: wgpu::SubmissionIndex,
    load: Load,
}

impl Meter {
    pub(crate) fn new() -> Meter {
        Meter {
            points: Pace::of_points(),
            points_at_rest: Pace::of_points(),
            triangles: Pace::of_triangles(),
            pixels: Pace::of_pixels(),
            links: Pace::of_links(),
            moving: Duration::ZERO,
            frame: None,
            frames_seen: 0,
        }
    }

    /// How many points the next frame may draw.
    pub(crate) fn points(&self, moment: Moment) -> u64 {
        match moment {
            Moment::Moving => self.points.amount(),
            Moment::Resting => self.points_at_rest.amount(),
        }
    }

    /// In how many triangles the next frame may draw meshes while it is in haste.
    pub(crate) fn triangles(&self) -> u64 {
        self.triangles.amount()
    }

    /// Through how many pixels of volumes the next frame may march.
    pub(crate) fn pixels(&self) -> u64 {
        self.pixels.amount()
    }

    /// How many links the next frame may draw.
    pub(crate) fn links(&self) -> u64 {
        self.links.amount()
    }

    /// Begins to watch a frame that was submitted just now.
    pub(crate) fn watch(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        started: Instant,
        submission: wgpu::SubmissionIndex,
        load: Load,
    ) {
        let done = Arc::new(OnceLock::new());
        let when_done = Arc::clone(&done);
        queue.on_submitted_work_done(move || {
            let _ = when_done.set(Instant::now());
        });
        // Where the processor draws, the submission has already drawn: then this is the exact time.
        let _ = device.poll(wgpu::PollType::Poll);
        let at_least = started.elapsed();
        self.frame = Some(Frame { started, at_least, done, submission, load });
        self.observe();
    }

    /// To be called after each poll of the device.
    pub(crate) fn observe(&mut self) {
        let Some(frame) = &mut self.frame else { return };
        match frame.done.get() {
            None => frame.at_least = frame.started.elapsed(),
            Some(&done) => {
                let at_most = done.duration_since(frame.started);
                let took = Took { at_least: frame.at_least.min(at_most), at_most };
                let load = frame.load;
                self.frame = None;
                self.learn(load, took);
            }
        }
    }

    fn learn(&mut self, load: Load, took: Took) {
        if (load.points == 0 && load.pixels == 0 && load.links == 0 && load.triangles == 0) || load.unusual {
            return;
        }
        self.frames_seen += 1;
        if self.frames_seen <= WARM_UP_FRAMES {
            return;
        }
        // Meshes that are drawn exactly, for as long as that takes, say nothing of what else was drawn.
        let is_exact_at_any_price = load.triangles > self.triangles.amount();
        let is_only_meshes = load.points == 0 && load.links == 0 && load.pixels == 0;
        if load.triangles > 0 && (load.moment == Moment::Moving || is_only_meshes) {
            // Only frames that move ask for it, so it is for these.
            self.triangles.learn_of_steps(load.triangles, took, Moment::Moving.target());
        }
        if is_exact_at_any_price {
            return;
        }
        let target = load.moment.target();
        match load.moment {
            Moment::Moving => {
                self.moving = (self.moving * 3 + took.at_most.min(MOST_MOVING)) / 4;
                learn(&mut self.points, load.points, took, target);
            }
            // What a frame takes whatever it adds is no more than one takes while something moves: so about half of this one, or
            // more, goes into adding points.
            Moment::Resting => learn(&mut self.points_at_rest, load.points, took, target.max(self.moving * 2)),
        }
        learn(&mut self.pixels, load.pixels, took, target);
        learn(&mut self.links, load.links, took, target);
    }

    /// Waits for the frame that is being drawn, so that frames do not queue up before a slow GPU and every frame shows
    /// the newest camera.
    pub(crate) fn settle(&mut self, device: &wgpu::Device) {
        if self.frame.is_none() {
            return;
        }
        let _ = device.poll(wgpu::PollType::Poll);
        self.observe();
        let Some(frame) = &mut self.frame else { return };
        let _ = device.poll(wgpu::PollType::Wait {
            submission_index: Some(frame.submission.clone()),
            timeout: Some(LONGEST_WAIT),
        });
        // The wait ended with the frame, or the frame is not done even now: either way it took all this time.
        frame.at_least = frame.started.elapsed();
        if frame.done.get().is_some() {
            self.observe();
        } else {
            let (load, took) = (frame.load, Took { at_least: frame.at_least, at_most: Duration::MAX });
            self.frame = None;
            self.learn(load, took);
        }
    }
}

fn learn(pace: &mut Pace, amount: u64, took: Took, target: Duration) {
    if amount > 0 {
        pace.learn(amount, took, target);
    }
}
