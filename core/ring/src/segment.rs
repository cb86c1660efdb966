//! A piece of shared memory without a name (Linux: memfd), and who may do what with it.
//!
//! Everything here is Linux; another system needs a sibling of this file and of `bell.rs`, and nothing else.

use crate::RingError;
use rustix::fs::{MemfdFlags, Mode, OFlags, SealFlags};
use rustix::io::Errno;
use rustix::mm::{Advice, MapFlags, ProtFlags};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr::NonNull;

/// Whether a mapping may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    ReadWrite,
}

/// Mapped shared memory, unmapped on drop. Its size cannot change: the seals are set or checked before it is mapped.
#[derive(Debug)]
pub(crate) struct Segment {
    base: NonNull<u8>,
    bytes: usize,
}

// SAFETY: the mapping is plain memory that belongs to the process, not to a thread; Segment hands out nothing but its
// address, and whoever dereferences that answers for races (atomics in shared.rs, the slots' owners in frame_*.rs).
unsafe impl Send for Segment {}
// SAFETY: as above.
unsafe impl Sync for Segment {}

impl Segment {
    /// Address of the first byte; page aligned.
    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// Length of the mapping.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    fn map(handle: BorrowedFd<'_>, bytes: usize, access: Access) -> Result<Segment, RingError> {
        let protection = match access {
            Access::Read => ProtFlags::READ,
            Access::ReadWrite => ProtFlags::READ | ProtFlags::WRITE,
        };
        // SAFETY: the kernel chooses a free range, so no memory in use is replaced.
        let base = unsafe { rustix::mm::mmap(std::ptr::null_mut(), bytes, protection, MapFlags::SHARED, handle, 0) }
            .map_err(RingError::system("map it"))?;
        let base = NonNull::new(base.cast()).ok_or(RingError::NotARing("mapped at address zero"))?;
        Ok(Segment { base, bytes })
    }

    /// Asks for large pages, which spare page faults and TLB misses in the copy of a frame; only a wish.
    fn wish_for_large_pages(&self) {
        // SAFETY: the range is exactly our mapping, and the advice changes no content. A kernel without large pages
        // for shared memory refuses, and nothing is lost.
        let _ = unsafe { rustix::mm::madvise(self.base.as_ptr().cast(), self.bytes, Advice::LinuxHugepage) };
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        // SAFETY: base and bytes are those of our own mapping; every user holds the Arc that is now dropped. Unmapping
        // a range that is mapped cannot fail.
        let _ = unsafe { rustix::mm::munmap(self.base.as_ptr().cast(), self.bytes) };
    }
}

/// New memory for pictures, writable through this mapping and through nothing else ever after, and a handle that can
/// only read. The kernel allots its pages when they are first written, so small pictures cost little.
pub(crate) fn create_pixels(bytes: usize) -> Result<(Segment, OwnedFd), RingError> {
    let writable = create("heliograph-pixels", bytes)?;
    let segment = Segment::map(writable.as_fd(), bytes, Access::ReadWrite)?;
    segment.wish_for_large_pages();
    seal(writable.as_fd(), SealFlags::FUTURE_WRITE)?;
    let path = format!("/proc/self/fd/{}", writable.as_raw_fd());
    let read_only = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
        .map_err(RingError::system("open it for reading only"))?;
    Ok((segment, above_stdio(read_only)?))
}

/// New memory that both processes may write.
pub(crate) fn create_control(bytes: usize) -> Result<(Segment, OwnedFd), RingError> {
    let handle = create("heliograph-control", bytes)?;
    let segment = Segment::map(handle.as_fd(), bytes, Access::ReadWrite)?;
    seal(handle.as_fd(), SealFlags::empty())?;
    Ok((segment, above_stdio(handle)?))
}

fn create(name: &str, bytes: usize) -> Result<OwnedFd, RingError> {
    // CLOEXEC: other children of the app, started at the same moment by other threads, inherit nothing.
    let handle = rustix::fs::memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)
        .map_err(RingError::system("create it"))?;
    rustix::fs::ftruncate(&handle, bytes as u64).map_err(RingError::system("size it"))?;
    Ok(handle)
}

/// Fixes the size, and `wish` where the kernel knows it (FUTURE_WRITE: Linux 5.1), for good.
fn seal(handle: BorrowedFd<'_>, wish: SealFlags) -> Result<(), RingError> {
    let need = SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
    match rustix::fs::fcntl_add_seals(handle, need | wish) {
        Err(Errno::INVAL) if !wish.is_empty() => rustix::fs::fcntl_add_seals(handle, need),
        other => other,
    }
    .map_err(RingError::system("seal it"))
}

/// Moves a handle away from 0, 1 and 2, where a child's standard streams would be laid over it.
fn above_stdio(handle: OwnedFd) -> Result<OwnedFd, RingError> {
    if handle.as_raw_fd() > 2 {
        return Ok(handle);
    }
    rustix::io::fcntl_dupfd_cloexec(&handle, 3).map_err(RingError::system("move its handle"))
}

/// Lets `child` inherit the handle: for the time between fork and exec, so it makes no allocation and takes no lock.
pub(crate) fn inherit(handle: BorrowedFd<'_>) -> std::io::Result<()> {
    Ok(rustix::io::fcntl_setfd(handle, rustix::io::FdFlags::empty())?)
}

/// Takes over an inherited handle; it will not be inherited further.
///
/// The caller passes a number that it was given for this purpose alone: nothing else in the process owns it.
pub(crate) fn adopt(number: i32) -> Result<OwnedFd, RingError> {
    if number < 3 {
        return Err(RingError::NotARing("a handle's number is below 3"));
    }
    // SAFETY: not -1, and used for this one call, which fails harmlessly on a number that is not open.
    let borrowed = unsafe { BorrowedFd::borrow_raw(number) };
    rustix::io::fcntl_setfd(borrowed, rustix::io::FdFlags::CLOEXEC)
        .map_err(|_| RingError::NotARing("a handle was not inherited"))?;
    // SAFETY: it is open, and by this function's contract nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Maps memory that another process made, after checking that nobody can shrink it under us.
pub(crate) fn open(handle: &OwnedFd, access: Access) -> Result<Segment, RingError> {
    let need = SealFlags::SHRINK | SealFlags::GROW;
    let seals =
        rustix::fs::fcntl_get_seals(handle).map_err(|_| RingError::NotARing("a handle is no sealable memory"))?;
    if !seals.contains(need) {
        return Err(RingError::NotARing("the memory is not sealed"));
    }
    let stat = rustix::fs::fstat(handle).map_err(RingError::system("measure it"))?;
    let bytes = usize::try_from(stat.st_size).unwrap_or(0);
    if bytes == 0 {
        return Err(RingError::NotARing("the memory is empty"));
    }
    Segment::map(handle.as_fd(), bytes, access)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map_error(handle: &OwnedFd, protection: ProtFlags) -> Option<Errno> {
        // SAFETY: a fresh range chosen by the kernel; it is leaked if the call succeeds, which fails the test.
        unsafe { rustix::mm::mmap(std::ptr::null_mut(), 4096, protection, MapFlags::SHARED, handle, 0) }.err()
    }

    #[test]
    fn a_peer_can_read_the_pixels_but_never_map_open_resize_or_write_them() {
        let (segment, peer) = create_pixels(8192).unwrap();
        assert_eq!(map_error(&peer, ProtFlags::READ), None);
        assert_eq!(map_error(&peer, ProtFlags::READ | ProtFlags::WRITE), Some(Errno::ACCESS));
        let mapped = Segment::map(peer.as_fd(), 8192, Access::Read).unwrap();
        // SAFETY: our own mapping, whose protection this call is expected not to change.
        let raised =
            unsafe { rustix::mm::mprotect(mapped.base().as_ptr().cast(), 8192, rustix::mm::MprotectFlags::WRITE) };
        assert_eq!(raised, Err(Errno::ACCESS));

        // The same user may open the memory anew for writing, but neither map nor write it.
        let path = format!("/proc/self/fd/{}", peer.as_raw_fd());
        if let Ok(reopened) = rustix::fs::open(path, OFlags::RDWR, Mode::empty()) {
            assert_eq!(map_error(&reopened, ProtFlags::READ | ProtFlags::WRITE), Some(Errno::PERM));
            assert_eq!(rustix::io::write(&reopened, b"x"), Err(Errno::PERM));
            assert_eq!(rustix::fs::ftruncate(&reopened, 0), Err(Errno::PERM));
        }
        assert!(rustix::fs::ftruncate(&peer, 0).is_err());
        assert_eq!(rustix::fs::fcntl_add_seals(&peer, SealFlags::WRITE), Err(Errno::PERM));

        // SAFETY: in bounds, and no reference to the byte exists.
        unsafe { segment.base().as_ptr().write_volatile(7) };
        // SAFETY: as above.
        assert_eq!(unsafe { mapped.base().as_ptr().read_volatile() }, 7, "both see the same memory");
    }

    #[test]
    fn memory_that_could_be_shrunk_under_the_reader_is_refused() {
        let unsealed = create("heliograph-test", 4096).unwrap();
        assert!(matches!(open(&unsealed, Access::Read), Err(RingError::NotARing(_))));
        let file = OwnedFd::from(std::fs::File::open("/proc/self/exe").unwrap());
        assert!(matches!(open(&file, Access::Read), Err(RingError::NotARing(_))));
        for number in [-1, 0, 2, 1_000_000] {
            assert!(matches!(adopt(number), Err(RingError::NotARing(_))), "handle {number}");
        }
    }
}
