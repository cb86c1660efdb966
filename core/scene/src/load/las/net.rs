//! The last net under a decoder that is not ours.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    /// Whether this thread is in the net.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// Runs `decode`; `None` when it panicked, of which nothing is printed.
///
/// `laz` takes a compressed stream for sound, and asserts where a hostile one leads it astray. That is a damaged file
/// and no fault of this program, so it becomes the sentence that a damaged file gets. The hook that prints panics
/// belongs to the whole process; the first call wraps it, and it stays as it was for every other thread.
pub(super) fn caught<T>(decode: impl FnOnce() -> T) -> Option<T> {
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                before(panic);
            }
        }));
    });
    QUIET.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(decode));
    QUIET.set(false);
    outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_the_net_is_nothing_and_the_next_call_is_as_before() {
        assert_eq!(caught(|| -> u32 { panic!("never seen") }), None);
        assert_eq!(caught(|| 5), Some(5));
        assert!(!QUIET.get());
    }
}
