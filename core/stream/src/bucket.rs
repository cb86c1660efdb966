//! [`Bucket`]: how often something may happen. The clock is an argument.

use std::time::Instant;

/// What a bucket allows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    /// For long.
    pub(crate) per_second: f64,
    /// At once.
    pub(crate) burst: f64,
}

/// A token bucket, full at first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    pub(crate) fn full(allowance: Allowance, now: Instant) -> Bucket {
        Bucket { tokens: allowance.burst, at: now }
    }

    /// Takes a token, unless only `reserve` of them would be left for others.
    pub(crate) fn take(&mut self, allowance: Allowance, reserve: f64, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at);
        self.at = self.at.max(now);
        self.tokens = (self.tokens + passed.as_secs_f64() * allowance.per_second).min(allowance.burst);
        let enough = self.tokens >= 1.0 + reserve;
        if enough {
            self.tokens -= 1.0;
        }
        enough
    }

    /// When it was last asked.
    pub(crate) fn asked_at(&self) -> Instant {
        self.at
    }
}
