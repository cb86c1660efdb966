// The edges of a mesh's triangles, alone or on their flat sides. Corners are looked up by their number, so that each knows which
// of its triangle's three it is: an index cannot say that.

@group(1) @binding(0) var<storage, read> positions: array<f32>;
// sRGB, red in the lowest byte; an alpha of 0 hides the corner.
@group(1) @binding(1) var<storage, read> colors: array<u32>;
@group(1) @binding(2) var<storage, read> indices: array<u32>;

// item.mode: 2 with the sides between the edges, 3 without.
const WIRE: u32 = 3u;
// Half of an edge's width, in px; its other half is the neighbour's.
const HALF_PX: f32 = 0.6;

struct Corner {
    @builtin(position) position: vec4f,
    @location(0) place_view: vec3f,
    @location(1) color: vec4f,
    // The share of each corner.
    @location(2) shares: vec3f,
}

@vertex
fn corner(@builtin(vertex_index) vertex: u32) -> Corner {
    let index = indices[vertex];
    let place = vec3f(positions[3u * index], positions[3u * index + 1u], positions[3u * index + 2u]) + item.offset;
    var out: Corner;
    out.position = camera.clip_from_scene * vec4f(place, 1.0);
    out.place_view = (camera.view_from_scene * vec4f(place, 1.0)).xyz;
    out.color = unpack4x8unorm(colors[index]) * item.tint;
    out.shares = vec3f(vec3u(0u, 1u, 2u) == vec3u(vertex % 3u));
    return out;
}

@fragment
fn edges(in: Corner) -> @location(0) vec4f {
    let flat_normal = normalize(cross(dpdx(in.place_view), dpdy(in.place_view)));
    // How far each side is, in px.
    let away = in.shares / max(fwidth(in.shares), vec3f(1e-6));
    let on_edge = clamp(HALF_PX + 0.5 - min(away.x, min(away.y, away.z)), 0.0, 1.0);
    let is_wire = item.mode == WIRE;
    if in.color.a < 0.5 || is_clipped_in_view(in.place_view) || is_wire && on_edge < 0.1 {
        discard;
    }
    if is_wire {
        return vec4f(in.color.rgb, on_edge);
    }
    let normal = select(-flat_normal, flat_normal, dot(flat_normal, towards_eye(in.place_view)) >= 0.0);
    let side = shade(in.color.rgb, normal, in.place_view, 0.10);
    return vec4f(side * (1.0 - 0.65 * on_edge), 1.0);
}
