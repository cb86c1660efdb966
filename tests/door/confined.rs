//! What the machine's other users see of app and sidecar, and what the sidecar itself could still do.

use crate::common::{Heliograph, is_root, sample, scratch};
use std::process::Command;

/// Nobody's user id on every system that has one.
const NOBODY: &str = "65534";
/// Stands for the account of the user's tunnel.
const ACCOUNT: &str = "account-of-the-tunnel";

/// A host whose parent forgot to close a file, with an account in its environment, and everything logged.
fn careless(log: &std::path::Path) -> Heliograph {
    let program = env!("CARGO_BIN_EXE_heliograph");
    let script = format!(
        "umask 022; exec 9</etc/hostname; exec {program} --json --headless {} 2>{}",
        sample("airplane.ply"),
        log.display()
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]).env("NGROK_AUTHTOKEN", ACCOUNT).env("HELIOGRAPH_LOG", "trace");
    let mut host = Heliograph::spawn(&mut command);
    host.event("loaded");
    host
}

/// Runs a line of shell as another user of this machine; whether it worked, and what it printed.
fn as_another_user(script: &str) -> (bool, String) {
    let user = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"), "--clear-groups".to_owned()];
    let output = Command::new("setpriv").args(user).args(["sh", "-c", script]).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn another_user_of_the_machine_sees_no_frame_no_token_and_no_log() {
    if !is_root() {
        println!("left out: only root can act as another user");
        return;
    }
    let mut host = Heliograph::headless(&[&sample("airplane.ply")]);
    let tokens = host.tokens();
    assert!(as_another_user("cat /proc/self/environ").0, "the other user cannot even look at itself");
    for pid in [host.pid(), host.sidecar_pid()] {
        let proc = format!("/proc/{pid}");
        for look in [
            "cat {}/environ",
            "cat {}/maps",
            "ls {}/fd/",
            "cat {}/fd/2",
            "head -c 1 {}/mem",
            "ls {}/map_files/",
            "cat {}/auxv",
        ] {
            let look = look.replace("{}", &proc);
            let (worked, seen) = as_another_user(&look);
            assert!(!worked && seen.is_empty(), "{look}: {seen}");
        }
        // By number, in case that the folder alone is closed.
        for number in 0..64 {
            let (worked, _) = as_another_user(&format!("head -c 1 {proc}/fd/{number} </dev/null"));
            assert!(!worked, "file {number} of {pid} can be read");
        }
        let (worked, seen) = as_another_user(&format!("cat {proc}/cmdline"));
        assert!(worked && !seen.is_empty(), "everyone may read how a program was called");
        assert!(tokens.iter().all(|token| !seen.contains(token)), "{seen}");
        let (worked, _) = as_another_user(&format!("kill -0 {pid}"));
        assert!(!worked, "another user may send a signal");
    }
}

#[test]
fn no_secret_stands_in_how_the_processes_were_called_nor_in_what_they_log() {
    let log = scratch("careless.log");
    let mut host = careless(&log);
    let tokens = host.tokens();
    let reads = |path: String| match std::fs::read(&path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        // The sidecar's environment is closed even to its own user.
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => String::new(),
        Err(error) => panic!("{path}: {error}"),
    };
    let sidecar = host.sidecar_pid();
    for pid in [host.pid(), sidecar] {
        for file in ["cmdline", "environ"] {
            let seen = reads(format!("/proc/{pid}/{file}"));
            assert!(tokens.iter().all(|token| !seen.contains(token)), "{file} of {pid} shows a token");
        }
    }
    let environment = reads(format!("/proc/{sidecar}/environ"));
    assert!(!environment.contains(ACCOUNT), "the sidecar has the tunnel's account");
    let names: Vec<&str> = environment.split('\0').filter_map(|pair| Some(pair.split_once('=')?.0)).collect();
    let kept = ["HELIOGRAPH_LOG", "RUST_BACKTRACE", "RUST_LIB_BACKTRACE", "LD_LIBRARY_PATH", "MALLOC_ARENA_MAX"];
    assert!(names.iter().all(|name| kept.contains(name)), "{names:?}");
    // A stranger and someone with the token, so that both are in the log.
    let address = host.address();
    for token in [&tokens[0], "wrong"] {
        let authorization = format!("Host: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}");
        crate::http(&address, &format!("POST /whep HTTP/1.1\r\n{authorization}\r\nContent-Length: 3\r\n\r\nv=0"));
    }
    let logged = std::fs::read_to_string(&log).unwrap();
    assert!(!logged.is_empty(), "nothing was logged");
    assert!(tokens.iter().all(|token| !logged.contains(token)), "the log shows a token");
    assert!(!logged.contains(ACCOUNT), "the log shows the tunnel's account");
}

#[test]
fn the_sidecar_gives_up_what_it_does_not_need() {
    let mut host = careless(&scratch("confined.log"));
    let pid = host.sidecar_pid();
    let knows_seccomp = std::fs::exists("/proc/sys/kernel/seccomp/actions_avail").unwrap();
    let expected = [("NoNewPrivs:", "1"), ("Seccomp:", if knows_seccomp { "2" } else { "0" })];
    let threads: Vec<_> =
        std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().map(|task| task.unwrap().path()).collect();
    assert!(threads.len() > 2, "{threads:?}");
    for thread in &threads {
        let status = std::fs::read_to_string(thread.join("status")).unwrap();
        let value = |name| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        for (name, wanted) in expected {
            assert_eq!(value(name), Some(wanted), "{name} of {}", thread.display());
        }
    }
    if !is_root() {
        println!("left out: only root may see the files of a process that cannot be dumped");
        return;
    }
    let inherited = std::fs::read_link(format!("/proc/{}/fd/9", host.pid())).unwrap();
    assert_eq!(inherited.to_str(), Some("/etc/hostname"), "the app has the file that its parent left open");
    for entry in std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().map(Result::unwrap) {
        let Ok(target) = std::fs::read_link(entry.path()) else { continue };
        let (number, target) = (entry.file_name(), target.to_string_lossy().into_owned());
        let is_one_of_ours =
            ["socket:", "pipe:", "/memfd:", "anon_inode:[event"].iter().any(|kind| target.starts_with(kind));
        assert!(is_one_of_ours || number == "2", "{number:?} is {target}");
    }
}

#[test]
fn what_this_kernel_lacks_is_told_to_the_app_and_by_the_doctor() {
    let sidecar = crate::sidecar::Sidecar::start(&[]);
    let doctor = Command::new(env!("CARGO_BIN_EXE_heliograph")).arg("doctor").output().unwrap();
    let report = String::from_utf8_lossy(&doctor.stdout).into_owned();
    let line = report.lines().find(|line| line.contains("Confinement")).unwrap();
    let lacks = |name: &str| sidecar.missing.iter().any(|missing| missing == name);
    let expected = match (lacks("Landlock"), lacks("seccomp")) {
        (false, false) => "Landlock and seccomp",
        (true, false) => "seccomp only",
        (false, true) => "Landlock only",
        (true, true) => "neither",
    };
    assert!(line.contains(expected), "{line}, but the sidecar lacks {:?}", sidecar.missing);
    println!("the sidecar lacks {:?}", sidecar.missing);
}
