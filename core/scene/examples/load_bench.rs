//! How long files take to be read, one JSON object each: `cargo run --release -p heliograph-scene --example load_bench -- FILES…`
//!
//! The median of several reads of a file that lies in memory already, on the calling thread.

use heliograph_scene::LayerData;
use heliograph_scene::load::{Progress, Source, load};
use std::error::Error;
use std::time::Instant;

/// Reads of each file.
const READS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    for file in std::env::args().skip(1) {
        let source = Source::Path(file.clone().into());
        let mut times_ms = Vec::new();
        let mut elements = 0;
        for _ in 0..READS {
            let started = Instant::now();
            let layers = load(&source, &Progress::new())?;
            times_ms.push(started.elapsed().as_secs_f64() * 1000.0);
            elements = layers.iter().map(|layer| count(&layer.data)).sum();
        }
        times_ms.sort_by(f64::total_cmp);
        let (median, least, most) = (times_ms[READS / 2], times_ms[0], times_ms[READS - 1]);
        let name = file.rsplit('/').next().unwrap_or_default().replace(['"', '\\'], "'");
        println!(
            "{{\"name\":\"load {name}\",\"value\":{median:.1},\"unit\":\"ms\",\"least\":{least:.1},\"most\":{most:.1},\
             \"elements\":{elements}}}"
        );
    }
    Ok(())
}

/// Points, triangles, points of streamlines, nodes, or voxels.
fn count(data: &LayerData) -> usize {
    match data {
        LayerData::Points(points) => points.len(),
        LayerData::Mesh(mesh) => mesh.triangle_count(),
        LayerData::Tracts(tracts) => tracts.positions.len(),
        LayerData::Network(network) => network.len(),
        LayerData::Volume(volume) => volume.voxels() * volume.frames as usize,
    }
}
