//! For tests: a viewer by webrtc-rs, as a browser would be one: it offers, decodes, and speaks on both channels.

use crate::testing::{PATIENCE, TestHost};
use openh264::decoder::Decoder;
use openh264::formats::YUVSource;
use rtc::peer_connection::configuration::media_engine::MediaEngine;
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp::codec::h264::H264Packet;
use rtc::rtp::packetizer::Depacketizer;
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use webrtc::data_channel::{DataChannel, DataChannelEvent, RTCDataChannelInit};
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceGatheringState, RTCPeerConnectionState,
};

/// A frame as it came out of the decoder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seen {
    pub(crate) rtp_timestamp: u32,
    pub(crate) keyframe: bool,
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Luma in the middle.
    pub(crate) luma: u8,
    /// The largest payload.
    pub(crate) payload_bytes: usize,
}

/// See the module.
pub(crate) struct Client {
    connection: Arc<dyn PeerConnection>,
    track: watch::Receiver<Option<Arc<dyn TrackRemote>>>,
    pub(crate) control: Arc<dyn DataChannel>,
    pub(crate) pointer: Arc<dyn DataChannel>,
    pub(crate) frames: mpsc::Receiver<Seen>,
    /// The resource to DELETE.
    pub(crate) location: String,
    pub(crate) answer: String,
}

struct Handler {
    track: watch::Sender<Option<Arc<dyn TrackRemote>>>,
    frames: mpsc::Sender<Seen>,
    gathered: watch::Sender<bool>,
    connected: watch::Sender<bool>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        self.gathered.send_replace(state == RTCIceGatheringState::Complete);
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.connected.send_replace(state == RTCPeerConnectionState::Connected);
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        self.track.send_replace(Some(Arc::clone(&track)));
        tokio::spawn(decode(track, self.frames.clone()));
    }
}

/// Until there is a first picture a browser asks for a keyframe this often: what arrives before its keys are ready is lost.
const KEYFRAME_REQUEST_INTERVAL: Duration = Duration::from_millis(200);

/// Puts frames together and decodes them. Like a browser it asks for a keyframe when it has missed a packet.
async fn decode(track: Arc<dyn TrackRemote>, frames: mpsc::Sender<Seen>) {
    let (mut decoder, mut packets) = (Decoder::new().unwrap(), H264Packet::default());
    let (mut unit, mut payload_bytes) = (Vec::new(), 0);
    let (mut next_number, mut is_whole) = (None, false);
    loop {
        let event = match timeout(KEYFRAME_REQUEST_INTERVAL, track.poll()).await {
            Ok(Some(event)) => event,
            Ok(None) => return,
            Err(_) if is_whole => continue,
            Err(_) => {
                request_keyframe(&track).await;
                continue;
            }
        };
        let TrackRemoteEvent::OnRtpPacket(packet) = event else { continue };
        let number = packet.header.sequence_number;
        if next_number.is_some_and(|next| next != number) {
            is_whole = false;
            request_keyframe(&track).await;
        }
        next_number = Some(number.wrapping_add(1));
        payload_bytes = payload_bytes.max(packet.payload.len());
        unit.extend_from_slice(&packets.depacketize(&packet.payload).unwrap_or_default());
        if !packet.header.marker {
            continue;
        }
        let keyframe = unit.windows(4).any(|window| window[..3] == [0, 0, 1] && window[3] & 0x1f == 5);
        if (is_whole || keyframe)
            && let Ok(Some(picture)) = decoder.decode(&unit)
        {
            is_whole = true;
            let ((width, height), (stride, ..)) = (picture.dimensions(), picture.strides());
            let luma = picture.y()[height / 2 * stride + width / 2];
            let rtp_timestamp = packet.header.timestamp;
            let _ = frames.try_send(Seen { rtp_timestamp, keyframe, width, height, luma, payload_bytes });
        }
        unit.clear();
        payload_bytes = 0;
    }
}

async fn request_keyframe(track: &Arc<dyn TrackRemote>) {
    if let Some(media_ssrc) = track.ssrcs().await.first() {
        let request = PictureLossIndication { sender_ssrc: 0, media_ssrc: *media_ssrc };
        // A connection that is gone asks for nothing.
        let _ = track.write_rtcp(vec![Box::new(request)]).await;
    }
}

impl Client {
    /// Joins by a link's token; returns when both sides are connected.
    pub(crate) async fn join(host: &TestHost, token: &str) -> Client {
        Client::join_as(host, token, "actpass").await
    }

    /// The same with an offer that says so of who begins the handshake (RFC 4145, section 4).
    pub(crate) async fn join_as(host: &TestHost, token: &str, setup: &str) -> Client {
        let (track_tx, track) = watch::channel(None);
        let (frames_tx, frames) = mpsc::channel(1_024);
        let (gathered, mut is_gathered) = watch::channel(false);
        let (connected, mut is_connected) = watch::channel(false);
        let handler = Handler { track: track_tx, frames: frames_tx, gathered, connected };
        let mut media_engine = MediaEngine::default();
        media_engine.register_default_codecs().unwrap();
        let settings = SettingEngineBuilder::new().with_include_loopback_candidate(true).build();
        let connection: Arc<dyn PeerConnection> = Arc::new(
            PeerConnectionBuilder::new()
                .with_media_engine(media_engine)
                .with_setting_engine(settings)
                .with_handler(Arc::new(handler))
                .with_udp_addrs(vec!["127.0.0.1:0"])
                .build()
                .await
                .unwrap(),
        );
        let control = connection.create_data_channel("control", None).await.unwrap();
        let unreliable = RTCDataChannelInit { ordered: false, max_retransmits: Some(0), ..Default::default() };
        let pointer = connection.create_data_channel("pointer", Some(unreliable)).await.unwrap();
        let receive = RTCRtpTransceiverInit {
            direction: RTCRtpTransceiverDirection::Recvonly,
            streams: Vec::new(),
            send_encodings: Vec::new(),
        };
        connection.add_transceiver_from_kind(RtpCodecKind::Video, Some(receive)).await.unwrap();
        let offer = connection.create_offer(None).await.unwrap();
        connection.set_local_description(offer).await.unwrap();
        timeout(PATIENCE, is_gathered.wait_for(|done| *done)).await.unwrap().unwrap();
        let offer = connection.local_description().await.unwrap().sdp;
        let offer = offer.replace("a=setup:actpass", &format!("a=setup:{setup}"));
        let (status, response) = host.whep(token, &offer).await;
        assert_eq!(status, 201, "{response}");
        let (head, answer) = response.split_once("\r\n\r\n").unwrap();
        let location = head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
        connection.set_remote_description(RTCSessionDescription::answer(answer.to_owned()).unwrap()).await.unwrap();
        timeout(PATIENCE, is_connected.wait_for(|connected| *connected)).await.expect("connected").unwrap();
        Client { connection, track, control, pointer, frames, location, answer: answer.to_owned() }
    }

    /// The next frame that is `wanted`.
    pub(crate) async fn frame(&mut self, wanted: impl Fn(&Seen) -> bool) -> Seen {
        timeout(PATIENCE, async {
            loop {
                let frame = self.frames.recv().await.expect("the stream goes on");
                if wanted(&frame) {
                    return frame;
                }
            }
        })
        .await
        .expect("the frame comes")
    }

    /// The decoder has lost its way.
    pub(crate) async fn picture_loss(&mut self) {
        let track = self.track.wait_for(Option::is_some).await.unwrap().clone().unwrap();
        request_keyframe(&track).await;
    }

    /// The next text on `control`.
    pub(crate) async fn text(&self) -> String {
        String::from_utf8(message(&self.control).await).unwrap()
    }

    /// The next bytes on `pointer`.
    pub(crate) async fn bytes(&self) -> Vec<u8> {
        message(&self.pointer).await
    }

    pub(crate) async fn close(self) {
        self.connection.close().await.unwrap();
    }
}

async fn message(channel: &Arc<dyn DataChannel>) -> Vec<u8> {
    timeout(PATIENCE, async {
        loop {
            if let DataChannelEvent::OnMessage(message) = channel.poll().await.expect("the channel lives") {
                return message.data.to_vec();
            }
        }
    })
    .await
    .expect("a message comes")
}
