// A volume as a whole: along the line of sight of each pixel, from step to step, until it is opaque, or what is opaque and was
// drawn before is reached. Colours are multiplied with their alpha.

// Of the picture, whose pixels may be smaller than these.
@group(2) @binding(0) var depths: texture_depth_2d;

const BRICK: f32 = 8.0;
// Over so many of the 256 colours the greatest number fades in.
const SEAM: f32 = 4.0;

@vertex
fn cover(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
    return covering(vertex);
}

// The direction in which n grows, in view space; its length is by how much per texture length.
fn slope_at(place: vec3f) -> vec3f {
    let h = 1.0 / volume.size;
    let grows = vec3f(
        n_at(place + vec3f(h.x, 0.0, 0.0)) - n_at(place - vec3f(h.x, 0.0, 0.0)),
        n_at(place + vec3f(0.0, h.y, 0.0)) - n_at(place - vec3f(0.0, h.y, 0.0)),
        n_at(place + vec3f(0.0, 0.0, h.z)) - n_at(place - vec3f(0.0, 0.0, h.z)),
    ) * volume.size;
    // A slope changes as planes do: by the transposed matrix.
    return grows * mat3x3f(volume.texture_from_view[0].xyz, volume.texture_from_view[1].xyz, volume.texture_from_view[2].xyz);
}

fn lit(color: vec3f, place: vec3f, place_view: vec3f) -> vec3f {
    let slope = slope_at(place);
    let steepness = length(slope);
    if steepness < 1e-9 {
        return color;
    }
    var normal = slope / steepness;
    normal = select(-normal, normal, dot(normal, towards_eye(place_view)) >= 0.0);
    return shade(color, normal, place_view, 0.10);
}

@fragment
fn march(@builtin(position) position: vec4f) -> @location(0) vec4f {
    // The middle of the pixel, in the picture's pixels.
    let px = position.xy * item.size_px;
    let sight = sight_of(px);
    let origin = (volume.texture_from_view * vec4f(sight.origin, 1.0)).xyz;
    var direction = (volume.texture_from_view * vec4f(sight.direction, 0.0)).xyz;
    direction = select(direction, vec3f(1e-9), abs(direction) < vec3f(1e-9));
    let a = -origin / direction;
    let b = (1.0 - origin) / direction;
    let nearer = min(a, b);
    let farther = max(a, b);
    let depth = textureLoad(depths, min(vec2i(px), vec2i(camera.viewport_px) - 1), 0);
    let opaque_at = select(1e30, view_distance(depth), depth > 0.0);
    let enters = max(max(nearer.x, nearer.y), max(nearer.z, view_distance(1.0)));
    let leaves = min(min(farther.x, farther.y), min(farther.z, opaque_at));
    let eye = scene_from_view(sight.origin - camera.view_from_scene[3].xyz);
    let kept = kept_part(eye, scene_from_view(sight.direction), enters, leaves);
    if kept.x >= kept.y {
        discard;
    }

    let stride = volume.step_voxels / length(direction * volume.size);
    // Thickness is measured in hundredths of the longest side, so that the step's length makes nothing denser.
    let thickness = volume.step_voxels * 100.0 / max(volume.size.x, max(volume.size.y, volume.size.z));
    let last_brick = vec3i(textureDimensions(bricks)) - 1;
    let ahead = select(vec3f(0.0), vec3f(1.0), direction > vec3f(0.0));
    // At multiples of the step from the eye: neighbours look at the same depths, and nothing swims when the box turns.
    var t = ceil(kept.x / stride) * stride;
    var color = vec3f(0.0);
    var alpha = 0.0;
    var greatest = -1.0;
    var greatest_at = vec3f(0.0);
    // Only a guard: a line of sight has no more steps than that through the longest diagonal.
    for (var steps = 0; steps < 8192 && t < kept.y; steps++) {
        let place = origin + t * direction;
        let brick = clamp(vec3i(place * volume.size / BRICK), vec3i(0), last_brick);
        let most = textureLoad(bricks, brick, 0).r;
        let enough = select(select(volume.opacity_start, greatest, volume.mode == 2u), volume.level, volume.mode == 3u);
        // A brick keeps 8 bits of its greatest n, rounded up. Fog begins above its first number, a surface at its level.
        if most < enough || volume.mode == 1u && most == enough {
            let edge = (vec3f(brick) + ahead) * BRICK / volume.size;
            let out = (edge - origin) / direction;
            t = max(t + stride, ceil(min(out.x, min(out.y, out.z)) / stride) * stride);
            continue;
        }
        let n = n_at(place);
        if volume.mode == 1u {
            let share = clamp((n - volume.opacity_start) * volume.opacity_per_unit, 0.0, 1.0);
            if share > 0.0 && !is_hidden(n) {
                let added = (1.0 - alpha) * (1.0 - pow(1.0 - 0.6 * volume.density * share, thickness));
                color += added * lit(color_of(n, voxel_at(place)), place, sight.origin + t * sight.direction);
                alpha += added;
                if alpha > 0.985 {
                    break;
                }
            }
        } else if volume.mode == 2u {
            if n > greatest {
                greatest = n;
                greatest_at = place;
            }
        } else if n >= volume.level && !is_hidden(n) {
            // Halved again and again, between the last step and this.
            var before = max(t - stride, kept.x);
            var behind = t;
            for (var round = 0; round < 6; round++) {
                let middle = 0.5 * (before + behind);
                let between = n_at(origin + middle * direction);
                if between >= volume.level && !is_hidden(between) {
                    behind = middle;
                } else {
                    before = middle;
                }
            }
            // A surface has the colour of its level, and that of labels that of what lies behind it.
            let what = select(volume.level, n, volume.labels != 0u);
            let there = origin + behind * direction;
            color = lit(color_of(what, drawn_voxel_at(there)), there, sight.origin + behind * sight.direction);
            alpha = 1.0;
            break;
        }
        t += stride;
    }
    if volume.mode == 2u && greatest >= 0.0 {
        // Colours are data: all above the first are as the legend has them, but for a seam without which the edge is jagged.
        alpha = clamp((color_number(greatest) - max(volume.clear_below, 0.0)) / SEAM, 0.0, 1.0);
        color = color_of(greatest, drawn_voxel_at(greatest_at)) * alpha;
    }
    return vec4f(color, alpha) * volume.opacity;
}
