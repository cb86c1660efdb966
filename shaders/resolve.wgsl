// From the points' pixels to colour and depth, with eye-dome lighting (Boucheny, "Visualisation scientifique de grands
// volumes de données : pour une approche perceptive", 2009): a pixel is darker the more its neighbours stand before it.

// Colour (sRGB, red in the lowest byte) and depth.
@group(1) @binding(0) var<storage, read> texels: array<vec2u>;

struct Resolved {
    @location(0) color: vec4f,
    @builtin(frag_depth) depth: f32,
}

@vertex
fn cover(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    return covering(vertex);
}

fn index_of(x: i32, y: i32) -> i32 {
    return y * i32(camera.viewport_px.x) + x;
}

fn depth_at(index: i32) -> f32 {
    return bitcast<f32>(texels[index].y);
}

// What a step of depth is, seen from a place: a share of its distance from the eye; without perspective, of the camera's.
fn nearness_of_depth(depth: f32) -> f32 {
    let a = camera.clip_from_view[2].z;
    return 1.0 / select(a * camera.distance, depth + a, is_perspective());
}

// Whether two points are of one surface.
fn belong_together(depth_a: f32, depth_b: f32) -> bool {
    let farther = min(depth_a, depth_b);
    return farther > 0.0 && abs(depth_a - depth_b) * nearness_of_depth(farther) < 0.01;
}

// How far four neighbours stand before a place of this depth, each as 1 plus its share of the distance. An empty neighbour
// is infinitely far.
fn before(neighbours: vec4f, depth: f32, nearness: f32) -> f32 {
    let steps = clamp((neighbours - depth) * nearness + 1.0, vec4f(1.0), vec4f(1.25));
    return steps.x * steps.y * steps.z * steps.w;
}

// The shaded colour and the depth of a pixel; depth 0 where no point is. Branches are few: software adapters take both ways.
fn point_at(x: i32, y: i32) -> vec4f {
    let last = vec2i(camera.viewport_px) - 1;
    let left = index_of(max(x - 1, 0), y);
    let right = index_of(min(x + 1, last.x), y);
    let above = index_of(x, max(y - 1, 0));
    let below = index_of(x, min(y + 1, last.y));
    let close = vec4f(depth_at(left), depth_at(right), depth_at(above), depth_at(below));

    // A pixel without a point of its own, between two of one surface, shows the farther: samples of a surface are no sieve.
    var shown = index_of(x, y);
    var depth = depth_at(shown);
    let in_row = belong_together(close.x, close.y);
    if depth == 0.0 && (in_row || belong_together(close.z, close.w)) {
        let first = select(close.z, close.x, in_row);
        let second = select(close.w, close.y, in_row);
        shown = select(select(above, left, in_row), select(below, right, in_row), second < first);
        depth = min(first, second);
    }

    let reach = max(2, i32(item.size_px));
    let x0 = max(x - reach, 0);
    let x1 = min(x + reach, last.x);
    let y0 = max(y - reach, 0);
    let y1 = min(y + reach, last.y);
    let wide = vec4f(
        depth_at(index_of(x0, y0)),
        depth_at(index_of(x1, y0)),
        depth_at(index_of(x0, y1)),
        depth_at(index_of(x1, y1)),
    );
    let nearness = nearness_of_depth(depth);
    // The sum of logarithms is the logarithm of the product, so one will do. Some light stays in every hollow.
    let hidden = log2(before(wide, depth, nearness) * before(close, depth, nearness)) / 8.0;
    return vec4f(unpack4x8unorm(texels[shown].x).rgb * (0.3 + 0.7 * exp2(-45.0 * hidden)), depth);
}

@fragment
fn resolve(@builtin(position) position: vec4f) -> Resolved {
    let point = point_at(i32(position.x), i32(position.y));
    if point.w == 0.0 {
        discard;
    }
    return Resolved(vec4f(point.rgb, 1.0), point.w);
}
