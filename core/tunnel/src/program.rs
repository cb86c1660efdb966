//! Where a program is, and how to start it so that the kernel ends it with us.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::timeout;

/// `setpriv` only sets two things and runs `true`.
const PROBE_LIMIT: Duration = Duration::from_secs(1);
/// Asks the kernel to kill the process when the thread that started it ends, however it ends.
const WITH_PARENT: [&str; 3] = ["--pdeathsig", "KILL", "--"];

/// A program by its path, or by its name in the directories of `search_path`.
pub(crate) fn find(program: &str, search_path: Option<&OsStr>) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(|path| is_executable(path));
    }
    std::env::split_paths(search_path?).map(|directory| directory.join(program)).find(|path| is_executable(path))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// A command for the program that dies with the thread that starts it, where the machine has util-linux's `setpriv`.
///
/// To ask the kernel ourselves takes unsafe code between fork and exec; `setpriv` asks and then becomes the program, so
/// that its process id is the program's. **Not covered** when this process is killed: a machine without `setpriv`
/// (macOS, BusyBox), a program that raises its privileges, and what the program itself has started.
pub(crate) async fn command(program: &Path) -> Command {
    let path = std::env::var_os("PATH");
    if let Some(setpriv) = find("setpriv", path.as_deref()).filter(|_| cfg!(target_os = "linux"))
        && works(&setpriv).await
    {
        let mut command = Command::new(setpriv);
        command.args(WITH_PARENT).arg(program);
        return command;
    }
    Command::new(program)
}

/// BusyBox has a `setpriv` that knows nothing of this.
async fn works(setpriv: &Path) -> bool {
    let mut probe = Command::new(setpriv);
    probe.args(WITH_PARENT).arg("true").kill_on_drop(true);
    probe.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).env_remove(crate::process::TOKEN_VARIABLE);
    matches!(timeout(PROBE_LIMIT, probe.status()).await, Ok(Ok(status)) if status.success())
}
