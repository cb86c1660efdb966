// From the points' pixels to colour and depth, with eye-dome lighting (Boucheny, "Visualisation scientifique de grands
// volumes de données : pour une approche perceptive", 2009): a pixel is darker the more its neighbours stand before it.

// Colour (sRGB, red in the lowest byte) and depth.
@group(1) @binding(0) var<storage, read> texels: array<vec2u>;

struct Resolved {
    @location(0) color: vec4f,
    @builtin(frag_depth) depth: f32,
}

// The upper left half of a viewport that is twice as large as the picture. A triangle that reaches beyond its viewport may
// be cut in two, and along the cut a quad's pixels do not know of each other.
@vertex
fn cover(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    return vec4f(f32(vertex & 1u) * 2.0 - 1.0, 1.0 - f32(vertex >> 1u) * 2.0, 0.0, 1.0);
}

fn index_of(x: i32, y: i32) -> i32 {
    return y * i32(camera.viewport_px.x) + x;
}

fn depth_at(index: i32) -> f32 {
    return bitcast<f32>(texels[index].y);
}

// What a step of depth amounts to, seen from a place: over this it is a share of the distance from the eye; without
// perspective, of the camera's.
fn depth_scale(depth: f32) -> f32 {
    let a = camera.clip_from_view[2].z;
    return select(a * camera.distance, depth + a, is_perspective());
}

// Whether two points are of one surface.
fn belong_together(depth_a: f32, depth_b: f32) -> bool {
    let farther = min(depth_a, depth_b);
    return farther > 0.0 && abs(depth_a - depth_b) < 0.01 * depth_scale(farther);
}

// How far four neighbours stand before a place of this depth, each as 1 plus its share of the distance. An empty neighbour
// is infinitely far.
fn before(neighbours: vec4f, depth: f32, nearness: f32) -> f32 {
    let steps = clamp((neighbours - depth) * nearness + 1.0, vec4f(1.0), vec4f(1.25));
    return steps.x * steps.y * steps.z * steps.w;
}

// What a pixel's neighbour in its quad of 2 by 2 pixels has: exact to rounding, and without a look at the buffer, of which
// ten a pixel were half of what software adapters did in a frame.
fn beside(value: f32, x: i32) -> f32 {
    return value + dpdxFine(value) * select(1.0, -1.0, (x & 1) == 1);
}

fn below_or_above(value: f32, y: i32) -> f32 {
    return value + dpdyFine(value) * select(1.0, -1.0, (y & 1) == 1);
}

struct Point {
    // Multiplied with its alpha.
    color: vec4f,
    // 0 where no point is.
    depth: f32,
}

// The shaded colour and the depth of a pixel. Branches are few: software adapters take both ways.
fn point_at(x: i32, y: i32) -> Point {
    let last = vec2i(camera.viewport_px) - 1;
    // Outwards from the quad.
    let out_x = select(1, -1, (x & 1) == 0);
    let out_y = select(1, -1, (y & 1) == 0);
    let x_out = clamp(x + out_x, 0, last.x);
    let y_out = clamp(y + out_y, 0, last.y);
    let x_in = clamp(x - out_x, 0, last.x);
    let y_in = clamp(y - out_y, 0, last.y);
    let own = index_of(x, y);
    var depth = depth_at(own);
    // Out and in, in the row; then in the column.
    let close = vec4f(depth_at(index_of(x_out, y)), beside(depth, x), depth_at(index_of(x, y_out)), below_or_above(depth, y));

    // A pixel without a point of its own, between two of one surface, shows the farther: samples of a surface are no sieve.
    var shown = own;
    let in_row = belong_together(close.x, close.y);
    if depth == 0.0 && (in_row || belong_together(close.z, close.w)) {
        let first = select(close.z, close.x, in_row);
        let second = select(close.w, close.y, in_row);
        let at_first = select(index_of(x, y_out), index_of(x_out, y), in_row);
        let at_second = select(index_of(x, y_in), index_of(x_in, y), in_row);
        shown = select(at_first, at_second, second < first);
        depth = min(first, second);
    }

    // Each pixel of a quad looks out over another corner; together they see all four.
    let reach = max(2, i32(item.size_px));
    let corner = depth_at(index_of(clamp(x + reach * out_x, 0, last.x), clamp(y + reach * out_y, 0, last.y)));
    let corner_beside = beside(corner, x);
    let wide = vec4f(corner, corner_beside, below_or_above(corner, y), below_or_above(corner_beside, y));
    let nearness = 1.0 / depth_scale(depth);
    // The paper's exponential of a sum of logarithms is a power of a product. Some light stays in every hollow.
    let hidden = before(wide, depth, nearness) * before(close, depth, nearness);
    let cubed = hidden * hidden * hidden;
    let color = unpack4x8unorm(texels[shown].x);
    return Point(vec4f(color.rgb * (0.3 + 0.7 / (cubed * cubed)) * color.a, color.a), depth);
}

@fragment
fn resolve(@builtin(position) position: vec4f) -> Resolved {
    let point = point_at(i32(position.x), i32(position.y));
    if point.depth == 0.0 {
        discard;
    }
    return Resolved(point.color, point.depth);
}
