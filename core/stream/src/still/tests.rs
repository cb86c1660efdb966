use super::shop::NICE;
use super::{LineNow, Rest, StillSender, StillShop};
use heliograph_still::{Decoder, Tile};
use heliograph_wire::media::{STILL_BEGIN_BYTES, STILL_OVER_BYTES, STILL_TILE_BYTES};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

const SIZE: (u32, u32) = (320, 180);
/// Nothing here takes so long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A picture that is different for each seed; half of it noise.
fn rgba(seed: u32) -> Vec<u8> {
    let mut state = seed;
    let pixels = (0..SIZE.0 * SIZE.1).flat_map(|at| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = if at % SIZE.0 < 160 { (state >> 24) as u8 } else { 40 };
        [noise, noise / 2, (at / SIZE.0) as u8, 255]
    });
    pixels.collect()
}

fn rest(shop: &StillShop, seed: u32, rtp_timestamp: u32) {
    shop.rest(&rgba(seed), SIZE.0 as usize * 4, SIZE.0, SIZE.1, rtp_timestamp);
}

const fn line(target_bps: u32, round_trip_ms: u64) -> LineNow {
    let round_trip = Duration::from_millis(round_trip_ms);
    LineNow { target_bps, most_bps: target_bps, round_trip, backlog: Duration::ZERO }
}

/// The next message; the clock goes on to wherever the sender wants it. `None` when it waits for the viewer.
async fn next(
    sender: &mut StillSender,
    now: &mut Instant,
    line: &LineNow,
    rests: &mut watch::Receiver<Rest>,
) -> Option<Vec<u8>> {
    loop {
        let Rest { still, moved_rtp_timestamp } = rests.borrow_and_update().clone();
        let is_resting = still.is_some();
        sender.changed(still, moved_rtp_timestamp);
        if let Some(message) = sender.poll(*now, line) {
            return Some(message);
        }
        if let Some(deadline) = sender.deadline() {
            *now = deadline;
        } else if !is_resting || tokio::time::timeout(Duration::from_millis(300), rests.changed()).await.is_err() {
            return None;
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

/// What a page makes of the messages.
#[derive(Default)]
struct Page {
    still: u32,
    tiles: u16,
    came: u32,
    decoder: Option<Decoder>,
    over: Option<(u32, u32)>,
}

impl Page {
    fn hear(&mut self, message: &[u8]) {
        let still = u32_at(message, 4);
        match message[0] {
            17 => {
                let (width, height) = (u16_at(message, 12), u16_at(message, 14));
                let decoder = Decoder::new(&message[STILL_BEGIN_BYTES..], width, height).unwrap();
                *self = Page { still, tiles: u16_at(message, 2), came: 0, decoder: Some(decoder), over: None };
            }
            18 => {
                assert_eq!((still, u32::from(u16_at(message, 2))), (self.still, self.came));
                let [x, y, width, height] = [8, 10, 12, 14].map(|at| u16_at(message, at));
                let tile = Tile { x, y, width, height };
                assert!(self.decoder.as_mut().unwrap().take(tile, &message[STILL_TILE_BYTES..]));
                self.came += 1;
            }
            19 => {
                assert_eq!(message.len(), STILL_OVER_BYTES);
                self.over = Some((still, u32_at(message, 8)));
            }
            kind => panic!("{kind} is none of a still picture's messages"),
        }
    }

    fn is_whole(&self) -> bool {
        self.tiles > 0 && self.came == u32::from(self.tiles)
    }

    fn rgba(&self) -> Vec<u8> {
        self.decoder.as_ref().unwrap().rgba()
    }
}

#[tokio::test]
async fn what_rests_comes_whole_and_exact_at_the_pace_of_the_line() {
    for line in [line(100_000, 40), line(1_000_000, 300), line(20_000_000, 1)] {
        let shop = StillShop::open().unwrap();
        let mut rests = shop.watch();
        rest(&shop, 1, 90);
        let (mut sender, mut page) = (StillSender::default(), Page::default());
        let began = Instant::now();
        let (mut now, mut bytes, mut unacknowledged) = (began, 0, 0_usize);
        while !page.is_whole() {
            let Some(message) = next(&mut sender, &mut now, &line, &mut rests).await else {
                // The window is full: the viewer's word for what has come.
                assert!(unacknowledged > 0, "it stands still");
                now += line.round_trip;
                sender.taken(now, page.still, page.came);
                unacknowledged = 0;
                continue;
            };
            bytes += message.len();
            unacknowledged += message.len();
            let window = f64::from(line.target_bps) / 8.0 * (line.round_trip.as_secs_f64() + 0.05);
            assert!(unacknowledged < 2 * 4_096 + window as usize, "{unacknowledged} bytes on their way");
            page.hear(&message);
        }
        assert!(!sender.is_exact());
        sender.taken(now, page.still, page.came);
        assert!(sender.is_exact());
        assert!(page.rgba() == rgba(1));
        let rate_bps = 8.0 * bytes as f64 / (now - began).as_secs_f64().max(1e-9);
        assert!(rate_bps < f64::from(line.most_bps) * 1.2, "{rate_bps} bit/s over {line:?}");
    }
}

#[tokio::test]
async fn a_picture_that_moves_is_dropped_at_once_and_the_next_one_begins_from_scratch() {
    let shop = StillShop::open().unwrap();
    let mut rests = shop.watch();
    let (mut sender, mut page, mut now) = (StillSender::default(), Page::default(), Instant::now());
    let line = line(10_000_000, 20);
    rest(&shop, 1, 90);
    for _ in 0..3 {
        page.hear(&next(&mut sender, &mut now, &line, &mut rests).await.unwrap());
    }
    let first = page.still;
    shop.moved(180);
    page.hear(&next(&mut sender, &mut now, &line, &mut rests).await.unwrap());
    assert_eq!(page.over, Some((first, 180)));
    assert_eq!(next(&mut sender, &mut now, &line, &mut rests).await, None);

    rest(&shop, 2, 270);
    // What the page says of the old one counts for nothing.
    sender.taken(now, first, 1_000);
    while !page.is_whole() {
        match next(&mut sender, &mut now, &line, &mut rests).await {
            Some(message) => page.hear(&message),
            None => sender.taken(now, page.still, page.came),
        }
    }
    assert_ne!(page.still, first);
    sender.taken(now, first, page.came);
    assert!(!sender.is_exact());
    assert!(page.rgba() == rgba(2));
}

#[tokio::test]
async fn nothing_is_sent_into_a_busy_line_nor_encoded_far_ahead_of_a_slow_one() {
    let shop = StillShop::open().unwrap();
    let mut rests = shop.watch();
    rest(&shop, 1, 90);
    let (mut sender, now) = (StillSender::default(), Instant::now());
    sender.changed(rests.borrow_and_update().still.clone(), 0);
    let busy = LineNow { backlog: Duration::from_millis(60), ..line(1_000_000, 50) };
    assert_eq!(sender.poll(now, &busy), None);
    assert!(sender.deadline().is_some_and(|at| at > now), "it looks again");

    let mut now = now;
    let free = line(1_000_000, 0);
    let began = next(&mut sender, &mut now, &free, &mut rests).await.unwrap();
    let tiles = u16_at(&began, 2);
    let still = rests.borrow().still.clone().unwrap();
    assert!(tiles > 30, "the test wants many tiles: {tiles}");
    assert!(still.tile(0).is_some() || tokio::time::timeout(PATIENCE, rests.changed()).await.is_ok());
    assert!(still.tile(tiles - 1).is_none(), "encoded before anybody came near it");
}

#[tokio::test]
async fn who_does_not_answer_gets_no_more_than_a_window_and_a_new_carrier_gets_all_of_it() {
    let shop = StillShop::open().unwrap();
    let mut rests = shop.watch();
    rest(&shop, 3, 90);
    let (mut sender, mut page, mut now) = (StillSender::default(), Page::default(), Instant::now());
    let line = line(500_000, 100);
    while let Some(message) = next(&mut sender, &mut now, &line, &mut rests).await {
        page.hear(&message);
    }
    assert!(page.came >= 2 && !page.is_whole(), "{} of {}", page.came, page.tiles);
    let first = page.still;
    sender.restart();
    while !page.is_whole() {
        match next(&mut sender, &mut now, &line, &mut rests).await {
            Some(message) => page.hear(&message),
            None => sender.taken(now, page.still, page.came),
        }
    }
    assert_ne!(page.still, first);
    assert!(page.rgba() == rgba(3));
}

/// A line that carries `line_bps`, whose estimate says `line.target_bps`: how long the picture takes over it.
async fn over_a_line(line_bps: f64, line: &LineNow) -> (Duration, Duration) {
    let shop = StillShop::open().unwrap();
    let mut rests = shop.watch();
    rest(&shop, 1, 90);
    // All of it is encoded before the clock begins.
    let still = rests.borrow_and_update().still.clone().unwrap();
    while still.head().is_none_or(|(_, tiles)| still.tile(tiles - 1).is_none()) {
        rests.changed().await.unwrap();
        rests.mark_unchanged();
    }
    let (mut sender, mut page, began) = (StillSender::default(), Page::default(), Instant::now());
    sender.changed(Some(still), 0);
    let (mut now, mut free_at, mut longest_queue) = (began, began, Duration::ZERO);
    let mut arrives: std::collections::VecDeque<(Instant, Vec<u8>)> = std::collections::VecDeque::new();
    while !page.is_whole() {
        if arrives.front().is_some_and(|(at, _)| *at <= now) {
            let (_, message) = arrives.pop_front().unwrap();
            page.hear(&message);
            sender.taken(now, page.still, page.came);
            continue;
        }
        if let Some(message) = sender.poll(now, line) {
            longest_queue = longest_queue.max(free_at.saturating_duration_since(now));
            free_at = free_at.max(now) + Duration::from_secs_f64(8.0 * message.len() as f64 / line_bps);
            arrives.push_back((free_at + line.round_trip, message));
            continue;
        }
        let next = [sender.deadline(), arrives.front().map(|(at, _)| *at)].into_iter().flatten().min();
        now = now.max(next.expect("it stands still"));
    }
    (now - began, longest_queue)
}

#[tokio::test]
async fn a_line_that_was_taken_for_a_slow_one_is_filled_and_no_more_than_filled() {
    let low = LineNow { most_bps: u32::MAX, ..line(500_000, 60) };
    let (takes, queue) = over_a_line(4e6, &low).await;
    let (known, _) = over_a_line(4e6, &line(4_000_000, 60)).await;
    // By the estimate alone it takes 3.2 times as long.
    assert!(takes < known.mul_f64(2.4), "{takes:?} where the line is known: {known:?}");
    assert!(queue < Duration::from_millis(100), "{queue:?}");
}

#[test]
fn only_a_picture_that_someone_wants_is_taken() {
    let shop = StillShop::open().unwrap();
    assert!(!shop.wants(), "nobody is there");
    rest(&shop, 1, 90);
    let rests = shop.watch();
    assert!(rests.borrow().still.is_none());
    shop.rest(&[0; 16], 8, 2, 3, 90);
    shop.rest(&[0; 16], 4, 2, 2, 90);
    shop.rest(&[], 0, 0, 0, 90);
    shop.rest(&[0; 16], 4, 70_000, 1, 90);
    assert!(rests.borrow().still.is_none(), "those are no pictures");
    rest(&shop, 1, 90);
    let first = rests.borrow().still.clone().unwrap();
    rest(&shop, 2, 180);
    assert!(Arc::ptr_eq(&first, rests.borrow().still.as_ref().unwrap()), "it rests already");
    let (width, height) = (u32::from(first.width), u32::from(first.height));
    let stride_bytes = width as usize * 4;
    let mut pixels = rgba(1);
    assert!(shop.is_same(&pixels, stride_bytes, width, height));
    assert!(!shop.is_same(&pixels[1..], stride_bytes, width, height), "it is not whole");
    assert!(!shop.is_same(&pixels, stride_bytes, width, height - 1));
    *pixels.last_mut().unwrap() ^= 1;
    assert!(!shop.is_same(&pixels, stride_bytes, width, height));
}

/// Name and nice value of each thread of this process: fields 2 and 19 of proc_pid_stat(5).
#[cfg(target_os = "linux")]
fn threads() -> Vec<(String, i32)> {
    let stats = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let stats = stats.filter_map(|thread| std::fs::read_to_string(thread.path().join("stat")).ok());
    stats
        .filter_map(|stat| {
            let (name, rest) = stat.split_once('(')?.1.rsplit_once(") ")?;
            Some((name.to_owned(), rest.split(' ').nth(16)?.parse().ok()?))
        })
        .collect()
}

#[cfg(target_os = "linux")]
#[test]
fn the_thread_that_encodes_takes_its_turn_after_all_others() {
    let shop = StillShop::open().unwrap();
    let until = Instant::now() + PATIENCE;
    // Other tests open shops at the same time, whose threads have only just begun.
    let lags = |(name, nice): &(String, i32)| name == "still" && *nice < NICE;
    while threads().iter().any(lags) || threads().iter().all(|(name, _)| name != "still") {
        assert!(Instant::now() < until, "{:?}", threads());
        std::thread::yield_now();
    }
    drop(shop);
}
