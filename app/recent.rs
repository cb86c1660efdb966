//! The files that were opened last, kept in the user's configuration directory, the newest first.

use crate::share::account;
use std::path::{Path, PathBuf};

const FILE: &str = "recent";
const MOST: usize = 10;

/// The list. That of a window is kept; without one, nobody would look at it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recent {
    files: Vec<PathBuf>,
    /// Whether it is kept for the next time.
    is_kept: bool,
}

impl Recent {
    /// As it was kept; empty where it was not.
    pub fn open() -> Recent {
        let text = account::folder().and_then(|folder| std::fs::read_to_string(folder.join(FILE)).ok());
        let text = text.unwrap_or_default();
        let files = text.lines().filter(|line| !line.is_empty()).take(MOST).map(PathBuf::from);
        Recent { files: files.collect(), is_kept: true }
    }

    /// The newest first.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Puts a file to the front, and keeps the list. A list that cannot be kept is a loss that nobody needs to hear of.
    pub fn add(&mut self, path: &Path) {
        self.put(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        if !self.is_kept {
            return;
        }
        let text: String = self.files.iter().filter_map(|file| Some(format!("{}\n", file.to_str()?))).collect();
        let kept = account::folder()
            .map(|folder| std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join(FILE), text)));
        if let Some(Err(error)) = kept {
            tracing::debug!(%error, "the recent files are not kept");
        }
    }

    fn put(&mut self, path: PathBuf) {
        self.files.retain(|file| *file != path);
        self.files.insert(0, path);
        self.files.truncate(MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_first_and_none_is_there_twice() {
        let mut recent = Recent::default();
        for index in 0..MOST + 3 {
            recent.put(PathBuf::from(format!("/{index}")));
        }
        recent.put(PathBuf::from("/8"));
        assert_eq!(recent.files.len(), MOST);
        assert_eq!((recent.files[0].as_path(), recent.files[1].as_path()), (Path::new("/8"), Path::new("/12")));
        assert_eq!(recent.files.iter().filter(|file| **file == Path::new("/8")).count(), 1);
    }
}
