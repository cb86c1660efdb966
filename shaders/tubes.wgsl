// Streamlines as tubes with a diameter of the data's. An instance is a segment from b to c with a ball at each end; its quad
// covers what these can cover on the screen, and each pixel finds where its line of sight meets them. Alpha 0 at b says that the
// streamline ends there.

struct Tube {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(flat) color_from: vec3f,
    @location(1) @interpolate(flat) color_to: vec3f,
    // In view space.
    @location(2) @interpolate(flat) begins: vec3f,
    @location(3) @interpolate(flat) along: vec3f,
}

@vertex
fn tube(
    @builtin(vertex_index) vertex: u32,
    @location(0) b: vec3f,
    @location(1) color_b: vec4f,
    @location(2) c: vec3f,
    @location(3) color_c: vec4f,
) -> Tube {
    var out: Tube;
    out.position = vec4f(2.0, 2.0, 0.0, 1.0);
    let kept = kept_of(b, c);
    let from_b = mix(b, c, kept.x);
    let to_c = mix(b, c, kept.y);
    let clip_b = camera.clip_from_scene * vec4f(from_b + item.offset, 1.0);
    let clip_c = camera.clip_from_scene * vec4f(to_c + item.offset, 1.0);
    let end_b = clipped(clip_b, clip_c);
    let end_c = clipped(clip_c, clip_b);
    if color_b.a == 0.0 || kept.x > kept.y || !(end_b.w > 0.0 && end_c.w > 0.0) {
        return out;
    }
    let at_c = vertex > 1u;
    let along = direction(px_up(end_b), px_up(end_c), vec2f(1.0, 0.0));
    let end = select(end_b, end_c, at_c);
    // Of the nearer end: so the quad holds both. Perspective draws balls longer than they are wide, away from the middle.
    let radius_px = 0.5 * item.size_px / pixel_size(min(end_b.w, end_c.w)) * 1.25 + 1.0;
    let side = f32(vertex & 1u) * 2.0 - 1.0;
    let outwards = select(-along, along, at_c);
    out.position = on_screen(end, (to_the_left(along) * side + outwards) * radius_px);
    out.color_from = mix(color_b, color_c, kept.x).rgb * item.tint.rgb;
    out.color_to = mix(color_b, color_c, kept.y).rgb * item.tint.rgb;
    out.begins = (camera.view_from_scene * vec4f(from_b + item.offset, 1.0)).xyz;
    out.along = (camera.view_from_scene * vec4f(to_c - from_b, 0.0)).xyz;
    return out;
}

// How far along a line of sight (of length 1) a capsule of this radius is met; negative where it is not.
fn met(origin: vec3f, sight: vec3f, begins: vec3f, along: vec3f, radius: f32) -> f32 {
    let from_begin = origin - begins;
    let long = dot(along, along);
    let slant = dot(along, sight);
    let ahead = dot(along, from_begin);
    // The endless cylinder, times the square of the segment's length.
    let a = long - slant * slant;
    let b = long * dot(from_begin, sight) - ahead * slant;
    let c = long * (dot(from_begin, from_begin) - radius * radius) - ahead * ahead;
    let root = b * b - a * c;
    if root >= 0.0 && a > 1e-12 * long {
        let t = (-b - sqrt(root)) / a;
        let at = ahead + t * slant;
        if at > 0.0 && at < long {
            return t;
        }
    }
    // The ball at the end on whose side it passes.
    let to_first = dot(from_begin, sight);
    let first = to_first * to_first - dot(from_begin, from_begin) + radius * radius;
    let from_end = from_begin - along;
    let to_last = dot(from_end, sight);
    let last = to_last * to_last - dot(from_end, from_end) + radius * radius;
    let t_first = select(-1.0, -to_first - sqrt(max(first, 0.0)), first >= 0.0);
    let t_last = select(-1.0, -to_last - sqrt(max(last, 0.0)), last >= 0.0);
    return select(select(t_last, t_first, t_last <= 0.0), min(t_first, t_last), t_first > 0.0 && t_last > 0.0);
}

struct Surface {
    @location(0) color: vec4f,
    @builtin(frag_depth) depth: f32,
}

@fragment
fn surface(in: Tube) -> Surface {
    let seen = sight_of(in.position.xy);
    // From near the tube, so that 32 bits are enough for thin ones that are far.
    let sight = normalize(seen.direction);
    let start = max(dot(in.begins - seen.origin, sight) - length(in.along) - item.size_px, 0.0);
    let origin = seen.origin + sight * start;
    // Half a pixel more than it is, for a soft edge.
    let px = pixel_size(-in.begins.z - 0.5 * in.along.z);
    let reach = 0.5 * item.size_px + 0.5 * px;
    let t = met(origin, sight, in.begins, in.along, reach);
    if t < 0.0 {
        discard;
    }
    let place = origin + sight * t;
    let long = max(dot(in.along, in.along), 1e-20);
    let share = clamp(dot(place - in.begins, in.along) / long, 0.0, 1.0);
    let normal = normalize(place - in.begins - in.along * share);
    // How near to the middle it is crossed, as a cosine; along the tube it has no edge.
    let is_side = share > 0.0 && share < 1.0;
    let across = select(sight, sight - in.along * (dot(sight, in.along) / long), is_side);
    let facing = dot(normal, across) / max(length(across), 1e-6);
    let away = reach * sqrt(max(1.0 - facing * facing, 0.0));
    let covered = clamp((reach - away) / px, 0.0, 1.0);
    if covered < 0.02 {
        discard;
    }
    let clip = camera.clip_from_view * vec4f(place, 1.0);
    let color = shade(mix(in.color_from, in.color_to, share), normal, place, 0.22);
    return Surface(vec4f(color, covered), clamp(clip.z / clip.w, 0.0, 1.0));
}
