//! [`Profile`]: what a link is like.

use std::time::Duration;

/// What one direction of a link is like. The default lets everything through at once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    /// In kilobits a second, IP headers included; 0 is no limit.
    pub rate_kbps: f64,
    /// What fits into the queue before the link, in milliseconds at its rate; what does not fit is dropped. 0 is a second.
    pub queue_ms: f64,
    /// On the way, in milliseconds.
    pub delay_ms: f64,
    /// The delay is up to this much shorter or longer, in milliseconds; packets keep their order.
    pub jitter_ms: f64,
    /// Lost on the way, in percent.
    pub loss_percent: f64,
    /// Mean length of a run of lost packets; up to 1, losses are independent.
    pub burst: f64,
    /// Longer IP packets vanish without a word, in bytes; 0 is no limit.
    pub longest: usize,
    /// Nothing passes.
    pub is_down: bool,
}

/// A part of a profile's text that says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadProfile(pub String);

impl std::fmt::Display for BadProfile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "`{}` is none of rate, queue, delay, jitter, loss, burst, longest, down with a number from 0",
            self.0
        )
    }
}

impl std::error::Error for BadProfile {}

impl Profile {
    /// Changes what a text such as `rate=300,delay=30` names, and leaves the rest.
    ///
    /// # Errors
    /// With the part that is not understood; nothing is changed then.
    pub fn change(&mut self, text: &str) -> Result<(), BadProfile> {
        let mut changed = self.clone();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let bad = || BadProfile(part.to_owned());
            let (name, value) = part.split_once('=').ok_or_else(bad)?;
            let value: f64 = value.parse().map_err(|_| bad())?;
            if !value.is_finite() || value < 0.0 {
                return Err(bad());
            }
            match name {
                "rate" => changed.rate_kbps = value,
                "queue" => changed.queue_ms = value,
                "delay" => changed.delay_ms = value,
                "jitter" => changed.jitter_ms = value,
                "loss" => changed.loss_percent = value.min(100.0),
                "burst" => changed.burst = value,
                "longest" => changed.longest = value as usize,
                "down" => changed.is_down = value > 0.0,
                _ => return Err(bad()),
            }
        }
        *self = changed;
        Ok(())
    }

    /// How long a packet of so many bytes takes onto the link.
    pub(crate) fn serialisation(&self, bytes: usize) -> Duration {
        if self.rate_kbps > 0.0 {
            Duration::from_secs_f64(bytes as f64 * 8.0 / (self.rate_kbps * 1000.0))
        } else {
            Duration::ZERO
        }
    }

    /// What the queue holds, in bytes; two full packets always fit.
    pub(crate) fn queue_bytes(&self) -> usize {
        if self.rate_kbps <= 0.0 {
            return usize::MAX;
        }
        let queue_ms = if self.queue_ms > 0.0 { self.queue_ms } else { 1000.0 };
        ((self.rate_kbps * queue_ms / 8.0) as usize).max(3000)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_change_leaves_what_it_does_not_name() {
        let mut profile = Profile::default();
        profile.change("rate=3000,delay=30").unwrap();
        profile.change("rate=300").unwrap();
        assert_eq!(profile, Profile { rate_kbps: 300.0, delay_ms: 30.0, ..Profile::default() });
    }

    #[test]
    fn a_word_that_says_nothing_is_named_and_changes_nothing() {
        let mut profile = Profile::default();
        for bad in ["speed=3", "rate", "rate=fast", "rate=-1", "rate=inf"] {
            let error = profile.change(&format!("delay=5,{bad}")).unwrap_err();
            assert_eq!(error, BadProfile(bad.to_owned()));
        }
        assert_eq!(profile, Profile::default());
    }
}
