//! What the sidecar gives up, so that whoever takes it over has won little: [`confine`], first thing in the process.
//!
//! It speaks with strangers and needs sockets, memory and threads. It needs no file, no other process and no program:
//! so it can open, start and look into none. Each step is taken where the kernel knows it; what it does not know is
//! told once, and never a reason not to stream.
//!
//! **The app is not confined**: it reads the user's files and draws through the user's drivers. It stays dumpable, too:
//! the desktop's portal, which shows the file dialog, looks into `/proc/PID` of whoever asks. From other users of the
//! machine the kernel protects both alike.

mod calls;

use heliograph_ring::Inherited;
use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus, Scope};
use rustix::process::DumpableBehavior;

/// Given to nobody else: a process that has given up what it can.
#[derive(Debug)]
pub(crate) struct Confinement {
    inherited: Option<Inherited>,
    missing: Vec<String>,
}

impl Confinement {
    /// Closes everything that was inherited but the ring. Returns what could not be given up.
    pub(crate) fn close_all_but(self, ring: [i32; 2]) -> Vec<String> {
        if let Some(inherited) = self.inherited {
            inherited.close_all_but(ring);
        }
        self.missing
    }
}

/// Whether a kernel knows the two larger steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Available {
    /// Files and signals are out of reach.
    pub landlock: bool,
    /// System calls that the sidecar never makes fail.
    pub seccomp: bool,
}

/// Asks this kernel; changes nothing.
pub fn available() -> Available {
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    let landlock = ruleset.handle_access(AccessFs::from_all(ABI::V1)).and_then(Ruleset::create).is_ok();
    let seccomp = std::fs::exists("/proc/sys/kernel/seccomp/actions_avail").unwrap_or(false);
    Available { landlock, seccomp: seccomp && calls::filters().is_ok() }
}

/// What cannot be given up here, and why.
struct Lack(&'static str, String);

impl Lack {
    fn of<E: ToString>(what: &'static str) -> impl FnOnce(E) -> Lack {
        move |error| Lack(what, error.to_string())
    }
}

/// Gives up all that can be given up. Call it before the process has opened a file or started a thread: Landlock and
/// `no_new_privs` hold for the calling thread and those that it starts later.
pub(crate) fn confine() -> Confinement {
    let (inherited, unlisted) = match Inherited::take() {
        Ok(inherited) => (Some(inherited), Ok(())),
        Err(error) => (None, Err(Lack::of("closing inherited files")(error))),
    };
    let steps = [
        unlisted,
        undumpable().map_err(Lack::of("PR_SET_DUMPABLE")),
        rustix::thread::set_no_new_privs(true).map_err(Lack::of("no_new_privs")),
        landlock(),
        calls::forbid().map_err(Lack::of("seccomp")),
    ];
    let mut missing = Vec::new();
    for Lack(what, why) in steps.into_iter().filter_map(Result::err) {
        tracing::info!("the sidecar goes on without {what}: {why}");
        missing.push(what.to_owned());
    }
    Confinement { inherited, missing }
}

/// No core file with tokens in it, no debugger but root's, and `/proc/PID` belongs to root.
fn undumpable() -> rustix::io::Result<()> {
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
}

/// No file at all, nor a signal or an abstract socket to anyone else.
fn landlock() -> Result<(), Lack> {
    let restrict = || {
        let ruleset = Ruleset::default().handle_access(AccessFs::from_all(ABI::V5))?.scope(Scope::from_all(ABI::V6))?;
        ruleset.create()?.restrict_self()
    };
    let status = restrict().map_err(Lack::of("Landlock"))?;
    match status.ruleset {
        RulesetStatus::FullyEnforced => Ok(()),
        RulesetStatus::PartiallyEnforced => Err(Lack("the newer parts of Landlock", "the kernel is older".to_owned())),
        RulesetStatus::NotEnforced => Err(Lack("Landlock", "the kernel has none, or it is switched off".to_owned())),
    }
}
