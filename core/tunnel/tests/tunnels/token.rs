//! The token is in no log, not even at the finest level.

use crate::stage::*;
use std::io;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Log;

    fn make_writer(&self) -> Log {
        self.clone()
    }
}

#[tokio::test]
async fn the_token_is_in_no_log() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // For the whole process, as an app does it: the other scenarios' lines may be in it too.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    tracing::trace!("the log works");
    let edge = EdgeProgram::start(&[]).await;
    let plan = edge.plan(TOKEN);
    assert!(!format!("{plan:?}").contains(TOKEN));
    let mut share = Share::start(plan, local_server().await);
    share.open().await;
    assert!(visit(&edge.public, "/").await.ends_with("hello /"));
    share.end().await;
    let text = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(text.contains("the log works"));
    assert!(!text.contains(TOKEN), "the token is in the log");
}
