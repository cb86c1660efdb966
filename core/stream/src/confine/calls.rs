//! The system calls that the sidecar never makes, and that fail from now on (seccomp).
//!
//! A list of what is denied, not of what is allowed: what glibc or the runtime call differs from version to version,
//! and a stream that ends with an update of the system protects nobody.

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};
use std::collections::BTreeMap;

/// Whatever their arguments.
const NEVER: &[i64] = &[
    // Another program in this process, or a look into other processes.
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    // Files: where there is no Landlock, and what Landlock does not cover.
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_mknodat,
    libc::SYS_mkdirat,
    libc::SYS_unlinkat,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_renameat2,
    libc::SYS_fchmodat,
    libc::SYS_fchownat,
    libc::SYS_truncate,
    libc::SYS_chdir,
    libc::SYS_chroot,
    // Mounts and namespaces.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_unshare,
    libc::SYS_setns,
    // The kernel itself, and the parts of it in which most holes were found.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_personality,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
];

/// Older names of the same; only this processor still has them.
#[cfg(target_arch = "x86_64")]
const NEVER_HERE: &[i64] = &[
    libc::SYS_open,
    libc::SYS_creat,
    libc::SYS_mknod,
    libc::SYS_mkdir,
    libc::SYS_rmdir,
    libc::SYS_unlink,
    libc::SYS_link,
    libc::SYS_symlink,
    libc::SYS_rename,
    libc::SYS_renameat,
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_kexec_file_load,
    libc::SYS_iopl,
    libc::SYS_ioperm,
];
#[cfg(not(target_arch = "x86_64"))]
const NEVER_HERE: &[i64] = &[];

/// Puts them in force, for the calling thread and those that it starts.
///
/// # Errors
/// Why not, in words.
pub(super) fn forbid() -> Result<(), String> {
    for filter in filters().map_err(|error| error.to_string())? {
        seccompiler::apply_filter(&filter).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// The filters: one that says "not permitted", one that says "no such call".
pub(super) fn filters() -> Result<[BpfProgram; 2], BackendError> {
    let mut denied: BTreeMap<i64, Vec<SeccompRule>> =
        NEVER.iter().chain(NEVER_HERE).map(|call| (*call, Vec::new())).collect();
    denied.insert(libc::SYS_socket, vec![only_the_internet()?]);
    denied.insert(libc::SYS_clone, vec![only_threads()?]);
    // What clone3 is to do stands in memory, where a filter cannot look. glibc then takes clone.
    let unknown = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    Ok([filter(denied, libc::EPERM)?, filter(unknown, libc::ENOSYS)?])
}

fn filter(rules: BTreeMap<i64, Vec<SeccompRule>>, error: i32) -> Result<BpfProgram, BackendError> {
    let target = TargetArch::try_from(std::env::consts::ARCH)?;
    let answer = SeccompAction::Errno(error.unsigned_abs());
    SeccompFilter::new(rules, SeccompAction::Allow, answer, target)?.try_into()
}

/// A socket of any family but those of the internet and netlink, which lists the network's interfaces: no session bus, no
/// agent, no container engine.
fn only_the_internet() -> Result<SeccompRule, BackendError> {
    let families = [libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];
    let is_not = |family: i32| {
        let family = u64::from(family.unsigned_abs());
        SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, family)
    };
    SeccompRule::new(families.into_iter().map(is_not).collect::<Result<_, _>>()?)
}

/// A clone that is no thread of this process; a thread has no namespace of its own.
fn only_threads() -> Result<SeccompRule, BackendError> {
    let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
    SeccompRule::new(vec![SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(thread), 0)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a thread of its own, which alone is confined; the rest of the tests go on as they were.
    #[test]
    fn files_programs_and_local_sockets_are_out_of_reach_and_the_network_is_not() {
        let confined = std::thread::spawn(|| {
            forbid().unwrap();
            let denied = |kind: std::io::Result<()>| kind.unwrap_err().raw_os_error() == Some(libc::EPERM);
            assert!(denied(std::fs::File::open("/etc/hostname").map(drop)), "open");
            assert!(denied(std::fs::remove_file("/nonexistent")), "unlink");
            assert!(denied(std::process::Command::new("/bin/true").spawn().map(drop)), "a program");
            assert!(denied(std::os::unix::net::UnixStream::connect("/run/nobody").map(drop)), "a local socket");
            std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            std::thread::spawn(|| 7).join().unwrap()
        });
        assert_eq!(confined.join().unwrap(), 7, "threads still start");
        assert!(std::fs::File::open("/proc/self/stat").is_ok(), "the other threads are free");
    }
}
