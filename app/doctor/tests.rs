use super::machine::tests::Made;
use super::*;

/// A machine that has all libraries but those named.
fn machine_without(name: &str, missing: &[&str]) -> Made {
    let mut made = Made::new(name, &[]).with_file("/usr/share/X11/xkb/rules/evdev", b"");
    let paths: Vec<String> = X11_LIBRARIES
        .iter()
        .chain(&WAYLAND_LIBRARIES)
        .filter(|(_, soname, _)| !missing.contains(soname))
        .map(|(_, soname, _)| format!("/usr/lib/{soname}"))
        .collect();
    for path in &paths {
        made = made.with_file(path, b"");
    }
    made.with_cache(&paths.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_window_is_refused_with_the_line_that_mends_it() {
    let made = machine_without("refused", &["libXcursor.so.1", "libxkbcommon-x11.so.0"]);
    let refusal = ready_for(&made.machine, &Display::X11(":0".into())).unwrap_err();
    assert!(refusal.contains("without libXcursor, libxkbcommon-x11."), "{refusal}");
    assert!(refusal.contains("sudo apt-get install libxcursor1 libxkbcommon-x11-0."), "{refusal}");
}

#[test]
fn wayland_asks_for_no_library_of_x11() {
    let made = machine_without("wayland", &["libX11.so.6", "libXi.so.6"]);
    assert_eq!(ready_for(&made.machine, &Display::Wayland("wayland-0".into())), Ok(()));
}

#[test]
fn a_machine_with_everything_opens_a_window() {
    let made = machine_without("whole", &[]);
    assert_eq!(ready_for(&made.machine, &Display::X11(":0".into())), Ok(()));
}

#[test]
fn keyboard_layouts_that_are_missing_are_named_before_winit_panics_over_them() {
    let made = machine_without("layouts", &[]);
    std::fs::remove_file(made.machine.path("/usr/share/X11/xkb/rules/evdev")).unwrap();
    let refusal = ready_for(&made.machine, &Display::X11(":0".into())).unwrap_err();
    assert!(refusal.contains("keyboard layouts") && refusal.contains("xkb-data"), "{refusal}");
}

#[test]
fn a_server_without_a_display_is_healthy_and_is_told_that_it_runs_headless() {
    let made = machine_without("server", &["libX11.so.6"]);
    let checks = window(&made.machine, &Display::None("no reason".into()));
    assert!(checks.iter().all(|check| check.health != Health::Missing), "{checks:?}");
    assert!(checks[0].found.contains("headless"));
    let refusal = ready_for(&made.machine, &Display::None("no reason".into())).unwrap_err();
    assert!(refusal.contains("--headless"), "{refusal}");
}

#[test]
fn drivers_named_by_the_environment_are_the_only_ones() {
    let made = Made::new("icd", &[("VK_DRIVER_FILES", "/gone.json")])
        .with_cache(&[])
        .with_file("/usr/share/vulkan/icd.d/lvp_icd.json", b"");
    let checks = vulkan(&made.machine);
    assert_eq!(checks[0].package, Some("libvulkan1"));
    assert!(checks[1].found.contains("/gone.json"), "{checks:?}");
}

#[test]
fn the_report_marks_each_line_and_ends_with_one_line_to_install_it_all() {
    let report = Report {
        heading: "Heliograph on a bench".into(),
        checks: vec![
            shared_memory(Ok::<(), String>(())),
            encoder(false),
            adapter(Err("no adapter")),
            adapter(Ok::<_, String>(("llvmpipe".into(), wgpu::DeviceType::Cpu))),
        ],
    };
    let text = report.to_string();
    assert!(!report.is_healthy());
    assert!(text.contains("✓ Shared memory"), "{text}");
    assert!(text.contains("! H.264 encoder"), "{text}");
    assert!(text.contains("✗ Graphics adapter  no adapter → mesa-vulkan-drivers"), "{text}");
    assert!(text.ends_with("sudo apt-get install mesa-vulkan-drivers nasm\n"), "{text}");
}

#[test]
fn a_taken_port_is_not_an_illness() {
    // Taken by this test, unless someone else has it already: either way the next one serves.
    let _held = TcpListener::bind((Ipv4Addr::LOCALHOST, DEFAULT_PORT));
    assert_eq!(port(IpAddr::V4(Ipv4Addr::LOCALHOST)).health, Health::Good);
}

#[test]
fn a_kernel_that_cannot_confine_the_sidecar_is_told_of_and_stops_nobody() {
    let check = |landlock, seccomp| confinement(Available { landlock, seccomp });
    assert_eq!(check(true, true).health, Health::Good);
    for (landlock, seccomp, words) in
        [(true, false, "Landlock only"), (false, true, "seccomp only"), (false, false, "neither Landlock nor seccomp")]
    {
        let check = check(landlock, seccomp);
        assert_eq!(check.health, Health::Limited);
        assert!(check.found.contains(words), "{}", check.found);
    }
}
