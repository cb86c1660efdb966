//! [`Tcp`]: a competitor that fills queues: slow start, growth by a segment a round trip, three tenths less after loss.

/// Segment on the wire, in bytes.
pub(crate) const SEGMENT_BYTES: usize = 1_240;
const WINDOW_FIRST: f64 = 10.0;
const WINDOW_MIN: f64 = 2.0;
const AFTER_LOSS: f64 = 0.7;
const TIMEOUT_S: f64 = 1.0;
/// Later segments that arrive before one is taken for lost.
const LATER_MAX: u64 = 3;

#[derive(Debug)]
pub(crate) struct Tcp {
    /// Segments to send in all.
    left: u64,
    window: f64,
    threshold: f64,
    next: u64,
    under_way: Vec<(u64, f64)>,
    /// No second loss counts before this segment is through.
    recovering_until: u64,
    pub(crate) delivered_bytes: u64,
}

impl Tcp {
    /// One that sends so many bytes.
    pub(crate) fn new(bytes: u64) -> Tcp {
        Tcp {
            left: bytes.div_ceil(SEGMENT_BYTES as u64),
            window: WINDOW_FIRST,
            threshold: f64::MAX,
            next: 0,
            under_way: Vec::new(),
            recovering_until: 0,
            delivered_bytes: 0,
        }
    }

    /// The next segment that may leave.
    pub(crate) fn send(&mut self, now_s: f64) -> Option<u64> {
        if self.left == 0 || self.under_way.len() as f64 >= self.window {
            return None;
        }
        self.left -= 1;
        self.next += 1;
        self.under_way.push((self.next, now_s));
        Some(self.next)
    }

    pub(crate) fn acknowledged(&mut self, number: u64) {
        self.under_way.retain(|(other, _)| *other != number);
        self.delivered_bytes += SEGMENT_BYTES as u64;
        self.window += if self.window < self.threshold { 1.0 } else { 1.0 / self.window };
        let before = self.under_way.len();
        self.under_way.retain(|(other, _)| *other + LATER_MAX > number);
        self.left += (before - self.under_way.len()) as u64;
        if self.under_way.len() < before && number > self.recovering_until {
            self.window = (self.window * AFTER_LOSS).max(WINDOW_MIN);
            self.threshold = self.window;
            self.recovering_until = self.next;
        }
    }

    /// To be called now and then: what is not acknowledged for long is lost.
    pub(crate) fn tick(&mut self, now_s: f64) {
        let before = self.under_way.len();
        self.under_way.retain(|(_, at)| now_s - at < TIMEOUT_S);
        if self.under_way.len() < before {
            self.left += (before - self.under_way.len()) as u64;
            self.threshold = (self.window / 2.0).max(WINDOW_MIN);
            self.window = WINDOW_MIN;
        }
    }
}
