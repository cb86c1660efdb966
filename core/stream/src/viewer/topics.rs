//! [`Topics`]: what a viewer is told the newest state of. A state that is replaced before it could be sent is never sent.

use crate::share::Share;
use crate::transport::{Channel, Sent};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// When a channel was full, the newest state is tried again after this.
const RETRY: Duration = Duration::from_millis(100);

/// See the module.
pub(super) struct Topics {
    /// Scene, room, whether the host answers.
    newest: [watch::Receiver<Option<Arc<str>>>; 3],
    /// When each is to be sent (again).
    due: [Option<Instant>; 3],
}

impl Topics {
    pub(super) fn of(share: &Share) -> Topics {
        Topics { newest: [&share.scene, &share.room, &share.host].map(Clone::clone), due: [None; 3] }
    }

    /// Waits until one is another, and notes that it is due. May be dropped and called again.
    pub(super) async fn changed(&mut self) {
        let [scene, room, host] = &mut self.newest;
        let index = tokio::select! {
            Ok(()) = scene.changed() => 0,
            Ok(()) = room.changed() => 1,
            Ok(()) = host.changed() => 2,
            else => std::future::pending().await,
        };
        self.due[index] = Some(Instant::now());
    }

    /// Everything is to be told anew.
    pub(super) fn all_due(&mut self, now: Instant) {
        self.due = [Some(now); 3];
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due.iter().flatten().min().copied()
    }

    /// Sends what is due; false when the channel is gone.
    pub(super) async fn send_due(&mut self, control: &Arc<dyn Channel>, now: Instant) -> bool {
        for (due, newest) in self.due.iter_mut().zip(&self.newest) {
            if due.is_none_or(|due| due > now) {
                continue;
            }
            let newest = newest.borrow().clone();
            let sent = match newest {
                Some(text) => control.text(&text).await,
                None => Sent::Yes,
            };
            *due = (sent == Sent::Full).then(|| now + RETRY);
            if sent == Sent::Gone {
                return false;
            }
        }
        true
    }
}
