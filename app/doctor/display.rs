//! [`Display`]: whether there is a Wayland compositor or an X server that answers, chosen as winit chooses.

use super::machine::Machine;
use std::net::{TcpStream, ToSocketAddrs};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a window would open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Display {
    /// A Wayland compositor answers.
    Wayland(String),
    /// An X server answers. Also when `WAYLAND_DISPLAY` is set and nobody answers there: winit by itself would not fall
    /// back, so that the event loop has to be built with `with_x11()`.
    X11(String),
    /// Nobody answers, and why, as a sentence.
    None(String),
}

/// What is wrong with one of the two environment variables.
struct Silent {
    variable: &'static str,
    value: String,
    why: String,
}

/// Finds the display: Wayland first, as winit does, then X11.
pub(crate) fn find(machine: &Machine) -> Display {
    let wayland = wayland(machine);
    if let Some(Ok(name)) = wayland {
        return Display::Wayland(name);
    }
    let x11 = x11(machine);
    if let Some(Ok(name)) = x11 {
        return Display::X11(name);
    }
    let silent: Vec<String> = [wayland, x11]
        .into_iter()
        .filter_map(|tried| tried?.err())
        .map(|Silent { variable, value, why }| format!("{variable} is {value}, but nobody answers there ({why})"))
        .collect();
    if silent.is_empty() {
        Display::None("neither WAYLAND_DISPLAY nor DISPLAY is set".into())
    } else {
        Display::None(silent.join("; "))
    }
}

/// `None` when the environment names no compositor. See wl_display_connect in Wayland's client API.
fn wayland(machine: &Machine) -> Option<Result<String, Silent>> {
    // A parent passed an open connection, which is good for one connection only: it is not tried here.
    if let Some(descriptor) = machine.variable("WAYLAND_SOCKET") {
        return Some(Ok(format!("file descriptor {descriptor}")));
    }
    let value = machine.variable("WAYLAND_DISPLAY")?;
    let socket = match machine.variable("XDG_RUNTIME_DIR") {
        _ if value.starts_with('/') => PathBuf::from(value),
        Some(folder) => Path::new(folder).join(value),
        None => return Some(Err(silent("WAYLAND_DISPLAY", value, "XDG_RUNTIME_DIR is not set"))),
    };
    match UnixStream::connect(machine.path(socket)) {
        Ok(_) => Some(Ok(value.to_owned())),
        Err(error) => Some(Err(silent("WAYLAND_DISPLAY", value, error))),
    }
}

/// `None` when the environment names no X server. See X(7), DISPLAY NAMES.
fn x11(machine: &Machine) -> Option<Result<String, Silent>> {
    let value = machine.variable("DISPLAY")?;
    let Some((host, number)) = parse_display(value) else {
        return Some(Err(silent("DISPLAY", value, "it is not of the form HOST:NUMBER")));
    };
    let answer =
        if host.is_empty() || host == "unix" { connect_here(machine, number) } else { connect_there(host, number) };
    match answer {
        Ok(()) => Some(Ok(value.to_owned())),
        Err(error) => Some(Err(silent("DISPLAY", value, error))),
    }
}

fn silent(variable: &'static str, value: &str, why: impl ToString) -> Silent {
    Silent { variable, value: value.to_owned(), why: why.to_string() }
}

/// `host:number.screen`; the host may hold colons (IPv6), the screen is optional.
fn parse_display(value: &str) -> Option<(&str, u16)> {
    let (host, rest) = value.rsplit_once(':')?;
    let number = rest.split_once('.').map_or(rest, |(number, _)| number);
    Some((host, number.parse().ok()?))
}

/// The server on this machine: its socket's file, or its abstract socket where /tmp is another one (containers).
fn connect_here(machine: &Machine, number: u16) -> std::io::Result<()> {
    let name = format!("/tmp/.X11-unix/X{number}");
    UnixStream::connect(machine.path(&name))
        .or_else(|error| {
            let address = SocketAddr::from_abstract_name(machine.path(&name).as_os_str().as_encoded_bytes())?;
            UnixStream::connect_addr(&address).map_err(|_| error)
        })
        .map(drop)
}

/// A server elsewhere, or `ssh -X`, over TCP.
fn connect_there(host: &str, number: u16) -> std::io::Result<()> {
    let port = 6000u16.checked_add(number).ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut last = std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
    for address in (host.trim_matches(['[', ']']), port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, Duration::from_secs(2)) {
            Ok(_) => return Ok(()),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Whether the desktop may offer a dialog to choose files: by its portal over D-Bus, or by zenity. Nobody tells a dialog that
/// was cancelled from one that never appeared, so this is asked before.
pub fn has_file_dialog() -> bool {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let has_bus = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|address| !address.is_empty())
        || runtime.is_some_and(|folder| folder.join("bus").exists());
    let folders = std::env::var_os("PATH").unwrap_or_default();
    has_bus || std::env::split_paths(&folders).any(|folder| folder.join("zenity").is_file())
}

#[cfg(test)]
mod tests {
    use super::super::machine::tests::Made;
    use super::*;
    use std::os::unix::net::UnixListener;

    fn listen(made: &Made, path: &str) -> UnixListener {
        let path = made.machine.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        UnixListener::bind(path).unwrap()
    }

    #[test]
    fn without_a_variable_there_is_no_display() {
        let made = Made::new("none", &[("DISPLAY", "")]);
        assert_eq!(find(&made.machine), Display::None("neither WAYLAND_DISPLAY nor DISPLAY is set".into()));
    }

    #[test]
    fn a_display_that_nobody_serves_is_none_and_is_named() {
        let made = Made::new("dead", &[("DISPLAY", ":77")]);
        let Display::None(reason) = find(&made.machine) else { panic!("found a display") };
        assert!(reason.contains("DISPLAY is :77"), "{reason}");
    }

    #[test]
    fn wayland_comes_first_and_x11_stands_in_when_it_is_silent() {
        let made = Made::new(
            "both",
            &[("DISPLAY", ":7.0"), ("WAYLAND_DISPLAY", "wayland-1"), ("XDG_RUNTIME_DIR", "/run/user/1")],
        );
        let _x = listen(&made, "/tmp/.X11-unix/X7");
        assert_eq!(find(&made.machine), Display::X11(":7.0".into()));
        let _wayland = listen(&made, "/run/user/1/wayland-1");
        assert_eq!(find(&made.machine), Display::Wayland("wayland-1".into()));
    }

    #[test]
    fn an_x_server_over_tcp_is_found() {
        let listener = (6010..6999).find_map(|port| std::net::TcpListener::bind(("127.0.0.1", port)).ok()).unwrap();
        let number = listener.local_addr().unwrap().port() - 6000;
        let made = Made::new("tcp", &[("DISPLAY", &format!("127.0.0.1:{number}.0"))]);
        assert_eq!(find(&made.machine), Display::X11(format!("127.0.0.1:{number}.0")));
    }

    #[test]
    fn a_display_is_read_as_x_reads_it() {
        assert_eq!(parse_display(":0"), Some(("", 0)));
        assert_eq!(parse_display("unix:1.2"), Some(("unix", 1)));
        assert_eq!(parse_display("::1:10.0"), Some(("::1", 10)));
        assert_eq!(parse_display("localhost"), None);
        assert_eq!(parse_display(":x"), None);
    }
}
