//! For the fuzz targets only: what a page sends with `POST /whep` and `POST /knock`, as far as it is looked at before there
//! is a connection.

use crate::http::claim::Claim;
use crate::http::sentence;
use crate::peer::{media_engine, read, settings};
use crate::safety::safety_code;
use axum::http::{HeaderMap, HeaderValue};
use heliograph_wire::room::Arrival;
use heliograph_wire::{Role, ViewerId};
use rtc::peer_connection::RTCPeerConnectionBuilder;
use rtc::peer_connection::transport::RTCDtlsRole;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What the app is told of a guest who sends this as `Heliograph-Guest` and as `User-Agent`; `None` for what no HTTP
/// request can carry.
pub fn arrival(guest: &[u8], agent: &[u8]) -> Option<Arrival> {
    let mut headers = HeaderMap::new();
    headers.insert("heliograph-guest", HeaderValue::from_bytes(guest).ok()?);
    headers.insert("user-agent", HeaderValue::from_bytes(agent).ok()?);
    Some(Claim::of(&headers).arrival(ViewerId(1), Role::View, HERE, false))
}

/// The answer to an offer, and the safety code of both.
///
/// # Errors
/// The sentence that the page is told.
pub fn answer(body: &[u8]) -> Result<(String, Option<String>), String> {
    let offer = std::str::from_utf8(body).map_err(|_| "The offer is not text.".to_owned())?;
    let description = read(offer).map_err(|error| sentence(&error))?;
    // webrtc's own state machine, without the sockets and tasks that `peer` gives it.
    let engine = media_engine().map_err(|error| error.to_string())?;
    let builder = RTCPeerConnectionBuilder::new()
        .with_media_engine(engine)
        .with_setting_engine(settings(HERE, RTCDtlsRole::Server));
    let mut connection = builder.build(Instant::now()).map_err(|error| error.to_string())?;
    connection.set_remote_description(Instant::now(), description).map_err(|error| error.to_string())?;
    let answer = connection.create_answer(None).map_err(|error| error.to_string())?;
    connection.set_local_description(Instant::now(), answer.clone()).map_err(|error| error.to_string())?;
    let code = safety_code(&answer.sdp, offer);
    Ok((answer.sdp, code))
}
