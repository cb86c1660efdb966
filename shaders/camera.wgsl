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
    // What is kept of the scene: between two corners of a box along its axes, and where dot(plane, (place, 1)) is not
    // negative. Only looked at when is_clipping is not 0.
    clip_least: vec3f,
    is_clipping: u32,
    clip_most: vec3f,
    clip_plane: vec4f,
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
    // How to draw it; each shader says what it means.
    mode: u32,
}

@group(0) @binding(0) var<uniform> camera: Camera;
@group(0) @binding(1) var<uniform> item: Item;

// Whether a place of the scene is clipped. When nothing is, the branch is the same for all and costs next to nothing.
fn is_clipped(place: vec3f) -> bool {
    if camera.is_clipping == 0u {
        return false;
    }
    let in_box = all(place >= camera.clip_least) && all(place <= camera.clip_most);
    return !(in_box && dot(camera.clip_plane, vec4f(place, 1.0)) >= 0.0);
}

// The same for a place in view space.
fn is_clipped_in_view(place_view: vec3f) -> bool {
    if camera.is_clipping == 0u {
        return false;
    }
    return is_clipped(scene_from_view(place_view - camera.view_from_scene[3].xyz));
}

// A direction of view space in the scene: the camera turns and moves, so the transposed matrix turns back.
fn scene_from_view(direction: vec3f) -> vec3f {
    let turn = camera.view_from_scene;
    return direction * mat3x3f(turn[0].xyz, turn[1].xyz, turn[2].xyz);
}

// Which part of the way from a place along a direction is kept, of what lies between two shares of it; none when the first is
// greater than the last (Liang and Barsky, "A new concept and method for line clipping", 1984).
fn kept_part(place: vec3f, along: vec3f, first: f32, last: f32) -> vec2f {
    if camera.is_clipping == 0u {
        return vec2f(first, last);
    }
    // Never 0, and no product with what is far leaves 32 bits.
    let way = select(along, vec3f(1e-6), abs(along) < vec3f(1e-6));
    let to_least = (camera.clip_least - place) / way;
    let to_most = (camera.clip_most - place) / way;
    let enters = min(to_least, to_most);
    let leaves = max(to_least, to_most);
    var part = vec2f(max(max(first, enters.x), max(enters.y, enters.z)), min(min(last, leaves.x), min(leaves.y, leaves.z)));
    let inside = dot(camera.clip_plane, vec4f(place, 1.0));
    let gain = dot(camera.clip_plane.xyz, along);
    if gain > 0.0 {
        part.x = max(part.x, -inside / gain);
    } else if gain < 0.0 {
        part.y = min(part.y, -inside / gain);
    } else if inside < 0.0 {
        part = vec2f(1.0, 0.0);
    }
    return part;
}

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

struct Sight {
    // In view space; a step of 1 along the direction is 1 farther from the eye's plane.
    origin: vec3f,
    direction: vec3f,
}

// What is seen at a place of the picture, in px from its upper left corner.
fn sight_of(px: vec2f) -> Sight {
    let ndc = vec2f(px.x, camera.viewport_px.y - px.y) / camera.viewport_px * 2.0 - 1.0;
    let p = camera.clip_from_view;
    let scale = vec2f(p[0].x, p[1].y);
    if is_perspective() {
        // The third column is not 0 where a part of a larger picture is drawn.
        return Sight(vec3f(0.0), vec3f((ndc + p[2].xy) / scale, -1.0));
    }
    return Sight(vec3f((ndc - p[3].xy) / scale, 0.0), vec3f(0.0, 0.0, -1.0));
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
