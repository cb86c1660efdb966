//! The house keeps its own rules: documents name what exists, dependencies point one way, bans hold everywhere.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

const DOCUMENTS: [&str; 3] = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"];

#[test]
fn every_link_and_path_in_the_documents_leads_somewhere() {
    let mut dead = Vec::new();
    for document in DOCUMENTS {
        let text = read(document);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        let own = links.filter(|link| !link.is_empty() && !link.contains("://")).map(String::from);
        for path in own.chain(paths_named_in(&text)) {
            if !root().join(&path).exists() {
                dead.push(format!("{document}: {path}"));
            }
        }
    }
    assert!(dead.is_empty(), "there is no such file:\n{}", dead.join("\n"));
}

/// Words that begin with one of the tree's folders, wherever they stand in a text.
fn paths_named_in(text: &str) -> Vec<String> {
    let folders = ["app/", "core/", "shaders/", "tests/", "web-viewer/", ".ci/"];
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    text.split(|c| !is_part(c))
        .map(|word| word.trim_end_matches(['.', '/']))
        .filter(|word| folders.iter().any(|folder| word.starts_with(folder)))
        .map(String::from)
        .collect()
}

#[test]
fn every_make_command_in_the_documents_is_a_target() {
    let makefile = read("Makefile");
    let targets: BTreeSet<&str> = makefile
        .lines()
        .filter(|line| !line.starts_with(['\t', '#', '.', ' ']) && !line.contains(":="))
        .filter_map(|line| line.split_once(':').map(|(name, _)| name))
        .collect();
    assert!(
        targets.is_superset(&BTreeSet::from(["run", "check", "test", "bench", "bench-network", "help", "clean"])),
        "{targets:?}"
    );
    for document in DOCUMENTS.into_iter().chain([".ci/run"]) {
        let text = read(document);
        let code = text.split('`').skip(1).step_by(2).chain(text.lines().filter_map(|line| line.strip_prefix("    ")));
        for command in code.filter_map(|code| code.strip_prefix("make ")) {
            let target = command.split(' ').next().unwrap();
            assert!(targets.contains(target), "{document}: make {target}");
        }
    }
    assert!(read(".ci/run").contains("exec make test"));
}

/// A manifest: its folder, and the names in its tables of dependencies.
struct Manifest {
    folder: String,
    text: String,
    dependencies: BTreeSet<String>,
    dev_dependencies: BTreeSet<String>,
}

/// Those of the crates, of their fuzz targets, and of the tests' network.
fn manifests() -> Vec<Manifest> {
    let crates = std::fs::read_dir(root().join("core")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<String> =
        crates.map(|path| format!("core/{}", path.file_name().unwrap().to_str().unwrap())).collect();
    let fuzz = folders.iter().map(|folder| format!("{folder}/fuzz")).filter(|folder| root().join(folder).exists());
    folders.extend(fuzz.collect::<Vec<_>>());
    folders.push("tests/lab".into());
    folders.push(".".into());
    folders.sort();
    folders
        .into_iter()
        .map(|folder| {
            let text = read(Path::new(&folder).join("Cargo.toml"));
            let dependencies = &keys_of(&text, "[dependencies]") | &keys_of(&text, "[build-dependencies]");
            Manifest { dependencies, dev_dependencies: keys_of(&text, "[dev-dependencies]"), folder, text }
        })
        .collect()
}

/// The keys of one table of a manifest; `name.workspace = true` counts as `name`.
fn keys_of(manifest: &str, table: &str) -> BTreeSet<String> {
    let lines = manifest.lines().map(str::trim).skip_while(|line| *line != table).skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['.', '=', ' ']).next())
        .filter(|key| !key.is_empty())
        .map(String::from)
        .collect()
}

#[test]
fn dependencies_point_one_way() {
    let allowed = BTreeMap::from([
        ("core/wire", &[][..]),
        ("core/ring", &[]),
        ("core/codec", &[]),
        ("core/scene", &["wire"]),
        ("core/render", &["scene"]),
        ("core/line", &[]),
        ("core/still", &[]),
        ("core/stream", &["codec", "line", "ring", "still", "wire"]),
        ("core/tunnel", &[]),
        ("core/wire/fuzz", &["wire"]),
        ("core/ring/fuzz", &["ring"]),
        ("core/stream/fuzz", &["stream"]),
        ("tests/lab", &[]),
        (".", &["render", "stream", "scene", "ring", "wire", "tunnel"]),
    ]);
    for manifest in manifests() {
        let may = allowed.get(manifest.folder.as_str());
        let may =
            may.unwrap_or_else(|| panic!("{} is new: draw its arrows here and in ARCHITECTURE.md", manifest.folder));
        for dependency in manifest.dependencies.iter().filter_map(|name| name.strip_prefix("heliograph-")) {
            assert!(may.contains(&dependency), "{} may not depend on {dependency}", manifest.folder);
        }
    }
}

#[test]
fn every_dependency_has_its_line_in_the_architecture_and_every_line_its_dependency() {
    let manifests = manifests();
    let used: BTreeSet<&str> = manifests
        .iter()
        .flat_map(|manifest| manifest.dependencies.iter().chain(&manifest.dev_dependencies))
        .map(String::as_str)
        .filter(|name| !name.starts_with("heliograph-"))
        .collect();
    assert!(used.contains("wgpu") && used.contains("serde"), "the manifests were not understood: {used:?}");
    let architecture = read("ARCHITECTURE.md");
    let table = architecture.split("## Dependencies").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let explained: BTreeSet<&str> = rows.filter(|name| *name != "crate").collect();
    let missing: Vec<_> = used.difference(&explained).collect();
    let stale: Vec<_> = explained.difference(&used).collect();
    assert!(missing.is_empty() && stale.is_empty(), "ARCHITECTURE.md lacks {missing:?} and still explains {stale:?}");

    let package: serde_json::Value = serde_json::from_str(&read("package.json")).unwrap();
    for name in package["devDependencies"].as_object().unwrap().keys() {
        assert!(table.contains(name), "ARCHITECTURE.md says nothing of {name}");
    }
    assert!(package.get("dependencies").is_none(), "the page needs nothing at run time");
}

/// All files of ours under the given folders whose names end so.
fn files(folders: &[&str], endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                // cargo-fuzz builds where its targets lie.
                if entry.file_name() != "target" {
                    left.push(path);
                }
            } else if endings.iter().any(|ending| path.extension().is_some_and(|own| own == *ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

const TREE: [&str; 4] = ["app", "core", "tests", "web-viewer"];

/// The places, as `file:line`, whose text is wrong, but for exempt files.
fn places(
    folders: &[&str],
    endings: &[&str],
    is_exempt: fn(&Path) -> bool,
    is_wrong: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut found = Vec::new();
    for path in files(folders, endings) {
        let own = path.strip_prefix(root()).unwrap();
        if !is_exempt(own) {
            let text = std::fs::read_to_string(&path).unwrap();
            let wrong = text.lines().enumerate().filter(|(_, line)| is_wrong(line));
            found.extend(wrong.map(|(number, _)| format!("{}:{}", own.display(), number + 1)));
        }
    }
    found
}

/// A line of Rust without its comment, in words; `!`, `{` and the like hang on.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split("//").next().unwrap_or_default().split([' ', '(', ')', ';', '\t'])
}

#[test]
fn unsafe_code_has_two_addresses() {
    let is_an_address = |own: &Path| own.starts_with("core/ring") || own.starts_with("core/codec");
    let is_unsafe = |line: &str| {
        let words: Vec<&str> = words(line).collect();
        words.windows(2).any(|pair| pair[0] == "unsafe" && ["{", "fn", "impl", "trait", "extern"].contains(&pair[1]))
    };
    let found = places(&TREE, &["rs"], is_an_address, is_unsafe);
    assert!(found.is_empty(), "unsafe code outside core/ring and core/codec: {found:?}");

    assert!(read("Cargo.toml").contains("unsafe_code = \"forbid\""));
    // Fuzz targets are in workspaces of their own, which have no common lints.
    for Manifest { folder, text, .. } in manifests().into_iter().filter(|manifest| !manifest.folder.ends_with("/fuzz"))
    {
        let takes_the_common_lints = text.replace(' ', "").contains("[lints]\nworkspace=true");
        assert!(
            takes_the_common_lints != is_an_address(Path::new(&folder)),
            "{folder}: the lints of the workspace, but for the two addresses"
        );
    }
}

#[test]
fn nothing_is_left_unfinished_or_switched_off() {
    // Put together here, so that this file does not find itself. What is ignored for a reason that it gives may stay.
    let marks = [["to", "do!("], ["unimple", "mented!("], ["FIX", "ME"], ["X", "XX"], ["#[ig", "nore]"], ["db", "g!("]];
    let marks = marks.map(|halves| halves.concat());
    let unfinished = |line: &str| marks.iter().any(|mark| line.contains(mark));
    let mut found = places(&TREE, &["rs", "js", "mjs", "html", "css"], |_| false, unfinished);
    // In Rust .skip( is an iterator's; in a test of the page it switches the test off.
    found.extend(places(
        &["web-viewer"],
        &["js"],
        |_| false,
        |line| line.contains("test.skip") || line.contains("it.skip"),
    ));
    assert!(found.is_empty(), "unfinished: {found:?}");
}

/// `println!` panics when the reader of stdout has gone, and in the sidecar stdout is the link.
#[test]
fn no_panic_waits_in_a_closed_stdout() {
    // Cargo reads what a build script prints.
    let may_print = |own: &Path| {
        own.ends_with("build.rs")
            || own.components().any(|part| ["tests", "examples"].contains(&&*part.as_os_str().to_string_lossy()))
    };
    let found = places(&["app", "core"], &["rs"], may_print, |line| {
        words(line).any(|word| ["print!", "println!"].contains(&word))
    });
    assert!(found.is_empty(), "use writeln! and handle the error: {found:?}");
}

#[test]
fn every_ban_gives_its_reason() {
    let bans = read("clippy.toml");
    let without: Vec<&str> =
        bans.lines().filter(|line| line.contains("path =") && !line.contains("reason = \"")).collect();
    assert!(without.is_empty(), "clippy.toml: {without:?}");
}
