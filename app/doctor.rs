//! `heliograph doctor`: says what this machine has of what Heliograph needs, and which package brings the rest.
//!
//! [`report`] finds out, [`Report`]'s `Display` prints. [`before_window`] is the part of it that the shell asks before it
//! creates an event loop: winit panics where a library is missing, and a panic is no way to say so.

mod display;
mod machine;

use crate::share::DEFAULT_PORT;
use heliograph_render::Gpu;
use heliograph_stream::confine::Available;
use machine::{Library, Machine};
use std::fmt;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::process::ExitCode;

pub use display::{Display, has_file_dialog};

/// How many ports, from the default one, are tried until one is free.
const PORTS: u16 = 100;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// There.
    Good,
    /// Not there, or not as good as it could be; Heliograph works without.
    Limited,
    /// Not there, and something that was asked for cannot work.
    Missing,
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at, e.g. `Vulkan loader`.
    pub subject: &'static str,
    /// How it came out.
    pub health: Health,
    /// What was found, or what is wrong.
    pub found: String,
    /// The Debian package that mends it, unless it is good or no package would.
    pub package: Option<&'static str>,
}

/// Everything that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The program and the machine, in one line.
    pub heading: String,
    /// In the order to show them.
    pub checks: Vec<Check>,
}

/// Prints the report. The exit code is a failure when something is [`Health::Missing`].
pub fn run() -> ExitCode {
    let report = report();
    // Not print!, which panics when the reader has gone (`heliograph doctor | head`).
    let _ = write!(std::io::stdout(), "{report}");
    if report.is_healthy() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Looks at this machine. Takes a fraction of a second: it starts the graphics driver and opens a port for a moment.
pub fn report() -> Report {
    let machine = Machine::this();
    let mut checks = vulkan(&machine);
    checks.push(adapter(Gpu::headless().map(|gpu| (gpu.description(), gpu.adapter.get_info().device_type))));
    checks.extend(window(&machine, &display::find(&machine)));
    checks.push(file_dialog(&machine));
    checks.push(encoder(heliograph_stream::encoder_has_assembly()));
    checks.push(shared_memory(heliograph_ring::create(16, 16).map(drop)));
    checks.push(confinement(heliograph_stream::confine::available()));
    checks.push(port(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    let system = machine.system_name().unwrap_or_else(|| std::env::consts::OS.into());
    let heading = format!("Heliograph {} on {system}, {}", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH);
    Report { heading, checks }
}

/// Where a window would open; the shell passes it on to winit, which would not fall back from Wayland to X11.
pub fn display() -> Display {
    display::find(&Machine::this())
}

/// Whether a Wayland compositor or an X server answers.
pub fn has_display() -> bool {
    !matches!(display(), Display::None(_))
}

/// Asks for everything without which winit would panic or fail in riddles.
///
/// # Errors
/// A sentence that names what is missing and the line that installs it.
pub fn before_window() -> Result<(), String> {
    let machine = Machine::this();
    ready_for(&machine, &display::find(&machine))
}

fn ready_for(machine: &Machine, display: &Display) -> Result<(), String> {
    if let Display::None(reason) = display {
        return Err(format!(
            "There is no display to open a window on: {reason}. With --headless Heliograph needs none."
        ));
    }
    let checks = window(machine, display);
    let missing: Vec<&Check> = checks.iter().filter(|check| check.health == Health::Missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let what: Vec<&str> = missing.iter().map(|check| check.subject).collect();
    let line = install_line(missing.into_iter());
    Err(format!(
        "The window cannot open without {}. To install: {line}. With --headless Heliograph needs none.",
        what.join(", ")
    ))
}

impl Report {
    /// Whether nothing is missing.
    pub fn is_healthy(&self) -> bool {
        self.checks.iter().all(|check| check.health != Health::Missing)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.heading)?;
        let width = self.checks.iter().map(|check| check.subject.chars().count()).max().unwrap_or(0);
        for Check { subject, health, found, package } in &self.checks {
            let mark = match health {
                Health::Good => '✓',
                Health::Limited => '!',
                Health::Missing => '✗',
            };
            let mend = package.map(|name| format!(" → {name}")).unwrap_or_default();
            writeln!(f, "{mark} {subject:width$}  {found}{mend}")?;
        }
        let mendable = self.checks.iter().filter(|check| check.package.is_some());
        match mendable.clone().next() {
            Some(_) => writeln!(f, "\nTo install what is named above (Debian, Ubuntu): {}", install_line(mendable)),
            None if self.is_healthy() => writeln!(f, "\nEverything that Heliograph needs is there."),
            None => writeln!(f, "\nNo package mends what is marked ✗; the lines above say what does."),
        }
    }
}

fn install_line<'a>(checks: impl Iterator<Item = &'a Check>) -> String {
    let mut packages: Vec<&str> = checks.filter_map(|check| check.package).collect();
    packages.sort_unstable();
    packages.dedup();
    format!("sudo apt-get install {}", packages.join(" "))
}

impl Check {
    fn good(subject: &'static str, found: impl Into<String>) -> Check {
        Check { subject, health: Health::Good, found: found.into(), package: None }
    }

    fn bad(health: Health, subject: &'static str, found: impl Into<String>, package: Option<&'static str>) -> Check {
        Check { subject, health, found: found.into(), package }
    }
}

fn library(machine: &Machine, health: Health, subject: &'static str, soname: &str, package: &'static str) -> Check {
    match machine.library(soname) {
        Library::At(path) => Check::good(subject, path.display().to_string()),
        Library::Unknown => {
            Check::good(subject, format!("cannot tell: this system keeps no list of its libraries ({soname})"))
        }
        Library::Missing => Check::bad(health, subject, format!("{soname} is nowhere"), Some(package)),
    }
}

fn vulkan(machine: &Machine) -> Vec<Check> {
    // The loader's own order (Vulkan-Loader, LoaderDriverInterface.md): named files only, where files are named.
    let named = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].iter().find_map(|name| machine.variable(name));
    let drivers: Vec<String> = match named {
        Some(files) => files.split(':').filter(|file| machine.has(file)).map(String::from).collect(),
        None => ["/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/usr/share/vulkan/icd.d"]
            .iter()
            .flat_map(|folder| machine.names_in(folder))
            .filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()))
            .collect(),
    };
    let subject = "Vulkan drivers";
    let drivers = if !drivers.is_empty() {
        Check::good(subject, drivers.join(", "))
    } else if let Some(files) = named {
        Check::bad(Health::Limited, subject, format!("none: the environment names {files}, which is not there"), None)
    } else {
        Check::bad(Health::Limited, subject, "none", Some("mesa-vulkan-drivers"))
    };
    // Whether all this is fatal is for the adapter to say: OpenGL may stand in.
    vec![library(machine, Health::Limited, "Vulkan loader", "libvulkan.so.1", "libvulkan1"), drivers]
}

fn adapter<E: fmt::Display>(opened: Result<(String, wgpu::DeviceType), E>) -> Check {
    let subject = "Graphics adapter";
    match opened {
        Ok((name, wgpu::DeviceType::Cpu)) => {
            let found = format!("{name}: draws on the processor; if there is a graphics card, its driver is missing");
            Check::bad(Health::Limited, subject, found, None)
        }
        Ok((name, _)) => Check::good(subject, name),
        Err(error) => Check::bad(Health::Missing, subject, error.to_string(), Some("mesa-vulkan-drivers")),
    }
}

/// What winit opens at run time: (subject, soname, package).
const X11_LIBRARIES: [(&str, &str, &str); 6] = [
    ("libX11", "libX11.so.6", "libx11-6"),
    ("libX11-xcb", "libX11-xcb.so.1", "libx11-xcb1"),
    ("libXcursor", "libXcursor.so.1", "libxcursor1"),
    ("libXi", "libXi.so.6", "libxi6"),
    ("libxkbcommon", "libxkbcommon.so.0", "libxkbcommon0"),
    ("libxkbcommon-x11", "libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
];
const WAYLAND_LIBRARIES: [(&str, &str, &str); 2] = [
    ("libwayland-client", "libwayland-client.so.0", "libwayland-client0"),
    ("libxkbcommon", "libxkbcommon.so.0", "libxkbcommon0"),
];

/// The display and what a window on it needs. Without a display nothing of it is fatal: the mirror works headless.
fn window(machine: &Machine, display: &Display) -> Vec<Check> {
    let subject = "Display";
    let (first, libraries, health) = match display {
        Display::Wayland(name) => {
            (Check::good(subject, format!("Wayland, {name}")), &WAYLAND_LIBRARIES[..], Health::Missing)
        }
        Display::X11(name) => (Check::good(subject, format!("X11, {name}")), &X11_LIBRARIES[..], Health::Missing),
        Display::None(reason) => {
            let found = format!("none: {reason}; Heliograph runs headless");
            (Check::bad(Health::Limited, subject, found, None), &X11_LIBRARIES[..], Health::Limited)
        }
    };
    let mut checks = vec![first];
    checks
        .extend(libraries.iter().map(|(subject, soname, package)| library(machine, health, subject, soname, package)));
    checks.push(keyboard_layouts(machine, health));
    checks
}

fn keyboard_layouts(machine: &Machine, health: Health) -> Check {
    let subject = "keyboard layouts";
    let root = machine.variable("XKB_CONFIG_ROOT").unwrap_or("/usr/share/X11/xkb");
    let rules = format!("{root}/rules/evdev");
    if machine.has(&rules) {
        Check::good(subject, root)
    } else if machine.lists_its_libraries() {
        Check::bad(health, subject, format!("{rules} is not there"), Some("xkb-data"))
    } else {
        Check::good(subject, "cannot tell: this system keeps them elsewhere")
    }
}

fn file_dialog(machine: &Machine) -> Check {
    let subject = "File dialog";
    if machine.has("/usr/share/dbus-1/services/org.freedesktop.portal.Desktop.service") {
        Check::good(subject, "the desktop's own (XDG portal)")
    } else if machine.has_program("zenity") {
        Check::good(subject, "zenity")
    } else {
        let found = "none; files open from the command line and by drag and drop";
        Check::bad(Health::Limited, subject, found, Some("zenity"))
    }
}

fn encoder(has_assembly: bool) -> Check {
    let subject = "H.264 encoder";
    if has_assembly {
        return Check::good(subject, "openh264, built with nasm");
    }
    let found = "openh264 was built without nasm and takes 2.6 times the processor time. Install nasm, \
                 then: cargo clean --release -p openh264-sys2 && cargo build --release";
    Check::bad(Health::Limited, subject, found, Some("nasm"))
}

fn shared_memory<E: fmt::Display>(created: Result<(), E>) -> Check {
    match created {
        Ok(()) => Check::good("Shared memory", "memfd, sealed"),
        Err(error) => Check::bad(Health::Missing, "Shared memory", error.to_string(), None),
    }
}

/// What shuts the streaming process off from the rest of the machine. Without it sharing works all the same.
fn confinement(available: Available) -> Check {
    let subject = "Confinement";
    let there = match (available.landlock, available.seccomp) {
        (true, true) => return Check::good(subject, "Landlock and seccomp"),
        (true, false) => "Landlock only",
        (false, true) => "seccomp only",
        (false, false) => "neither Landlock nor seccomp",
    };
    let found = format!("this kernel has {there}: the streaming process is less shut off than it could be");
    Check::bad(Health::Limited, subject, found, None)
}

fn port(address: IpAddr) -> Check {
    let subject = "Port";
    let mut ports = DEFAULT_PORT..DEFAULT_PORT + PORTS;
    match ports.find(|port| TcpListener::bind((address, *port)).is_ok()) {
        Some(DEFAULT_PORT) => Check::good(subject, format!("{address}:{DEFAULT_PORT} is free")),
        Some(free) => Check::good(subject, format!("{DEFAULT_PORT} is taken; a share will use {address}:{free}")),
        None => {
            let found = format!(
                "none of {DEFAULT_PORT} to {} can be opened on {address}; name another with --port",
                ports.end - 1
            );
            Check::bad(Health::Missing, subject, found, None)
        }
    }
}

#[cfg(test)]
mod tests;
