//! Prints what comes of the scenarios: `cargo run -p heliograph-line --example simulate [SEED]`.

use heliograph_line::simulator::{Losses, Scenario, run, scenarios};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seed = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let only = arguments.next();
    let table: Vec<(&str, Scenario, f64)> = vec![
        ("5.1 variable capacity", scenarios::variable_capacity(), 0.0),
        ("5.2 of two flows", scenarios::variable_capacity_of_two(), 0.0),
        ("5.3 congested feedback", scenarios::congested_feedback(), 0.0),
        ("5.4 competing flows", scenarios::competing_flows(), 0.0),
        ("5.5 round-trip fairness", scenarios::round_trip_fairness(), 0.0),
        ("5.6 long TCP, 300 ms", scenarios::long_tcp(300.0), 0.0),
        ("5.6 long TCP, 1 s", scenarios::long_tcp(1_000.0), 0.0),
        ("5.7 short TCP", scenarios::short_tcp(), 0.0),
        ("5.8 pause and resume", scenarios::pause_and_resume(), 60.0),
        ("3 M, 300 k, 3 M", scenarios::drop_and_return(), 40.0),
        ("loss 2 %, 100 ms", scenarios::loss(Losses::Random(0.02), 100.0), 0.0),
        ("loss 5 %, 100 ms", scenarios::loss(Losses::Random(0.05), 100.0), 0.0),
        ("loss 10 %, 100 ms", scenarios::loss(Losses::Random(0.1), 100.0), 0.0),
        ("loss 5 % in bursts of 5", scenarios::loss(Losses::Bursts(0.05, 5.0), 100.0), 0.0),
        ("300 kbit/s, 200 ms", scenarios::slow(300e3, 200.0), 0.0),
        ("100 kbit/s, 200 ms", scenarios::slow(100e3, 200.0), 0.0),
        ("outage of 4 s", scenarios::outage(4.0), 24.0),
        ("outage of 10 s", scenarios::outage(10.0), 30.0),
        ("jitter 10 ms", scenarios::jitter(10.0, false), 0.0),
        ("jitter 10 ms, reorders", scenarios::jitter(10.0, true), 0.0),
        ("way 100 ms longer", scenarios::longer_way(), 20.0),
        ("rest of 10 s", scenarios::rest(10.0), 20.0),
        ("rest of 40 s", scenarios::rest(40.0), 50.0),
        ("20 Mbit/s", scenarios::fast(), 0.0),
    ];
    println!(
        "seed {seed}; queue: p50 / p95 of the media's packets; back: seconds until 80 % of the rate before, or of the line"
    );
    println!(
        "{:<26} {:>4} {:>7} {:>6} {:>13} {:>6} {:>7} {:>6} {:>5} {:>6} {:>6}",
        "scenario", "flow", "kbit/s", "used", "queue ms", "lost", "frozen", "fps", "keys", "back", "pad kB"
    );
    for (name, scenario, back_from_s) in table {
        if only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        for (index, flow) in run(&scenario, seed).iter().enumerate() {
            let until_s = scenario.seconds.min(scenario.flows[index].until_s);
            let from_s = scenario.flows[index].from_s;
            let usual_bps = flow
                .rate_bps((back_from_s - 20.0).max(3.0), back_from_s - 10.0)
                .max(2.4e6)
                .min(flow.rate_bps(8.0, 10.0));
            let back = (back_from_s > 0.0).then(|| flow.reaches_after_s(back_from_s, 0.8 * usual_bps)).flatten();
            println!(
                "{:<26} {:>4} {:>7.0} {:>5.0}% {:>6.0} /{:>5.0} {:>5.1}% {:>6.2}s {:>6.1} {:>5} {:>6} {:>6.0}",
                if index == 0 { name } else { "" },
                index,
                flow.rate_bps(from_s, until_s) / 1e3,
                100.0 * flow.utilisation(),
                flow.queue_ms(0.5),
                flow.queue_ms(0.95),
                100.0 * flow.lost,
                flow.frozen_s(from_s + 1.0, until_s),
                flow.frame_rate(from_s, until_s),
                flow.keyframes,
                back.map_or("-".to_owned(), |back| format!("{back:.1}s")),
                flow.padding_bytes as f64 / 1e3,
            );
            if only.is_some() {
                for second in 0..until_s as usize {
                    let at = second as f64 + 0.5;
                    println!(
                        "   {second:>4} s  target {:>6}  rate {:>6.0}  queue {:>4.0}",
                        flow.target_bps(at) / 1000,
                        flow.rate_bps(second as f64, second as f64 + 1.0) / 1e3,
                        flow.queue_between_ms(0.9, second as f64, second as f64 + 1.0)
                    );
                }
            }
        }
    }
}
