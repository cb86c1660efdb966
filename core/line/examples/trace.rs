//! temp
use heliograph_line::simulator::{run, scenarios, Losses, Scenario};
fn all() -> Vec<(&'static str, Scenario)> { vec![
 ("vc", scenarios::variable_capacity()), ("two", scenarios::variable_capacity_of_two()), ("cf", scenarios::congested_feedback()), ("comp", scenarios::competing_flows()),
 ("rtt", scenarios::round_trip_fairness()), ("tcp3", scenarios::long_tcp(300.0)), ("tcp10", scenarios::long_tcp(1000.0)), ("short", scenarios::short_tcp()), ("pause", scenarios::pause_and_resume()),
 ("drop", scenarios::drop_and_return()), ("l2", scenarios::loss(Losses::Random(0.02), 100.0)), ("l5", scenarios::loss(Losses::Random(0.05), 100.0)), ("l10", scenarios::loss(Losses::Random(0.1), 100.0)),
 ("b5", scenarios::loss(Losses::Bursts(0.05,5.0), 100.0)), ("b2", scenarios::loss(Losses::Bursts(0.02,3.0), 100.0)), ("f5", scenarios::full_and_lossy(Losses::Random(0.05))), ("f10", scenarios::full_and_lossy(Losses::Random(0.10))), ("rep20", scenarios::lost_reports(0.2)), ("s300", scenarios::slow(300e3,200.0)), ("s100", scenarios::slow(100e3,200.0)), ("o4", scenarios::outage(4.0)), ("o10", scenarios::outage(10.0)),
 ("jit", scenarios::jitter(10.0,false)), ("jit30", scenarios::jitter(30.0,false)), ("reord", scenarios::jitter(3.0,true)), ("way", scenarios::longer_way()), ("r10", scenarios::rest(10.0)), ("r40", scenarios::rest(40.0)), ("fast", scenarios::fast()),
] }
fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.len() > 1 {
        let s = all().into_iter().find(|(n, _)| *n == args[1]).unwrap().1;
        let seed = args[2].parse().unwrap();
        let flow: usize = args.get(5).map_or(0, |a| a.parse().unwrap());
        let f = &run(&s, seed)[flow];
        let (from, to): (f64, f64) = (args[3].parse().unwrap(), args[4].parse().unwrap());
        let mut last = 0.0;
        for at in &f.decoded_s { if at - last > 0.18 { println!("gap {last:.2} .. {at:.2} = {:.2}", at - last); } last = *at; }
        let mut a = from; while a < to { println!("{a:.1} target {} rate {:.0} q {:.0}", f.target_bps(a)/1000, f.rate_bps(a, a+0.1)/1e3, f.queue_between_ms(1.0, a, a+0.1)); a += 0.1 }
        return;
    }
    println!("{:<8} flow  rate: min mean max | util min | q50 q95max | frozen mean max | fps min | keys max | lost max | last-quarter rate", "");
    for (name, s) in all() {
        let runs: Vec<_> = (1..=10).map(|seed| run(&s, seed)).collect();
        for flow in 0..s.flows.len() {
            if matches!(s.flows[flow].traffic, heliograph_line::simulator::Traffic::Tcp(_)) && s.flows.len() > 2 { continue }
            let until = s.flows[flow].until_s.min(s.seconds); let from = s.flows[flow].from_s;
            let g = |f: &dyn Fn(&heliograph_line::simulator::Figures) -> f64| { let v: Vec<f64> = runs.iter().map(|r| f(&r[flow])).collect(); (v.iter().cloned().fold(f64::MAX, f64::min), v.iter().sum::<f64>()/10.0, v.iter().cloned().fold(f64::MIN, f64::max)) };
            let r = g(&|f| f.rate_bps(from, until)/1e3); let u = g(&|f| f.utilisation()*100.0); let q5 = g(&|f| f.queue_ms(0.5)); let q = g(&|f| f.queue_ms(0.95));
            let fr = g(&|f| f.frozen_s(from + 1.0, until)); let fps = g(&|f| f.frame_rate(from, until)); let k = g(&|f| f.keyframes as f64); let l = g(&|f| f.lost*100.0);
            let lq = g(&|f| f.rate_bps(until - (until-from)/4.0, until)/1e3);
            println!("{name:<8} {flow}  {:>5.0} {:>5.0} {:>5.0} | {:>3.0} | {:>3.0} {:>4.0} | {:>5.2} {:>5.2} | {:>4.1} | {:>3.0} | {:>4.1} | {:>5.0} {:>5.0} {:>5.0}", r.0, r.1, r.2, u.0, q5.1, q.2, fr.1, fr.2, fps.0, k.2, l.2, lq.0, lq.1, lq.2);
        }
    }
    let s = scenarios::drop_and_return();
    for seed in 1..=10 { let f = &run(&s, seed)[0]; print!("drop back {:?} frozen {:.2}  ", f.reaches_after_s(40.0, 2.4e6), f.frozen_s(1.0, 60.0)); }
    println!();
    for d in [4.0, 10.0] { let s = scenarios::outage(d); for seed in 1..=10 { let f = &run(&s, seed)[0]; print!("outage shows {:.2} back {:.1?}  ", f.shows_after_s(20.0+d).unwrap(), f.reaches_after_s(20.0+d, 2.0e6)); } println!(); }
    let s = scenarios::longer_way(); for seed in 1..=10 { let f = &run(&s, seed)[0]; print!("way back {:.1?}  ", (20..49).find(|t| f.rate_bps(*t as f64, *t as f64 + 1.0) > 2.4e6 && *t > 21)); } println!();
}
