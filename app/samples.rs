//! The bundled scenes: real data, small enough to travel inside the executable. Origins and licences: `app/samples/README.md`.

use heliograph_scene::load::Source;

/// A bundled scene.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// For people.
    pub title: &'static str,
    /// What it shows, in a few words.
    pub about: &'static str,
    file: &'static str,
    bytes: &'static [u8],
}

impl Sample {
    /// What the loader opens.
    pub fn source(&self) -> Source {
        Source::Bytes { name: self.file.to_owned(), bytes: self.bytes }
    }
}

/// The sample whose file has this name.
pub fn source_of(file: &str) -> Option<Source> {
    SAMPLES.iter().find(|sample| sample.file == file).map(Sample::source)
}

/// All of them, the best first.
pub const SAMPLES: [Sample; 5] = [
    Sample {
        title: "A riverside park from the air",
        about: "lidar, 110,000 points",
        file: "autzen.laz",
        bytes: include_bytes!("samples/autzen.laz"),
    },
    Sample {
        title: "Nerve fibres of a brain",
        about: "tractogram, 300 streamlines",
        file: "tracts.trk",
        bytes: include_bytes!("samples/tracts.trk"),
    },
    Sample {
        title: "A brain",
        about: "magnetic resonance, 98 × 116 × 94 voxels",
        file: "brain.nii.gz",
        bytes: include_bytes!("samples/brain.nii.gz"),
    },
    Sample {
        title: "Characters of Les Misérables",
        about: "network, 77 nodes",
        file: "miserables.json",
        bytes: include_bytes!("samples/miserables.json"),
    },
    Sample {
        title: "Airplane",
        about: "mesh, 1,335 vertices",
        file: "airplane.ply",
        bytes: include_bytes!("samples/airplane.ply"),
    },
];
