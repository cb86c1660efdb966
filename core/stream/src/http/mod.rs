//! The HTTP side: the page, WHEP, health. Everything a stranger can reach without a token is here.
//!
//! | route | needs | answers |
//! |---|---|---|
//! | `GET /`, `/style.css`, `/core/…`, `/app/…` | nothing | the page, which holds no secret |
//! | `GET /healthz` | nothing | epoch and protocol |
//! | `POST /whep` | token, and the host's consent where it asks first | 201, answer, `Location` |
//! | `POST /knock` | token | lines of JSON until the host has decided |
//! | `DELETE /whep/{session}` | the session's token | 200 |
//! | `PATCH /whep/{session}` | token | 405: trickle ICE and ICE restart are not built |
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

pub(crate) use hosts::Hosts;
pub(crate) use policy::Policy;
pub(crate) use strangers::Strangers;

use crate::arrivals::Waiting;
use crate::peer::{Answered, OfferError, answer};
use crate::safety::safety_code;
use crate::share::{Ended, Share};
use crate::viewer::Viewer;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn_with_state, map_response_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use claim::Claim;
use failure::Failure;
use heliograph_wire::room::Answer;
use heliograph_wire::{FromSidecar, PROTOCOL, Role};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Offers of browsers have 3 to 8 kB.
const OFFER_BYTES_MAX: usize = 64 * 1024;
/// For an offer to arrive; at 10 kbit/s it takes 6 s.
const OFFER_MAX: Duration = Duration::from_secs(10);

/// For the app's word on someone who has come; it takes no longer than a moment unless the app stands still.
const CONSENT_MAX: Duration = Duration::from_secs(5);

/// The routes of a share.
pub(crate) fn routes(share: Arc<Share>) -> Router {
    let harden = |State(share): State<Arc<Share>>, response: Response| async move { share.policy.harden(response) };
    Router::new()
        .route("/healthz", get(healthz))
        .route("/whep", post(whep))
        .route("/knock", post(knock::knock))
        .route("/whep/{session}", axum::routing::delete(delete).patch(patch))
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

async fn whep(holder: Holder, State(share): State<Arc<Share>>, request: Request) -> Result<Response, Failure> {
    let claim = Claim::of(request.headers());
    let body = offer_of(request).await?;
    let bad = |sentence: String| Failure::new(StatusCode::BAD_REQUEST, sentence);
    let offer = std::str::from_utf8(&body).map_err(|_| bad("The offer is not text.".to_owned()))?;
    let place = share.sessions.place().ok_or_else(|| {
        let full = format!("{} people are watching already, which is all that this host takes.", share.sessions.max());
        Failure::new(StatusCode::SERVICE_UNAVAILABLE, full)
    })?;
    let (id, role) = (share.new_viewer(), holder.role);
    let mut waiting = share.arrivals.ask(claim.arrival(id, role, holder.asker, false), &share.link);
    let pass = admitted(&mut waiting).await?;
    // The picture is to be there when the connection is.
    share.link.say(FromSidecar::WantFrame);
    let stage = Arc::clone(&share.stage);
    let keyframe_wish = Arc::new(move || stage.want_keyframe(id));
    let answered = answer(offer, share.bind, Arc::clone(&share.stage.counters), keyframe_wish).await;
    let Answered { peer, answer, events, has_channels } = answered.map_err(|error| match error {
        OfferError::Refused(_) => bad(sentence(&error)),
        OfferError::Failed(_) => Failure::new(StatusCode::INTERNAL_SERVER_ERROR, sentence(&error)),
    })?;
    let safety_code = safety_code(&answer, offer);
    let Some((session, ends)) = share.sessions.open(role, id) else {
        return Err(Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "This machine gives no random numbers."));
    };
    let location = format!("/whep/{session}");
    let transport = Box::new(peer);
    waiting.come_in();
    tokio::spawn(
        Viewer { id, role, pass, safety_code, session, share, transport, events, ends, has_channels, place }.run(),
    );
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/sdp")),
        (header::LOCATION, HeaderValue::try_from(location).unwrap_or(HeaderValue::from_static("/whep"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::CREATED, headers, answer).into_response())
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

/// The offer as bytes: whether it is text is for the token's owner alone to learn.
async fn offer_of(request: Request) -> Result<Bytes, Failure> {
    let Ok(body) = timeout(OFFER_MAX, Bytes::from_request(request, &())).await else {
        return Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "The offer took too long to arrive."));
    };
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Failure::new(StatusCode::PAYLOAD_TOO_LARGE, format!("An offer has at most {OFFER_BYTES_MAX} bytes."))
        }
        status => Failure::new(status, "The offer did not arrive whole."),
    })
}

async fn delete(
    holder: Holder,
    State(share): State<Arc<Share>>,
    Path(session): Path<String>,
) -> Result<StatusCode, Failure> {
    match share.sessions.end(&session, holder.role) {
        Ended::Yes => Ok(StatusCode::OK),
        Ended::NotYours => Err(Failure::new(StatusCode::FORBIDDEN, "This session belongs to another link.")),
        Ended::Unknown => Err(Failure::new(StatusCode::NOT_FOUND, "There is no such session, or no longer.")),
    }
}

async fn patch(_: Holder) -> Failure {
    method_not_allowed().await
}

async fn method_not_allowed() -> Failure {
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "This host does not do that.")
}

/// As a sentence: with a capital and a full stop.
pub(crate) fn sentence(error: &OfferError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

#[cfg(test)]
mod tests;
