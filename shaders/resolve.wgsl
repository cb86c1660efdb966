// From the points' pixels to colour and depth, with eye-dome lighting (Boucheny, "Visualisation scientifique de grands
// volumes de données : pour une approche perceptive", 2009): a pixel is darker the more its neighbours stand before it.
// Where there is no point it draws the background.

// Colour (sRGB, red in the lowest byte) and depth.
@group(1) @binding(0) var<storage, read> texels: array<vec2u>;

struct Resolved {
    @location(0) color: vec4f,
    @builtin(frag_depth) depth: f32,
}

@vertex
fn cover(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    return vec4f(f32(vertex & 1u) * 4.0 - 1.0, f32(vertex >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

fn depth_at(pixel: vec2i) -> f32 {
    let inside = clamp(pixel, vec2i(0), vec2i(camera.viewport_px) - 1);
    return bitcast<f32>(texels[inside.y * i32(camera.viewport_px.x) + inside.x].y);
}

// How far a neighbour stands before a place, as the base-2 logarithm's argument: 1 when it does not. An empty neighbour
// is infinitely far. The logarithm of a product is the sum of logarithms, so one will do for all neighbours.
fn before(distance: f32, neighbour: vec2i) -> f32 {
    let d = depth_at(neighbour);
    if d == 0.0 {
        return 1.0;
    }
    if is_perspective() {
        return clamp(distance / view_distance(d), 1.0, 1.25);
    }
    return clamp(1.0 + (distance - view_distance(d)) / camera.distance, 1.0, 1.25);
}

fn eye_dome(depth: f32, pixel: vec2i) -> f32 {
    let distance = view_distance(depth);
    let near = i32(max(1.0, round(item.size_px * 0.5)));
    let far = near * 2;
    var product = before(distance, pixel + vec2i(near, 0));
    product *= before(distance, pixel + vec2i(-near, 0));
    product *= before(distance, pixel + vec2i(0, near));
    product *= before(distance, pixel + vec2i(0, -near));
    product *= before(distance, pixel + vec2i(far, far));
    product *= before(distance, pixel + vec2i(-far, far));
    product *= before(distance, pixel + vec2i(far, -far));
    product *= before(distance, pixel + vec2i(-far, -far));
    // At least a quarter stays: what is hidden in a hollow keeps its colour.
    return 0.25 + 0.75 * exp2(-60.0 * log2(product) / 8.0);
}

fn background(pixel: vec2f) -> vec3f {
    let color = mix(camera.background_top.rgb, camera.background_bottom.rgb, pixel.y / camera.viewport_px.y);
    // Interleaved gradient noise (Jimenez, 2014) of less than a step hides the bands of 8 bits.
    let noise = fract(52.9829189 * fract(dot(pixel, vec2f(0.06711056, 0.00583715))));
    return color + (noise - 0.5) / 255.0;
}

@fragment
fn resolve(@builtin(position) position: vec4f) -> Resolved {
    let pixel = vec2i(position.xy);
    if camera.has_points != 0u {
        let texel = texels[pixel.y * i32(camera.viewport_px.x) + pixel.x];
        if texel.y != 0u {
            let depth = bitcast<f32>(texel.y);
            return Resolved(vec4f(unpack4x8unorm(texel.x).rgb * eye_dome(depth, pixel), 1.0), depth);
        }
    }
    return Resolved(vec4f(background(position.xy), 1.0), 0.0);
}
