// Points by a compute rasteriser: Schütz, Kerbl and Wimmer, "Rendering Point Clouds with Compute Shaders and Vertex
// Order Optimization", 2021. Each pixel is 64 bits, depth above colour, and the greatest wins: with reversed z that is the
// nearest, and an empty pixel is 0. What follows this file says how the greatest is found.

@group(1) @binding(0) var<storage, read> positions: array<f32>;
// sRGB, red in the lowest byte.
@group(1) @binding(1) var<storage, read> colors: array<u32>;

// Whether the scene is clipped; decided when the pipeline is made.
override CLIPS: bool = false;

struct Splat {
    // In px.
    center: vec2f,
    // In clip space; 0 when nothing is to be drawn.
    depth: f32,
    // The pixels covered: from least to below most.
    least: vec2i,
    most: vec2i,
    // The square of the radius in px, a little more than it is; the smallest splats are squares.
    reach_squared: f32,
    // How much the depth falls, over the square of the px away from the centre.
    slope: f32,
}

// Seen from near, points grow until they touch, so that a surface stays a surface: all but the gaps of a pixel, which the
// resolve pass closes. Each pixel less is time saved, with the square of the size.
const TOUCHING: f32 = 0.7;
const CLOSED_PX: f32 = 1.5;
const MOST_PX: f32 = 16.0;
// The widest point whose size is one of the data's.
const MOST_DATA_PX: f32 = 64.0;

// item.mode: 0 where item.size_px is what it says, 1 where it is a length in the scene.
fn size_at(distance: f32) -> f32 {
    if item.mode == 1u {
        return clamp(round(item.size_px / pixel_size(distance)), 1.0, MOST_DATA_PX);
    }
    let touching = TOUCHING * item.size_px * item.spacing / pixel_size(distance) - CLOSED_PX;
    return max(round(max(item.size_px, min(touching, MOST_PX))), 1.0);
}

fn splat_of(index: u32) -> Splat {
    let place = vec3f(positions[3u * index], positions[3u * index + 1u], positions[3u * index + 2u]) + item.offset;
    let clip = camera.clip_from_scene * vec4f(place, 1.0);
    var splat: Splat;
    splat.depth = 0.0;
    // Written so that NaN fails. Nearer than the near plane is not drawn.
    if CLIPS && is_clipped(place) || !(clip.w > 0.0 && clip.z > 0.0 && clip.z <= clip.w) {
        return splat;
    }
    let center = (clip.xy / clip.w * vec2f(0.5, -0.5) + 0.5) * camera.viewport_px;
    let size = size_at(clip.w);
    // Compared as floats first: far outside, an integer would overflow.
    if !(all(center > vec2f(-size)) && all(center < camera.viewport_px + size)) {
        return splat;
    }
    let corner = vec2i(floor(center - 0.5 * size + 0.5));
    splat.center = center;
    splat.reach_squared = select((0.5 * size + 0.2) * (0.5 * size + 0.2), 8.0, size < 2.5);
    splat.depth = clip.z / clip.w;
    splat.least = max(corner, vec2i(0));
    splat.most = min(corner + vec2i(i32(size)), vec2i(camera.viewport_px));
    // A bowl that falls by its radius: where splats overlap, each keeps what is nearest to its centre.
    let depth_per_px = pixel_size(clip.w) * select(camera.clip_from_view[2].z, splat.depth / clip.w, is_perspective());
    splat.slope = depth_per_px * 2.0 / size;
    return splat;
}

// The depth of a splat at a pixel; 0 outside of its disc.
fn depth_at(splat: Splat, pixel: vec2i) -> f32 {
    let away = vec2f(pixel) + 0.5 - splat.center;
    let away_squared = dot(away, away);
    let inside = away_squared <= splat.reach_squared;
    return select(0.0, max(splat.depth - splat.slope * away_squared, 1e-30), inside);
}

// Whether a filter hides a point: its alpha is 0.
fn is_hidden(index: u32) -> bool {
    return colors[index] < 0x1000000u;
}

// With the layer's opacity in place of its alpha.
fn color_at(index: u32) -> u32 {
    return (colors[index] & 0xffffffu) | (u32(item.tint.a * 255.0 + 0.5) << 24u);
}

fn texel_index(pixel: vec2i) -> u32 {
    return u32(pixel.y) * u32(camera.viewport_px.x) + u32(pixel.x);
}
