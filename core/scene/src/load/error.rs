//! Why a file was not loaded.

/// Why a file was not loaded. The text is one sentence for people, without a full stop.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// [`super::Progress::cancel`] was called.
    #[error("loading was cancelled")]
    Cancelled,
    /// The file, or what it asks of this machine, is at fault.
    #[error("{name} {problem}")]
    File {
        /// The file's name without its folder.
        name: String,
        /// What is wrong with it.
        problem: Problem,
    },
}

/// What is wrong with a file, as the end of a sentence that begins with its name.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Nothing has this name.
    #[error("does not exist")]
    Missing,
    /// A folder has this name.
    #[error("is a folder: open the files in it")]
    Folder,
    /// A device, pipe or socket has this name.
    #[error("is not a regular file")]
    NotAFile,
    /// The operating system does not give it out.
    #[error("cannot be read: {0}")]
    Io(std::io::Error),
    /// It has no bytes.
    #[error("is empty")]
    Empty,
    /// It is of no kind that is known.
    #[error("is not a file Heliograph can open: it opens {known}")]
    UnknownKind {
        /// The kinds that are known, as a list in words.
        known: String,
    },
    /// Bytes are missing at its end.
    #[error("is cut short: {detail}")]
    Truncated {
        /// What is there and what was expected.
        detail: String,
    },
    /// It breaks the rules of its kind.
    #[error("is not a valid {kind} file: {detail}")]
    Malformed {
        /// E.g. `PLY`.
        kind: &'static str,
        /// What is there and what was expected.
        detail: String,
    },
    /// It obeys the rules of its kind and uses what Heliograph does not read.
    #[error("cannot be shown: {detail}")]
    Unsupported {
        /// What it uses and what is read instead.
        detail: String,
    },
    /// There is nothing in it to draw.
    #[error("holds nothing to draw: {detail}")]
    Nothing {
        /// What there is none of.
        detail: String,
    },
    /// It would take more memory than there is.
    #[error(
        "needs about {} of memory, and of what this machine has free Heliograph takes at most {}",
        megabytes(*needed_bytes),
        megabytes(*allowed_bytes)
    )]
    TooLarge {
        /// What it would take.
        needed_bytes: u64,
        /// What it may take.
        allowed_bytes: u64,
    },
    /// The wish of the user, not a fault.
    #[error("was not loaded: loading was cancelled")]
    Cancelled,
}

/// What a sentence may quote of a file is no longer than this, in bytes.
const MOST_BYTES: usize = 300;

impl Problem {
    /// The same, on one line and of bounded length, whatever of the file its words repeat.
    pub(super) fn tidied(mut self) -> Problem {
        if let Problem::Truncated { detail }
        | Problem::Malformed { detail, .. }
        | Problem::Unsupported { detail }
        | Problem::Nothing { detail } = &mut self
        {
            let there = detail.char_indices().take_while(|(at, letter)| at + letter.len_utf8() <= MOST_BYTES);
            *detail = there.map(|(_, letter)| if letter.is_control() { ' ' } else { letter }).collect();
        }
        self
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Problem {
        match error.kind() {
            std::io::ErrorKind::NotFound => Problem::Missing,
            std::io::ErrorKind::UnexpectedEof => Problem::Truncated { detail: "it ends too early".into() },
            _ => Problem::Io(error),
        }
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", crate::text::count(bytes.div_ceil(1_000_000)))
}
