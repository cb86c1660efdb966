// For adapters with 32-bit atomics only: the first pass finds the depth, the second the colour. Of several points at one
// depth the greatest colour wins, as it does with 64 bits, so the picture does not depend on the adapter or on the order.

struct Texel {
    color: atomic<u32>,
    depth: atomic<u32>,
}

@group(1) @binding(2) var<storage, read_write> texels: array<Texel>;

@compute @workgroup_size(256)
fn splat_depth(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= item.count {
        return;
    }
    let index = item.first + id.x;
    let splat = splat_of(index);
    if splat.depth == 0.0 || is_hidden(index) {
        return;
    }
    for (var y = splat.least.y; y < splat.most.y; y++) {
        for (var x = splat.least.x; x < splat.most.x; x++) {
            let depth = bitcast<u32>(depth_at(splat, vec2i(x, y)));
            let at = texel_index(vec2i(x, y));
            if atomicMax(&texels[at].depth, depth) < depth {
                // The colour there was of a point that is now hidden. All who come here write the same.
                atomicStore(&texels[at].color, 0u);
            }
        }
    }
}

@compute @workgroup_size(256)
fn splat_color(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= item.count {
        return;
    }
    let index = item.first + id.x;
    let splat = splat_of(index);
    if splat.depth == 0.0 || is_hidden(index) {
        return;
    }
    let color = color_at(index);
    for (var y = splat.least.y; y < splat.most.y; y++) {
        for (var x = splat.least.x; x < splat.most.x; x++) {
            let depth = bitcast<u32>(depth_at(splat, vec2i(x, y)));
            let at = texel_index(vec2i(x, y));
            if depth > 0u && atomicLoad(&texels[at].depth) == depth {
                atomicMax(&texels[at].color, color);
            }
        }
    }
}
