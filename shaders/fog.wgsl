// What was drawn beside the picture, over it: as large as it, or smaller and interpolated. Colours are multiplied with their
// alpha.

@group(1) @binding(0) var sheet: texture_2d<f32>;
@group(1) @binding(1) var between: sampler;

@vertex
fn cover(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    return covering(vertex);
}

@fragment
fn over(@builtin(position) position: vec4f) -> @location(0) vec4f {
    // item.size_px: how many of the picture's pixels one of the sheet's is wide.
    let place = position.xy / (item.size_px * vec2f(textureDimensions(sheet)));
    return textureSampleLevel(sheet, between, place, 0.0) * item.tint;
}
