use super::*;

#[test]
fn a_network_moves_by_itself_until_it_has_settled_and_ends_when_removed() {
    let (sender, woken) = mpsc::channel();
    let mut scene = Scene::new(Arc::new(move || sender.send(()).unwrap_or_default()));
    let id = scene.add(network("network"));
    let (first, distance) = (scene.layers()[0].content_revision, scene.camera().distance);
    assert!(scene.bounds().unwrap().radius() > 0.0, "the first picture has it laid out already");
    while !scene.refresh() {
        woken.recv_timeout(Duration::from_secs(60)).unwrap();
    }
    assert!(scene.layers()[0].content_revision > first);
    assert_ne!(scene.camera().distance, distance, "the camera follows");
    apply(&mut scene, &Command::RemoveLayer { layer: id });
    assert!(scene.layouts.is_empty());
    // Undone, it goes on from where it was and settles.
    apply(&mut scene, &Command::Undo);
    while !scene.layouts.is_empty() {
        woken.recv_timeout(Duration::from_secs(60)).unwrap();
        scene.refresh();
    }
    let still = scene.revision();
    assert!(!scene.refresh());
    assert_eq!(scene.revision(), still);
}

#[test]
fn a_layout_is_stopped_started_and_hurried_and_says_when_it_has_settled() {
    let (sender, woken) = mpsc::channel();
    let mut scene = Scene::new(Arc::new(move || sender.send(()).unwrap_or_default()));
    let id = scene.add(network("network"));
    let motion = |scene: &Scene| value_of(scene, id, "layout");
    let choice = |id: &str| Value::Choice(id.into());
    assert_eq!(motion(&scene), choice("run"));
    apply(&mut scene, &set(Some(id), "layout", choice("still")));
    assert!(!scene.is_live() && motion(&scene) == choice("still"));
    let there = scene.layers()[0].bounds();
    assert!(!scene.refresh());
    assert_eq!(scene.layers()[0].bounds(), there);

    apply(&mut scene, &set(Some(id), "layout", choice("settle")));
    assert!(scene.is_live() && motion(&scene) == choice("settle"));
    while scene.is_live() {
        woken.recv_timeout(Duration::from_secs(60)).unwrap();
        scene.refresh();
    }
    assert_eq!(motion(&scene), choice("still"));
    assert_ne!(scene.layers()[0].bounds(), there);
    // No step back leads over it, and a network whose places are the file's has none.
    assert_eq!(scene.apply(&Command::Undo, VIEWPORT), Err(CommandError::NothingToUndo));
    let cube = scene.add(cube("cube", DVec3::ZERO, 1.0));
    assert!(scene.apply(&set(Some(cube), "layout", choice("run")), VIEWPORT).is_err());
}

#[test]
fn a_network_among_other_things_is_of_their_size_and_stays_so_when_it_comes_back() {
    let mut scene = scene();
    scene.add(cube("tile", dvec3(636_000.0, 850_000.0, 400.0), 100.0));
    let id = scene.add(network("network"));
    let radius = |scene: &Scene| scene.layers()[1].bounds().unwrap().radius();
    let there = radius(&scene);
    assert!((10.0..200.0).contains(&there), "{there}");
    assert!(scene.layers()[1].bounds().unwrap().center().length() < 20.0);
    apply(&mut scene, &Command::RemoveLayer { layer: id });
    apply(&mut scene, &Command::Undo);
    let back = radius(&scene);
    assert!((back / there - 1.0).abs() < 0.2, "{back} was {there}");
}
