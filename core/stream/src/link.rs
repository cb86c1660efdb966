//! The link to the app: one JSON object a line (see [`heliograph_wire::link`]).

use heliograph_wire::{FromSidecar, ToSidecar};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

/// Lines that wait for the app to read them. They are rare: when so many wait, the app does not read at all.
const WAITING_LINES_MAX: usize = 1_024;
/// A scene with its properties takes some kilobytes.
const LINE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Why the link cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    /// The app wrote what is no message: the two are of different builds.
    #[error("the app sent a line that this sidecar does not understand: {0}")]
    Malformed(#[from] serde_json::Error),
    /// See [`LINE_BYTES_MAX`].
    #[error("the app sent a line of over {LINE_BYTES_MAX} bytes")]
    TooLong,
    /// The pipe broke.
    #[error("the pipe from the app broke: {0}")]
    Io(#[from] std::io::Error),
}

/// Reads the next line; `None` at the end of the file.
///
/// # Errors
/// See [`LinkError`].
pub(crate) async fn read_line(input: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<ToSidecar>, LinkError> {
    let mut line = Vec::new();
    let read = (&mut *input).take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await?;
    match (read, line.last()) {
        (0, _) => Ok(None),
        (_, Some(b'\n')) => Ok(Some(serde_json::from_slice(&line)?)),
        _ if read as u64 == LINE_BYTES_MAX => Err(LinkError::TooLong),
        // The app died in the middle of a line.
        _ => Ok(None),
    }
}

/// Says something to the app, in order, without waiting.
#[derive(Debug, Clone)]
pub(crate) struct LinkWriter {
    lines: mpsc::Sender<FromSidecar>,
}

impl LinkWriter {
    pub(crate) fn new() -> (LinkWriter, mpsc::Receiver<FromSidecar>) {
        let (lines, receiver) = mpsc::channel(WAITING_LINES_MAX);
        (LinkWriter { lines }, receiver)
    }

    /// Queues a line. When the app does not read, statistics are dropped first, at a quarter of the queue.
    pub(crate) fn say(&self, message: FromSidecar) {
        let statistics = matches!(message, FromSidecar::Stats { .. });
        if statistics && self.lines.capacity() < WAITING_LINES_MAX * 3 / 4 {
            return;
        }
        if self.lines.try_send(message).is_err() {
            tracing::error!("the app does not read what the sidecar says");
        }
    }
}

/// Writes the queued lines until the last [`LinkWriter`] is gone or the app closes the pipe.
pub(crate) async fn write_lines(mut lines: mpsc::Receiver<FromSidecar>, mut output: impl AsyncWrite + Unpin) {
    while let Some(message) = lines.recv().await {
        let Ok(mut line) = serde_json::to_vec(&message) else { continue };
        line.push(b'\n');
        let written = async {
            output.write_all(&line).await?;
            output.flush().await
        };
        if written.await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    async fn read_all(text: &[u8]) -> Vec<Result<Option<ToSidecar>, String>> {
        let mut input = Cursor::new(text);
        let mut lines = Vec::new();
        loop {
            let line = read_line(&mut input).await.map_err(|error| error.to_string());
            let last = matches!(line, Ok(None));
            lines.push(line);
            if last {
                return lines;
            }
        }
    }

    #[tokio::test]
    async fn lines_are_read_one_by_one_and_half_a_line_is_the_end() {
        let lines = read_all(b"{\"type\":\"stop\",\"reason\":\"bye\"}\nnonsense\n{\"type\":\"sto").await;
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0], Ok(Some(ToSidecar::Stop { reason: "bye".to_owned() })));
        assert!(lines[1].is_err());
        assert_eq!(lines[2], Ok(None));
    }

    #[tokio::test]
    async fn when_the_app_does_not_read_statistics_are_dropped_first() {
        let (writer, mut lines) = LinkWriter::new();
        for _ in 0..2_000 {
            writer.say(FromSidecar::Stats { stats: Default::default(), guests: Vec::new() });
        }
        writer.say(FromSidecar::WantFrame);
        drop(writer);
        let mut kept = Vec::new();
        while let Some(line) = lines.recv().await {
            kept.push(line);
        }
        assert!(kept.len() < 300);
        assert_eq!(kept.last(), Some(&FromSidecar::WantFrame));
    }
}
