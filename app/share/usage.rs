//! What went through the tunnel this month, against what ngrok's free tier takes. Kept in the user's configuration directory.

use heliograph_wire::link::StreamStats;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Of ngrok's free tier, a month (ngrok.com/docs/pricing-limits/free-plan-limits).
pub const FREE_BYTES: u64 = 1_000_000_000;
/// Of ngrok's free tier, a month.
pub const FREE_REQUESTS: u64 = 20_000;

const FILE: &str = "tunnel-usage.json";

/// What went through in one month (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Months since January 1970.
    pub month: u32,
    /// In both directions.
    pub bytes: u64,
    /// HTTP requests.
    pub requests: u64,
}

/// Adds what a sidecar counts to the month's sum.
#[derive(Debug, Default)]
pub struct Meter {
    usage: Usage,
    /// Of the present sidecar, whose counters began at 0.
    counted: (u64, u64),
    path: Option<PathBuf>,
}

impl Meter {
    /// With what was kept. What cannot be read counts as nothing.
    pub fn open() -> Meter {
        let path = super::account::folder().map(|folder| folder.join(FILE));
        let text = path.as_ref().and_then(|path| std::fs::read_to_string(path).ok());
        let usage = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Meter { usage, counted: (0, 0), path }
    }

    /// Another sidecar counts from 0.
    pub fn restart(&mut self) {
        self.counted = (0, 0);
    }

    /// Takes in what a sidecar has counted, and keeps it when that is more than before.
    pub fn count(&mut self, stats: &StreamStats) -> Usage {
        self.add(stats.tunnel_bytes, stats.tunnel_requests, this_month())
    }

    fn add(&mut self, bytes: u64, requests: u64, month: u32) -> Usage {
        let new = (bytes.saturating_sub(self.counted.0), requests.saturating_sub(self.counted.1));
        self.counted = (bytes, requests);
        if self.usage.month != month {
            self.usage = Usage { month, ..Usage::default() };
        }
        if new != (0, 0) {
            self.usage.bytes += new.0;
            self.usage.requests += new.1;
            self.keep();
        }
        self.usage
    }

    fn keep(&self) {
        let Some(path) = &self.path else { return };
        let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        let text = serde_json::to_string(&self.usage).unwrap_or_default();
        if let Err(error) = folder.and_then(|()| std::fs::write(path, text)) {
            tracing::warn!(%error, "what went through the tunnel is not kept");
        }
    }
}

/// Months since January 1970 (civil calendar, UTC).
fn this_month() -> u32 {
    #[allow(
        clippy::disallowed_methods,
        reason = "the month is what ngrok bills by; a clock that jumps costs a wrong sum"
    )]
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    month_of((now.as_secs() / 86_400) as i64)
}

/// The month of a day since 1 January 1970: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn month_of(day: i64) -> u32 {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_based = (5 * day_of_year + 2) / 153;
    let month = if march_based < 10 { march_based + 3 } else { march_based - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    ((year - 1970) * 12 + month - 1).max(0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_where_the_calendar_says() {
        assert_eq!(month_of(0), 0);
        assert_eq!((month_of(30), month_of(31)), (0, 1));
        // 29 February and 1 March 2024; 31 December 2026.
        assert_eq!((month_of(19_782), month_of(19_783)), (54 * 12 + 1, 54 * 12 + 2));
        assert_eq!(month_of(20_818), 56 * 12 + 11);
    }

    #[test]
    fn a_month_s_sum_survives_the_sidecar_and_starts_anew_with_the_month() {
        let mut meter = Meter::default();
        assert_eq!(meter.add(1_000, 2, 5), Usage { month: 5, bytes: 1_000, requests: 2 });
        assert_eq!(meter.add(1_500, 3, 5), Usage { month: 5, bytes: 1_500, requests: 3 });
        meter.restart();
        assert_eq!(meter.add(100, 1, 5), Usage { month: 5, bytes: 1_600, requests: 4 });
        assert_eq!(meter.add(300, 2, 6), Usage { month: 6, bytes: 200, requests: 1 });
    }
}
