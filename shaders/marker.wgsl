// A ring about what is picked, drawn over everything; its colour stands out from light and dark.

struct Quad {
    @builtin(position) position: vec4f,
    // From the middle, in px.
    @location(0) px: vec2f,
}

const HALF_PX: f32 = 18.0;

@vertex
fn quad(@builtin(vertex_index) vertex: u32) -> Quad {
    let clip = camera.clip_from_scene * vec4f(item.offset, 1.0);
    let corner = (vec2f(f32(vertex & 1u), f32(vertex >> 1u)) * 2.0 - 1.0) * HALF_PX;
    var out: Quad;
    out.px = corner;
    out.position = vec4f(2.0, 2.0, 0.0, 1.0);
    if clip.w - clip.z > 0.0 {
        out.position = vec4f(clip.xy / clip.w + corner / camera.viewport_px * 2.0, 1.0, 1.0);
    }
    return out;
}

// The distance in px from the ring and its four ticks.
fn away(px: vec2f) -> f32 {
    let ring = abs(length(px) - 8.0);
    let folded = select(abs(px.yx), abs(px), abs(px.x) > abs(px.y));
    let tick = length(vec2f(max(abs(folded.x - 12.0) - 2.5, 0.0), folded.y));
    return min(ring, tick);
}

@fragment
fn ring(in: Quad) -> @location(0) vec4f {
    let from_line = away(in.px);
    let inner = clamp(1.5 - from_line, 0.0, 1.0);
    let outer = clamp(3.0 - from_line, 0.0, 1.0) * 0.65;
    let alpha = inner + outer * (1.0 - inner);
    return vec4f(item.tint.rgb * inner / max(alpha, 1e-3), alpha);
}
