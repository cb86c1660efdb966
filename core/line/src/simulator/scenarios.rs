//! The scenarios that are asked for, by name: those of RFC 8867 section 5, and lines as users have them.

use super::{Application, Flow, Losses, Profile, Scenario, Traffic};

fn view(application: Application) -> Flow {
    Flow::all_along(Traffic::View(application))
}

/// RFC 8867 5.1: 1 → 2.5 → 0.6 → 1 Mbit/s under one flow of at most 1.5 Mbit/s.
pub fn variable_capacity() -> Scenario {
    let rates = [(0.0, 1e6), (40.0, 2.5e6), (60.0, 0.6e6), (80.0, 1e6)];
    let forward = Profile::steady(1e6, 50.0, 300.0).rates(&rates);
    Scenario { flows: vec![view(Application::up_to(1.5e6))], first_bps: 300_000, ..Scenario::one(forward, 100.0) }
}

/// RFC 8867 5.2: the same with two flows.
pub fn variable_capacity_of_two() -> Scenario {
    let rates = [(0.0, 4e6), (25.0, 2e6), (50.0, 3.5e6), (75.0, 1e6), (100.0, 2e6)];
    let forward = Profile::steady(4e6, 50.0, 300.0).rates(&rates);
    let flows = vec![view(Application::up_to(2.5e6)); 2];
    Scenario { flows, first_bps: 300_000, ..Scenario::one(forward, 125.0) }
}

/// RFC 8867 5.3: media both ways, so that reports queue behind media.
pub fn congested_feedback() -> Scenario {
    let forward = Profile::steady(2e6, 50.0, 300.0).rates(&[(0.0, 2e6), (20.0, 1e6), (40.0, 0.5e6), (60.0, 2e6)]);
    let backward = Profile::steady(2e6, 50.0, 300.0).rates(&[(0.0, 2e6), (35.0, 0.8e6), (70.0, 2e6)]);
    let flows = vec![view(Application::up_to(1.5e6)), Flow::all_along(Traffic::ViewBack(Application::up_to(1.5e6)))];
    Scenario { backward, flows, first_bps: 300_000, ..Scenario::one(forward, 100.0) }
}

/// RFC 8867 5.4: three flows come one after the other, and go.
pub fn competing_flows() -> Scenario {
    let flow = |from_s, until_s| Flow { from_s, until_s, ..view(Application::up_to(2.5e6)) };
    let flows = vec![flow(0.0, 120.0), flow(20.0, 120.0), flow(40.0, 120.0)];
    Scenario { flows, first_bps: 300_000, ..Scenario::one(Profile::steady(3.5e6, 50.0, 300.0), 120.0) }
}

/// RFC 8867 5.5: five flows with one-way delays of 10, 25, 50, 100 and 150 ms.
pub fn round_trip_fairness() -> Scenario {
    let flow = |index: usize, delay_ms: f64| Flow {
        from_s: 10.0 * index as f64,
        extra_delay_ms: delay_ms - 5.0,
        ..view(Application::up_to(2.5e6))
    };
    let flows = [10.0, 25.0, 50.0, 100.0, 150.0].into_iter().enumerate().map(|(index, delay)| flow(index, delay));
    Scenario { flows: flows.collect(), first_bps: 300_000, ..Scenario::one(Profile::steady(4e6, 5.0, 300.0), 200.0) }
}

/// RFC 8867 5.6: a long TCP flow comes at 20 s and goes at 80 s.
pub fn long_tcp(queue_ms: f64) -> Scenario {
    let tcp = Flow { from_s: 20.0, until_s: 80.0, ..Flow::all_along(Traffic::Tcp(1 << 40)) };
    let flows = vec![view(Application::up_to(1.5e6)), tcp];
    Scenario { flows, first_bps: 300_000, ..Scenario::one(Profile::steady(2e6, 50.0, queue_ms), 120.0) }
}

/// RFC 8867 5.7: short TCP flows come and go.
pub fn short_tcp() -> Scenario {
    let short = |index: u64| Flow {
        from_s: 4.0 + 9.0 * index as f64,
        ..Flow::all_along(Traffic::Tcp(100_000 + 90_000 * (index * 7 % 10)))
    };
    let flows = std::iter::once(view(Application::up_to(1.5e6))).chain((0..10).map(short)).collect();
    Scenario { flows, first_bps: 300_000, ..Scenario::one(Profile::steady(2e6, 50.0, 300.0), 110.0) }
}

/// RFC 8867 5.8: three flows, of which one stands still from 40 to 60 s.
pub fn pause_and_resume() -> Scenario {
    let pausing = Application { moves: vec![(0.0, true), (40.0, false), (60.0, true)], ..Application::up_to(2.5e6) };
    let flows = vec![view(pausing), view(Application::up_to(2.5e6)), view(Application::up_to(2.5e6))];
    Scenario { flows, first_bps: 300_000, ..Scenario::one(Profile::steady(3.5e6, 50.0, 300.0), 120.0) }
}

/// 3 Mbit/s → 300 kbit/s at 20 s → 3 Mbit/s at 40 s; round trip 60 ms, queue 200 ms.
pub fn drop_and_return() -> Scenario {
    let rates = [(0.0, 3e6), (20.0, 300e3), (40.0, 3e6)];
    Scenario::one(Profile::steady(3e6, 30.0, 200.0).rates(&rates), 60.0)
}

/// A line that loses a share of the packets, with an application that sends up to 2.5 of its 5 Mbit/s.
pub fn loss(losses: Losses, round_trip_ms: f64) -> Scenario {
    let forward = Profile::steady(5e6, round_trip_ms / 2.0, 200.0).losses(losses);
    Scenario { flows: vec![view(Application::up_to(2.5e6))], ..Scenario::one(forward, 30.0) }
}

/// A line of 2 Mbit/s that loses a share of the packets and is filled.
pub fn full_and_lossy(losses: Losses) -> Scenario {
    Scenario::one(Profile::steady(2e6, 50.0, 200.0).losses(losses), 40.0)
}

/// A line whose reports are lost in part.
pub fn lost_reports(share: f64) -> Scenario {
    let mut scenario = Scenario::one(Profile::steady(3e6, 30.0, 200.0), 40.0);
    scenario.backward.losses = Losses::Random(share);
    scenario
}

/// A slow line.
pub fn slow(bps: f64, round_trip_ms: f64) -> Scenario {
    Scenario::one(Profile::steady(bps, round_trip_ms / 2.0, 200.0), 40.0)
}

/// Nothing passes from 20 s on, for so long.
pub fn outage(seconds: f64) -> Scenario {
    let rates = [(0.0, 3e6), (20.0, 0.0), (20.0 + seconds, 3e6)];
    let mut scenario = Scenario::one(Profile::steady(3e6, 30.0, 200.0).rates(&rates), 40.0 + seconds);
    scenario.backward.rates = vec![(0.0, 20e6), (20.0, 0.0), (20.0 + seconds, 20e6)];
    scenario
}

/// A wide line whose delay jitters as Wi-Fi's does.
pub fn jitter(mean_ms: f64, reorders: bool) -> Scenario {
    let forward = Profile { jitter_ms: mean_ms, reorders, ..Profile::steady(6e6, 20.0, 300.0) };
    Scenario { flows: vec![view(Application::up_to(3e6))], ..Scenario::one(forward, 40.0) }
}

/// The way becomes 100 ms longer at 20 s, and stays so.
pub fn longer_way() -> Scenario {
    let forward = Profile { delays_ms: vec![(0.0, 20.0), (20.0, 120.0)], ..Profile::steady(3e6, 20.0, 300.0) };
    Scenario::one(forward, 50.0)
}

/// A scene that moves for 10 s, stands still for so long, and moves again.
pub fn rest(seconds: f64) -> Scenario {
    let moves = vec![(0.0, true), (10.0, false), (10.0 + seconds, true)];
    let application = Application { moves, ..Application::up_to(2.5e6) };
    Scenario { flows: vec![view(application)], ..Scenario::one(Profile::steady(4e6, 30.0, 300.0), 30.0 + seconds) }
}

/// A fast line.
pub fn fast() -> Scenario {
    Scenario::one(Profile::steady(20e6, 20.0, 300.0), 30.0)
}
