//! The command line: pictures without a display, and one clear sentence for each file that cannot be opened.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{sample, scratch};
use std::process::{Command, Output};

fn heliograph(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_heliograph")).args(arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn every_bundled_scene_makes_a_picture_without_a_display() {
    for name in ["autzen.laz", "tracts.trk", "brain.nii.gz", "miserables.json", "airplane.ply"] {
        let path = scratch(&format!("files-{name}.png"));
        let output = heliograph(&[&sample(name), "--size", "640x360", "--screenshot", path.to_str().unwrap()]);
        assert!(output.status.success(), "{name}: {}", stderr(&output));
        let picture = common::picture::read_png(&path);
        assert_eq!((picture.width, picture.height), (640, 360));
        assert!(picture.contrast() > 3.0, "{name} is not to be seen");
    }
}

#[test]
fn a_bad_file_gives_one_sentence_with_its_name_and_no_panic() {
    let whole = std::fs::read(sample("autzen.laz")).unwrap();
    let cases: [(&str, &[u8]); 5] = [
        ("empty.laz", b""),
        ("truncated.laz", &whole[..whole.len() / 2]),
        ("notes.txt", b"Dear diary, today I loaded no point cloud."),
        ("nan.ply", b"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\nend_header\nnan nan nan\n"),
        ("absurd.ply", b"ply\nformat binary_little_endian 1.0\nelement vertex 9223372036854775807\nproperty float x\nproperty float y\nproperty float z\nend_header\n"),
    ];
    for (name, bytes) in cases {
        let path = scratch(name);
        std::fs::write(&path, bytes).unwrap();
        let output = heliograph(&[path.to_str().unwrap(), "--screenshot", scratch("bad.png").to_str().unwrap()]);
        let text = stderr(&output);
        assert!(!output.status.success(), "{name} was opened");
        assert_eq!(text.trim().lines().count(), 1, "{name}: {text}");
        assert!(text.contains(name), "{text}");
        assert!(!text.contains("panicked") && !text.contains("bug"), "{text}");
    }
    let output = heliograph(&["/nowhere/scan.laz", "--screenshot", "/tmp/x.png"]);
    assert!(!output.status.success() && stderr(&output).contains("scan.laz"));
}

#[test]
fn a_picture_that_cannot_be_written_says_where_and_why() {
    let output = heliograph(&[&sample("airplane.ply"), "--screenshot", "/nowhere/picture.png"]);
    assert!(!output.status.success());
    assert!(stderr(&output).contains("/nowhere/picture.png"), "{}", stderr(&output));
}

#[test]
fn the_doctor_examines_without_a_panic() {
    let output = heliograph(&["doctor"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("Vulkan") && text.contains("nasm"), "{text}");
    assert!(!stderr(&output).contains("panicked"));
}

#[test]
fn without_a_vulkan_driver_there_is_a_sentence_that_names_the_package() {
    let output = Command::new(env!("CARGO_BIN_EXE_heliograph"))
        .args([&sample("airplane.ply"), "--screenshot", "/tmp/x.png"])
        .envs([("VK_ICD_FILENAMES", "/nowhere.json"), ("VK_DRIVER_FILES", "/nowhere.json"), ("WGPU_BACKEND", "vulkan")])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(stderr(&output).contains("mesa-vulkan-drivers"), "{}", stderr(&output));
}
