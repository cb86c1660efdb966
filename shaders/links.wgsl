// Links of a network: the numbers of two nodes each, which are looked up.

// Place, size and colour of each node, five words.
@group(1) @binding(0) var<storage, read> nodes: array<u32>;
@group(1) @binding(1) var<storage, read> ends: array<vec2u>;
// Of each link a colour, in mode 1: with alpha 0 it is hidden, with alpha 1 / 255 it has the colours of its nodes.
@group(1) @binding(2) var<storage, read> colors: array<u32>;

fn place_of(node: u32) -> vec3f {
    return bitcast<vec3f>(vec3u(nodes[5u * node], nodes[5u * node + 1u], nodes[5u * node + 2u]));
}

@vertex
fn link(@builtin(vertex_index) vertex: u32, @builtin(instance_index) instance: u32) -> Edge {
    let pair = ends[instance];
    var own = vec4f(0.0, 0.0, 0.0, 1.0 / 255.0);
    if item.mode == 1u {
        own = unpack4x8unorm(colors[instance]);
    }
    let is_shown = bitcast<f32>(nodes[5u * pair.x + 3u]) > 0.0 && bitcast<f32>(nodes[5u * pair.y + 3u]) > 0.0;
    if !is_shown || own.a == 0.0 {
        var out: Edge;
        out.position = vec4f(2.0, 2.0, 0.0, 1.0);
        return out;
    }
    let is_own = own.a > 0.5;
    let color_a = select(unpack4x8unorm(nodes[5u * pair.x + 4u]), own, is_own);
    let color_b = select(unpack4x8unorm(nodes[5u * pair.y + 4u]), own, is_own);
    return edge_of(vertex, place_of(pair.x), color_a, place_of(pair.y), color_b);
}
