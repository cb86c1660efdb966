//! Damaged files give one sentence: no panic, and no more memory than their bytes warrant.
//!
//! Real files are cut short, have bits turned over and numbers replaced by the worst ones, some hundred times a
//! format. Memory is watched as address space (`VmPeak`, proc(5)), so that room which is made on the word of a header
//! counts even if nothing is ever written to it.

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use files::{Random, big_endian_ply, laz_file, ply_file, sample};
use heliograph_scene::load::{Limits, LoadError, Progress, Source, load};
use std::path::{Path, PathBuf};

/// What any of the files may take: some ten times the largest.
#[cfg(target_os = "linux")]
const MAX_GROWTH_KIB: u64 = 200 * 1024;

#[test]
fn no_damaged_file_panics_or_takes_more_memory_than_it_is_worth() {
    let seed = std::env::var("HELIOGRAPH_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2026);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("hostile-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    // Beside the headers that name them.
    for name in ["parts.raw.gz", "vectors.raw"] {
        std::fs::write(folder.join(name), files::fixture(name)).unwrap();
    }
    // Buffers of the readers and the like are not the files' fault.
    for (name, bytes) in intact() {
        let (outcome, _) = try_load(&folder, name, &bytes);
        outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let peak_before = peak_kib();
    let mut loaded = 0;
    let mut random = Random(seed);
    for (name, bytes) in intact() {
        // The whole tile is large and slow to decompress: its small copies have the same structure.
        let rounds = if name == "autzen.laz" { 60 } else { 400 };
        for round in 0..rounds {
            let damaged = if name.ends_with(".e57") && round % 4 > 0 {
                // Or every one would end at a checksum.
                files::e57::sealed(damage(&mut random, &files::e57::opened(&bytes)))
            } else {
                damage(&mut random, &bytes)
            };
            let about = format!("seed {seed}, {name}, round {round}");
            let (outcome, progress) = try_load(&folder, name, &damaged);
            match outcome {
                Ok(()) => loaded += 1,
                Err(error) => {
                    let text = error.to_string();
                    assert!(text.starts_with(&format!("{name} ")), "{about}: {text}");
                    assert!(!text.contains('\n') && text.len() < 400, "{about}: {text}");
                    assert!(progress.fraction() < 1.0, "{about}: {text}");
                }
            }
            assert!(peak_kib() - peak_before < max_growth_kib(), "{about}: {} KiB", peak_kib() - peak_before);
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    println!("{loaded} loaded all the same, {} KiB more", peak_kib() - peak_before);
    assert!(loaded > 50, "the damage is too great to test anything: {loaded}");
}

const MAP: &str = r#"{"nodes":[{"id":"a","lat":0,"lon":0,"kind":"port"},{"id":"b","lat":45.5,"lon":90,"open":true,"more":[1]},
{"id":"c","lat":-90,"lon":200,"kind":"pole"}],"links":[{"source":"a","target":"b"},{"source":"b","target":"c"}]}"#;

fn intact() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("autzen.laz", sample("autzen.laz")),
        ("points.laz", laz_file(3, Some(500), 1700)),
        ("extra.las", files::fixture("extra.las")),
        ("extra.laz", files::fixture("extra.laz")),
        ("layers.laz", laz_file(7, Some(500), 1700)),
        ("chunks.laz", laz_file(7, None, 1700)),
        ("points.las", files::las_file(3, 1700)),
        ("tracts.trk", sample("tracts.trk")),
        ("miserables.json", sample("miserables.json")),
        ("airplane.ply", sample("airplane.ply")),
        ("little.ply", ply_file()),
        ("big.ply", big_endian_ply()),
        ("tail.stl", files::fixture("tail.stl")),
        ("tail-ascii.stl", files::fixture("tail-ascii.stl")),
        ("tail.off", files::fixture("tail.off")),
        ("two.glb", files::fixture("two.glb")),
        ("strip.gltf", files::fixture("strip.gltf")),
        ("lines.gltf", files::fixture("lines.gltf")),
        ("tail.obj", files::fixture("tail.obj")),
        ("airports.csv", files::fixture("airports.csv")),
        ("tracts.tck", files::fixture("tracts.tck")),
        ("apart.trx", files::fixture("apart.trx")),
        ("overlapping.trx", files::fixture("overlapping.trx")),
        ("double.trx", files::fixture("double.trx")),
        ("tilted.nii.gz", files::fixture("tilted.nii.gz")),
        ("moments.nii", files::fixture("moments.nii")),
        ("two.nii", files::fixture("two.nii")),
        ("karate.graphml", files::fixture("karate.graphml")),
        ("karate.gexf", files::fixture("karate.gexf")),
        ("karate.gml", files::fixture("karate.gml")),
        ("roads.edgelist", files::fixture("roads.edgelist")),
        ("roads.gexf", files::fixture("roads.gexf")),
        ("karate.edgelist", files::fixture("karate.edgelist")),
        ("flights.csv", b"source,target,lat1,lon1,lat2,lon2\na,b,0,0,45,90\nb,c,45,90,-90,200\n".to_vec()),
        ("map.json", MAP.as_bytes().to_vec()),
        ("tail.gii", files::fixture("tail.gii")),
        ("tail.vtk", files::fixture("tail.vtk")),
        ("tail-ascii.vtk", files::fixture("tail-ascii.vtk")),
        ("lines.vtk", files::fixture("lines.vtk")),
        ("grid.vtk", files::fixture("grid.vtk")),
        ("mixed.vtk", files::fixture("mixed.vtk")),
        ("tail-ascii.vtp", files::fixture("tail-ascii.vtp")),
        ("tail-inline.vtp", files::fixture("tail-inline.vtp")),
        ("tail-raw.vtp", files::fixture("tail-raw.vtp")),
        ("tail-appended.vtp", files::fixture("tail-appended.vtp")),
        ("lines.vtp", files::fixture("lines.vtp")),
        ("mixed.vtp", files::fixture("mixed.vtp")),
        ("pieces.vtp", files::fixture("pieces.vtp")),
        ("turned.vti", files::fixture("turned.vti")),
        ("halves.vti", files::fixture("halves.vti")),
        ("tail-ascii.gii", files::fixture("tail-ascii.gii")),
        ("lps.nrrd", files::fixture("lps.nrrd")),
        ("text.nrrd", files::fixture("text.nrrd")),
        ("moments.nrrd", files::fixture("moments.nrrd")),
        ("parts.nhdr", files::fixture("parts.nhdr")),
        ("turned.mha", files::fixture("turned.mha")),
        ("vectors.mhd", files::fixture("vectors.mhd")),
        ("points.npy", files::fixture("points.npy")),
        ("records.npy", files::fixture("records.npy")),
        ("grid.npy", files::fixture("grid.npy")),
        ("aligned.npy", files::fixture("aligned.npy")),
        ("table.arrow", files::fixture("table.arrow")),
        ("table.arrows", files::fixture("table.arrows")),
        ("replaced.arrows", files::fixture("replaced.arrows")),
        ("table.feather", files::fixture("table.feather")),
        ("vectors.arrow", files::fixture("vectors.arrow")),
        ("geometry.arrow", files::fixture("geometry.arrow")),
        ("table.parquet", files::fixture("table.parquet")),
        ("table-2.parquet", files::fixture("table-2.parquet")),
        ("polars.parquet", files::fixture("polars.parquet")),
        ("fastparquet.parquet", files::fixture("fastparquet.parquet")),
        ("encodings-2.parquet", files::fixture("encodings-2.parquet")),
        ("codecs.parquet", files::fixture("codecs.parquet")),
        ("types.parquet", files::fixture("types.parquet")),
        ("moments.parquet", files::fixture("moments.parquet")),
        ("cloud.npz", files::fixture("cloud.npz")),
        ("several.npz", files::fixture("several.npz")),
        ("wide.npz", files::fixture("wide.npz")),
        ("cloud.pcd", files::fixture("cloud.pcd")),
        ("cloud-ascii.pcd", files::fixture("cloud-ascii.pcd")),
        ("features.pcd", files::fixture("features.pcd")),
        ("cloud-packed.pcd", files::fixture("cloud-packed.pcd")),
        ("scans.e57", files::fixture("scans.e57")),
        ("spherical.e57", files::fixture("spherical.e57")),
        ("uneven.e57", files::fixture("uneven.e57")),
    ]
}

fn try_load(folder: &Path, name: &str, bytes: &[u8]) -> (Result<(), LoadError>, Progress) {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    let progress = Progress::with_limits(Limits { max_bytes: 8_000_000_000 });
    (load(&Source::Path(path), &progress).map(drop), progress)
}

/// One kind of damage, anywhere, and in half of the cases near the start, where counts and sizes are.
fn damage(random: &mut Random, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let reach = if random.below(2) == 0 { bytes.len().min(1100) } else { bytes.len() };
    match random.below(4) {
        0 => bytes.truncate(random.below(reach)),
        1 => {
            for _ in 0..1 + random.below(8) {
                bytes[random.below(reach)] ^= 1 << random.below(8);
            }
        }
        2 => {
            let worst = [0u32, 1, 0x7fff_ffff, 0x8000_0000, u32::MAX, 0x0100_0000, 0x7fc0_0000, 0x7f80_0000];
            let at = random.below(reach.saturating_sub(4));
            bytes[at..at + 4].copy_from_slice(&worst[random.below(worst.len())].to_le_bytes());
        }
        _ => {
            // Digits: counts in text, and numbers of nodes.
            let digits: Vec<usize> = (0..reach).filter(|at| bytes[*at].is_ascii_digit()).collect();
            if !digits.is_empty() {
                let at = digits[random.below(digits.len())];
                let word = ["99999999999", "-1", "4294967295", "nan", "1e999", ""][random.below(6)];
                bytes.splice(at..at + 1, word.bytes());
            }
        }
    }
    bytes
}

#[cfg(target_os = "linux")]
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap()
}

#[cfg(target_os = "linux")]
fn max_growth_kib() -> u64 {
    MAX_GROWTH_KIB
}

// Elsewhere the address space is not told so simply: what must not panic is still tried.
#[cfg(not(target_os = "linux"))]
fn peak_kib() -> u64 {
    0
}

#[cfg(not(target_os = "linux"))]
fn max_growth_kib() -> u64 {
    1
}
