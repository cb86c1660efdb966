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
    // What is dimmed: 0 nothing, 1 what is not selected, 2 everything.
    dims: u32,
}

@group(1) @binding(0) var<uniform> volume: Volume;
@group(1) @binding(1) var numbers: texture_3d<f32>;
@group(1) @binding(2) var between: sampler;
// A row of 256, and below it the same of what is dimmed.
@group(1) @binding(3) var colors: texture_2d<f32>;
// The greatest n in each brick of 8 x 8 x 8 voxels and one voxel about it.
@group(1) @binding(4) var bricks: texture_3d<f32>;
// Which voxels are selected: voxel v is bit v % 32 of word v / 32, where i runs fastest.
@group(1) @binding(5) var<storage, read> selected: array<u32>;

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

// Whether slices, or a surface, show a number.
fn is_drawn(n: f32) -> bool {
    if volume.mode == 3u {
        return n >= volume.level && !is_hidden(n);
    }
    return n >= 0.0 && color_number(n) > volume.clear_below && !is_hidden(n);
}

// The voxel that is nearest to a place.
fn voxel_at(place: vec3f) -> vec3u {
    return vec3u(clamp(place * volume.size, vec3f(0.0), volume.size - 1.0));
}

// Of the voxels between which a place lies the nearest that is drawn itself: no other can be selected.
fn drawn_voxel_at(place: vec3f) -> vec3u {
    var nearest = voxel_at(place);
    if volume.dims != 1u {
        return nearest;
    }
    let at = place * volume.size - 0.5;
    // Less is only rounded: a slice goes through the middles of its voxels.
    var most = 1e-3;
    for (var corner = 0u; corner < 8u; corner++) {
        let aside = vec3f(vec3u(corner, corner >> 1u, corner >> 2u) & vec3u(1u));
        let voxel = clamp(floor(at) + aside, vec3f(0.0), volume.size - 1.0);
        let near = 1.0 - abs(voxel - at);
        let weight = near.x * near.y * near.z;
        let n = dot(textureLoad(numbers, vec3u(voxel), 0).rg, volume.parts) - volume.missing;
        if weight > most && is_drawn(n) {
            most = weight;
            nearest = vec3u(voxel);
        }
    }
    return nearest;
}

fn is_dimmed(voxel: vec3u) -> bool {
    if volume.dims != 1u {
        return volume.dims == 2u;
    }
    let size = vec3u(volume.size);
    let number = (voxel.z * size.y + voxel.y) * size.x + voxel.x;
    return ((selected[number >> 5u] >> (number & 31u)) & 1u) == 0u;
}

// sRGB, of a number that is shown as a part of a voxel.
fn color_of(n: f32, voxel: vec3u) -> vec3f {
    return textureLoad(colors, vec2u(u32(color_number(n)), u32(is_dimmed(voxel))), 0).rgb;
}
