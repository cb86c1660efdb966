//! The shaders' sources, each put together from the files that it is made of.

/// One shader module.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shader {
    /// The stem of its file.
    pub(crate) name: &'static str,
    /// WGSL.
    pub(crate) source: &'static str,
}

/// A shader after the files that it builds on.
macro_rules! shader {
    ($($file:literal),* => $name:literal) => {
        Shader {
            name: $name,
            source: concat!(
                include_str!("../../../shaders/camera.wgsl"),
                $(include_str!(concat!("../../../shaders/", $file, ".wgsl")),)*
                include_str!(concat!("../../../shaders/", $name, ".wgsl")),
            ),
        }
    };
}

pub(crate) const POINTS_U64: Shader = shader!("points" => "points_u64");
pub(crate) const POINTS_U32: Shader = shader!("points" => "points_u32");
pub(crate) const BACKGROUND: Shader = shader!(=> "background");
pub(crate) const RESOLVE: Shader = shader!(=> "resolve");
pub(crate) const MESH: Shader = shader!(=> "mesh");
pub(crate) const EDGES: Shader = shader!(=> "edges");
pub(crate) const TRACTS: Shader = shader!("lines" => "tracts");
pub(crate) const TUBES: Shader = shader!("lines" => "tubes");
pub(crate) const SEGMENTS: Shader = shader!("lines" => "segments");
pub(crate) const LINKS: Shader = shader!("lines", "segments" => "links");
pub(crate) const NETWORK: Shader = shader!(=> "network");
pub(crate) const SLICES: Shader = shader!("volume" => "slices");
pub(crate) const MARCH: Shader = shader!("volume" => "march");
pub(crate) const FOG: Shader = shader!(=> "fog");
pub(crate) const MARKER: Shader = shader!(=> "marker");

#[cfg(test)]
mod tests {
    use super::*;
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    const ALL: [Shader; 15] = [
        BACKGROUND, POINTS_U64, POINTS_U32, RESOLVE, MESH, EDGES, TRACTS, TUBES, SEGMENTS, LINKS, NETWORK, SLICES,
        MARCH, FOG, MARKER,
    ];

    #[test]
    fn every_shader_is_valid_with_no_more_than_it_needs() {
        for shader in ALL {
            let needs = if shader.name == POINTS_U64.name {
                Capabilities::SHADER_INT64 | Capabilities::SHADER_INT64_ATOMIC_MIN_MAX
            } else {
                Capabilities::empty()
            };
            let module = naga::front::wgsl::parse_str(shader.source)
                .unwrap_or_else(|error| panic!("{}.wgsl: {}", shader.name, error.emit_to_string(shader.source)));
            Validator::new(ValidationFlags::all(), needs)
                .validate(&module)
                .unwrap_or_else(|error| panic!("{}.wgsl: {}", shader.name, error.emit_to_string(shader.source)));
        }
    }

    #[test]
    fn every_file_of_the_folder_is_in_a_shader() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shaders");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(ALL.iter().any(|shader| shader.source.contains(&text)), "{} is used nowhere", path.display());
        }
    }
}
