//! [`Seats`]: how many connections there may be, of one address and in all, and who gives way. The clock is an argument.
//!
//! A newcomer is let in and the stranger who has been idle longest goes, so that strangers who hold connections open
//! keep nobody out. Connections on which a valid token was shown never have to go.

use super::strangers::network;
use crate::counters::Counters;
use crate::stage::lock;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::sync::Notify;

/// Connections in all.
const SEATS_MAX: usize = 128;
/// Connections of one address. Loopback is exempt: all who come through a tunnel come from there.
const SEATS_OF_ONE_MAX: usize = 16;

/// All seats of a listener.
#[derive(Debug)]
pub(crate) struct Seats {
    counters: Arc<Counters>,
    taken: Mutex<Vec<Arc<Seat>>>,
    since: Instant,
}

/// One connection's.
#[derive(Debug)]
pub(crate) struct Seat {
    network: IpAddr,
    /// A valid token was shown.
    known: AtomicBool,
    /// When it came or last asked for something, in microseconds since the first.
    active_us: AtomicU64,
    /// It comes through a tunnel.
    tunnelled: AtomicBool,
    /// What it moved before that was known, in bytes.
    uncounted: AtomicU64,
    counters: Arc<Counters>,
    /// Rung when the seat is another's.
    lost: Notify,
}

/// A seat, as long as it is held.
#[derive(Debug)]
pub(crate) struct Taken {
    seats: Arc<Seats>,
    seat: Arc<Seat>,
}

impl Seats {
    pub(crate) fn new(now: Instant, counters: Arc<Counters>) -> Arc<Seats> {
        Arc::new(Seats { counters, taken: Mutex::default(), since: now })
    }

    /// A seat for a connection from `remote`; `None` when all are held by those with a token.
    pub(crate) fn take(self: &Arc<Seats>, remote: IpAddr, now: Instant) -> Option<Taken> {
        let network = network(remote);
        let mut taken = lock(&self.taken);
        let of_this_one = |seat: &Seat| seat.network == network && !network.is_loopback();
        if taken.iter().filter(|seat| of_this_one(seat)).count() >= SEATS_OF_ONE_MAX {
            give_way(&mut taken, of_this_one)?;
        }
        if taken.len() >= SEATS_MAX {
            give_way(&mut taken, |_| true)?;
        }
        let active_us = AtomicU64::new(self.micros(now));
        let seat = Arc::new(Seat {
            network,
            known: AtomicBool::new(false),
            active_us,
            tunnelled: AtomicBool::new(false),
            uncounted: AtomicU64::new(0),
            counters: Arc::clone(&self.counters),
            lost: Notify::new(),
        });
        taken.push(Arc::clone(&seat));
        Some(Taken { seats: Arc::clone(self), seat })
    }

    fn micros(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.since).as_micros() as u64
    }
}

/// The idlest stranger of those loses its seat.
fn give_way(taken: &mut Vec<Arc<Seat>>, is_one: impl Fn(&Seat) -> bool) -> Option<()> {
    // Relaxed: the numbers themselves are the message.
    let strangers = taken.iter().enumerate().filter(|(_, seat)| !seat.known.load(Ordering::Relaxed) && is_one(seat));
    let (index, _) = strangers.min_by_key(|(_, seat)| seat.active_us.load(Ordering::Relaxed))?;
    taken.swap_remove(index).lost.notify_one();
    Some(())
}

impl Seat {
    /// A request came through a tunnel: everything that moves on this connection counts.
    pub(super) fn tunnel_request(&self) {
        self.tunnelled.store(true, Ordering::Relaxed);
        self.counters.tunnel_request();
        self.counters.tunnelled(self.uncounted.swap(0, Ordering::Relaxed));
    }

    fn moved(&self, bytes: u64) {
        if self.tunnelled.load(Ordering::Relaxed) {
            self.counters.tunnelled(bytes);
        } else {
            self.uncounted.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// A valid token was shown on this connection.
    pub(super) fn mark_known(&self) {
        self.known.store(true, Ordering::Relaxed);
    }

    /// Returns when the connection must end.
    pub(super) async fn lost(&self) {
        self.lost.notified().await;
    }
}

impl Taken {
    pub(super) fn seat(&self) -> Arc<Seat> {
        Arc::clone(&self.seat)
    }

    /// Bytes came or went.
    pub(super) fn moved(&self, bytes: usize) {
        self.seat.moved(bytes as u64);
    }

    pub(super) fn mark_active(&self, now: Instant) {
        self.seat.active_us.store(self.seats.micros(now), Ordering::Relaxed);
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        lock(&self.seats.taken).retain(|seat| !Arc::ptr_eq(seat, &self.seat));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const LAN: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 1, 9));
    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    async fn has_lost(taken: &Taken) -> bool {
        tokio::time::timeout(Duration::ZERO, taken.seat.lost()).await.is_ok()
    }

    #[tokio::test]
    async fn one_address_has_sixteen_connections_and_its_idlest_gives_way() {
        let now = Instant::now();
        let seats = Seats::new(now, Arc::default());
        let at = |step: u64| now + Duration::from_millis(step);
        let other = seats.take([192, 168, 1, 10].into(), now).unwrap();
        let own: Vec<Taken> = (0..SEATS_OF_ONE_MAX as u64).map(|step| seats.take(LAN, at(step)).unwrap()).collect();
        own[0].mark_active(at(500));
        own[1].seat().mark_known();
        let next = seats.take(LAN, at(600)).unwrap();
        assert!(has_lost(&own[2]).await, "the idlest stranger");
        assert!(!has_lost(&own[0]).await && !has_lost(&own[1]).await && !has_lost(&other).await);
        drop((own, next, other));
        assert!(lock(&seats.taken).is_empty());
    }

    #[tokio::test]
    async fn this_machine_may_have_all_seats_and_whoever_has_a_token_keeps_its_own() {
        let now = Instant::now();
        let seats = Seats::new(now, Arc::default());
        let mut own: Vec<Taken> = (0..SEATS_MAX).map(|_| seats.take(HERE, now).unwrap()).collect();
        let newcomer = seats.take(LAN, now + Duration::from_secs(1)).unwrap();
        assert_eq!(lock(&seats.taken).len(), SEATS_MAX);
        own.push(newcomer);
        for taken in &own {
            taken.seat().mark_known();
        }
        assert!(seats.take(HERE, now).is_none(), "nobody with a token has to go");
    }
}
