// For adapters with 64-bit atomics: one pass.

@group(1) @binding(2) var<storage, read_write> texels: array<atomic<u64>>;

@compute @workgroup_size(256)
fn splat(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= item.count {
        return;
    }
    let index = item.first + id.x;
    let splat = splat_of(index);
    if splat.depth == 0.0 || is_hidden(index) {
        return;
    }
    let color = u64(color_at(index));
    for (var y = splat.least.y; y < splat.most.y; y++) {
        for (var x = splat.least.x; x < splat.most.x; x++) {
            let depth = depth_at(splat, vec2i(x, y));
            if depth > 0.0 {
                atomicMax(&texels[texel_index(vec2i(x, y))], (u64(bitcast<u32>(depth)) << 32u) | color);
            }
        }
    }
}
