//! [`StillShop`]: where the picture that rests becomes tiles.

use crate::stage::lock;
use heliograph_still::{Encoder, HEAD_BYTES, PIXELS_MAX, Tile};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use tokio::sync::watch;

/// Tiles that are encoded beyond what the quickest viewer asked for.
const AHEAD: usize = 16;
/// Of the thread that encodes, as nice(2): 0 is every thread's, 19 the last.
#[cfg(target_os = "linux")]
pub(super) const NICE: i32 = 12;

/// What rests at present.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rest {
    /// The picture; `None` while it changes, or nobody wanted it.
    pub(crate) still: Option<Arc<Still>>,
    /// Of the first frame that showed another picture than the one before.
    pub(crate) moved_rtp_timestamp: u32,
}

/// Takes pictures that rest and encodes them on a thread of its own.
#[derive(Debug)]
pub(crate) struct StillShop {
    rest: watch::Sender<Rest>,
    bench: Arc<Bench>,
}

/// What the thread works on.
#[derive(Debug, Default)]
struct Bench {
    order: Mutex<Order>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Order {
    still: Option<Arc<Still>>,
    is_ending: bool,
}

/// A picture that rests: its tiles as far as they are encoded.
#[derive(Debug)]
pub(crate) struct Still {
    /// In pixels.
    pub(crate) width: u16,
    /// In pixels.
    pub(crate) height: u16,
    /// Of the newest frame that shows the same picture.
    pub(crate) rtp_timestamp: u32,
    /// The host's pixels, without padding.
    rgba: Vec<u8>,
    encoded: Mutex<Encoded>,
    /// How many tiles were asked for.
    asked: AtomicUsize,
    is_over: AtomicBool,
    bench: Arc<Bench>,
}

/// The bytes of a still picture.
#[derive(Debug, Default)]
struct Encoded {
    /// Its head and how many tiles there will be.
    head: Option<([u8; HEAD_BYTES], u16)>,
    tiles: Vec<Arc<(Tile, Vec<u8>)>>,
    /// Whether a viewer found less than it asked for, and is to be woken.
    is_awaited: bool,
}

/// What rests can wait: where processors are few, the calling thread's turn comes after the window, the viewers' hands and
/// what moves. Where the system refuses or knows no priorities of threads, all stays as it is.
fn step_back() {
    // Only on Linux is it the calling thread's priority alone: setpriority(2), "C library/kernel differences".
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::getpriority_process(None)
        .and_then(|now| rustix::process::setpriority_process(None, now.max(NICE)))
    {
        tracing::debug!(%error, "the thread of still pictures does not step back");
    }
}

impl StillShop {
    /// With its thread, which ends when the shop is dropped.
    pub(crate) fn open() -> std::io::Result<Arc<StillShop>> {
        let shop = Arc::new(StillShop { rest: watch::Sender::default(), bench: Arc::default() });
        let (rest, bench) = (shop.rest.clone(), Arc::clone(&shop.bench));
        std::thread::Builder::new().name("still".into()).spawn(move || {
            step_back();
            bench.work(&rest);
        })?;
        Ok(shop)
    }

    /// For a viewer's task. It is told of every change, and when tiles that it waits for are there.
    pub(crate) fn watch(&self) -> watch::Receiver<Rest> {
        self.rest.subscribe()
    }

    /// Whether a picture that rests would be taken: someone is there to see it, and it is not there yet.
    pub(crate) fn wants(&self) -> bool {
        self.rest.receiver_count() > 0 && self.rest.borrow().still.is_none()
    }

    /// Whether a picture rests already.
    pub(crate) fn has_one(&self) -> bool {
        self.rest.borrow().still.is_some()
    }

    /// Whether this is the picture that rests, pixel by pixel; its form is that of [`StillShop::rest`].
    pub(crate) fn is_same(&self, rgba: &[u8], stride_bytes: usize, width: u32, height: u32) -> bool {
        let still = self.rest.borrow().still.clone();
        let Some(still) = still.filter(|still| (u32::from(still.width), u32::from(still.height)) == (width, height))
        else {
            return false;
        };
        let row_bytes = usize::from(still.width) * 4;
        let mut rows = rgba.chunks(stride_bytes.max(1)).map(|row| row.get(..row_bytes));
        still.rgba.chunks(row_bytes).all(|row| rows.next().flatten() == Some(row))
    }

    /// This picture rests: rows of red, green, blue, alpha, `stride_bytes` apart, as the newest frame shows it in less
    /// detail. It is copied. What is no picture, or too large, is not taken.
    pub(crate) fn rest(&self, rgba: &[u8], stride_bytes: usize, width: u32, height: u32, rtp_timestamp: u32) {
        let (Ok(width), Ok(height)) = (u16::try_from(width), u16::try_from(height)) else { return };
        let (columns, rows) = (usize::from(width), usize::from(height));
        let row_bytes = columns * 4;
        let is_whole = row_bytes > 0
            && stride_bytes >= row_bytes
            && rgba.len() >= row_bytes.max(stride_bytes * rows.saturating_sub(1) + row_bytes);
        if !self.wants() || !is_whole || rows == 0 || columns * rows > PIXELS_MAX {
            return;
        }
        let mut copy = Vec::with_capacity(row_bytes * rows);
        for row in rgba.chunks(stride_bytes).take(rows) {
            copy.extend_from_slice(&row[..row_bytes]);
        }
        let still = Arc::new(Still {
            width,
            height,
            rtp_timestamp,
            rgba: copy,
            encoded: Mutex::default(),
            asked: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
            bench: Arc::clone(&self.bench),
        });
        self.bench.put(Some(Arc::clone(&still)));
        self.rest.send_modify(|rest| rest.still = Some(still));
    }

    /// Another picture is on its way to viewers, in the frame of this timestamp: the still one is over.
    pub(crate) fn moved(&self, rtp_timestamp: u32) {
        let ended = self.rest.send_if_modified(|rest| {
            let ended = rest.still.take();
            if let Some(still) = &ended {
                still.is_over.store(true, Ordering::Relaxed);
                rest.moved_rtp_timestamp = rtp_timestamp;
            }
            ended.is_some()
        });
        if ended {
            self.bench.put(None);
        }
    }
}

impl Drop for StillShop {
    fn drop(&mut self) {
        lock(&self.bench.order).is_ending = true;
        self.moved(0);
        self.bench.changed.notify_all();
    }
}

impl Still {
    /// The head and the number of tiles; `None` while it is not known yet.
    pub(crate) fn head(&self) -> Option<([u8; HEAD_BYTES], u16)> {
        self.found(|encoded| encoded.head)
    }

    /// A tile, in the order of their importance; `None` while it is not encoded yet.
    pub(crate) fn tile(&self, index: u16) -> Option<Arc<(Tile, Vec<u8>)>> {
        let index = usize::from(index);
        if self.asked.fetch_max(index + 1, Ordering::Relaxed) <= index {
            // Under the lock, so that the thread does not miss it between its look and its wait.
            let _order = lock(&self.bench.order);
            self.bench.changed.notify_all();
        }
        self.found(|encoded| encoded.tiles.get(index).cloned())
    }

    /// Looks something up, and notes when it is not there yet.
    fn found<T>(&self, look: impl FnOnce(&Encoded) -> Option<T>) -> Option<T> {
        let mut encoded = lock(&self.encoded);
        let found = look(&encoded);
        encoded.is_awaited |= found.is_none();
        found
    }

    /// Changes what is encoded, and wakes the viewers' tasks when one of them waits.
    fn told(&self, rest: &watch::Sender<Rest>, change: impl FnOnce(&mut Encoded)) {
        let mut encoded = lock(&self.encoded);
        change(&mut encoded);
        let is_awaited = std::mem::take(&mut encoded.is_awaited);
        drop(encoded);
        if is_awaited && !self.is_over.load(Ordering::Relaxed) {
            rest.send_modify(|_| {});
        }
    }
}

impl Bench {
    fn put(&self, still: Option<Arc<Still>>) {
        lock(&self.order).still = still;
        self.changed.notify_all();
    }

    fn work(&self, rest: &watch::Sender<Rest>) {
        while let Some(still) = self.take() {
            let row_bytes = usize::from(still.width) * 4;
            let Some(mut encoder) = Encoder::new(&still.rgba, row_bytes, still.width, still.height) else { continue };
            // Never more: the picture has at most 2²⁵ pixels.
            let tiles = u16::try_from(encoder.tiles().len()).unwrap_or(u16::MAX);
            still.told(rest, |encoded| encoded.head = Some((encoder.head(), tiles)));
            while self.wait_for_demand(&still)
                && let Some(tile) = encoder.next_tile()
            {
                still.told(rest, |encoded| encoded.tiles.push(Arc::new(tile)));
            }
        }
    }

    /// The next picture; `None` at the end.
    fn take(&self) -> Option<Arc<Still>> {
        let mut order = lock(&self.order);
        loop {
            if order.is_ending {
                return None;
            }
            if let Some(still) = order.still.take() {
                return Some(still);
            }
            order = self.changed.wait(order).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until a viewer has come near to what is encoded; `false` when the picture is over.
    fn wait_for_demand(&self, still: &Still) -> bool {
        let encoded = lock(&still.encoded).tiles.len();
        let mut order = lock(&self.order);
        loop {
            if order.is_ending || still.is_over.load(Ordering::Relaxed) {
                return false;
            }
            if encoded < still.asked.load(Ordering::Relaxed) + AHEAD {
                return true;
            }
            order = self.changed.wait(order).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
