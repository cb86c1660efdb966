//! [`Inherited`]: the open files that a process was born with, so that it can let go of those that it was not meant to
//! have: a library of the app may have opened some without close-on-exec.

use rustix::io::fcntl_getfd;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};

/// Everything that was open at the start, but standard input, output and error. Dropping it closes all of it.
#[derive(Debug)]
pub struct Inherited {
    handles: Vec<OwnedFd>,
}

impl Inherited {
    /// Takes over whatever is open. The caller calls it once, before anything in this process has opened a file:
    /// nothing else owns one of these numbers.
    ///
    /// # Errors
    /// When there is no `/proc` to look in.
    pub fn take() -> std::io::Result<Inherited> {
        let names = std::fs::read_dir("/proc/self/fd")?.flatten().map(|entry| entry.file_name());
        let numbers = names.filter_map(|name| name.to_str()?.parse::<i32>().ok()).filter(|number| *number > 2);
        // All of the listing before the first look: it was made through a file that is closed by then.
        let numbers: Vec<i32> = numbers.collect();
        Ok(Inherited { handles: numbers.into_iter().filter_map(take_one).collect() })
    }

    /// Closes all but those that go to [`crate::attach`].
    pub fn close_all_but(self, ring: [i32; 2]) {
        for handle in self.handles {
            if ring.contains(&handle.as_raw_fd()) {
                let _ = handle.into_raw_fd();
            }
        }
    }
}

fn take_one(number: i32) -> Option<OwnedFd> {
    // SAFETY: above 2, so not -1, and used for this one call, which fails harmlessly on a number that is not open.
    fcntl_getfd(unsafe { BorrowedFd::borrow_raw(number) }).ok()?;
    // SAFETY: it is open, and by the contract of Inherited::take nobody else owns it.
    Some(unsafe { OwnedFd::from_raw_fd(number) })
}
