//! [`Failure`]: an error as the routes answer it, `{"error": "a sentence"}`.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use heliograph_wire::ToViewer;
use serde::Deserialize;
use std::borrow::Cow;

/// What a client that finds no place should wait, in seconds.
const PLACE_RETRY_AFTER: &str = "5";
/// What a stranger who asks too often should wait, in seconds: then there is room for some again.
const RETRY_AFTER: &str = "1";

/// See the module. What strangers get is constant: it tells nothing of what was wrong, and costs nothing to make.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    status: StatusCode,
    /// JSON.
    body: Cow<'static, str>,
}

impl Failure {
    /// No token, half a token, another's token.
    pub(super) const UNAUTHORIZED: Failure = Failure::constant(
        StatusCode::UNAUTHORIZED,
        r#"{"error":"This link is not valid, or no longer. Ask the host for a new one."}"#,
    );
    /// By a name that is not ours.
    pub(super) const WRONG_HOST: Failure = Failure::constant(
        StatusCode::FORBIDDEN,
        r#"{"error":"This host is not called that; use the link as it was given."}"#,
    );
    /// From a page that is not ours.
    pub(super) const WRONG_ORIGIN: Failure = Failure::constant(
        StatusCode::FORBIDDEN,
        r#"{"error":"Another web page may not speak for its visitors here."}"#,
    );
    /// From a stranger, faster than any page asks.
    pub(super) const TOO_MANY_REQUESTS: Failure = Failure::constant(
        StatusCode::TOO_MANY_REQUESTS,
        r#"{"error":"Too many requests came without a valid link. Try again in a moment."}"#,
    );

    /// The host lets people in one by one.
    pub(super) const MUST_KNOCK: Failure =
        Failure::constant(StatusCode::FORBIDDEN, r#"{"error":"The host lets people in one by one.","knock":true}"#);

    /// Without them no session could be kept apart from another.
    pub(super) const NO_RANDOM_NUMBERS: Failure =
        Failure::constant(StatusCode::INTERNAL_SERVER_ERROR, r#"{"error":"This machine gives no random numbers."}"#);

    /// The host does not want this guest.
    pub(super) fn refused(sentence: &str) -> Failure {
        let body = serde_json::json!({ "error": sentence, "refused": true }).to_string();
        Failure { status: StatusCode::FORBIDDEN, body: body.into() }
    }

    const fn constant(status: StatusCode, body: &'static str) -> Failure {
        Failure { status, body: Cow::Borrowed(body) }
    }

    /// What a WebSocket is told instead of a response.
    pub(super) fn as_message(&self) -> ToViewer {
        #[derive(Deserialize)]
        struct Said {
            error: String,
            #[serde(default)]
            knock: bool,
            #[serde(default)]
            refused: bool,
        }
        let said =
            serde_json::from_str(&self.body).unwrap_or(Said { error: String::new(), knock: false, refused: false });
        ToViewer::Refused { status: self.status.as_u16(), knock: said.knock, refused: said.refused, error: said.error }
    }

    pub(crate) fn new(status: StatusCode, sentence: impl Into<String>) -> Failure {
        let body = serde_json::json!({ "error": sentence.into() }).to_string();
        Failure { status, body: body.into() }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let more = match self.status {
            StatusCode::UNAUTHORIZED => Some((header::WWW_AUTHENTICATE, "Bearer")),
            StatusCode::SERVICE_UNAVAILABLE => Some((header::RETRY_AFTER, PLACE_RETRY_AFTER)),
            StatusCode::TOO_MANY_REQUESTS => Some((header::RETRY_AFTER, RETRY_AFTER)),
            _ => None,
        };
        headers.extend(more.map(|(name, value)| (name, HeaderValue::from_static(value))));
        response
    }
}
