// Streamlines as ribbons that face the viewer and are shaded like tubes. An instance is a segment from b to c; a and d are
// the points before and after, for joints without gaps. Alpha 0 says that the streamline ends at that point.

struct Ribbon {
    @builtin(position) position: vec4f,
    @location(0) color: vec3f,
    @location(1) across: f32,
    @location(2) tangent_view: vec3f,
    @location(3) place_view: vec3f,
}

fn clip_of(point: vec3f) -> vec4f {
    return camera.clip_from_scene * vec4f(point + item.offset, 1.0);
}

// The shift from the middle of a joint to the ribbon's left side, for a width of 2 px.
fn miter(before: vec2f, after: vec2f) -> vec2f {
    let left = to_the_left(after);
    // A sharp bend would stick out far: there the two ribbons overlap instead.
    if dot(before, after) < -0.2 {
        return left;
    }
    let middle = normalize(to_the_left(before) + left);
    return middle / dot(middle, left);
}

@vertex
fn ribbon(
    @builtin(vertex_index) vertex: u32,
    @location(0) a: vec3f,
    @location(1) color_a: vec4f,
    @location(2) b: vec3f,
    @location(3) color_b: vec4f,
    @location(4) c: vec3f,
    @location(5) color_c: vec4f,
    @location(6) d: vec3f,
    @location(7) color_d: vec4f,
) -> Ribbon {
    var out: Ribbon;
    out.position = vec4f(2.0, 2.0, 0.0, 1.0);
    let kept = kept_of(b, c);
    let from_b = mix(b, c, kept.x);
    let to_c = mix(b, c, kept.y);
    let clip_b = clip_of(from_b);
    let clip_c = clip_of(to_c);
    let end_b = clipped(clip_b, clip_c);
    let end_c = clipped(clip_c, clip_b);
    if color_b.a == 0.0 || kept.x > kept.y || !(end_b.w > 0.0 && end_c.w > 0.0) {
        return out;
    }
    let along = direction(px_up(end_b), px_up(end_c), vec2f(1.0, 0.0));
    let at_c = vertex > 1u;

    // The neighbour on this end's side, where the streamline goes on and is before the eye.
    let goes_on = select(color_a.a > 0.0 && kept.x == 0.0, color_c.a > 0.0 && kept.y == 1.0, at_c);
    let next = select(a, d, at_c);
    let clip_next = clip_of(next);
    var left = to_the_left(along);
    var tangent = c - b;
    if goes_on {
        tangent = select(c - a, d - b, at_c);
        if clip_next.w - clip_next.z > 0.0 {
            let before = direction(px_up(clip_next), px_up(end_b), along);
            let after = direction(px_up(end_c), px_up(clip_next), along);
            left = select(miter(before, along), miter(along, after), at_c);
        }
    }
    let side = f32(vertex & 1u) * 2.0 - 1.0;
    let half_px = 0.5 * max(item.size_px, 1.0) + 1.0;
    out.position = on_screen(select(end_b, end_c, at_c), left * side * half_px);
    out.color = mix(color_b, color_c, select(kept.x, kept.y, at_c)).rgb;
    out.across = side * half_px;
    out.tangent_view = (camera.view_from_scene * vec4f(tangent, 0.0)).xyz;
    out.place_view = (camera.view_from_scene * vec4f(select(from_b, to_c, at_c) + item.offset, 1.0)).xyz;
    return out;
}

@fragment
fn tube(in: Ribbon) -> @location(0) vec4f {
    let covered = coverage(in.across);
    if covered < 0.02 {
        discard;
    }
    let eye = towards_eye(in.place_view);
    let tangent = normalize(in.tangent_view + vec3f(1e-12, 0.0, 0.0));
    // A line straight at the eye has no side: any will do.
    let outwards = normalize(eye - tangent * dot(tangent, eye) + eye * 1e-3);
    let left = cross(outwards, tangent);
    let u = clamp(in.across / (0.5 * max(item.size_px, 1.0)), -0.95, 0.95);
    let normal = normalize(left * u + outwards * sqrt(1.0 - u * u));
    return vec4f(shade(in.color * item.tint.rgb, normal, in.place_view, 0.22), covered * item.tint.a);
}
