// Nodes as shaded balls: a quad that faces the eye, with the ball's own depth.

struct Ball {
    @builtin(position) position: vec4f,
    @location(0) color: vec3f,
    // In radii.
    @location(1) on_disc: vec2f,
    @location(2) @interpolate(flat) center_view: vec3f,
    @location(3) @interpolate(flat) radius: f32,
    @location(4) @interpolate(flat) radius_px: f32,
}

// Right and up as the eye sees a place, and towards the eye.
fn facing(center_view: vec3f) -> mat3x3f {
    let forward = towards_eye(center_view);
    let right = normalize(cross(vec3f(0.0, 1.0, 0.0), forward));
    return mat3x3f(right, cross(forward, right), forward);
}

@vertex
fn ball(
    @builtin(vertex_index) vertex: u32,
    @location(0) center: vec3f,
    @location(1) size: f32,
    @location(2) color: vec4f,
) -> Ball {
    let center_view = (camera.view_from_scene * vec4f(center + item.offset, 1.0)).xyz;
    var out: Ball;
    // What is nearer than a hundredth of the way to the target would cover the picture. A size of 0 is hidden. A ball whose
    // middle is clipped goes as a whole: it has no inside to look at.
    if size == 0.0 || is_clipped(center + item.offset) || is_perspective() && -center_view.z < 0.01 * camera.distance {
        out.position = vec4f(2.0, 2.0, 0.0, 1.0);
        return out;
    }
    // The size is in px at the target; nearer nodes are larger, as things are, but none vanishes.
    let px = pixel_size(-center_view.z);
    let radius = max(0.5 * size * item.size_px * pixel_size(camera.distance), 1.5 * px);
    let disc = vec2f(f32(vertex & 1u), f32(vertex >> 1u)) * 2.0 - 1.0;
    let margin = 1.0 + 0.75 * px / radius;
    let axes = facing(center_view);
    let place = center_view + (axes[0] * disc.x + axes[1] * disc.y) * radius * margin;
    out.position = camera.clip_from_view * vec4f(place, 1.0);
    out.color = color.rgb * item.tint.rgb;
    out.on_disc = disc * margin;
    out.center_view = center_view;
    out.radius = radius;
    out.radius_px = radius / px;
    return out;
}

struct Surface {
    @location(0) color: vec4f,
    @builtin(frag_depth) depth: f32,
}

@fragment
fn surface(in: Ball) -> Surface {
    let from_middle = length(in.on_disc);
    let covered = clamp((1.0 - from_middle) * in.radius_px + 0.5, 0.0, 1.0);
    if covered < 0.02 {
        discard;
    }
    let on_disc = in.on_disc / max(from_middle, 1.0);
    let axes = facing(in.center_view);
    let normal = axes * vec3f(on_disc, sqrt(max(1.0 - dot(on_disc, on_disc), 0.0)));
    let place = in.center_view + normal * in.radius;
    let clip = camera.clip_from_view * vec4f(place, 1.0);
    // Darker at the rim, so that balls of one colour stand apart.
    let rim = 0.72 + 0.28 * smoothstep(1.0, 0.75, from_middle);
    return Surface(vec4f(shade(in.color, normal, place, 0.28) * rim, covered * item.tint.a), clamp(clip.z / clip.w, 0.0, 1.0));
}
