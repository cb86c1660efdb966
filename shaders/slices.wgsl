// Slices of a volume: the instance's number is the axis that the slice stands across.

struct Corner {
    @builtin(position) position: vec4f,
    @location(0) place: vec3f,
}

@vertex
fn corner(@builtin(vertex_index) vertex: u32, @builtin(instance_index) axis: u32) -> Corner {
    let across = vec2f(f32(vertex & 1u), f32(vertex >> 1u));
    let at = volume.slices[axis];
    var place = vec3f(at, across);
    if axis == 1u {
        place = vec3f(across.x, at, across.y);
    } else if axis == 2u {
        place = vec3f(across, at);
    }
    return Corner(camera.clip_from_scene * (volume.scene_from_texture * vec4f(place, 1.0)), place);
}

@fragment
fn slice(in: Corner) -> @location(0) vec4f {
    let n = n_at(in.place);
    let is_cut = camera.is_clipping != 0u && is_clipped((volume.scene_from_texture * vec4f(in.place, 1.0)).xyz);
    if is_cut || !is_drawn(n) {
        discard;
    }
    return vec4f(color_of(n, drawn_voxel_at(in.place)), 1.0);
}
