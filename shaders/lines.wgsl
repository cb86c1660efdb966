// Segments with a width in px, expanded on the screen. Shared by thin lines and tracts, which follow this file.

// The part of a segment before the near plane, in clip space. Of what lies behind nothing is left: both ends are equal.
fn clipped(a: vec4f, b: vec4f) -> vec4f {
    // Distances from the near plane: with reversed z it is where z equals w.
    let from_a = a.w - a.z;
    let from_b = b.w - b.z;
    if from_a >= 0.0 {
        return a;
    }
    if from_b <= 0.0 {
        return b;
    }
    return mix(a, b, from_a / (from_a - from_b));
}

// What is not clipped of a segment in the scene, as shares of the way from a to b; none when the first is greater.
fn kept_of(a: vec3f, b: vec3f) -> vec2f {
    return kept_part(a + item.offset, b - a, 0.0, 1.0);
}

// The direction from a to b on the screen, or `otherwise` when they are one pixel.
fn direction(a: vec2f, b: vec2f, otherwise: vec2f) -> vec2f {
    let along = b - a;
    let long = length(along);
    return select(otherwise, along / long, long > 1e-4);
}

fn to_the_left(direction: vec2f) -> vec2f {
    return vec2f(-direction.y, direction.x);
}

// Divided by w here: a quad that is flat on the screen is to be interpolated without perspective.
fn on_screen(end: vec4f, shift_px: vec2f) -> vec4f {
    return vec4f(end.xy / end.w + shift_px / camera.viewport_px * 2.0, end.z / end.w, 1.0);
}

// How much of a pixel a line covers whose middle is `across` px away.
fn coverage(across: f32) -> f32 {
    return clamp(0.5 * max(item.size_px, 1.0) + 0.5 - abs(across), 0.0, 1.0);
}
