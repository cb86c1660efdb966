//! The real sidecar process without its app, so that a scenario can tell it what an app would.

use heliograph_ring::{FrameStamp, FrameWriter, InputReader, create, monotonic_us};
use heliograph_wire::link::Tokens;
use heliograph_wire::room::Answer;
use heliograph_wire::{FromSidecar, Origin, ToSidecar};
use std::io::{BufRead, BufReader, Lines, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A running sidecar; killed when dropped.
pub struct Sidecar {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    frames: FrameWriter,
    _inputs: InputReader,
    pub address: SocketAddr,
    /// What it could not give up.
    pub missing: Vec<String>,
}

impl Sidecar {
    /// Starts it on a free port of loopback, with one grey picture to show.
    pub fn start(allow_embed: &[&str]) -> Sidecar {
        let ring = create(64, 64).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_heliograph"));
        command.arg("sidecar").stdin(Stdio::piped()).stdout(Stdio::piped());
        let ring_fds = ring.handles.pass_to(&mut command);
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let nobody = SocketAddr::from(([0; 4], 0));
        let (frames, _inputs) = (ring.frames, ring.inputs);
        let mut sidecar = Sidecar { child, stdin, lines, frames, _inputs, address: nobody, missing: Vec::new() };
        sidecar.say(&ToSidecar::Start {
            bind: [127, 0, 0, 1].into(),
            port: 0,
            exact_port: false,
            tokens: Tokens { view: "f".repeat(32), control: TOKEN.to_owned() },
            first_viewer: 1,
            max_viewers: 4,
            allow_embed: allow_embed.iter().map(|origin| origin.parse::<Origin>().unwrap()).collect(),
            ring_fds,
            network: heliograph_wire::link::Network::default(),
        });
        while sidecar.address == nobody {
            match sidecar.hear() {
                FromSidecar::Listening { address } => sidecar.address = address,
                FromSidecar::Confined { missing } => sidecar.missing = missing,
                _ => {}
            }
        }
        sidecar.publish();
        sidecar
    }

    fn publish(&mut self) {
        let stamp =
            FrameStamp { width: 64, height: 64, sequence: 1, drawn_us: monotonic_us(), ..FrameStamp::default() };
        self.frames.publish(&stamp, &[120; 64 * 64 * 4], 64 * 4).unwrap();
    }

    /// Tells it something.
    pub fn say(&mut self, message: &ToSidecar) {
        writeln!(self.stdin, "{}", serde_json::to_string(message).unwrap()).unwrap();
    }

    /// Its next line.
    pub fn hear(&mut self) -> FromSidecar {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }

    /// Lets in whoever comes next, as the app does.
    pub fn let_in(&mut self) {
        loop {
            if let FromSidecar::Arrival { arrival } = self.hear() {
                let answer = Answer::Admit { pass: "p".into() };
                return self.say(&ToSidecar::Answer { viewer: arrival.viewer, answer });
            }
        }
    }

    /// Ends it; all that it said and nobody heard yet.
    pub fn end(mut self) -> Vec<FromSidecar> {
        self.say(&ToSidecar::Stop { reason: "The scenario is over.".into() });
        let mut said = Vec::new();
        while let Some(Ok(line)) = self.lines.next() {
            said.push(serde_json::from_str(&line).unwrap());
        }
        said
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
