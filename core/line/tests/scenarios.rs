//! Everything together on a simulated network, ten seeds each: the cases of RFC 8867 section 5, and the lines that users
//! have. Time is simulated, so the figures are the same on every machine.
#![allow(clippy::unwrap_used, clippy::panic)]

use heliograph_line::simulator::{Figures, Losses, Scenario, run, scenarios};

/// Runs a scenario with seeds 1 to 10.
fn each_seed(scenario: &Scenario, check: impl Fn(u64, &[Figures])) {
    for seed in 1..=10 {
        check(seed, &run(scenario, seed));
    }
}

/// The mean over the seeds.
fn mean(scenario: &Scenario, figure: impl Fn(&[Figures]) -> f64) -> f64 {
    (1..=10).map(|seed| figure(&run(scenario, seed))).sum::<f64>() / 10.0
}

/// Jain's index: 1 when all get the same, 1/n when one gets all.
fn fairness(rates: &[f64]) -> f64 {
    let sum: f64 = rates.iter().sum();
    sum * sum / (rates.len() as f64 * rates.iter().map(|rate| rate * rate).sum::<f64>())
}

fn rates(flows: &[Figures], from_s: f64, until_s: f64) -> Vec<f64> {
    flows.iter().map(|flow| flow.rate_bps(from_s, until_s)).collect()
}

/// Fails with a seed and what was measured.
macro_rules! bar {
    ($seed:expr, $measured:expr, $range:expr, $what:literal) => {{
        let measured = $measured;
        assert!($range.contains(&measured), "seed {}: {} is {measured:.3}, not within {:?}", $seed, $what, $range);
    }};
}

#[test]
fn the_same_seed_makes_the_same_run() {
    let once = run(&scenarios::drop_and_return(), 3);
    let again = run(&scenarios::drop_and_return(), 3);
    assert_eq!(once[0].decoded_s, again[0].decoded_s);
    assert_ne!(once[0].decoded_s, run(&scenarios::drop_and_return(), 4)[0].decoded_s);
}

#[test]
fn rfc_8867_5_1_variable_capacity() {
    each_seed(&scenarios::variable_capacity(), |seed, flows| {
        let flow = &flows[0];
        bar!(seed, flow.utilisation(), 0.7..1.0, "utilisation");
        bar!(seed, flow.queue_ms(0.95), 0.0..110.0, "queue at p95");
        bar!(seed, flow.lost, 0.0..0.01, "loss");
        bar!(seed, flow.frozen_s(1.0, 100.0), 0.0..1.0, "frozen");
        bar!(seed, flow.rate_bps(50.0, 60.0), 1.3e6..1.7e6, "rate on the wide line");
        bar!(seed, flow.rate_bps(65.0, 80.0), 0.4e6..0.6e6, "rate on the narrow one");
    });
}

#[test]
fn rfc_8867_5_2_variable_capacity_of_two_flows() {
    let scenario = scenarios::variable_capacity_of_two();
    each_seed(&scenario, |seed, flows| {
        bar!(seed, flows[0].utilisation() + flows[1].utilisation(), 0.75..1.0, "utilisation");
        for flow in flows {
            bar!(seed, flow.queue_ms(0.95), 0.0..130.0, "queue at p95");
            bar!(seed, flow.lost, 0.0..0.01, "loss");
        }
    });
    let index = mean(&scenario, |flows| fairness(&rates(flows, 30.0, 125.0)));
    assert!(index > 0.85, "fairness {index:.3}");
}

#[test]
fn rfc_8867_5_3_congested_feedback() {
    each_seed(&scenarios::congested_feedback(), |seed, flows| {
        for flow in flows {
            bar!(seed, flow.utilisation(), 0.65..1.0, "utilisation");
            bar!(seed, flow.queue_ms(0.95), 0.0..130.0, "queue at p95");
            bar!(seed, flow.frozen_s(1.0, 100.0), 0.0..1.6, "frozen");
        }
    });
}

#[test]
fn rfc_8867_5_4_competing_flows() {
    let scenario = scenarios::competing_flows();
    each_seed(&scenario, |seed, flows| {
        let shares = rates(flows, 60.0, 120.0);
        bar!(seed, shares.iter().sum::<f64>(), 2.5e6..3.5e6, "rate of all");
        bar!(seed, shares.iter().copied().fold(f64::MAX, f64::min), 0.35e6..1.4e6, "the least share");
        for flow in flows {
            bar!(seed, flow.queue_ms(0.95), 0.0..130.0, "queue at p95");
        }
    });
    let index = mean(&scenario, |flows| fairness(&rates(flows, 60.0, 120.0)));
    assert!(index > 0.8, "fairness {index:.3}");
}

#[test]
fn rfc_8867_5_5_round_trip_fairness() {
    let scenario = scenarios::round_trip_fairness();
    each_seed(&scenario, |seed, flows| {
        let shares = rates(flows, 100.0, 200.0);
        bar!(seed, shares.iter().sum::<f64>(), 3.0e6..4.0e6, "rate of all");
        bar!(seed, shares.iter().copied().fold(f64::MAX, f64::min), 0.35e6..0.9e6, "the least share");
    });
    let index = mean(&scenario, |flows| fairness(&rates(flows, 100.0, 200.0)));
    assert!(index > 0.85, "fairness {index:.3}");
}

#[test]
fn rfc_8867_5_6_a_long_tcp_flow_does_not_starve_the_view_nor_the_view_it() {
    for queue_ms in [300.0, 1_000.0] {
        each_seed(&scenarios::long_tcp(queue_ms), |seed, flows| {
            bar!(seed, flows[0].rate_bps(30.0, 80.0), 0.3e6..1.3e6, "rate beside TCP");
            bar!(seed, flows[1].rate_bps(30.0, 80.0), 0.6e6..1.8e6, "rate of TCP");
            bar!(seed, flows[0].frame_rate(30.0, 80.0), 15.0..31.0, "frames a second");
            bar!(seed, flows[0].rate_bps(95.0, 120.0), 1.35e6..1.7e6, "rate after it");
        });
    }
}

#[test]
fn rfc_8867_5_7_short_tcp_flows() {
    each_seed(&scenarios::short_tcp(), |seed, flows| {
        bar!(seed, flows[0].rate_bps(5.0, 110.0), 0.9e6..1.6e6, "rate");
        bar!(seed, flows[0].frame_rate(5.0, 110.0), 22.0..31.0, "frames a second");
        bar!(seed, flows[0].lost, 0.0..0.02, "loss");
    });
}

#[test]
fn rfc_8867_5_8_pause_and_resume() {
    let scenario = scenarios::pause_and_resume();
    each_seed(&scenario, |seed, flows| {
        bar!(seed, flows[0].shows_after_s(60.05).unwrap(), 0.0..0.3, "first frame after the rest");
        bar!(seed, flows[1].rate_bps(48.0, 60.0) + flows[2].rate_bps(48.0, 60.0), 2.2e6..3.5e6, "rate meanwhile");
        bar!(seed, flows[0].rate_bps(70.0, 120.0), 0.5e6..1.8e6, "rate after it");
    });
    let index = mean(&scenario, |flows| fairness(&rates(flows, 70.0, 120.0)));
    assert!(index > 0.85, "fairness {index:.3}");
}

#[test]
fn a_line_that_falls_to_a_tenth_and_returns() {
    each_seed(&scenarios::drop_and_return(), |seed, flows| {
        let flow = &flows[0];
        bar!(seed, flow.frozen_s(1.0, 60.0), 0.0..1.0, "frozen");
        bar!(seed, flow.queue_ms(0.95), 0.0..250.0, "queue at p95");
        bar!(seed, flow.queue_between_ms(0.95, 22.0, 40.0), 0.0..200.0, "queue at p95 while narrow");
        bar!(seed, flow.reaches_after_s(40.0, 0.8 * 3e6).unwrap(), 0.0..5.0, "seconds until 80 % is back");
        bar!(seed, flow.rate_bps(25.0, 40.0), 0.22e6..0.3e6, "rate while narrow");
        bar!(seed, flow.lost, 0.0..0.02, "loss");
    });
}

#[test]
fn a_line_that_loses_packets_is_not_taken_for_a_full_one_and_shows_every_frame() {
    let bars = [(0.02, 0.3, 2.4e6), (0.05, 0.3, 2.4e6), (0.1, 1.0, 2.4e6)];
    for (share, frozen_s, least_bps) in bars {
        each_seed(&scenarios::loss(Losses::Random(share), 100.0), |seed, flows| {
            bar!(seed, flows[0].frozen_s(5.0, 25.0), 0.0..=frozen_s, "frozen in 20 s");
            // Copies count.
            bar!(seed, flows[0].rate_bps(5.0, 30.0), least_bps..6e6, "rate");
            bar!(seed, flows[0].keyframes as f64, 1.0..4.0, "keyframes");
        });
    }
}

#[test]
fn a_full_line_that_loses_packets_is_used_and_shows_frames() {
    for (share, least_bps) in [(0.05, 1.45e6), (0.1, 1.3e6)] {
        each_seed(&scenarios::full_and_lossy(Losses::Random(share)), |seed, flows| {
            bar!(seed, flows[0].rate_bps(5.0, 40.0), least_bps..2e6, "rate");
            bar!(seed, flows[0].frozen_s(2.0, 40.0), 0.0..2.0, "frozen");
            bar!(seed, flows[0].queue_ms(0.95), 0.0..120.0, "queue at p95");
        });
    }
}

#[test]
fn losses_in_bursts_do_not_collapse_the_rate() {
    each_seed(&scenarios::loss(Losses::Bursts(0.02, 3.0), 100.0), |seed, flows| {
        bar!(seed, flows[0].frozen_s(5.0, 25.0), 0.0..1.0, "frozen");
        bar!(seed, flows[0].rate_bps(5.0, 30.0), 2.2e6..6e6, "rate");
    });
    each_seed(&scenarios::loss(Losses::Bursts(0.05, 5.0), 100.0), |seed, flows| {
        bar!(seed, flows[0].frozen_s(5.0, 25.0), 0.0..3.0, "frozen");
        bar!(seed, flows[0].rate_bps(5.0, 30.0), 2.0e6..6e6, "rate");
    });
}

#[test]
fn a_slow_line_moves() {
    each_seed(&scenarios::slow(300e3, 200.0), |seed, flows| {
        bar!(seed, flows[0].frame_rate(2.0, 40.0), 12.0..31.0, "frames a second");
        bar!(seed, flows[0].rate_bps(5.0, 40.0), 0.23e6..0.3e6, "rate");
        bar!(seed, flows[0].queue_ms(0.95), 0.0..200.0, "queue at p95");
        bar!(seed, flows[0].decoded_s[0], 0.0..2.5, "first picture");
    });
    each_seed(&scenarios::slow(100e3, 200.0), |seed, flows| {
        bar!(seed, flows[0].frame_rate(5.0, 40.0), 5.0..31.0, "frames a second");
        bar!(seed, flows[0].rate_bps(5.0, 40.0), 0.075e6..0.1e6, "rate");
        bar!(seed, flows[0].queue_between_ms(0.95, 5.0, 40.0), 0.0..250.0, "queue at p95");
        bar!(seed, flows[0].decoded_s[0], 0.0..5.0, "first picture");
    });
}

#[test]
fn after_an_outage_the_picture_is_back_within_a_second_and_so_is_the_rate() {
    for seconds in [4.0, 10.0] {
        each_seed(&scenarios::outage(seconds), |seed, flows| {
            let back_s = 20.0 + seconds;
            bar!(seed, flows[0].shows_after_s(back_s).unwrap(), 0.0..1.0, "first frame");
            bar!(seed, flows[0].reaches_after_s(back_s, 1.5e6).unwrap(), 0.0..1.6, "half of the rate");
            bar!(
                seed,
                flows[0].frozen_s(1.0, 20.0) + flows[0].frozen_s(back_s + 1.0, back_s + 20.0),
                0.0..0.5,
                "frozen beside"
            );
            bar!(seed, flows[0].lost, 0.0..0.02, "loss: nothing but signs of life is sent into it");
        });
    }
}

#[test]
fn jitter_is_not_taken_for_a_queue_and_another_order_not_for_loss() {
    for reorders in [false, true] {
        let jitter_ms = if reorders { 3.0 } else { 10.0 };
        each_seed(&scenarios::jitter(jitter_ms, reorders), |seed, flows| {
            bar!(seed, flows[0].rate_bps(10.0, 40.0), 2.5e6..5.5e6, "rate");
            bar!(seed, flows[0].frozen_s(1.0, 40.0), 0.0..0.3, "frozen");
            bar!(seed, flows[0].keyframes as f64, 1.0..3.0, "keyframes");
        });
    }
}

#[test]
fn reports_that_are_lost_do_not_collapse_the_rate() {
    each_seed(&scenarios::lost_reports(0.2), |seed, flows| {
        bar!(seed, flows[0].rate_bps(5.0, 40.0), 1.6e6..3e6, "rate");
        bar!(seed, flows[0].queue_ms(0.95), 0.0..120.0, "queue at p95");
    });
}

#[test]
fn a_longer_way_is_not_taken_for_a_queue_for_ever() {
    each_seed(&scenarios::longer_way(), |seed, flows| {
        bar!(seed, flows[0].rate_bps(30.0, 50.0), 2.3e6..3e6, "rate on it");
        bar!(seed, flows[0].rate_bps(20.0, 30.0), 1.1e6..3e6, "rate while it is found out");
        bar!(seed, flows[0].frozen_s(1.0, 50.0), 0.0..1.0, "frozen");
    });
}

#[test]
fn a_rest_takes_little_of_the_trust_and_it_comes_back_at_once() {
    for seconds in [10.0, 40.0] {
        each_seed(&scenarios::rest(seconds), |seed, flows| {
            let moves_s = 10.0 + seconds;
            bar!(seed, flows[0].rate_bps(11.0, moves_s), 0.0..5_000.0, "rate at rest");
            bar!(seed, flows[0].reaches_after_s(moves_s, 2e6).unwrap(), 0.0..1.5, "seconds until 80 % is back");
            bar!(seed, flows[0].queue_ms(0.95), 0.0..60.0, "queue at p95");
        });
    }
}

#[test]
fn a_fast_line_is_used_within_four_seconds() {
    each_seed(&scenarios::fast(), |seed, flows| {
        bar!(seed, flows[0].reaches_after_s(0.0, 9e6).unwrap(), 0.0..4.0, "seconds until 9 Mbit/s");
        bar!(seed, flows[0].queue_ms(0.95), 0.0..30.0, "queue at p95");
        bar!(seed, flows[0].padding_bytes as f64, 0.0..400_000.0, "bytes of probes");
    });
}
