//! The HTTP side: the page, WHEP, health. Everything a stranger can reach without a token is here.
//!
//! | route | needs | answers |
//! |---|---|---|
//! | `GET /`, `/style.css`, `/core/…`, `/app/…` | nothing | the page, which holds no secret |
//! | `GET /healthz` | nothing | epoch and protocol |
//! | `POST /whep` | token | 201, answer, `Location` |
//! | `DELETE /whep/{session}` | the session's token | 200 |
//! | `PATCH /whep/{session}` | token | 405: trickle ICE and ICE restart are not built |
//!
//! Errors are JSON, `{"error": "a sentence"}`.

mod guard;
pub(crate) mod listener;
mod page;

use crate::peer::{Answered, OfferError, answer};
use crate::share::{Ended, SESSIONS_MAX, Share};
use crate::viewer::Viewer;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use heliograph_wire::{FromSidecar, PROTOCOL, Role};
use std::sync::Arc;

/// Offers of browsers have 3 to 8 kB.
const OFFER_BYTES_MAX: usize = 64 * 1024;
/// What a client that finds no place should wait, in seconds.
const RETRY_AFTER_SECONDS: &str = "5";

/// The routes of a share.
pub(crate) fn routes(share: Arc<Share>) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/whep", post(whep))
        .route("/whep/{session}", axum::routing::delete(delete).patch(patch))
        .fallback(get(page::serve))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(share)
        .layer(DefaultBodyLimit::max(OFFER_BYTES_MAX))
        .layer(from_fn(guard::check))
        .layer(map_response(harden))
}

/// An error as the routes answer it.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    sentence: String,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, sentence: impl Into<String>) -> Failure {
        Failure { status, sentence: sentence.into() }
    }

    fn unauthorized() -> Failure {
        Failure::new(StatusCode::UNAUTHORIZED, "This link is not valid, or no longer. Ask the host for a new one.")
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = serde_json::json!({ "error": self.sentence }).to_string();
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
            }
            _ => {}
        }
        response
    }
}

async fn healthz(State(share): State<Arc<Share>>) -> Response {
    let body = serde_json::json!({ "epoch": share.epoch, "protocol": PROTOCOL }).to_string();
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body).into_response()
}

fn role(share: &Share, headers: &HeaderMap) -> Result<Role, Failure> {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    share.access.role(authorization).ok_or_else(Failure::unauthorized)
}

/// The offer comes as bytes: whether it is text is for the token's owner alone to learn.
async fn whep(
    State(share): State<Arc<Share>>,
    headers: HeaderMap,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Response, Failure> {
    let role = role(&share, &headers)?;
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Failure::new(StatusCode::PAYLOAD_TOO_LARGE, format!("An offer has at most {OFFER_BYTES_MAX} bytes."))
        }
        status => Failure::new(status, "The offer did not arrive whole."),
    })?;
    let bad = |sentence: String| Failure::new(StatusCode::BAD_REQUEST, sentence);
    let offer = std::str::from_utf8(&body).map_err(|_| bad("The offer is not text.".to_owned()))?;
    let full = format!("{SESSIONS_MAX} people are watching already, which is all that this host takes.");
    let place = share.sessions.place().ok_or(Failure::new(StatusCode::SERVICE_UNAVAILABLE, full))?;
    // The picture is to be there when the connection is.
    share.link.say(FromSidecar::WantFrame);
    let stage = Arc::clone(&share.stage);
    let keyframe_wish = Arc::new(move || stage.want_keyframe());
    let answered = answer(offer, share.bind, Arc::clone(&share.stage.counters), keyframe_wish).await;
    let Answered { peer, answer, events, has_channels } = answered.map_err(|error| match error {
        OfferError::Refused(_) => bad(sentence(&error)),
        OfferError::Failed(_) => Failure::new(StatusCode::INTERNAL_SERVER_ERROR, sentence(&error)),
    })?;
    let Some((session, deleted)) = share.sessions.open(role) else {
        return Err(Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "This machine gives no random numbers."));
    };
    let location = format!("/whep/{session}");
    let (id, transport) = (share.new_viewer(), Box::new(peer));
    tokio::spawn(Viewer { id, role, session, share, transport, events, deleted, has_channels, place }.run());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/sdp")),
        (header::LOCATION, HeaderValue::try_from(location).unwrap_or(HeaderValue::from_static("/whep"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::CREATED, headers, answer).into_response())
}

async fn delete(
    State(share): State<Arc<Share>>,
    Path(session): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Failure> {
    let role = role(&share, &headers)?;
    match share.sessions.end(&session, role) {
        Ended::Yes => Ok(StatusCode::OK),
        Ended::NotYours => Err(Failure::new(StatusCode::FORBIDDEN, "This session belongs to another link.")),
        Ended::Unknown => Err(Failure::new(StatusCode::NOT_FOUND, "There is no such session, or no longer.")),
    }
}

async fn patch(State(share): State<Arc<Share>>, headers: HeaderMap) -> Result<StatusCode, Failure> {
    role(&share, &headers)?;
    Err(method_not_allowed().await)
}

async fn method_not_allowed() -> Failure {
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "This host does not do that.")
}

/// As a sentence: with a capital and a full stop.
fn sentence(error: &OfferError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

/// Headers of every answer.
async fn harden(mut response: Response) -> Response {
    const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: \
         blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests;
