//! [`Machine`]: looks for files and shared libraries as the dynamic linker would, without opening any.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A machine's files and environment; the tests make small ones of their own.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    root: PathBuf,
    environment: HashMap<String, String>,
}

/// Where a shared library was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Library {
    /// At this path.
    At(PathBuf),
    /// Nowhere that the dynamic linker looks.
    Missing,
    /// This system keeps no list of its libraries (musl, NixOS), so that only opening it would tell.
    Unknown,
}

/// The list of libraries that glibc's `ldconfig` keeps; a package manager renews it with each package.
const LINKER_CACHE: &str = "/etc/ld.so.cache";

impl Machine {
    /// The one that this process runs on.
    pub(crate) fn this() -> Machine {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Machine { root: PathBuf::from("/"), environment: std::env::vars_os().filter_map(text).collect() }
    }

    /// An environment variable; an empty one counts as not set, as it does for winit and the Vulkan loader.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Where an absolute path of the machine lies for this process.
    pub(crate) fn path(&self, absolute: impl AsRef<Path>) -> PathBuf {
        let absolute = absolute.as_ref();
        self.root.join(absolute.strip_prefix("/").unwrap_or(absolute))
    }

    /// Whether there is a file or folder at an absolute path.
    pub(crate) fn has(&self, absolute: impl AsRef<Path>) -> bool {
        self.path(absolute).exists()
    }

    /// Whether a program can be started by its name alone.
    pub(crate) fn has_program(&self, name: &str) -> bool {
        self.variable("PATH")
            .is_some_and(|folders| folders.split(':').any(|folder| self.has(Path::new(folder).join(name))))
    }

    /// The names in a folder, sorted; none when there is no such folder.
    pub(crate) fn names_in(&self, folder: impl AsRef<Path>) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// What the machine calls itself, e.g. `Debian GNU/Linux 12 (bookworm)` (os-release(5)).
    pub(crate) fn system_name(&self) -> Option<String> {
        let text = std::fs::read_to_string(self.path("/etc/os-release")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
        Some(line.trim_matches('"').to_owned())
    }

    /// Whether [`Machine::library`] can say that something is missing.
    pub(crate) fn lists_its_libraries(&self) -> bool {
        self.has(LINKER_CACHE)
    }

    /// Looks for a shared library by its soname, in ld.so(8)'s order: `LD_LIBRARY_PATH`, the linker's cache, the usual folders.
    pub(crate) fn library(&self, soname: &str) -> Library {
        let named = self.variable("LD_LIBRARY_PATH").unwrap_or_default();
        let in_named =
            named.split(':').filter(|folder| !folder.is_empty()).map(|folder| Path::new(folder).join(soname));
        let usual = usual_folders().into_iter().map(|folder| Path::new(&folder).join(soname));
        let found = in_named.chain(self.cached(soname)).chain(usual).find(|path| self.has(path));
        match found {
            Some(path) => Library::At(path),
            None if self.lists_its_libraries() => Library::Missing,
            None => Library::Unknown,
        }
    }

    /// The paths that the linker's cache holds for a soname. It is read as what it is beside its tables, a heap of
    /// NUL-terminated strings: that holds for every version of the format.
    fn cached(&self, soname: &str) -> Vec<PathBuf> {
        let cache = std::fs::read(self.path(LINKER_CACHE)).unwrap_or_default();
        cache
            .split(|&byte| byte == 0)
            .filter_map(|text| std::str::from_utf8(text).ok())
            // The first string may have the end of a table before it: a path begins at its first slash.
            .filter_map(|text| text.find('/').map(|start| Path::new(&text[start..])))
            .filter(|path| path.file_name().is_some_and(|name| name == soname) && is_for_this_processor(path))
            .map(Path::to_path_buf)
            .collect()
    }
}

/// Debian's name of the processor in its multiarch folders.
fn multiarch_prefix() -> &'static str {
    match std::env::consts::ARCH {
        "x86" => "i386",
        other => other,
    }
}

/// Folders of libraries on Debian, Fedora, Arch and kin, the nearest first.
fn usual_folders() -> Vec<String> {
    let multiarch = ["gnu", "gnueabihf"].map(|kind| format!("{}-linux-{kind}", multiarch_prefix()));
    let mut folders: Vec<String> =
        multiarch.iter().flat_map(|name| [format!("/lib/{name}"), format!("/usr/lib/{name}")]).collect();
    folders.extend(["/usr/local/lib", "/lib64", "/usr/lib64", "/lib", "/usr/lib"].map(String::from));
    folders
}

/// Whether a path is not one of another processor's multiarch folders, e.g. those of 32-bit games.
fn is_for_this_processor(path: &Path) -> bool {
    let mut parts = path.components().filter_map(|part| part.as_os_str().to_str());
    parts.all(|part| !part.contains("-linux-gnu") || part.starts_with(multiarch_prefix()))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A machine in a folder of its own, removed with it.
    pub(crate) struct Made {
        pub(crate) machine: Machine,
        folder: PathBuf,
    }

    impl Made {
        /// `name` keeps the tests of one process apart.
        pub(crate) fn new(name: &str, environment: &[(&str, &str)]) -> Made {
            let folder = std::env::temp_dir().join(format!("heliograph-{}-{name}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            let environment = environment.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            Made { machine: Machine { root: folder.clone(), environment }, folder }
        }

        pub(crate) fn with_file(self, absolute: &str, content: &[u8]) -> Made {
            let path = self.machine.path(absolute);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
            self
        }

        /// A linker's cache as ldconfig writes it: a header, a table, then sonames and paths.
        pub(crate) fn with_cache(self, paths: &[&str]) -> Made {
            let mut cache = b"glibc-ld.so.cache1.1\x01\x00\x00\x00\x2f\xff\x00".to_vec();
            for path in paths {
                cache.extend(path.rsplit('/').next().unwrap().bytes().chain([0]));
                cache.extend(path.bytes().chain([0]));
            }
            self.with_file(LINKER_CACHE, &cache)
        }
    }

    impl Drop for Made {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }

    #[test]
    fn a_library_is_found_where_the_linker_would_look() {
        let made = Made::new("linker", &[("LD_LIBRARY_PATH", "/opt/own")])
            .with_cache(&["/odd/place/libXi.so.6"])
            .with_file("/odd/place/libXi.so.6", b"")
            .with_file("/usr/lib64/libX11.so.6", b"")
            .with_file("/opt/own/libxkbcommon.so.0", b"");
        let at = |path: &str| Library::At(PathBuf::from(path));
        assert_eq!(made.machine.library("libXi.so.6"), at("/odd/place/libXi.so.6"));
        assert_eq!(made.machine.library("libX11.so.6"), at("/usr/lib64/libX11.so.6"));
        assert_eq!(made.machine.library("libxkbcommon.so.0"), at("/opt/own/libxkbcommon.so.0"));
        assert_eq!(made.machine.library("libXcursor.so.1"), Library::Missing);
        // Part of a name is not the name.
        assert_eq!(made.machine.library("libXi.so"), Library::Missing);
    }

    #[test]
    fn a_library_that_only_the_cache_remembers_is_missing() {
        let made = Made::new("removed", &[]).with_cache(&["/usr/lib/libXi.so.6"]);
        assert_eq!(made.machine.library("libXi.so.6"), Library::Missing);
    }

    #[test]
    fn a_library_for_another_processor_is_missing() {
        let other = if cfg!(target_arch = "x86_64") { "i386" } else { "x86_64" };
        let path = format!("/lib/{other}-linux-gnu/libXi.so.6");
        let made = Made::new("processor", &[]).with_cache(&[&path]).with_file(&path, b"");
        assert_eq!(made.machine.library("libXi.so.6"), Library::Missing);
    }

    #[test]
    fn where_no_list_of_libraries_is_kept_nothing_is_called_missing() {
        let made = Made::new("musl", &[]);
        assert_eq!(made.machine.library("libXi.so.6"), Library::Unknown);
    }
}
