//! E57 point clouds (ASTM E2807-11): pages with checksums, a section of XML that says what scans there are, and their points in
//! packets of bits. Each scan becomes a layer, in the coordinates that all share; pictures are passed over.

mod bits;
mod crc;
mod header;
mod packets;
mod pages;
mod prototype;
mod roles;
mod scan;

use super::format::{Format, Opened};
use super::{LoadedLayer, Problem, Progress};
use crate::LayerData;
use header::Scan;
use pages::Pages;
use std::sync::Arc;

pub(super) const FORMAT: Format = Format {
    name: "E57",
    extensions: &["e57"],
    becomes: "points, a layer for each scan, with all that the file says of each",
    is_it: |head| head.bytes.starts_with(b"ASTM-E57"),
    begins_with: "ASTM-E57",
    read,
};

fn read(Opened { reader, name, progress, .. }: Opened<'_>) -> Result<Vec<LoadedLayer>, Problem> {
    let (mut pages, header) = Pages::open(reader)?;
    let scans = header::scans(&mut pages, &header, progress)?;
    let names = layer_names(&name, &scans);
    let is_alone = scans.len() == 1;
    let of_scan = |name: &str, problem| if is_alone { problem } else { of(name, problem) };
    // Before their memory is counted, so that a count that cannot be is said to be that.
    for (scan, layer_name) in scans.iter().zip(&names) {
        match scan::check(&mut pages, scan) {
            Ok(_) | Err(Problem::Nothing { .. }) => {}
            Err(problem) => return Err(of_scan(layer_name, problem)),
        }
    }
    progress.allow(memory(&scans))?;
    let mut work = Work::of(&scans);
    let (mut layers, mut left_out, mut first_problem) = (Vec::new(), Vec::new(), None);
    for (scan, layer_name) in scans.iter().zip(names) {
        match scan::read(&mut pages, scan, &mut work, progress) {
            Ok((points, notice)) => {
                layers.push(LoadedLayer::new(layer_name, LayerData::Points(Arc::new(points)), notice));
            }
            // A scan that saw nothing must not hide the others.
            Err(Problem::Nothing { detail }) => {
                work.finish(scan.count);
                left_out.push(layer_name);
                first_problem = first_problem.or(Some(Problem::Nothing { detail }));
            }
            Err(problem) => return Err(of_scan(&layer_name, problem)),
        }
    }
    let Some(first) = layers.first_mut() else {
        return Err(first_problem.unwrap_or(Problem::Nothing { detail: "it has no scans".into() }));
    };
    if !left_out.is_empty() {
        let left_out = format!("Left out scans without points: {}.", super::kinds::list(&left_out));
        first.notice = Some(first.notice.iter().cloned().chain([left_out]).collect::<Vec<String>>().join(" "));
    }
    Ok(layers)
}

fn malformed(detail: String) -> Problem {
    Problem::Malformed { kind: FORMAT.name, detail }
}

/// The same problem, of this scan.
fn of(layer: &str, problem: Problem) -> Problem {
    let layer: String = layer.chars().take(60).collect();
    let told = |detail: String| format!("in “{}”: {detail}", layer.escape_debug());
    match problem {
        Problem::Malformed { kind, detail } => Problem::Malformed { kind, detail: told(detail) },
        Problem::Truncated { detail } => Problem::Truncated { detail: told(detail) },
        Problem::Unsupported { detail } => Problem::Unsupported { detail: told(detail) },
        other => other,
    }
}

/// What all scans take: they are read one after the other, and held together.
fn memory(scans: &[Scan]) -> u64 {
    let each = || scans.iter().map(scan::memory);
    let held = each().map(|[held, _]| held).fold(0, u64::saturating_add);
    held.saturating_add(each().map(|[_, passing]| passing).max().unwrap_or(0))
}

/// The file's name, and where there are several scans theirs.
fn layer_names(name: &str, scans: &[Scan]) -> Vec<String> {
    let of_scan = |(number, scan): (usize, &Scan)| match (scans.len(), scan.name.as_str()) {
        (1, _) => name.to_owned(),
        (_, "") => format!("{name}: scan {number}"),
        (_, own) => format!("{name}: {own}"),
    };
    (1..).zip(scans).map(of_scan).collect()
}

/// How far all scans are read, and put into their order.
struct Work {
    total: u64,
    /// Of the scans before.
    done: u64,
}

/// What a point weighs while it is read, and while it is put into its order.
const READING: u64 = 7;
const ARRANGING: u64 = 3;

impl Work {
    fn of(scans: &[Scan]) -> Work {
        let points = scans.iter().fold(0, |points: u64, scan| points.saturating_add(scan.count));
        Work { total: points.saturating_mul(READING + ARRANGING), done: 0 }
    }

    /// So many points of the scan are read.
    fn read(&self, points: u64, progress: &Progress) -> Result<(), Problem> {
        progress.advance(self.done.saturating_add(points * READING), self.total)
    }

    /// Such a part of the scan's points is in order, from 0 to 1.
    fn arranged(&self, points: u64, part: f32, progress: &Progress) -> Result<(), Problem> {
        let arranged = (points as f64 * f64::from(part) * ARRANGING as f64) as u64;
        progress.advance(self.done.saturating_add(points * READING + arranged), self.total)
    }

    /// The scan is done.
    fn finish(&mut self, points: u64) {
        self.done = self.done.saturating_add(points.saturating_mul(READING + ARRANGING));
    }
}
