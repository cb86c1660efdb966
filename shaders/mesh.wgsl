// Triangles, lit on both sides.

// item.mode: 0 for a surface that is round where its normals say so.
const FLAT: u32 = 1u;

struct Corner {
    @builtin(position) position: vec4f,
    @location(0) normal_view: vec3f,
    @location(1) place_view: vec3f,
    // An alpha of 0 hides the corner, and the triangle as far as it reaches.
    @location(2) color: vec4f,
}

@vertex
fn corner(@location(0) position: vec3f, @location(1) normal: vec3f, @location(2) color: vec4f) -> Corner {
    let place = vec4f(position + item.offset, 1.0);
    var out: Corner;
    out.position = camera.clip_from_scene * place;
    out.place_view = (camera.view_from_scene * place).xyz;
    out.normal_view = (camera.view_from_scene * vec4f(normal, 0.0)).xyz;
    out.color = color * item.tint;
    return out;
}

@fragment
fn surface(in: Corner) -> @location(0) vec4f {
    if in.color.a < 0.5 || is_clipped_in_view(in.place_view) {
        discard;
    }
    // A file may give a normal of zero; the triangle's own is always known.
    let flat_normal = cross(dpdx(in.place_view), dpdy(in.place_view));
    let given = dot(in.normal_view, in.normal_view) > 1e-6;
    var normal = normalize(select(flat_normal, in.normal_view, given));
    // Edges where there is no room for their lists are flat sides, too.
    if item.mode >= FLAT {
        normal = normalize(flat_normal);
    }
    normal = select(-normal, normal, dot(normal, towards_eye(in.place_view)) >= 0.0);
    return vec4f(shade(in.color.rgb, normal, in.place_view, 0.10), 1.0);
}
