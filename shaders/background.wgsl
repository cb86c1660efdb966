// What is behind everything: from one colour above to another below. item.offset.x is the picture's first row that is drawn,
// item.offset.y how many there are.

@vertex
fn cover(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    return covering(vertex);
}

@fragment
fn gradient(@builtin(position) position: vec4f) -> @location(0) vec4f {
    let color = mix(camera.background_top.rgb, camera.background_bottom.rgb, (position.y + item.offset.x) / item.offset.y);
    // Interleaved gradient noise (Jimenez, 2014) of less than a step hides the bands of 8 bits.
    let noise = fract(52.9829189 * fract(dot(position.xy + vec2f(0.0, item.offset.x), vec2f(0.06711056, 0.00583715))));
    return vec4f(color + (noise - 0.5) / 255.0, 1.0);
}
