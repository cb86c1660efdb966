//! Submitting work, and setting up a surface meanwhile.
//!
//! wgpu sets a surface up only while nothing is on its way to the GPU, and fails when another thread submits at that
//! moment ("Failed to wait for GPU to come idle"). So whoever sets one up asks for quiet, and everyone who submits
//! grants it: **for at most [`QUIET_MAX`]**, so that a display server that hangs never stops the render thread.

use crate::Gpu;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a submission waits at most for a surface that is being set up.
const QUIET_MAX: Duration = Duration::from_millis(100);
/// A submission that was under way when quiet was asked for makes the first attempt fail, and a slow one the next.
const ATTEMPTS: u32 = 20;

/// Whether anyone wants quiet, and since when.
#[derive(Debug, Default)]
pub(crate) struct Quiet {
    since: Mutex<Option<Instant>>,
    over: Condvar,
}

impl Quiet {
    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, since: Option<Instant>) {
        *self.lock() = since;
        self.over.notify_all();
    }

    /// Waits until nobody wants quiet, at most [`QUIET_MAX`] from when it was asked for.
    fn wait(&self) {
        let mut since = self.lock();
        while let Some(left) = since.and_then(|since| QUIET_MAX.checked_sub(since.elapsed())) {
            since = self.over.wait_timeout(since, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Gpu {
    /// Submits work; the only way in which this crate and the window do.
    pub fn submit(&self, commands: impl IntoIterator<Item = wgpu::CommandBuffer>) -> wgpu::SubmissionIndex {
        self.quiet.wait();
        self.queue.submit(commands)
    }

    /// Sets a surface up, while other threads go on submitting.
    ///
    /// # Errors
    /// What the driver said when it refused; the surface must not be drawn to then.
    pub fn configure_surface(
        &self,
        surface: &wgpu::Surface<'_>,
        config: &wgpu::SurfaceConfiguration,
    ) -> Result<(), String> {
        let mut outcome = Ok(());
        for _ in 0..ATTEMPTS {
            self.quiet.set(Some(Instant::now()));
            let scope = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
            surface.configure(&self.device, config);
            outcome = pollster::block_on(scope.pop()).map_or(Ok(()), |error| Err(error.to_string()));
            if outcome.is_ok() {
                break;
            }
        }
        self.quiet.set(None);
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surface_that_is_never_ready_delays_a_submission_but_does_not_stop_it() {
        let quiet = Quiet::default();
        quiet.set(Some(Instant::now()));
        quiet.wait();
        assert!(quiet.lock().is_some_and(|since| since.elapsed() >= QUIET_MAX), "it did not wait at all");
    }
}
