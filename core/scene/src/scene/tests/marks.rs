use super::*;

#[test]
fn a_pick_marks_a_point_and_the_background_clears_it() {
    let mut scene = scene();
    let id = scene.add(cube("cube", dvec3(500.0, 0.0, 0.0), 1.0));
    apply(&mut scene, &Command::Look { from: Side::Front });
    let corner = vec3(1.0, -1.0, 1.0);
    let clip = scene.camera().clip_from_world(VIEWPORT.aspect()) * corner.extend(1.0);
    let (x, y) = (clip.x / clip.w * 0.5 + 0.5, 0.5 - clip.y / clip.w * 0.5);
    apply(&mut scene, &Command::Pick { x: x + 3.0 / 800.0, y });
    let picked = scene.picked().unwrap();
    assert_eq!((picked.layer, picked.position, picked.world), (id, corner, dvec3(501.0, -1.0, 1.0)));
    // The corners are in the order of the file: x, then y, then z.
    assert_eq!(picked.element, 5);
    assert_eq!(picked.text, "cube: point 5 at 501.0000, −1.0000, 1.0000");
    assert_eq!(scene.status().picked.unwrap().text, picked.text);

    apply(&mut scene, &Command::Recenter { x, y });
    assert_eq!(scene.camera().target, corner);
    apply(&mut scene, &Command::Pick { x: 0.01, y: 0.01 });
    assert_eq!(scene.picked(), None);
    apply(&mut scene, &Command::Recenter { x: 0.01, y: 0.01 });
    assert_eq!(scene.camera().target, corner);
}

#[test]
fn a_box_and_a_plane_are_set_in_the_file_s_coordinates_and_undone() {
    let mut scene = scene();
    scene.add(cube("tile", dvec3(636_000.0, 850_000.0, 400.0), 100.0));
    let property = |scene: &Scene, id: &str| scene.status().properties.into_iter().find(|one| one.id == id);
    assert!(property(&scene, "clip_x").is_none() && scene.clip().is_everywhere());
    apply(&mut scene, &set(None, "clip", Value::Choice("box".into())));
    assert!(scene.clip().is_everywhere(), "at first the box is about everything");
    let ends = property(&scene, "clip_x").unwrap();
    assert_eq!(ends.value, Value::Interval([635_900.0, 636_100.0]));
    for most in [636_080.0, 636_060.0, 636_050.0] {
        apply(&mut scene, &set(None, "clip_x", Value::Interval([635_900.0, most])));
    }
    assert!(scene.clip().keeps(vec3(50.0, 0.0, 0.0)) && !scene.clip().keeps(vec3(50.1, 0.0, 0.0)));
    assert!(scene.clip().keeps(vec3(-1e6, 0.0, 0.0)), "an end where everything ends is none");
    apply(&mut scene, &Command::Undo);
    assert!(scene.clip().is_everywhere(), "the whole pull is taken back");
    apply(&mut scene, &Command::Redo);
    assert!(!scene.clip().keeps(vec3(50.1, 0.0, 0.0)));

    apply(&mut scene, &set(None, "clip", Value::Choice("plane".into())));
    apply(&mut scene, &set(None, "clip_axis", Value::Choice("z".into())));
    apply(&mut scene, &set(None, "clip_at", Value::Number(450.0)));
    let region = scene.clip();
    assert!(region.keeps(vec3(0.0, 0.0, 49.9)) && !region.keeps(vec3(0.0, 0.0, 50.1)));
    apply(&mut scene, &set(None, "clip_flipped", Value::Toggle(true)));
    assert!(scene.clip().keeps(vec3(0.0, 0.0, 50.1)));
    let far = scene.apply(&set(None, "clip_at", Value::Number(700.0)), VIEWPORT).unwrap_err();
    assert_eq!(far.to_string(), "At z goes from 300 to 500, so 700 cannot be set");
    // The plane that faces the viewer turns with them.
    apply(&mut scene, &set(None, "clip_axis", Value::Choice("view".into())));
    apply(&mut scene, &Command::Look { from: Side::Front });
    assert_eq!([scene.clip().keeps(vec3(0.0, -1.0, 0.0)), scene.clip().keeps(vec3(0.0, 1.0, 0.0))], [true, false]);
    apply(&mut scene, &Command::Look { from: Side::Back });
    assert_eq!([scene.clip().keeps(vec3(0.0, -1.0, 0.0)), scene.clip().keeps(vec3(0.0, 1.0, 0.0))], [false, true]);
}

#[test]
fn two_ends_make_a_distance_and_a_third_begins_anew() {
    let mut scene = scene();
    let first = scene.add(cube("cube", dvec3(500.0, 0.0, 0.0), 1.0));
    scene.add(cube("other", dvec3(500.0, 0.0, 5.0), 1.0));
    apply(&mut scene, &Command::Look { from: Side::Front });
    let at = |scene: &Scene, place: Vec3| {
        let clip = scene.camera().clip_from_world(VIEWPORT.aspect()) * place.extend(1.0);
        Command::Measure { x: clip.x / clip.w * 0.5 + 0.5, y: 0.5 - clip.y / clip.w * 0.5 }
    };
    let [a, b, c] = [vec3(-1.0, -1.0, -1.0), vec3(1.0, -1.0, -1.0), vec3(1.0, -1.0, 6.0)];
    let (at_a, at_b, at_c) = (at(&scene, a), at(&scene, b), at(&scene, c));
    apply(&mut scene, &at_a);
    let measure = scene.status().measure.unwrap();
    assert_eq!((measure.from.scene, measure.from.world), (a.to_array(), [499.0, -1.0, -1.0]));
    assert_eq!((measure.to, measure.distance), (None, None));
    apply(&mut scene, &Command::Measure { x: 0.01, y: 0.01 });
    assert_eq!(scene.status().measure.unwrap().to, None, "over the background nothing happens");
    apply(&mut scene, &at_b);
    let whole = scene.status().measure.unwrap();
    assert_eq!((whole.from.scene, whole.to.unwrap().scene), (a.to_array(), b.to_array()));
    assert_eq!(whole.distance.as_deref(), Some("2"));
    // A third begins anew, and then from one layer to another.
    apply(&mut scene, &at_b);
    assert_eq!(scene.status().measure.unwrap().to, None);
    apply(&mut scene, &at_c);
    assert_eq!(scene.status().measure.unwrap().distance.as_deref(), Some("7"));
    for expected in [None, Some("2")] {
        apply(&mut scene, &Command::Undo);
        assert_eq!(scene.status().measure.unwrap().distance.as_deref(), expected);
    }
    apply(&mut scene, &Command::Redo);
    apply(&mut scene, &Command::Redo);
    apply(&mut scene, &Command::ClearMeasure);
    assert_eq!(scene.status().measure, None);
    apply(&mut scene, &Command::Undo);
    assert_eq!(scene.status().measure.unwrap().distance.as_deref(), Some("7"));
    // A line to what is gone is none.
    apply(&mut scene, &Command::RemoveLayer { layer: first });
    assert_eq!(scene.status().measure, None);
    assert!(scene.apply(&Command::Measure { x: f32::NAN, y: 0.0 }, VIEWPORT).is_err());
}
