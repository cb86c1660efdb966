//! `POST /knock`: someone with a valid token waits until the host has decided. The answer is a line of JSON at a time, so that
//! one request is enough however long it takes: `waiting` now and then as a sign of life, and at last `admitted` or `refused`.

use super::Holder;
use super::claim::Claim;
use crate::arrivals::Waiting;
use crate::share::Share;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use futures_core::Stream;
use heliograph_wire::room::Answer;
use serde_json::json;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc;

/// Proxies and tunnels give up on answers that stand still, the hastiest after 10 s.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

/// Lines of one answer on their way. When nobody takes them the guest is taken for gone by its connection.
struct Lines(mpsc::Receiver<Bytes>);

impl Stream for Lines {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|line| line.map(Ok))
    }
}

pub(super) async fn knock(holder: Holder, State(share): State<Arc<Share>>, headers: HeaderMap) -> Response {
    let arrival = Claim::of(&headers).arrival(share.new_viewer(), holder.role, holder.asker, true);
    let waiting = share.arrivals.ask(arrival, &share.link);
    let (lines, receiver) = mpsc::channel(2);
    tokio::spawn(wait(waiting, share, lines));
    let mut response = Response::new(Body::from_stream(Lines(receiver)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn wait(mut waiting: Waiting, share: Arc<Share>, lines: mpsc::Sender<Bytes>) {
    let mut ended = share.ended.clone();
    let line = |value: serde_json::Value| Bytes::from(value.to_string() + "\n");
    loop {
        if lines.send(line(json!({ "state": "waiting" }))).await.is_err() {
            return;
        }
        let said = tokio::select! {
            answer = waiting.answer() => match answer {
                Answer::Admit { pass } => json!({ "state": "admitted", "pass": pass }),
                Answer::Refuse { reason } => json!({ "state": "refused", "reason": reason }),
                // It does knock.
                Answer::MustKnock => json!({ "state": "refused", "reason": "The host does not answer." }),
            },
            _ = ended.wait_for(Option::is_some) => json!({ "state": "refused", "reason": "The host has ended the session." }),
            () = lines.closed() => return,
            () = tokio::time::sleep(SIGN_OF_LIFE) => continue,
        };
        // Whoever is gone now comes back and is known by its pass, or not.
        let _ = lines.send(line(said)).await;
        return;
    }
}
