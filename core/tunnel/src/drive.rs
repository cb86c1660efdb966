//! [`run`]: one attempt after the other until the end, on a thread of its own.
//!
//! Why a thread, and a runtime for each attempt:
//! - ngrok's crate spawns tasks that hold on to themselves and to their connection. They end with their runtime.
//! - Its transport logs the token's frame at trace level. On this thread no log subscriber hears it.
//! - A child process is to be killed by the kernel when the *thread* that started it ends; a worker of the caller's
//!   runtime may end at any time.

use crate::course::{Course, Step};
use crate::plan::{How, News, Ngrok, Plan};
use crate::trouble::Trouble;
use crate::way::{Choice, Way};
use std::net::SocketAddr;
use std::pin::pin;
use std::thread;
use std::time::Instant;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::subscriber::NoSubscriber;

/// Opens the tunnel of `plan` to the HTTP server at `local` and keeps it open until `end` is done or it has to be given
/// up ([`News::Failed`]).
///
/// When it returns everything is closed: no process, no connection and no thread of it is left. Dropped before, it closes
/// everything in the background. `news` is bounded: while it is full the next attempt waits, traffic does not; a receiver
/// that is gone is no reason to end.
pub async fn run(plan: Plan, local: SocketAddr, news: mpsc::Sender<News>, end: impl Future<Output = ()>) {
    // Dropped with this future, whatever becomes of it.
    let (stop, stopped) = watch::channel(());
    let (done_sender, mut done) = oneshot::channel();
    let driver = Driver { plan, local, news: news.clone(), course: Course::default() };
    let started = thread::Builder::new().name("tunnel".into()).spawn(move || {
        driver.drive(Stop(stopped));
        let _ = done_sender.send(());
    });
    let Ok(thread) = started else {
        let sentence = "this machine gives no thread for the tunnel: close other programs and share again".into();
        let _ = news.send(News::Failed { sentence }).await;
        return;
    };
    let ended_by_itself = {
        let mut end = pin!(end);
        tokio::select! { outcome = &mut done => Some(outcome), () = &mut end => None }
    };
    drop(stop);
    let outcome = match ended_by_itself {
        Some(outcome) => outcome,
        None => done.await,
    };
    // It has nothing left to do.
    let _ = thread.join();
    if outcome.is_err() {
        let sentence = "the tunnel ended by a mistake of this program: share again, and report it, please".into();
        let _ = news.send(News::Failed { sentence }).await;
    }
}

/// Done when whoever wants the tunnel is gone.
#[derive(Debug)]
struct Stop(watch::Receiver<()>);

impl Stop {
    async fn wait(&mut self) {
        while self.0.changed().await.is_ok() {}
    }

    /// The future's outcome, or `None` if the end comes first.
    async fn or<T>(&mut self, future: impl Future<Output = T>) -> Option<T> {
        tokio::select! { biased; () = self.wait() => None, outcome = future => Some(outcome) }
    }
}

struct Driver {
    plan: Plan,
    local: SocketAddr,
    news: mpsc::Sender<News>,
    course: Course,
}

impl Driver {
    fn drive(mut self, mut stop: Stop) {
        let _silent = tracing::subscriber::set_default(NoSubscriber::default());
        let mut goes_on = true;
        while goes_on {
            goes_on = match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => self.attempt_in(runtime, &mut stop),
                Err(error) => {
                    let sentence = format!(
                        "this machine gives nothing to wait with ({error}): close other programs and share again"
                    );
                    let _ = self.news.blocking_send(News::Failed { sentence });
                    false
                }
            };
        }
    }

    fn attempt_in(&mut self, runtime: Runtime, stop: &mut Stop) -> bool {
        let goes_on = runtime.block_on(self.attempt(stop));
        // Not to wait for a name server that does not answer.
        runtime.shutdown_background();
        goes_on
    }

    /// From the choice of a way to the end of the wait after it is lost; whether to go on.
    async fn attempt(&mut self, stop: &mut Stop) -> bool {
        let plan = self.plan.clone();
        let Some(choice) = stop.or(Choice::of(&plan)).await else { return false };
        let how = choice.how();
        if stop.or(self.tell(News::Opening { how })).await.is_none() {
            return false;
        }
        let Some(started) = stop.or(choice.start(self.local)).await else { return false };
        let (way, trouble) = match started {
            Err(trouble) => (None, Some(trouble)),
            Ok(mut way) => {
                let trouble = stop.or(self.hold(&mut way, how)).await;
                (Some(way), trouble)
            }
        };
        let step = trouble.map(|trouble| self.course.failed(self.without_token(trouble), Instant::now(), dice()));
        let told = match &step {
            Some(Step::Retry(news, _) | Step::GiveUp(news)) => stop.or(self.tell(news.clone())).await,
            None => None,
        };
        if let Some(way) = way {
            way.close().await;
        }
        match (step, told) {
            (Some(Step::Retry(_, at)), Some(())) => stop.or(tokio::time::sleep_until(at.into())).await.is_some(),
            _ => false,
        }
    }

    /// Opens the way and keeps it open.
    async fn hold(&mut self, way: &mut Way, how: How) -> Trouble {
        match way.open().await {
            Ok(url) => {
                let news = self.course.opened(url, how, Instant::now());
                self.tell(news).await;
                way.lost().await
            }
            Err(trouble) => trouble,
        }
    }

    async fn tell(&self, news: News) {
        // Nobody may be interested, and the tunnel is open all the same.
        let _ = self.news.send(news).await;
    }

    /// Other programs' words are part of sentences, and they may repeat the token.
    fn without_token(&self, trouble: Trouble) -> Trouble {
        match &self.plan {
            Plan::Ngrok(Ngrok { authtoken: Some(token), .. }) => {
                Trouble::new(trouble.hope, token.hidden_in(&trouble.sentence))
            }
            _ => trouble,
        }
    }
}

/// In 0..1. Without randomness every wait has its middle length, which is good enough.
fn dice() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}
