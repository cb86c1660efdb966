//! WHEP (draft-ietf-wish-whep, with the manners of RFC 9725): a session is opened by an offer, mended by fragments of
//! further ones (RFC 8840), and ended.

use super::claim::Claim;
use super::failure::Failure;
use super::{Holder, OFFER_BYTES_MAX, admitted, place};
use crate::peer::{Answered, OfferError, answer};
use crate::safety::safety_code;
use crate::sessions::{Call, Unreached};
use crate::share::Share;
use crate::transport::Way;
use crate::viewer::{Carrier, Viewer};
use axum::body::Bytes;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use heliograph_wire::FromSidecar;
use heliograph_wire::link::IceServer;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// For an offer to arrive; at 10 kbit/s it takes 6 s.
const OFFER_MAX: Duration = Duration::from_secs(10);
/// For a session's task to answer a fragment: it gathers our addresses anew.
const FRAGMENT_MAX: Duration = Duration::from_secs(5);
const FRAGMENT_TYPE: &str = "application/trickle-ice-sdpfrag";

pub(super) async fn open(
    holder: Holder,
    State(share): State<Arc<Share>>,
    request: Request,
) -> Result<Response, Failure> {
    let claim = Claim::of(request.headers());
    let body = body_of(request).await?;
    let offer = std::str::from_utf8(&body).map_err(|_| bad("The offer is not text."))?;
    let place = place(&share)?;
    let (id, role) = (share.new_viewer(), holder.role);
    let mut waiting = share.arrivals.ask(claim.arrival(id, role, holder.asker, false), &share.link);
    let pass = admitted(&mut waiting).await?;
    // The picture is to be there when the connection is.
    share.link.say(FromSidecar::WantFrame);
    let stage = Arc::clone(&share.stage);
    let keyframe_wish = Arc::new(move || stage.want_keyframe(id));
    let counters = Arc::clone(&share.stage.counters);
    let answered = answer(offer, share.bind, &share.network.stun, counters, keyframe_wish).await;
    let Answered { peer, answer, events, has_channels } = answered.map_err(|error| match error {
        OfferError::Refused(_) => bad(sentence(&error)),
        OfferError::Failed(_) => Failure::new(StatusCode::INTERNAL_SERVER_ERROR, sentence(&error)),
    })?;
    let safety_code = safety_code(&answer, offer);
    let (session, inbox) = share.sessions.open(role, id).ok_or(Failure::NO_RANDOM_NUMBERS)?;
    let location = format!("/whep/{session}");
    let carrier = Carrier::new(Way::Peer, Box::new(peer), events);
    waiting.come_in();
    let links = ice_links(&share.network.ice_servers);
    tokio::spawn(Viewer { id, role, pass, safety_code, session, share, carrier, inbox, has_channels, place }.run());
    let mut response = (StatusCode::CREATED, answer).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/sdp"));
    headers.insert(header::LOCATION, HeaderValue::try_from(location).unwrap_or(HeaderValue::from_static("/whep")));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for link in links {
        headers.append(header::LINK, link);
    }
    Ok(response)
}

/// What helps the browser to be reached (RFC 9725 section 4.6). What no header can hold is left out.
fn ice_links(servers: &[IceServer]) -> Vec<HeaderValue> {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let link = |server: &IceServer| {
        let mut link = format!("<{}>; rel=\"ice-server\"", server.url);
        if let (Some(username), Some(credential)) = (&server.username, &server.credential) {
            let (username, credential) = (quoted(username), quoted(credential));
            link += &format!("; username=\"{username}\"; credential=\"{credential}\"; credential-type=\"password\"");
        }
        HeaderValue::try_from(link).ok()
    };
    servers.iter().filter_map(link).collect()
}

/// The body as bytes: whether it is text is for the token's owner alone to learn.
async fn body_of(request: Request) -> Result<Bytes, Failure> {
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

/// More addresses of the browser's, or an ICE restart.
pub(super) async fn patch(
    holder: Holder,
    State(share): State<Arc<Share>>,
    Path(session): Path<String>,
    request: Request,
) -> Result<Response, Failure> {
    if request.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes() != FRAGMENT_TYPE.as_bytes()) {
        return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("Only {FRAGMENT_TYPE} mends a session.")));
    }
    let body = body_of(request).await?;
    let fragment = String::from_utf8(body.into()).map_err(|_| bad("The fragment is not text."))?;
    let (reply, answer) = oneshot::channel();
    share.sessions.call(&session, holder.role, Call::Ice(fragment, reply)).map_err(unreached)?;
    let answer = timeout(FRAGMENT_MAX, answer).await.map_err(|_| unreached(Unreached::Busy))?;
    let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match answer.map_err(|_| unreached(Unreached::Unknown))? {
        Ok(Some(fragment)) => {
            let kind = (header::CONTENT_TYPE, HeaderValue::from_static(FRAGMENT_TYPE));
            Ok((StatusCode::OK, [kind, no_store], fragment).into_response())
        }
        Ok(None) => Ok((StatusCode::NO_CONTENT, [no_store]).into_response()),
        Err(error @ OfferError::Refused(_)) => Err(bad(sentence(&error))),
        Err(error @ OfferError::Failed(_)) => Err(Failure::new(StatusCode::CONFLICT, sentence(&error))),
    }
}

pub(super) async fn end(
    holder: Holder,
    State(share): State<Arc<Share>>,
    Path(session): Path<String>,
) -> Result<StatusCode, Failure> {
    share.sessions.end(&session, holder.role).map(|()| StatusCode::OK).map_err(unreached)
}

fn unreached(why: Unreached) -> Failure {
    match why {
        Unreached::NotYours => Failure::new(StatusCode::FORBIDDEN, "This session belongs to another link."),
        Unreached::Unknown => Failure::new(StatusCode::NOT_FOUND, "There is no such session, or no longer."),
        Unreached::Busy => {
            Failure::new(StatusCode::SERVICE_UNAVAILABLE, "This session has not yet done what it was asked.")
        }
    }
}

fn bad(sentence: impl Into<String>) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, sentence)
}

/// As a sentence: with a capital and a full stop.
pub(crate) fn sentence(error: &OfferError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_named_as_headers_and_no_quote_breaks_out() {
        let server = |url: &str, username: Option<&str>| IceServer {
            url: url.to_owned(),
            username: username.map(str::to_owned),
            credential: username.map(|_| "p\\w\"d".to_owned()),
        };
        let servers =
            [server("stun:a.example:3478", None), server("turns:b.example:443", Some("ann")), server("turn:\n", None)];
        let links: Vec<String> = ice_links(&servers).iter().map(|link| link.to_str().unwrap().to_owned()).collect();
        assert_eq!(links.len(), 2, "what no header can hold is left out");
        assert_eq!(links[0], "<stun:a.example:3478>; rel=\"ice-server\"");
        let turn = "<turns:b.example:443>; rel=\"ice-server\"; username=\"ann\"; credential=\"p\\\\w\\\"d\"; credential-type=\"password\"";
        assert_eq!(links[1], turn);
    }
}
