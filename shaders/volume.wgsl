// A volume: its place, its numbers, and the colours that these have. Put before the shaders that draw it.

struct Volume {
    // Texture coordinates go from 0 to 1 through the grid's box; a linear map from view space.
    texture_from_view: mat4x4f,
    scene_from_texture: mat4x4f,
    // Voxels along each axis.
    size: vec3f,
    // A texel's two parts make n = dot(texel.rg, parts) - missing; below 0 there is no number.
    missing: f32,
    parts: vec2f,
    // The number is least + span * n.
    least: f32,
    span: f32,
    // Where the slice across each axis lies, in texture coordinates.
    slices: vec3f,
    // Not 0 when colours go by the logarithm of the number.
    logarithmic: u32,
    // The colour is number (place - color_start) * color_per_unit of 256.
    color_start: f32,
    color_per_unit: f32,
    // Of n.
    opacity_start: f32,
    opacity_per_unit: f32,
    density: f32,
    level: f32,
    // See VolumeMode: 1 fog, 2 maximum, 3 surface.
    mode: u32,
    // From one look at the numbers to the next, in voxels.
    step_voxels: f32,
    // The color_number above which a slice is seen.
    clear_below: f32,
    // Of what is marched through as a whole.
    opacity: f32,
    // Not 0 when numbers are names of things, of which some are hidden.
    labels: u32,
}

@group(1) @binding(0) var<uniform> volume: Volume;
@group(1) @binding(1) var numbers: texture_3d<f32>;
@group(1) @binding(2) var between: sampler;
@group(1) @binding(3) var colors: texture_2d<f32>;
// The greatest n in each brick of 8 x 8 x 8 voxels and one voxel about it.
@group(1) @binding(4) var bricks: texture_3d<f32>;

fn n_at(place: vec3f) -> f32 {
    return dot(textureSampleLevel(numbers, between, place, 0.0).rg, volume.parts) - volume.missing;
}

// From 0 to 255.
fn color_number(n: f32) -> f32 {
    var place = volume.least + volume.span * n;
    if volume.logarithmic != 0u {
        place = log2(max(place, 1e-38));
    }
    return clamp((place - volume.color_start) * volume.color_per_unit, 0.0, 255.0);
}

fn is_hidden(n: f32) -> bool {
    return volume.labels != 0u && textureLoad(colors, vec2u(u32(color_number(n)), 0u), 0).a == 0.0;
}

// sRGB.
fn color_of(n: f32) -> vec3f {
    return textureLoad(colors, vec2u(u32(color_number(n)), 0u), 0).rgb;
}
