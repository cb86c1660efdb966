//! `GET /ws`: a WebSocket, as a further way of a session, or as one of its own. Its token comes in its first message, because
//! a page cannot give the request a header; until then it is a stranger, of whom there are few at a time, for a moment.

use super::claim::Claim;
use super::failure::Failure;
use super::listener::Caller;
use super::{Known, admitted, place};
use crate::packets::Medium;
use crate::sessions::{Call, Unreached};
use crate::share::Share;
use crate::socket::Socket;
use crate::transport::Way;
use crate::viewer::{Carrier, Viewer, to_json};
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use heliograph_wire::control::Hello;
use heliograph_wire::{FromSidecar, MAX_MESSAGE_BYTES, Rung};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// From the upgrade to the first message.
const HELLO_MAX: Duration = Duration::from_secs(5);
/// Of what a browser has said and nobody has read.
const READ_BYTES: usize = 4 * 1024;
/// For a refusal to leave.
const REFUSAL_MAX: Duration = Duration::from_secs(2);

pub(super) async fn upgrade(
    State(share): State<Arc<Share>>,
    Extension(known): Extension<Known>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        return Failure::new(StatusCode::UPGRADE_REQUIRED, "Only a WebSocket is served here.").into_response();
    };
    let Ok(permit) = Arc::clone(&share.unnamed_sockets).try_acquire_owned() else {
        return Failure::TOO_MANY_REQUESTS.into_response();
    };
    let upgrade = upgrade
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(0)
        .max_message_size(2 * MAX_MESSAGE_BYTES)
        .max_frame_size(2 * MAX_MESSAGE_BYTES);
    upgrade.on_upgrade(move |mut socket| async move {
        let hello = tokio::select! {
            hello = timeout(HELLO_MAX, hello(&mut socket)) => hello.ok().flatten(),
            () = caller.seat.lost() => None,
        };
        // Whoever does not say who it is gets no answer.
        let Some(hello) = hello else { return };
        let Some(role) = share.access.role_of(&hello.token) else { return refuse(socket, Failure::UNAUTHORIZED).await };
        caller.seat.mark_known();
        drop(permit);
        let Arriving { id, pass, place, waiting } = match &hello.session {
            Some(session) => return attach(socket, &share, session, role, hello.rung).await,
            None => match arrive(&share, Claim::read(&hello.guest, &headers), role, known.asker).await {
                Ok(arriving) => arriving,
                Err(failure) => return refuse(socket, failure).await,
            },
        };
        let Some((session, inbox)) = share.sessions.open(role, id) else {
            return refuse(socket, Failure::NO_RANDOM_NUMBERS).await;
        };
        waiting.come_in();
        let carrier = carrier(socket, &share, hello.rung);
        let safety_code = None;
        Viewer { id, role, pass, safety_code, session, share, carrier, inbox, has_channels: true, place }.run().await;
    })
}

/// The first message; `None` when it is none.
async fn hello(socket: &mut WebSocket) -> Option<Hello> {
    match socket.recv().await {
        Some(Ok(Message::Text(text))) if text.len() <= MAX_MESSAGE_BYTES => serde_json::from_str(&text).ok(),
        _ => None,
    }
}

/// Someone who comes by the WebSocket alone.
struct Arriving {
    id: heliograph_wire::ViewerId,
    pass: String,
    place: tokio::sync::OwnedSemaphorePermit,
    waiting: crate::arrivals::Waiting,
}

async fn arrive(share: &Share, claim: Claim, role: heliograph_wire::Role, asker: IpAddr) -> Result<Arriving, Failure> {
    let place = place(share)?;
    let id = share.new_viewer();
    let mut waiting = share.arrivals.ask(claim.arrival(id, role, asker, false), &share.link);
    let pass = admitted(&mut waiting).await?;
    share.link.say(FromSidecar::WantFrame);
    Ok(Arriving { id, pass, place, waiting })
}

/// A further way of a session that there is.
async fn attach(socket: WebSocket, share: &Arc<Share>, session: &str, role: heliograph_wire::Role, rung: Rung) {
    // Looked up first: a socket that was split cannot be put together again for a refusal.
    if let Err(why) = share.sessions.owned(session, role) {
        let (status, sentence) = match why {
            Unreached::NotYours => (StatusCode::FORBIDDEN, "This session belongs to another link."),
            Unreached::Unknown | Unreached::Busy => (StatusCode::NOT_FOUND, "There is no such session, or no longer."),
        };
        return refuse(socket, Failure::new(status, sentence)).await;
    }
    share.link.say(FromSidecar::WantFrame);
    let carrier = carrier(socket, share, rung);
    // A session that has just ended takes its ways with it.
    let _ = share.sessions.call(session, role, Call::Attach(carrier));
}

fn carrier(socket: WebSocket, share: &Share, rung: Rung) -> Carrier {
    let medium = if rung == Rung::Jpeg { Medium::Jpeg } else { Medium::H264 };
    let (socket, events) = Socket::new(socket, medium, Arc::clone(&share.stage.counters));
    Carrier::new(Way::Socket, Box::new(socket), events)
}

async fn refuse(mut socket: WebSocket, failure: Failure) {
    let refusal = to_json(&failure.as_message());
    // A browser that does not listen is not waited for.
    let _ = timeout(REFUSAL_MAX, async {
        let _ = socket.send(Message::text(refusal)).await;
        let _ = socket.send(Message::Close(None)).await;
    })
    .await;
}
