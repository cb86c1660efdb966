use super::*;
use crate::random::Random;
use glam::{Vec4, vec3};

const PROJECTIONS: [Projection; 2] = [Projection::Perspective, Projection::Orthographic];

/// Where a place is in the picture (fractions, y downwards) and its reversed depth.
fn seen(camera: &Camera, place: Vec3, aspect: f32) -> Vec3 {
    let clip: Vec4 = camera.clip_from_world(aspect) * place.extend(1.0);
    let ndc = clip.truncate() / clip.w;
    vec3(ndc.x * 0.5 + 0.5, 0.5 - ndc.y * 0.5, ndc.z)
}

fn camera(projection: Projection) -> Camera {
    let mut camera = Camera { projection, ..Camera::default() };
    camera.set_extent(Some(Aabb { min: vec3(-10.0, -20.0, -3.0), max: vec3(14.0, 22.0, 5.0) }));
    camera.distance = 30.0;
    camera
}

fn somewhere(random: &mut Random) -> Vec3 {
    vec3(random.unit() * 24.0 - 10.0, random.unit() * 42.0 - 20.0, random.unit() * 8.0 - 3.0)
}

#[test]
fn the_scene_follows_the_hand() {
    for projection in PROJECTIONS {
        let before = camera(projection);
        let in_front = before.target + before.back() * 2.0;

        let mut orbited = before;
        orbited.orbit(0.1, 0.0);
        assert!(seen(&orbited, in_front, 1.5).x > 0.5, "{projection:?}");
        let mut orbited = before;
        orbited.orbit(0.0, 0.1);
        assert!(seen(&orbited, in_front, 1.5).y > 0.5, "{projection:?}");

        let mut panned = before;
        panned.pan(0.3, -0.2);
        // A movement is a fraction of the height on both axes, a place is a fraction of its own.
        let target = seen(&panned, before.target, 1.5);
        assert!((target.x - (0.5 + 0.3 / 1.5)).abs() < 1e-4, "{projection:?} {target}");
        assert!((target.y - 0.3).abs() < 1e-4, "{projection:?} {target}");
    }
}

#[test]
fn half_a_turn_is_one_picture_height_and_the_poles_are_the_end() {
    let mut camera = camera(Projection::Perspective);
    let back = camera.back();
    camera.orbit(1.0, 0.0);
    assert!((camera.back().truncate() + back.truncate()).length() < 1e-5);
    for dy in [0.7, 5.0, -1.0, -30.0] {
        camera.orbit(0.0, dy);
        assert!(camera.pitch.abs() <= FRAC_PI_2);
        // z never points downwards in the picture.
        assert!(camera.up().z >= -1e-6);
    }
}

#[test]
fn what_is_under_the_cursor_stays_there_when_zooming() {
    for projection in PROJECTIONS {
        for (x, y, factor) in [(0.1, 0.9, 3.0), (0.77, 0.2, 0.4), (0.5, 0.5, 1.1)] {
            let mut camera = camera(projection);
            let place = camera.on_target_plane(x, y, 1.6);
            camera.zoom(factor, x, y, 1.6);
            let after = seen(&camera, place, 1.6);
            assert!((after.x - x).abs() < 1e-3 && (after.y - y).abs() < 1e-3, "{projection:?} {after}");
            assert!((camera.distance - 30.0 / factor).abs() < 1e-3);
        }
    }
}

#[test]
fn a_fitted_box_fills_the_picture_and_sticks_out_nowhere() {
    let mut random = Random::new(11);
    for round in 0..200 {
        let projection = PROJECTIONS[round % 2];
        let mut camera = camera(projection);
        camera.orbit(random.unit() * 4.0, random.unit() * 2.0 - 1.0);
        let aspect = 0.4 + random.unit() * 2.0;
        let (a, b) = (somewhere(&mut random), somewhere(&mut random));
        let bounds = Aabb { min: a.min(b), max: a.max(b) };
        camera.fit(bounds, aspect);
        let reach = bounds.corners().map(|corner| {
            let seen = seen(&camera, corner, aspect);
            assert!(seen.z > 0.0 && seen.z <= 1.0, "round {round}: {seen}");
            (seen.x - 0.5).abs().max((seen.y - 0.5).abs())
        });
        let reach = reach.into_iter().fold(0.0, f32::max);
        assert!(reach <= 0.5 && reach > 0.3, "round {round} {projection:?}: {reach}");
    }
}

#[test]
fn depth_is_one_at_the_near_plane_and_falls_to_zero() {
    let perspective = camera(Projection::Perspective);
    let ahead = |distance: f32| seen(&perspective, perspective.eye() - perspective.back() * distance, 1.0).z;
    assert!((ahead(perspective.distance * 1e-3) - 1.0).abs() < 1e-2);
    assert!(ahead(1e9) < 1e-6);

    for projection in PROJECTIONS {
        let camera = camera(projection);
        let depths =
            [10.0, 1.0, -1.0, -10.0].map(|nearer| seen(&camera, camera.target + camera.back() * nearer, 1.0).z);
        assert!(depths.is_sorted_by(|near, far| near > far), "{projection:?} {depths:?}");
    }
}

#[test]
fn orthographic_depth_holds_the_whole_scene_wherever_the_camera_is() {
    let mut camera = camera(Projection::Orthographic);
    let corners = Aabb { min: vec3(-10.0, -20.0, -3.0), max: vec3(14.0, 22.0, 5.0) }.corners();
    let mut random = Random::new(5);
    for _ in 0..100 {
        camera.orbit(random.unit(), random.unit() - 0.5);
        camera.pan(random.unit() - 0.5, random.unit() - 0.5);
        camera.zoom(0.5 + random.unit(), 0.5, 0.5, 1.0);
        for corner in corners {
            let depth = seen(&camera, corner, 1.0).z;
            assert!((0.0..=1.0).contains(&depth), "{depth}");
        }
    }
}

#[test]
fn a_ray_meets_what_is_seen_at_its_place() {
    let mut random = Random::new(3);
    for projection in PROJECTIONS {
        let camera = camera(projection);
        for _ in 0..50 {
            let place = somewhere(&mut random);
            let at = seen(&camera, place, 1.3);
            let ray = camera.ray(at.x, at.y, 1.3);
            let off = (place - ray.origin).reject_from_normalized(ray.direction).length();
            assert!(off < 1e-2, "{projection:?}: {off} off");
            assert!((place - ray.origin).dot(ray.direction) > 0.0);
        }
    }
}

#[test]
fn each_side_is_seen_as_its_name_says() {
    let expected = [
        (Side::Front, Vec3::NEG_Y, Vec3::X, Vec3::Z),
        (Side::Back, Vec3::Y, Vec3::NEG_X, Vec3::Z),
        (Side::Left, Vec3::NEG_X, Vec3::NEG_Y, Vec3::Z),
        (Side::Right, Vec3::X, Vec3::Y, Vec3::Z),
        (Side::Top, Vec3::Z, Vec3::X, Vec3::Y),
        (Side::Bottom, Vec3::NEG_Z, Vec3::X, Vec3::NEG_Y),
    ];
    for (side, back, right, up) in expected {
        let mut camera = camera(Projection::Perspective);
        camera.look_from(side);
        assert!(camera.back().distance(back) < 1e-6, "{side:?} {}", camera.back());
        assert!(camera.right().distance(right) < 1e-6, "{side:?} {}", camera.right());
        assert!(camera.up().distance(up) < 1e-6, "{side:?} {}", camera.up());
    }
}

#[test]
fn no_number_leads_a_camera_out_of_all_numbers() {
    let numbers = [0.0, -0.0, 1.0, -1.0, 1e-38, 1e38, f32::MIN, f32::MAX, f32::NAN, f32::INFINITY, f32::MIN_POSITIVE];
    let mut random = Random::new(17);
    for round in 0..20_000 {
        let mut camera = camera(PROJECTIONS[round % 2]);
        for _ in 0..4 {
            let mut number = || numbers[random.below(numbers.len() as u32) as usize];
            let [a, b, c, d] = std::array::from_fn(|_| number());
            match random.below(7) {
                0 => camera.orbit(a, b),
                1 => camera.pan(a, b),
                2 => camera.zoom(a, b, c, d),
                3 => camera.recenter(vec3(a, b, c)),
                4 => camera.fit(Aabb { min: vec3(a, b, c), max: vec3(b, c, d) }, d),
                5 => camera.set_extent(Some(Aabb { min: vec3(a, b, c), max: vec3(b, c, d) })),
                _ => camera.set_extent(None),
            }
            let fields = [camera.yaw, camera.pitch, camera.distance];
            assert!(camera.target.is_finite() && fields.iter().all(|f| f.is_finite()), "round {round}: {camera:?}");
            assert!(camera.distance > 0.0, "round {round}: {camera:?}");
            assert!(camera.clip_from_world(d).is_finite(), "round {round}: {camera:?}");
        }
    }
}
