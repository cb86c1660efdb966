// What every shader knows: the camera and the thing that is being drawn. Put in front of the others by concatenation.
//
// Spaces: scene (f32, near its own origin), view (x right, y up, z towards the eye), clip with reversed z (1 at the near
// plane, 0 at the far one), and px (x right, y down, from the picture's upper left corner).

struct Camera {
    clip_from_scene: mat4x4f,
    view_from_scene: mat4x4f,
    clip_from_view: mat4x4f,
    // sRGB; w is unused.
    background_top: vec4f,
    background_bottom: vec4f,
    viewport_px: vec2f,
    // From the eye to the target, in scene units.
    distance: f32,
}

struct Item {
    // scene_from_item: a translation.
    offset: vec3f,
    // A diameter or width in px.
    size_px: f32,
    // sRGB and opacity, multiplied with the colours in the buffers.
    tint: vec4f,
    // The part of a buffer that a compute shader works on.
    first: u32,
    count: u32,
    // How far neighbouring points are apart, in scene units; 0 when that is not known.
    spacing: f32,
}

@group(0) @binding(0) var<uniform> camera: Camera;
@group(0) @binding(1) var<uniform> item: Item;

fn is_perspective() -> bool {
    return camera.clip_from_view[2].w != 0.0;
}

// How far before the eye (in scene units) the depth d of clip space is.
fn view_distance(d: f32) -> f32 {
    let a = camera.clip_from_view[2].z;
    let b = camera.clip_from_view[3].z;
    return select((d - b) / -a, b / (d + a), is_perspective());
}

// The width of a pixel in scene units at a distance before the eye.
fn pixel_size(distance: f32) -> f32 {
    return 2.0 / (camera.clip_from_view[1].y * camera.viewport_px.y) * select(1.0, distance, is_perspective());
}

// Towards the eye from a place in view space, of length 1.
fn towards_eye(place_view: vec3f) -> vec3f {
    return select(vec3f(0.0, 0.0, 1.0), normalize(-place_view), is_perspective());
}

// From clip space (w > 0) to px, with y up.
fn px_up(clip: vec4f) -> vec2f {
    return clip.xy / clip.w * camera.viewport_px * 0.5;
}

// The square is near enough to the sRGB curve to shade with, and much cheaper.
fn linear_from_srgb(color: vec3f) -> vec3f {
    return color * color;
}

fn srgb_from_linear(color: vec3f) -> vec3f {
    return sqrt(clamp(color, vec3f(0.0), vec3f(1.0)));
}

// A triangle over the whole picture.
fn covering(vertex: u32) -> vec4f {
    return vec4f(f32(vertex & 1u) * 4.0 - 1.0, f32(vertex >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

// A lamp at the viewer's forehead, soft light from above, a little from below, and a highlight.
// Normal and place in view space; colours sRGB.
fn shade(albedo: vec3f, normal: vec3f, place_view: vec3f, gloss: f32) -> vec3f {
    let eye = towards_eye(place_view);
    let lamp = normalize(eye + vec3f(-0.30, 0.45, 0.0));
    let up = camera.view_from_scene[2].xyz;
    let key = max(dot(normal, lamp), 0.0);
    let sky = mix(0.10, 0.34, 0.5 + 0.5 * dot(normal, up));
    let highlight = pow(max(dot(normal, normalize(lamp + eye)), 0.0), 36.0) * gloss;
    return srgb_from_linear(linear_from_srgb(albedo) * (0.78 * key + sky) + highlight);
}
