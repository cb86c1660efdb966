//! The ngrok account's token: from the environment, or typed once and kept in the user's configuration directory, readable
//! by nobody else. It is in no argument list and no log.

use heliograph_tunnel::Secret;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What ngrok's own program reads, too.
const VARIABLE: &str = "NGROK_AUTHTOKEN";
const FILE: &str = "ngrok-authtoken";
/// ngrok's tokens have 49 characters.
const MAX_CHARS: usize = 200;

/// The program's folder in the user's configuration directory (XDG Base Directory Specification); `None` without a home.
pub fn folder() -> Option<PathBuf> {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".config"));
    let base =
        std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute()).or_else(home)?;
    Some(base.join("heliograph"))
}

/// The token, if there is one.
pub fn token() -> Option<Secret> {
    let from_environment = std::env::var(VARIABLE).ok();
    let from_file = || std::fs::read_to_string(folder()?.join(FILE)).ok();
    let token = Secret::new(from_environment.or_else(from_file)?);
    (!token.is_empty()).then_some(token)
}

/// Keeps a token that was typed.
///
/// # Errors
/// A sentence, when it can be none or cannot be written.
pub fn keep(token: &str) -> Result<(), String> {
    let folder = folder().ok_or("This user has no home folder, so the token cannot be kept: set NGROK_AUTHTOKEN.")?;
    keep_in(&folder, token.trim())
}

fn keep_in(folder: &Path, token: &str) -> Result<(), String> {
    let is_one = !token.is_empty() && token.len() <= MAX_CHARS && token.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_one {
        return Err("That is no ngrok token: it is one word of letters, digits and underscores.".into());
    }
    let cannot = |error: std::io::Error| format!("The token cannot be kept in {}: {error}.", folder.display());
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(cannot)?;
    let path = folder.join(FILE);
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path).map_err(cannot)?;
    // A file that was there keeps its mode.
    file.set_permissions(std::fs::Permissions::from_mode(0o600)).map_err(cannot)?;
    file.write_all(token.as_bytes()).map_err(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_token_is_readable_by_its_owner_only() {
        let folder = std::env::temp_dir().join(format!("heliograph-account-{}", std::process::id()));
        let path = folder.join(FILE);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        keep_in(&folder, "2abc_DEF").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "2abc_DEF");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for bad in ["", "two words", "line\nbreak", &"x".repeat(MAX_CHARS + 1)] {
            assert!(keep_in(&folder, bad).is_err(), "{bad:?} passed");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
