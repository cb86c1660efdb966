// Thin flat lines: the box about the data, and put before the shader of links.

struct Edge {
    @builtin(position) position: vec4f,
    @location(0) color: vec4f,
    @location(1) across: f32,
}

@vertex
fn edge(
    @builtin(vertex_index) vertex: u32,
    @location(0) a: vec3f,
    @location(1) color_a: vec4f,
    @location(2) b: vec3f,
    @location(3) color_b: vec4f,
) -> Edge {
    return edge_of(vertex, a, color_a, b, color_b);
}

// One of the four corners of a line from a to b.
fn edge_of(vertex: u32, a: vec3f, color_a: vec4f, b: vec3f, color_b: vec4f) -> Edge {
    let kept = kept_of(a, b);
    let clip_a = camera.clip_from_scene * vec4f(mix(a, b, kept.x) + item.offset, 1.0);
    let clip_b = camera.clip_from_scene * vec4f(mix(a, b, kept.y) + item.offset, 1.0);
    let end_a = clipped(clip_a, clip_b);
    let end_b = clipped(clip_b, clip_a);
    let left = to_the_left(direction(px_up(end_a), px_up(end_b), vec2f(1.0, 0.0)));
    let side = f32(vertex & 1u) * 2.0 - 1.0;
    let half_px = 0.5 * max(item.size_px, 1.0) + 1.0;
    let at_b = vertex > 1u;
    var out: Edge;
    if kept.x > kept.y || !(end_a.w > 0.0 && end_b.w > 0.0) {
        out.position = vec4f(2.0, 2.0, 0.0, 1.0);
        return out;
    }
    out.position = on_screen(select(end_a, end_b, at_b), left * side * half_px);
    out.color = mix(color_a, color_b, select(kept.x, kept.y, at_b)) * item.tint;
    out.across = side * half_px;
    return out;
}

@fragment
fn line(in: Edge) -> @location(0) vec4f {
    return vec4f(in.color.rgb, in.color.a * coverage(in.across));
}
