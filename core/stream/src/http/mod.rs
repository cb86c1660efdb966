//! The HTTP side: the page, WHEP, health. Everything a stranger can reach without a token is here.
//!
//! | route | needs | answers |
//! |---|---|---|
//! | `GET /`, `/style.css`, `/core/…`, `/app/…` | nothing | the page, which holds no secret |
//! | `GET /healthz` | nothing | epoch and protocol |
//! | `POST /whep` | token, and the host's consent where it asks first | 201, answer, `Location` |
//! | `POST /knock` | token | lines of JSON until the host has decided |
//! | `DELETE /whep/{session}` | the session's token | 200 |
//! | `PATCH /whep/{session}` | the session's token | 200 with our fragment after an ICE restart, 204 after more addresses |
//! | `GET /ws` | token in its first message, and consent as above | 101, then messages of [`heliograph_wire::control`] |
//!
//! A request passes, in this order: its seat (`seats.rs`, `listener.rs`), its token and how often strangers may ask
//! (`strangers.rs`), the names by which it asks (`hosts.rs`, `guard.rs`), its route. Only the routes read a body, and
//! only a token's owner reaches one that does. Errors are JSON, `{"error": "a sentence"}` (`failure.rs`).

pub(crate) mod claim;
mod connection;
mod failure;
mod guard;
mod hosts;
mod knock;
pub(crate) mod listener;
mod page;
mod policy;
mod seats;
mod strangers;
mod whep;
mod ws;

pub(crate) use hosts::Hosts;
pub(crate) use policy::Policy;
pub(crate) use strangers::Strangers;

use crate::arrivals::Waiting;
use crate::share::Share;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::{from_fn_with_state, map_response_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use failure::Failure;
use heliograph_wire::room::Answer;
use heliograph_wire::{PROTOCOL, Role};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
#[cfg(fuzzing)]
pub(crate) use whep::sentence;

/// Offers of browsers have 3 to 8 kB.
const OFFER_BYTES_MAX: usize = 64 * 1024;
/// For the app's word on someone who has come; it takes no longer than a moment unless the app stands still.
const CONSENT_MAX: Duration = Duration::from_secs(5);

/// The routes of a share.
pub(crate) fn routes(share: Arc<Share>) -> Router {
    let harden = |State(share): State<Arc<Share>>, response: Response| async move { share.policy.harden(response) };
    Router::new()
        .route("/healthz", get(healthz))
        .route("/whep", post(whep::open))
        .route("/whep/{session}", delete(whep::end).patch(whep::patch))
        .route("/knock", post(knock::knock))
        .route("/ws", get(ws::upgrade))
        .fallback(get(page::serve))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(Arc::clone(&share))
        .layer(DefaultBodyLimit::max(OFFER_BYTES_MAX))
        .layer(from_fn_with_state(Arc::clone(&share), guard::check))
        .layer(map_response_with_state(share, harden))
}

/// What [`guard`] found of a request: what its token allows, and from where it comes.
#[derive(Debug, Clone, Copy)]
struct Known {
    role: Option<Role>,
    asker: IpAddr,
}

/// A request with a valid token. **The first argument of every route that needs one**: without it nothing else of the
/// request is looked at, so that strangers get the same 401 whatever they send, and nothing is allocated for them.
struct Holder {
    role: Role,
    asker: IpAddr,
}

impl<S: Sync> FromRequestParts<S> for Holder {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Holder, Failure> {
        let known = parts.extensions.get::<Known>();
        let holder = known.and_then(|known| Some(Holder { role: known.role?, asker: known.asker }));
        holder.ok_or(Failure::UNAUTHORIZED)
    }
}

async fn healthz(State(share): State<Arc<Share>>) -> Response {
    let body = serde_json::json!({ "epoch": share.epoch, "protocol": PROTOCOL }).to_string();
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body).into_response()
}

/// A place for one more viewer, as long as it is held.
fn place(share: &Share) -> Result<OwnedSemaphorePermit, Failure> {
    share.sessions.place().ok_or_else(|| {
        let full = format!("{} people are watching already, which is all that this host takes.", share.sessions.max());
        Failure::new(StatusCode::SERVICE_UNAVAILABLE, full)
    })
}

/// The pass of someone whom the app lets in at once.
async fn admitted(waiting: &mut Waiting) -> Result<String, Failure> {
    match timeout(CONSENT_MAX, waiting.answer()).await {
        Ok(Answer::Admit { pass }) => Ok(pass),
        Ok(Answer::MustKnock) => Err(Failure::MUST_KNOCK),
        Ok(Answer::Refuse { reason }) => Err(Failure::refused(&reason)),
        Err(_) => {
            let silent = "The host's program does not answer at present. Try again in a moment.";
            Err(Failure::new(StatusCode::SERVICE_UNAVAILABLE, silent))
        }
    }
}

async fn method_not_allowed() -> Failure {
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "This host does not do that.")
}

#[cfg(test)]
mod tests;
