// Links of a network: the numbers of two nodes each, which are looked up.

// Place, size and colour of each node, five words.
@group(1) @binding(0) var<storage, read> nodes: array<u32>;
@group(1) @binding(1) var<storage, read> ends: array<vec2u>;

fn place_of(node: u32) -> vec3f {
    return bitcast<vec3f>(vec3u(nodes[5u * node], nodes[5u * node + 1u], nodes[5u * node + 2u]));
}

@vertex
fn link(@builtin(vertex_index) vertex: u32, @builtin(instance_index) instance: u32) -> Edge {
    let pair = ends[instance];
    let is_shown = bitcast<f32>(nodes[5u * pair.x + 3u]) > 0.0 && bitcast<f32>(nodes[5u * pair.y + 3u]) > 0.0;
    if !is_shown {
        var out: Edge;
        out.position = vec4f(2.0, 2.0, 0.0, 1.0);
        return out;
    }
    let color_a = unpack4x8unorm(nodes[5u * pair.x + 4u]);
    let color_b = unpack4x8unorm(nodes[5u * pair.y + 4u]);
    return edge_of(vertex, place_of(pair.x), color_a, place_of(pair.y), color_b);
}
