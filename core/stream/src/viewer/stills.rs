//! [`Stills`]: the exact still pictures of one viewer, between the shop that makes them and the channel that carries them.

use super::Carrier;
use crate::stage::{Stage, lock};
use crate::still::{LineNow, Rest, StillSender, StillShop};
use crate::transport::Sent;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// When the channel was full, the picture begins anew after this.
const RETRY: Duration = Duration::from_millis(100);
/// Beyond the round trip, a page has said by then that it has a tile, and the next has left.
const ANSWERED_BY: Duration = Duration::from_millis(100);

/// See the module. Nothing is sent, nor wanted, before the viewer has a channel for it.
#[derive(Default)]
pub(super) struct Stills {
    rests: Option<watch::Receiver<Rest>>,
    sender: StillSender,
    /// When to try again after the channel was full.
    retry_at: Option<Instant>,
}

impl Stills {
    /// The viewer can be sent stills from here on.
    pub(super) fn open(&mut self, shop: &StillShop) {
        if self.rests.is_none() {
            let mut rests = shop.watch();
            rests.mark_changed();
            self.rests = Some(rests);
        }
    }

    /// Waits until another picture rests, none does, or more of it can be sent. May be dropped and called again.
    pub(super) async fn changed(&mut self) {
        let is_told = match &mut self.rests {
            Some(rests) => rests.changed().await.is_ok(),
            None => false,
        };
        if !is_told {
            std::future::pending().await
        }
    }

    /// When to call [`Stills::send`] again, if nothing happens before.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.retry_at.or(self.sender.deadline())
    }

    /// Another carrier speaks: what was on its way may be lost.
    pub(super) fn restart(&mut self) {
        self.sender.restart();
        if let Some(rests) = &mut self.rests {
            rests.mark_changed();
        }
    }

    /// The viewer has so many tiles of one of its pictures.
    pub(super) fn taken(&mut self, now: Instant, number: u32, tiles: u32) {
        self.sender.taken(now, number, tiles);
    }

    /// Whether the viewer has every pixel of what rests.
    pub(super) fn is_exact(&self) -> bool {
        self.sender.is_exact()
    }

    /// Sends what may be sent now.
    pub(super) async fn send(&mut self, carrier: &Carrier, stage: &Stage, now: Instant) -> Sent {
        let Some(rests) = &mut self.rests else { return Sent::Yes };
        let (still, moved_rtp_timestamp) = {
            let rest = rests.borrow_and_update();
            (rest.still.clone(), rest.moved_rtp_timestamp)
        };
        self.sender.changed(still, moved_rtp_timestamp);
        self.retry_at = None;
        let (Some(channel), Some(key)) = (&carrier.still, carrier.key()) else { return Sent::Yes };
        let line = line_now(carrier, stage.allotted_bps(key), now);
        while let Some(message) = self.sender.poll(now, &line) {
            match channel.bytes(&message).await {
                Sent::Yes => lock(&carrier.transport.line()).filled(now + line.round_trip + ANSWERED_BY),
                Sent::Full => {
                    self.sender.restart();
                    self.retry_at = Some(now + RETRY);
                    return Sent::Full;
                }
                Sent::Gone => return Sent::Gone,
            }
        }
        Sent::Yes
    }
}

fn line_now(carrier: &Carrier, allotted_bps: Option<u32>, now: Instant) -> LineNow {
    let line = carrier.transport.line();
    let mut line = lock(&line);
    let most_bps = allotted_bps.unwrap_or(u32::MAX);
    LineNow {
        target_bps: line.target_bps().min(most_bps),
        most_bps,
        round_trip: line.least_round_trip(),
        backlog: line.backlog(now),
    }
}
