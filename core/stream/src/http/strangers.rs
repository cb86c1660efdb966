//! [`Strangers`]: how often those without a token may ask, each and all together. The clock is an argument.
//!
//! Whoever has a token is not counted here: strangers can use up the strangers' share and nothing else.

use crate::bucket::{Allowance, Bucket};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Instant;

/// One address. The page has about thirty files, and behind one address there may be a lecture room.
const EACH: Allowance = Allowance { per_second: 100.0, burst: 800.0 };
/// All together: well below what a core answers, so that a flood leaves it to the viewers.
const ALL: Allowance = Allowance { per_second: 1_000.0, burst: 4_000.0 };
/// Addresses that are remembered. When there are more, the one that asked longest ago is forgotten: with so many, what
/// all together may do is the bound that holds.
const ADDRESSES_MAX: usize = 1_024;

/// See the module.
#[derive(Debug)]
pub(crate) struct Strangers {
    all: Bucket,
    each: HashMap<IpAddr, Bucket>,
}

impl Strangers {
    pub(crate) fn new(now: Instant) -> Strangers {
        Strangers { all: Bucket::full(ALL, now), each: HashMap::new() }
    }

    /// Counts a request; false when it is one too many.
    pub(super) fn may_ask(&mut self, address: IpAddr, now: Instant) -> bool {
        let network = network(address);
        if !self.each.contains_key(&network) && self.each.len() >= ADDRESSES_MAX {
            self.forget_the_oldest();
        }
        let own = self.each.entry(network).or_insert_with(|| Bucket::full(EACH, now));
        // Whoever has used up its own share takes nothing of the others'.
        own.take(EACH, 0.0, now) && self.all.take(ALL, 0.0, now)
    }

    fn forget_the_oldest(&mut self) {
        let oldest = self.each.iter().min_by_key(|(_, bucket)| bucket.asked_at()).map(|(address, _)| *address);
        if let Some(oldest) = oldest {
            self.each.remove(&oldest);
        }
    }
}

/// Who counts as one: an IPv4 address, or the /64 of an IPv6 address, of which one machine has them all.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn asked(strangers: &mut Strangers, address: IpAddr, times: usize, now: Instant) -> usize {
        (0..times).filter(|_| strangers.may_ask(address, now)).count()
    }

    #[test]
    fn one_address_that_asks_without_end_leaves_the_others_theirs() {
        let now = Instant::now();
        let mut strangers = Strangers::new(now);
        assert_eq!(asked(&mut strangers, [10, 0, 0, 1].into(), 100_000, now), EACH.burst as usize);
        assert_eq!(asked(&mut strangers, [10, 0, 0, 2].into(), 100, now), 100);
        let later = now + Duration::from_secs(1);
        assert_eq!(asked(&mut strangers, [10, 0, 0, 1].into(), 1_000, later), EACH.per_second as usize);
    }

    #[test]
    fn all_addresses_together_are_bounded_and_so_is_what_is_remembered_of_them() {
        let now = Instant::now();
        let mut strangers = Strangers::new(now);
        let addresses = (0..100_000_u32).map(|number| IpAddr::from(number.to_be_bytes()));
        let passed = addresses.filter(|address| strangers.may_ask(*address, now)).count();
        assert_eq!(passed, ALL.burst as usize);
        assert!(strangers.each.len() <= ADDRESSES_MAX);
    }

    #[test]
    fn the_address_that_asked_longest_ago_is_forgotten_first() {
        let now = Instant::now();
        let mut strangers = Strangers::new(now);
        let busy = IpAddr::from([10, 0, 0, 1]);
        asked(&mut strangers, busy, EACH.burst as usize, now);
        for number in 0..2 * ADDRESSES_MAX as u32 {
            let now = now + Duration::from_micros(u64::from(number));
            strangers.may_ask(IpAddr::from((0x0b00_0000 + number).to_be_bytes()), now);
            assert!(!strangers.may_ask(busy, now), "forgotten after {number} others");
        }
    }

    #[test]
    fn a_machine_with_all_the_addresses_of_its_network_counts_once() {
        let now = Instant::now();
        let mut strangers = Strangers::new(now);
        let own = |host: u16| IpAddr::from(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, host));
        let passed = (0..2_000).filter(|host| strangers.may_ask(own(*host), now)).count();
        assert_eq!(passed, EACH.burst as usize);
        assert_eq!(network("::ffff:10.0.0.1".parse().unwrap()), IpAddr::from([10, 0, 0, 1]));
    }
}
