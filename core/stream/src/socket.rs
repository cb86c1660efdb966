//! [`Socket`]: a viewer over a WebSocket (RFC 6455), which is all that an HTTP tunnel or a strict firewall lets through.
//!
//! Everything shares one TCP connection, so what waits in it delays all the rest. So little may be on its way: the page
//! acknowledges every frame, and by that the line says how much it takes, as it does over WebRTC.

use crate::counters::Counters;
use crate::packets::{MediaFrame, Medium};
use crate::peer::OfferError;
use crate::stage::{SharedLine, lock};
use crate::transport::{Channel, Event, Label, Sent, Transport, WAITING_EVENTS_MAX};
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use heliograph_line::{Kind, Line, PacketFate, Probe};
use heliograph_wire::media::{Header, JPEG, KEYFRAME, PADDING};
use heliograph_wire::{MAX_MESSAGE_BYTES, pointer};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

/// Frames that wait to be written. The line holds back long before.
const WAITING_FRAMES_MAX: usize = 4;
/// Messages that wait to be written; they go before frames.
const WAITING_MESSAGES_MAX: usize = 256;
/// Frames on their way that are not acknowledged yet. A page that acknowledges none gets no more.
const UNACKNOWLEDGED_MAX: usize = 256;
/// Padding comes in messages of about this, at least four: the times of fewer measure nothing.
const PADDING_BYTES: usize = 1_200;

/// See the module.
pub(crate) struct Socket {
    medium: Medium,
    line: SharedLine,
    counters: Arc<Counters>,
    outgoing: Outgoing,
    tasks: [JoinHandle<()>; 3],
}

/// The way of frames to the page, and what is told of it to the line.
#[derive(Clone)]
struct Outgoing {
    line: SharedLine,
    frames: mpsc::Sender<Bytes>,
    departures: Arc<Mutex<Departures>>,
    /// Something left or was acknowledged.
    moved: Arc<Notify>,
}

/// Frames on their way, the oldest first.
#[derive(Debug, Default)]
struct Departures {
    /// Of the newest.
    number: u32,
    unacknowledged: VecDeque<Departure>,
}

/// A frame on its way.
#[derive(Debug, Clone, Copy)]
struct Departure {
    number: u32,
    at: Instant,
    bytes: usize,
}

impl Socket {
    /// Takes over a WebSocket that has said its hello. The events begin with both channels, and with being connected.
    pub(crate) fn new(socket: WebSocket, medium: Medium, counters: Arc<Counters>) -> (Socket, mpsc::Receiver<Event>) {
        let (sink, stream) = socket.split();
        let (events_tx, events) = mpsc::channel(WAITING_EVENTS_MAX);
        let (messages, waiting_messages) = mpsc::channel(WAITING_MESSAGES_MAX);
        let (frames, waiting_frames) = mpsc::channel(WAITING_FRAMES_MAX);
        let line = SharedLine::new(Mutex::new(Line::expecting_reports()));
        let channel: Arc<dyn Channel> = Arc::new(SocketChannel(messages));
        let outgoing = Outgoing { line: Arc::clone(&line), frames, departures: Arc::default(), moved: Arc::default() };
        let tasks = [
            tokio::spawn(write(sink, waiting_messages, waiting_frames)),
            tokio::spawn(read(stream, channel, outgoing.clone(), events_tx)),
            tokio::spawn(probe(outgoing.clone())),
        ];
        (Socket { medium, line, counters, outgoing, tasks }, events)
    }
}

#[async_trait::async_trait]
impl Transport for Socket {
    async fn send(&mut self, frame: &MediaFrame, shown: Option<u32>) -> Sent {
        let keyframe = if frame.keyframe { KEYFRAME } else { 0 };
        let jpeg = if frame.medium == Medium::Jpeg { JPEG } else { 0 };
        let header = |number| Header::Frame {
            flags: keyframe | jpeg,
            number,
            drawn_ms: frame.drawn_us as f64 / 1e3,
            rtp_timestamp: frame.rtp_timestamp,
            shown: shown.unwrap_or(0),
        };
        let (sent, bytes) = self.outgoing.send(header, &frame.file, Kind::Media);
        if sent == Sent::Yes {
            self.counters.sent(bytes);
        }
        sent
    }

    fn medium(&self) -> Medium {
        self.medium
    }

    fn line(&self) -> SharedLine {
        Arc::clone(&self.line)
    }

    async fn ice(&mut self, _: &str) -> Result<Option<String>, OfferError> {
        Err(OfferError::Refused("a WebSocket has no addresses to negotiate".to_owned()))
    }

    async fn close(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Outgoing {
    /// Sends a frame under the next number; says how long the message is.
    fn send(&self, header: impl FnOnce(u32) -> Header, payload: &[u8], kind: Kind) -> (Sent, usize) {
        let mut departures = lock(&self.departures);
        if departures.unacknowledged.len() >= UNACKNOWLEDGED_MAX {
            return (Sent::Full, 0);
        }
        let number = departures.number.wrapping_add(1);
        let message = Bytes::from(header(number).encode(payload));
        let (at, bytes) = (Instant::now(), message.len());
        match self.frames.try_send(message) {
            Ok(()) => {
                departures.number = number;
                departures.unacknowledged.push_back(Departure { number, at, bytes });
                drop(departures);
                lock(&self.line).sent(at, bytes, kind);
                self.moved.notify_one();
                (Sent::Yes, bytes)
            }
            Err(mpsc::error::TrySendError::Full(_)) => (Sent::Full, 0),
            Err(mpsc::error::TrySendError::Closed(_)) => (Sent::Gone, 0),
        }
    }

    /// Sends what a probe asks for, spread over its time; stops when frames wait, which tell as much.
    async fn pad(&self, probe: &Probe) {
        let parts = if probe.over.is_zero() { 1 } else { (probe.bytes / PADDING_BYTES).clamp(4, 24) };
        for part in 0..parts {
            if part > 0 {
                tokio::time::sleep(probe.over / parts as u32).await;
            }
            let header = |number| Header::Frame { flags: PADDING, number, drawn_ms: 0.0, rtp_timestamp: 0, shown: 0 };
            // The connection is compressed by nobody, so zeros weigh what they are long.
            if self.send(header, &vec![0; probe.bytes / parts], Kind::Padding).0 != Sent::Yes {
                return;
            }
        }
    }
}

/// Sends padding when the line asks for some; asleep as long as nothing leaves or is acknowledged.
async fn probe(outgoing: Outgoing) {
    loop {
        outgoing.moved.notified().await;
        loop {
            let now = Instant::now();
            let (probe, next) = {
                let mut line = lock(&outgoing.line);
                (line.probe(now), line.next_probe_at(now))
            };
            if let Some(probe) = probe {
                outgoing.pad(&probe).await;
            }
            match next {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => break,
            }
        }
    }
}

struct SocketChannel(mpsc::Sender<Message>);

impl SocketChannel {
    fn say(&self, message: Message) -> Sent {
        match self.0.try_send(message) {
            Ok(()) => Sent::Yes,
            Err(mpsc::error::TrySendError::Full(_)) => Sent::Full,
            Err(mpsc::error::TrySendError::Closed(_)) => Sent::Gone,
        }
    }
}

#[async_trait::async_trait]
impl Channel for SocketChannel {
    async fn text(&self, text: &str) -> Sent {
        self.say(Message::text(text))
    }

    async fn bytes(&self, bytes: &[u8]) -> Sent {
        self.say(Message::Binary(Bytes::copy_from_slice(bytes)))
    }
}

/// Writes messages, and frames when there are none, until all who could send are gone or the browser is.
async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut messages: mpsc::Receiver<Message>,
    mut frames: mpsc::Receiver<Bytes>,
) {
    loop {
        let message = tokio::select! {
            biased;
            Some(message) = messages.recv() => message,
            Some(frame) = frames.recv() => Message::Binary(frame),
            else => break,
        };
        if sink.send(message).await.is_err() {
            return;
        }
    }
    let goodbye = CloseFrame { code: close_code::NORMAL, reason: "".into() };
    let _ = sink.send(Message::Close(Some(goodbye))).await;
}

/// Reads until the browser closes or breaks off.
async fn read(
    mut stream: SplitStream<WebSocket>,
    channel: Arc<dyn Channel>,
    outgoing: Outgoing,
    events: mpsc::Sender<Event>,
) {
    let opened = [Label::Control, Label::Pointer, Label::Still].map(|label| Event::Opened(label, Arc::clone(&channel)));
    drop(channel);
    for event in opened.into_iter().chain([Event::Connected]) {
        if events.send(event).await.is_err() {
            return;
        }
    }
    loop {
        let event = match stream.next().await {
            Some(Ok(Message::Text(text))) if text.len() <= MAX_MESSAGE_BYTES => Event::Text(text.as_str().to_owned()),
            Some(Ok(Message::Binary(bytes))) if bytes.len() <= MAX_MESSAGE_BYTES => {
                match pointer::Message::decode(&bytes) {
                    Some(pointer::Message::Ack { seq, page_ms }) => {
                        match outgoing.heard(seq, page_ms, Instant::now()) {
                            true => continue,
                            false => Event::Malformed,
                        }
                    }
                    _ => Event::Bytes(bytes.to_vec()),
                }
            }
            Some(Ok(Message::Text(_) | Message::Binary(_))) => Event::Malformed,
            // The library answers pings.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Close(_))) => Event::Lost("closed the page"),
            Some(Err(_)) | None => Event::Lost("closed the connection"),
        };
        let is_over = matches!(event, Event::Lost(_));
        if events.send(event).await.is_err() || is_over {
            return;
        }
    }
}

/// What the page says of the frames that it got.
impl Outgoing {
    /// Frame `number` has arrived; false when no such frame is on its way.
    fn heard(&self, number: u32, page_ms: f64, now: Instant) -> bool {
        let mut departures = lock(&self.departures);
        let unacknowledged = &mut departures.unacknowledged;
        let is_known = unacknowledged.iter().any(|departure| departure.number == number) && page_ms.is_finite();
        if !is_known {
            return false;
        }
        // A page's clock begins when it was opened, so it never comes near what a duration holds.
        let arrival = Some(Duration::try_from_secs_f64(page_ms / 1e3).unwrap_or_default());
        let mut fates = Vec::new();
        // The connection keeps order: what left before has arrived, too.
        while let Some(Departure { number: its_number, at: departure, bytes }) = unacknowledged.pop_front() {
            fates.push(PacketFate { departure, bytes, arrival });
            if its_number == number {
                break;
            }
        }
        drop(departures);
        lock(&self.line).reported(now, &fates);
        self.moved.notify_one();
        true
    }
}
