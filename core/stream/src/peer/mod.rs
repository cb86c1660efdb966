//! [`Peer`]: a viewer over WebRTC, answered to a WHEP offer (draft-ietf-wish-whep).

mod both_streams;
mod estimator;
mod handler;
mod ice;
mod kept;
mod line_interceptor;

use crate::counters::Counters;
use crate::packets::{MediaFrame, Medium};
use crate::stage::SharedLine;
use crate::transport::{Event, Sent, Transport, WAITING_EVENTS_MAX};
use both_streams::BothStreams;
use bytes::Bytes;
use estimator::Estimator;
use handler::Handler;
use ice::{Fragment, first_mid};
use line_interceptor::{KeyframeWish, LineInterceptor};
use rtc::ice::mdns::MulticastDnsMode;
use rtc::interceptor::{CongestionControlBuilder, Registry, Slot, TwccSenderBuilder};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_H264, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::{SettingEngine, SettingEngineBuilder};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::transport::RTCDtlsRole;
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RTCRtpHeaderExtensionCapability, RTCRtpRtxParameters, RtpCodecKind,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use webrtc::error::Error;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, RTCConfiguration, RTCConfigurationBuilder, RTCIceCandidateInit, RTCIceServer,
};

const PLAYOUT_DELAY_URI: &str = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
const TRANSPORT_CC_URI: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
const PROFILE: &str = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
/// Minimal and maximal playout delay, 12 bits each: show every frame as soon as it is there. Without it a browser
/// smooths over 40 to 116 ms.
const PLAYOUT_AT_ONCE: [u8; 3] = [0; 3];
/// Addresses of this machine are known at once; whoever needs longer must not hold up the answer.
const GATHER_MAX: Duration = Duration::from_millis(300);
/// Without life signs a viewer is Disconnected, then Failed; and how often we give one.
const ICE_TIMEOUTS: [Duration; 3] = [Duration::from_secs(5), Duration::from_secs(10), Duration::from_secs(2)];
/// Bytes that wait in one data channel.
const CHANNEL_BYTES_MAX: usize = 256 * 1024;
/// What a viewer may send before we have read it. Messages have 4 kB at most; it is webrtc-rs that wants room for one of
/// 64 kB, which is what it tells the browser. One that is larger still never becomes whole, and is never kept.
const UNREAD_BYTES_MAX: u32 = 128 * 1024;

/// Why there is no session. The texts are for the viewer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OfferError {
    /// The viewer's fault.
    #[error("the offer is not one that this host can answer: {0}")]
    Refused(String),
    /// Ours.
    #[error("the host could not open a connection: {0}")]
    Failed(#[source] Error),
}

/// See the module.
pub(crate) struct Peer {
    connection: Arc<dyn PeerConnection>,
    /// The browser's newest description.
    offer: String,
    /// Becomes true when all addresses of ours are known.
    gathered: watch::Receiver<bool>,
    track: Arc<TrackLocalStaticRTP>,
    line: SharedLine,
    ssrc: u32,
    payload_type: u8,
    /// The negotiated id of the playout-delay extension; a viewer may not know it.
    playout_delay_id: Option<u8>,
    sequence_number: u16,
}

/// A session that was answered.
pub(crate) struct Answered {
    pub(crate) peer: Peer,
    /// The answer, SDP.
    pub(crate) answer: String,
    pub(crate) events: mpsc::Receiver<Event>,
    /// Whether the viewer offered data channels; a plain WHEP player does not.
    pub(crate) has_channels: bool,
}

/// Answers an offer; media and channels use UDP sockets on `bind`. `stun`: who tells us our public address.
///
/// # Errors
/// See [`OfferError`]; nothing is left behind.
pub(crate) async fn answer(
    offer: &str,
    bind: IpAddr,
    stun: &[SocketAddr],
    counters: Arc<Counters>,
    keyframe_wish: KeyframeWish,
) -> Result<Answered, OfferError> {
    let description = read(offer)?;
    let line = SharedLine::default();
    let (events_tx, events) = mpsc::channel(WAITING_EVENTS_MAX);
    let (gathered_tx, gathered) = watch::channel(false);
    let handler = Handler { events: events_tx, gathered: gathered_tx };
    let connection = connection(bind, role_for(offer), stun, &line, counters, keyframe_wish, handler)
        .await
        .map_err(OfferError::Failed)?;
    let mut peer = Peer {
        connection,
        offer: offer.to_owned(),
        gathered,
        track: Arc::new(TrackLocalStaticRTP::new(track(getrandom::u32().unwrap_or(1), getrandom::u32().unwrap_or(2)))),
        line,
        ssrc: 0,
        payload_type: 0,
        playout_delay_id: None,
        sequence_number: getrandom::u32().unwrap_or(0) as u16,
    };
    match peer.negotiate(description).await {
        Ok(answer) => Ok(Answered { peer, answer, events, has_channels: offer.contains("\nm=application ") }),
        Err(error) => {
            peer.close().await;
            Err(refused(error))
        }
    }
}

fn refused(error: Error) -> OfferError {
    OfferError::Refused(error.to_string())
}

/// What an offer says, as far as that is known before there is a connection.
pub(crate) fn read(offer: &str) -> Result<RTCSessionDescription, OfferError> {
    let description = RTCSessionDescription::offer(offer.to_owned()).map_err(refused)?;
    let codecs = |name: &str| offer.lines().any(|line| line.starts_with("a=rtpmap:") && line.contains(name));
    if !offer.lines().any(|line| line.starts_with("m=video ")) || !codecs(" H264/90000") {
        return Err(OfferError::Refused("it does not ask for video in H.264".to_owned()));
    }
    Ok(description)
}

impl Peer {
    async fn negotiate(&mut self, offer: RTCSessionDescription) -> Result<String, Error> {
        self.connection.set_remote_description(offer).await?;
        // Not before: a track that is added earlier never learns of the extensions, and drops every packet.
        let sender = self.connection.add_track(Arc::clone(&self.track) as Arc<dyn TrackLocal>).await?;
        let answer = self.connection.create_answer(None).await?;
        self.connection.set_local_description(answer).await?;
        self.gather().await;
        let parameters = sender.get_parameters().await?;
        let codec = parameters.rtp_parameters.codecs.first();
        let ssrc = parameters.encodings.first().and_then(|encoding| encoding.rtp_coding_parameters.ssrc);
        let (Some(codec), Some(ssrc)) = (codec, ssrc) else {
            return Err(Error::Other("it accepts no H.264 stream of ours".to_owned()));
        };
        (self.payload_type, self.ssrc) = (codec.payload_type, ssrc);
        let extensions = parameters.rtp_parameters.header_extensions;
        let playout_delay = extensions.iter().find(|extension| extension.uri == PLAYOUT_DELAY_URI);
        self.playout_delay_id = playout_delay.and_then(|extension| u8::try_from(extension.id).ok());
        let description = self.connection.local_description().await;
        description.map(|description| description.sdp).ok_or(Error::Other("there is no answer".to_owned()))
    }

    /// Waits until all addresses of ours are known, but not for long.
    async fn gather(&mut self) {
        let _ = tokio::time::timeout(GATHER_MAX, self.gathered.wait_for(|done| *done)).await;
    }

    /// The browser begins ICE anew, because its address has changed or nothing gets through.
    async fn restart(&mut self, fragment: &Fragment) -> Result<String, OfferError> {
        let offer = fragment.applied_to(&self.offer);
        let description = read(&offer)?;
        self.connection.set_remote_description(description).await.map_err(refused)?;
        self.offer = offer;
        let answer = self.connection.create_answer(None).await.map_err(OfferError::Failed)?;
        self.connection.set_local_description(answer).await.map_err(OfferError::Failed)?;
        self.gather().await;
        let missing = || OfferError::Failed(Error::Other("there is no answer".to_owned()));
        let answer = self.connection.local_description().await.ok_or_else(missing)?.sdp;
        Ok(Fragment::read(&answer).write(first_mid(&answer)))
    }

    /// More addresses of the browser's.
    async fn add(&self, fragment: &Fragment) -> Result<(), OfferError> {
        for candidate in &fragment.candidates {
            let candidate = RTCIceCandidateInit {
                candidate: format!("candidate:{candidate}"),
                sdp_mid: Some(first_mid(&self.offer).to_owned()),
                ..Default::default()
            };
            self.connection.add_ice_candidate(candidate).await.map_err(refused)?;
        }
        Ok(())
    }

    fn packet(&mut self, frame: &MediaFrame, payload: &Bytes, marker: bool) -> rtc::rtp::Packet {
        let mut header = rtc::rtp::Header {
            version: 2,
            marker,
            payload_type: self.payload_type,
            sequence_number: self.sequence_number,
            timestamp: frame.rtp_timestamp,
            ssrc: self.ssrc,
            ..Default::default()
        };
        self.sequence_number = self.sequence_number.wrapping_add(1);
        if let Some(id) = self.playout_delay_id {
            // Fails only for an id that the negotiation would not have taken.
            let _ = header.set_extension(id, Bytes::from_static(&PLAYOUT_AT_ONCE));
        }
        rtc::rtp::Packet { header, payload: payload.clone() }
    }
}

#[async_trait::async_trait]
impl Transport for Peer {
    async fn send(&mut self, frame: &MediaFrame, _: Option<u32>) -> Sent {
        let last = frame.payloads.len().saturating_sub(1);
        for (index, payload) in frame.payloads.iter().enumerate() {
            let packet = self.packet(frame, payload, index == last);
            if self.track.write_rtp(packet).await.is_err() {
                return Sent::Gone;
            }
        }
        Sent::Yes
    }

    fn medium(&self) -> Medium {
        Medium::H264
    }

    fn line(&self) -> SharedLine {
        Arc::clone(&self.line)
    }

    async fn ice(&mut self, fragment: &str) -> Result<Option<String>, OfferError> {
        let fragment = Fragment::read(fragment);
        let known = Fragment::read(&self.offer);
        let is_restart =
            fragment.ufrag.is_some() && (&fragment.ufrag, &fragment.password) != (&known.ufrag, &known.password);
        if is_restart { self.restart(&fragment).await.map(Some) } else { self.add(&fragment).await.map(|()| None) }
    }

    async fn close(&mut self) {
        if let Err(error) = self.connection.close().await {
            tracing::debug!("a connection did not close cleanly: {error}");
        }
    }
}

async fn connection(
    bind: IpAddr,
    role: RTCDtlsRole,
    stun: &[SocketAddr],
    line: &SharedLine,
    counters: Arc<Counters>,
    keyframe_wish: KeyframeWish,
    handler: Handler,
) -> Result<Arc<dyn PeerConnection>, Error> {
    // Sender reports are left out: with one track there is nothing to synchronise, and they cost more than a still scene.
    let reports = CongestionControlBuilder::new(Estimator(Arc::clone(line))).build();
    let registry = Registry::new()
        .with(Slot::CongestionControl, BothStreams(reports))
        .with(Slot::TwccSender, BothStreams(TwccSenderBuilder::new().build()))
        .with(Slot::Pacer, LineInterceptor::new(Arc::clone(line), counters, keyframe_wish));
    let connection = PeerConnectionBuilder::new()
        .with_configuration(configuration(stun))
        .with_media_engine(media_engine()?)
        .with_setting_engine(settings(bind, role))
        .with_interceptor_registry(registry)
        .with_data_channel_send_buffer_limit(CHANNEL_BYTES_MAX)
        .with_handler(Arc::new(handler))
        .with_udp_addrs(udp_addresses(bind))
        .build()
        .await?;
    Ok(Arc::new(connection))
}

fn configuration(stun: &[SocketAddr]) -> RTCConfiguration {
    let server = |address: &SocketAddr| RTCIceServer { urls: vec![format!("stun:{address}")], ..Default::default() };
    RTCConfigurationBuilder::new().with_ice_servers(stun.iter().map(server).collect()).build()
}

/// Who begins the handshake: the browser, unless its offer leaves that to the host (RFC 4145, section 4). As a client the host
/// would begin at the next tick of webrtc-rs's ICE timer, up to 200 ms later; but the browser's first message is answered with
/// a cookie (RFC 6347, section 4.2.1), which takes a round trip more. The page leaves it to the host where that is longer.
fn role_for(offer: &str) -> RTCDtlsRole {
    let is_passive = offer.lines().any(|line| line.trim_end() == "a=setup:passive");
    if is_passive { RTCDtlsRole::Client } else { RTCDtlsRole::Server }
}

pub(crate) fn settings(bind: IpAddr, role: RTCDtlsRole) -> SettingEngine {
    let [disconnected, failed, keepalive] = ICE_TIMEOUTS.map(Some);
    SettingEngineBuilder::new()
        .with_include_loopback_candidate(true)
        .with_multicast_dns_mode(MulticastDnsMode::Disabled)
        .with_ice_timeouts(disconnected, failed, keepalive)
        // A browser nominates a lite agent's address with its first check. Away from loopback the host must check too, to
        // open the way through its own firewall.
        .with_lite(bind.is_loopback())
        .with_answering_dtls_role(role)
        .with_sctp_max_receive_buffer_size(UNREAD_BYTES_MAX)
        .build()
}

/// Where media sockets are bound. An unspecified address stands for all of the machine's own but loopback, so that is
/// named too.
fn udp_addresses(bind: IpAddr) -> Vec<SocketAddr> {
    let loopback = match bind {
        IpAddr::V4(_) => IpAddr::from(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::from(Ipv6Addr::LOCALHOST),
    };
    let also_loopback = bind.is_unspecified().then_some(loopback);
    [bind].into_iter().chain(also_loopback).map(|ip| SocketAddr::new(ip, 0)).collect()
}

fn h264() -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: MIME_TYPE_H264.to_owned(),
        clock_rate: 90_000,
        channels: 0,
        sdp_fmtp_line: PROFILE.to_owned(),
        rtcp_feedback: Vec::new(),
    }
}

pub(crate) fn media_engine() -> Result<MediaEngine, Error> {
    let mut engine = MediaEngine::default();
    let rtx = RTCRtpCodec { mime_type: "video/rtx".to_owned(), sdp_fmtp_line: "apt=102".to_owned(), ..h264() };
    for (rtp_codec, payload_type) in [(h264(), 102), (rtx, 103)] {
        let codec = RTCRtpCodecParameters { rtp_codec, payload_type };
        engine.register_codec(codec, RtpCodecKind::Video)?;
    }
    for (typ, parameter) in [("nack", ""), ("nack", "pli"), ("ccm", "fir"), ("transport-cc", "")] {
        let feedback = RTCPFeedback { typ: typ.to_owned(), parameter: parameter.to_owned() };
        engine.register_feedback(feedback, RtpCodecKind::Video);
    }
    for uri in [TRANSPORT_CC_URI, PLAYOUT_DELAY_URI] {
        let extension = RTCRtpHeaderExtensionCapability { uri: uri.to_owned() };
        engine.register_header_extension(extension, RtpCodecKind::Video, None)?;
    }
    Ok(engine)
}

fn track(ssrc: u32, rtx_ssrc: u32) -> MediaStreamTrack {
    let coding = RTCRtpCodingParameters {
        ssrc: Some(ssrc),
        rtx: Some(RTCRtpRtxParameters { ssrc: rtx_ssrc }),
        ..Default::default()
    };
    let encoding = RTCRtpEncodingParameters { rtp_coding_parameters: coding, codec: h264(), ..Default::default() };
    MediaStreamTrack::new("scene".into(), "picture".into(), "picture".into(), RtpCodecKind::Video, vec![encoding])
}
