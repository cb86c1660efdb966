use super::*;

#[test]
fn a_view_takes_the_selection_along_and_a_step_back_brings_the_old_one_back() {
    let mut scene = scene();
    let first = scene.add(cube("one", DVec3::ZERO, 1.0));
    let second = scene.add(cube("two", DVec3::ZERO, 1.0));
    let select = |from: [f32; 2], to: [f32; 2]| Command::Select { shape: Shape::Box { from, to }, how: How::Replace };
    apply(&mut scene, &Command::Set { layer: Some(second), property: "visible".into(), value: Value::Toggle(false) });
    apply(&mut scene, &select([0.0, 0.0], [0.5, 1.0]));
    let counts = |scene: &Scene| {
        let all = scene.layers().iter().map(|layer| layer.selected.as_ref().map(|selected| selected.count()));
        all.collect::<Vec<_>>()
    };
    let wanted = counts(&scene);
    assert!(wanted[0].unwrap() > 0 && wanted[1] == Some(0), "{wanted:?}");
    let code = scene.view().code();
    apply(&mut scene, &select([0.9, 0.9], [1.0, 1.0]));
    let before = counts(&scene);
    assert_ne!(before, wanted);
    apply(&mut scene, &Command::OpenView { code: code.clone() });
    assert_eq!(counts(&scene), wanted);
    assert_eq!(scene.view().code(), code);
    apply(&mut scene, &Command::Undo);
    assert_eq!(counts(&scene), before);
    apply(&mut scene, &Command::RemoveLayer { layer: first });
    // Of a layer that is not there nothing is selected.
    apply(&mut scene, &Command::OpenView { code });
    assert_eq!(counts(&scene), [None]);
}

#[test]
fn a_view_is_handed_on_by_its_code_and_undone_as_one_change() {
    let mut scene = two_layers();
    let layer = scene.layers()[1].id;
    let set = |property: &str, value| Command::Set { layer: Some(layer), property: property.into(), value };
    let background = Command::Set { layer: None, property: "background".into(), value: Value::Choice("white".into()) };
    let commands = [
        background,
        set("color_by", Value::Choice("single".into())),
        set("color", Value::Color([9, 8, 7])),
        set("visible", Value::Toggle(false)),
    ];
    for command in commands {
        scene.apply(&command, VIEWPORT).unwrap();
    }
    scene.apply(&Command::Orbit { dx: 0.2, dy: 0.1 }, VIEWPORT).unwrap();
    let (code, camera) = (scene.view().code(), *scene.camera());
    let mut other = two_layers();
    other.apply(&Command::OpenView { code: code.clone() }, VIEWPORT).unwrap();
    assert_eq!(other.view(), scene.view());
    assert!((other.camera().yaw - camera.yaw).abs() < 1e-5 && !other.layers()[1].visible);
    assert_eq!(other.layers()[1].style.color, [9, 8, 7]);
    let fresh = two_layers().view();
    other.apply(&Command::Undo, VIEWPORT).unwrap();
    assert_eq!(other.view(), fresh);
    // Every cut of the code is refused, and nothing is changed by it.
    for length in 0..code.len() {
        assert!(other.apply(&Command::OpenView { code: code[..length].into() }, VIEWPORT).is_err(), "{length}");
    }
    assert_eq!(other.view(), fresh);
}

#[test]
fn nodes_and_links_each_have_a_legend() {
    let mut scene = scene();
    let layer = Some(scene.add(network("network")));
    let titles = |scene: &Scene| -> Vec<String> {
        scene.status().layers[0].legends.iter().map(|legend| legend.title.clone()).collect()
    };
    assert_eq!(titles(&scene), ["Group"]);
    let color_by =
        |property: &str, id: &str| Command::Set { layer, property: property.into(), value: Value::Choice(id.into()) };
    apply(&mut scene, &color_by("link_color_by", "weight"));
    assert_eq!(titles(&scene), ["Group", "Links: weight"]);
    apply(&mut scene, &color_by("color_by", "single"));
    assert_eq!(titles(&scene), ["Links: weight"]);
}

#[test]
fn how_links_are_shown_is_in_a_view_and_older_views_leave_it_as_it_is() {
    let mut loaded = network("network");
    let LayerData::Network(data) = &mut loaded.data else { panic!() };
    // It stands still.
    Arc::make_mut(data).is_placed = true;
    let mut scene = scene();
    let id = scene.add(loaded.clone());
    let ids = |scene: &Scene| -> Vec<String> {
        scene.status().layers[0].properties.iter().map(|property| property.id.clone()).collect()
    };
    assert!(ids(&scene).ends_with(&["link_color_by", "link_filter_by"].map(str::to_owned)));
    let older = scene.view().code();
    let settings = [
        ("link_color_by", Value::Choice("weight".into())),
        ("link_colormap", Value::Choice("gray".into())),
        ("link_color_range", Value::Interval([0.5, 1.0])),
        ("link_color_log", Value::Toggle(true)),
        ("link_color_reversed", Value::Toggle(true)),
        ("link_filter_by", Value::Choice("weight".into())),
        ("link_filter_range", Value::Interval([0.5, 0.75])),
    ];
    for (property, value) in &settings {
        let (layer, revision) = (Some(id), scene.layers()[0].content_revision);
        apply(&mut scene, &Command::Set { layer, property: (*property).into(), value: value.clone() });
        // Choosing what to filter by hides nothing yet, but all of it is looked at anew.
        assert!(scene.layers()[0].content_revision > revision, "{property} draws nothing anew");
    }
    let set: Vec<_> = scene.view().layers[0].settings.iter().map(|one| (one.0.clone(), one.1.clone())).collect();
    assert_eq!(set, settings.clone().map(|(property, value)| (property.to_owned(), value)));
    let mut other = self::scene();
    other.add(loaded);
    apply(&mut other, &Command::OpenView { code: scene.view().code() });
    assert_eq!(other.layers()[0].style, scene.layers()[0].style);
    assert_eq!(other.view(), scene.view());
    apply(&mut other, &Command::OpenView { code: older });
    assert_eq!(other.layers()[0].style, other.layers()[0].first_style);
    // A step back, and back again.
    for _ in 0..settings.len() {
        apply(&mut scene, &Command::Undo);
    }
    assert_eq!(scene.layers()[0].style.links, LinkStyle::default());
}
