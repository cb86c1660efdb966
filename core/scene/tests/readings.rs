//! How a text table is cut into columns and rows can be chosen: it is read again, undone, kept, and refused in a sentence.

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use glam::{DVec3, dvec3};
use heliograph_scene::load::{LoadError, Progress, Source, load, load_as};
use heliograph_scene::session::Session;
use heliograph_scene::{Delimiter, FirstLine, Layer, LayerData, LayerId, Reading, Scene, Viewport};
use heliograph_wire::{Command, Property, PropertyKind, Value};
use std::path::Path;
use std::sync::Arc;

const VIEWPORT: Viewport = Viewport { width: 800, height: 400 };
/// Its blanks are taken for parts of numbers, because a comma is in each.
const COMMAS: &str = "1,5 2,5 3,5\n4,0 5,25 6,0\n";
/// Its names are taken for a point's numbers.
const YEARS: &str = "1990,2000,2010,2020\n1.5,2.5,3.5,7\n4,5,6,8\n";
const NAMED: &str = "x,y,z,depth,kind\n1,2,3,7,a\n4,5,6,8,b\n5,5,5,9,a\n";

fn source_of(text: &'static str) -> Source {
    Source::Bytes { name: "table.csv".into(), bytes: text.as_bytes() }
}

fn scene_of(text: &'static str) -> (Scene, LayerId) {
    let mut scene = Scene::new(Arc::new(|| ()));
    scene.resize(VIEWPORT);
    let layer = load(&source_of(text), &Progress::new()).unwrap().remove(0);
    let id = scene.add(layer);
    (scene, id)
}

fn apply(scene: &mut Scene, command: &Command) {
    scene.apply(command, VIEWPORT).unwrap_or_else(|error| panic!("{command:?}: {error}"));
}

fn set_value(scene: &mut Scene, layer: LayerId, property: &str, value: Value) {
    apply(scene, &Command::Set { layer: Some(layer), property: property.into(), value });
}

fn set(scene: &mut Scene, layer: LayerId, property: &str, choice: &str) {
    set_value(scene, layer, property, Value::Choice(choice.into()));
}

/// Reads what is to be read again, as the program does beside.
fn read(scene: &mut Scene) -> Result<(), String> {
    let rereads = scene.rereads();
    assert!(!rereads.is_empty(), "nothing is to be read");
    for reread in rereads {
        let outcome = load_as(&reread.source, reread.reading, &Progress::new());
        scene.reread(&reread, outcome).map_err(|error| error.to_string())?;
    }
    assert!(scene.rereads().is_empty(), "it was read");
    Ok(())
}

fn layer(scene: &Scene, id: LayerId) -> &Layer {
    scene.layers().iter().find(|layer| layer.id == id).unwrap()
}

/// The points in the order of the file.
fn places(scene: &Scene, id: LayerId) -> Vec<DVec3> {
    let LayerData::Points(points) = &layer(scene, id).data else { panic!("no points") };
    let place = |at: usize| points.origin + points.positions[at].as_dvec3();
    let mut places: Vec<(u32, DVec3)> = (0..points.len()).map(|at| (points.file_index[at], place(at))).collect();
    places.sort_by_key(|(row, _)| *row);
    places.into_iter().map(|(_, place)| place).collect()
}

fn property(scene: &Scene, id: LayerId, property: &str) -> Option<Property> {
    let layer = scene.status().layers.into_iter().find(|layer| layer.id == id).unwrap();
    layer.properties.into_iter().find(|one| one.id == property)
}

fn value(scene: &Scene, id: LayerId, name: &str) -> String {
    match property(scene, id, name).map(|one| one.value) {
        Some(Value::Choice(id)) => id,
        other => panic!("{name} is {other:?}"),
    }
}

fn readings(scene: &Scene, id: LayerId) -> [String; 2] {
    ["columns_end", "first_line"].map(|name| value(scene, id, name))
}

fn labels(scene: &Scene, id: LayerId, name: &str) -> Vec<String> {
    let PropertyKind::Choice { options } = property(scene, id, name).unwrap().kind else { panic!("{name}") };
    options.into_iter().map(|option| option.label).collect()
}

#[test]
fn a_table_says_what_was_guessed_and_what_it_can_be_read_as() {
    let (scene, id) = scene_of(NAMED);
    assert_eq!(readings(&scene, id), ["guess", "guess"]);
    let ends = ["As guessed (comma)", "Comma", "Semicolon", "Tab", "Spaces", "Vertical bar"];
    assert_eq!(labels(&scene, id, "columns_end"), ends);
    assert_eq!(labels(&scene, id, "first_line"), ["As guessed (names of columns)", "Names of columns", "Data"]);
    for (text, guess) in
        [("1;2;3\n4;5;6\n", "semicolon"), ("1 2 3\n4 5 6\n", "spaces"), ("1|2|3\n4|5|6\n", "vertical bar")]
    {
        let (scene, id) = scene_of(text);
        assert_eq!(labels(&scene, id, "columns_end")[0], format!("As guessed ({guess})"));
        assert_eq!(labels(&scene, id, "first_line")[0], "As guessed (data)");
    }
    let source = Source::Bytes { name: "map.csv".into(), bytes: b"source,target\na,b\n" };
    let mut scene = Scene::new(Arc::new(|| ()));
    let id = scene.add(load(&source, &Progress::new()).unwrap().remove(0));
    assert!(property(&scene, id, "columns_end").is_none(), "a network is no table of points");
}

#[test]
fn a_delimiter_that_was_guessed_wrong_is_put_right() {
    let (mut scene, id) = scene_of(COMMAS);
    assert_eq!(places(&scene, id), [dvec3(1.0, 5.0, 0.0), dvec3(4.0, 0.0, 0.0)], "the guess is wrong");
    set(&mut scene, id, "columns_end", "spaces");
    assert_eq!(places(&scene, id).len(), 2, "the old one stays until the other is there");
    read(&mut scene).unwrap();
    assert_eq!(places(&scene, id), [dvec3(1.5, 2.5, 3.5), dvec3(4.0, 5.25, 6.0)]);
    assert_eq!(readings(&scene, id), ["spaces", "guess"]);
    assert_eq!(labels(&scene, id, "columns_end")[0], "As guessed (comma)");
}

#[test]
fn the_first_line_is_names_or_data_as_one_says() {
    let (mut scene, id) = scene_of(YEARS);
    assert_eq!(places(&scene, id).len(), 3, "the guess is wrong");
    set(&mut scene, id, "first_line", "names");
    read(&mut scene).unwrap();
    assert_eq!(places(&scene, id), [dvec3(1.5, 2.5, 3.5), dvec3(4.0, 5.0, 6.0)]);
    let fields: Vec<String> = layer(&scene, id).data.fields().iter().map(|field| field.name.to_owned()).collect();
    assert!(fields.contains(&"2020".to_owned()), "{fields:?}");
    set(&mut scene, id, "first_line", "data");
    read(&mut scene).unwrap();
    assert_eq!(places(&scene, id)[0], dvec3(1990.0, 2000.0, 2010.0));

    let (mut scene, id) = scene_of("1,2,NA,x\n3,4,5,y\n");
    assert_eq!(places(&scene, id).len(), 1, "the guess is wrong");
    set(&mut scene, id, "first_line", "data");
    read(&mut scene).unwrap();
    assert_eq!(places(&scene, id), [dvec3(1.0, 2.0, 0.0), dvec3(3.0, 4.0, 0.0)]);
}

#[test]
fn what_cannot_be_read_so_stays_as_it_was_with_a_sentence() {
    let (mut scene, id) = scene_of(NAMED);
    let before = (places(&scene, id), scene.revision());
    set(&mut scene, id, "first_line", "data");
    let said = read(&mut scene).unwrap_err();
    let why = "table.csv holds nothing to draw: it has no two columns of numbers that could be places";
    assert_eq!(said, format!("{why}, so table stays as it was"));
    assert_eq!((places(&scene, id), scene.revision()), before);
    assert_eq!(readings(&scene, id), ["guess", "guess"]);
    assert!(scene.rereads().is_empty() && scene.status().undo.is_none());

    // A file that has become something else since.
    set(&mut scene, id, "columns_end", "comma");
    let reread = scene.rereads().remove(0);
    let network = Source::Bytes { name: "table.csv".into(), bytes: b"source,target\na,b\n" };
    let outcome = load_as(&network, reread.reading, &Progress::new());
    let said = scene.reread(&reread, outcome).unwrap_err().to_string();
    assert_eq!(said, "table.csv cannot be shown: it is no table of points any more, so table stays as it was");
    assert_eq!((places(&scene, id), readings(&scene, id)), (before.0, ["guess", "guess"].map(String::from)));
    let set = |property: &str| Command::Set {
        layer: Some(id),
        property: property.into(),
        value: Value::Choice("/etc/passwd".into()),
    };
    assert!(scene.apply(&set("columns_end"), VIEWPORT).is_err(), "it takes nothing but its options");
}

#[test]
fn a_reading_is_undone_and_done_again_with_all_that_came_after() {
    let (mut scene, id) = scene_of(YEARS);
    let other = scene.add(load(&source_of(NAMED), &Progress::new()).unwrap().remove(0));
    apply(&mut scene, &Command::RenameLayer { layer: id, name: "years".into() });
    apply(&mut scene, &Command::MoveLayer { layer: id, to: 1 });
    set_value(&mut scene, id, "visible", Value::Toggle(false));
    set_value(&mut scene, id, "point_size", Value::Number(7.0));
    set(&mut scene, id, "first_line", "names");
    read(&mut scene).unwrap();
    let looks = |scene: &Scene| {
        let layer = layer(scene, id);
        let at = scene.layers().iter().position(|one| one.id == id).unwrap();
        (layer.name.clone(), at, layer.visible, layer.style.point_size)
    };
    let expected = ("years".to_owned(), 1, false, 7.0);
    assert_eq!(looks(&scene), expected, "all but the data is as it was");
    let step = scene.status().undo.unwrap();
    assert_eq!((step.what.as_str(), step.by), ("reading of years", None));
    set(&mut scene, id, "color_by", "2020");
    apply(&mut scene, &Command::Undo);
    apply(&mut scene, &Command::Undo);
    assert_eq!((places(&scene, id).len(), readings(&scene, id)), (3, ["guess", "guess"].map(String::from)));
    assert_eq!(looks(&scene), expected);
    apply(&mut scene, &Command::Redo);
    apply(&mut scene, &Command::Redo);
    assert_eq!((places(&scene, id).len(), readings(&scene, id)), (2, ["guess", "names"].map(String::from)));
    assert_eq!(value(&scene, id, "color_by"), "2020");
    assert_eq!(places(&scene, other).len(), 3, "the other is as it was");
}

#[test]
fn undoing_what_is_still_being_read_gives_it_up() {
    let (mut scene, id) = scene_of(YEARS);
    scene
        .apply_by(
            &Command::Set { layer: Some(id), property: "first_line".into(), value: Value::Choice("names".into()) },
            VIEWPORT,
            Some("Ada"),
        )
        .unwrap();
    let reread = scene.rereads().remove(0);
    assert_eq!(scene.status().undo.unwrap().by.as_deref(), Some("Ada"));
    apply(&mut scene, &Command::Undo);
    assert!(scene.rereads().is_empty());
    let outcome = load_as(&reread.source, reread.reading, &Progress::new());
    assert!(scene.reread(&reread, outcome).is_ok());
    assert_eq!(places(&scene, id).len(), 3, "what comes too late is dropped");

    // Both at once: the second wish goes on from the first.
    set(&mut scene, id, "first_line", "names");
    set(&mut scene, id, "columns_end", "comma");
    assert_eq!(scene.rereads().len(), 1);
    read(&mut scene).unwrap();
    assert_eq!(readings(&scene, id), ["comma", "names"]);
    // What was wished for is what there is again.
    set(&mut scene, id, "columns_end", "tab");
    set(&mut scene, id, "columns_end", "comma");
    assert!(scene.rereads().is_empty());
    // Cancelled by hand.
    set(&mut scene, id, "columns_end", "tab");
    let reread = scene.rereads().remove(0);
    assert!(scene.reread(&reread, Err(LoadError::Cancelled)).is_ok());
    assert_eq!((scene.rereads().len(), readings(&scene, id)), (0, ["comma", "names"].map(String::from)));
    // Taken out in the meantime.
    set(&mut scene, id, "columns_end", "tab");
    let reread = scene.rereads().remove(0);
    apply(&mut scene, &Command::RemoveLayer { layer: id });
    assert!(scene.rereads().is_empty());
    assert!(scene.reread(&reread, load(&source_of(YEARS), &Progress::new())).is_ok());
    apply(&mut scene, &Command::Undo);
    assert_eq!(readings(&scene, id), ["comma", "names"]);
}

#[test]
fn colours_filters_and_axes_stay_as_far_as_their_columns_do() {
    let (mut scene, id) = scene_of(NAMED);
    set(&mut scene, id, "axis_z", "depth");
    set(&mut scene, id, "color_by", "z");
    set_value(&mut scene, id, "color_range", Value::Interval([3.0, 4.0]));
    set(&mut scene, id, "filter_by", "depth");
    set(&mut scene, id, "columns_end", "comma");
    let camera = *scene.camera();
    // Depth is the height now, so nothing can be filtered by it.
    set(&mut scene, id, "filter_by", "kind");
    set_value(&mut scene, id, "filter_kinds", Value::Several(vec!["0".into()]));
    read(&mut scene).unwrap();
    assert_eq!([value(&scene, id, "axis_z"), value(&scene, id, "color_by")], ["depth", "z"]);
    assert_eq!(property(&scene, id, "color_range").unwrap().value, Value::Interval([3.0, 4.0]));
    assert_eq!(property(&scene, id, "filter_kinds").unwrap().value, Value::Several(vec!["0".into()]));
    assert_eq!(*scene.camera(), camera, "where all lies is as it was");

    let (mut scene, id) = scene_of(YEARS);
    set(&mut scene, id, "color_by", "column 4");
    set_value(&mut scene, id, "color_range", Value::Interval([7.0, 8.0]));
    set_value(&mut scene, id, "opacity", Value::Number(0.5));
    set(&mut scene, id, "first_line", "names");
    read(&mut scene).unwrap();
    let first = value(&scene_of("a,b,c,2020\n1.5,2.5,3.5,7\n4,5,6,8\n").0, LayerId(1), "color_by");
    assert_eq!(value(&scene, id, "color_by"), first, "there is no column 4 any more");
    assert!(!property(&scene, id, "color_range").unwrap().changed, "nor its range");
    assert_eq!(property(&scene, id, "opacity").unwrap().value, Value::Number(0.5));
}

#[test]
fn a_session_opens_its_files_as_they_were_read_and_a_view_does_without() {
    let folder = Path::new("/data");
    let (mut scene, id) = scene_of(COMMAS);
    let plain = Session::of(&scene, folder).to_json();
    assert!(!plain.contains("reading"), "{plain}");
    set(&mut scene, id, "columns_end", "spaces");
    set(&mut scene, id, "first_line", "data");
    read(&mut scene).unwrap();
    // The same file once more, read as it is guessed.
    let twin = scene.add(load(&source_of(COMMAS), &Progress::new()).unwrap().remove(0));
    apply(&mut scene, &Command::RenameLayer { layer: twin, name: "twin".into() });
    let json = Session::of(&scene, folder).to_json();
    let session: Session = serde_json::from_str(&json).unwrap();
    let sources = session.sources(folder, |name| (name == "table.csv").then(|| source_of(COMMAS)));
    let mut other = Scene::new(Arc::new(|| ()));
    let mut loaded = Vec::new();
    for (file, found) in sources.into_iter().enumerate() {
        let (source, reading) = found.unwrap();
        let layer = load_as(&source, reading, &Progress::new()).unwrap().remove(0);
        loaded.push((other.add(layer), file));
    }
    other.open_session(&session, &loaded);
    let names: Vec<&str> = other.layers().iter().map(|layer| layer.name.as_str()).collect();
    assert_eq!(names, ["table", "twin"]);
    let [first, second] = [0, 1].map(|at| other.layers()[at].id);
    assert_eq!(readings(&other, first), ["spaces", "data"]);
    assert_eq!(places(&other, first), places(&scene, id));
    assert_eq!((readings(&other, second), places(&other, second)), (readings(&scene, twin), places(&scene, twin)));

    let old: Session = serde_json::from_str(&plain).unwrap();
    assert_eq!(old.sources(folder, |_| Some(source_of(COMMAS)))[0].as_ref().unwrap().1, Reading::default());
    let code = scene.view().code();
    apply(&mut other, &Command::OpenView { code });
    assert!(other.rereads().is_empty());
    assert!(scene.view().layers.iter().all(|layer| layer.settings.is_empty()));
}

#[test]
fn a_damaged_table_is_read_or_refused_in_every_way() {
    let ends = [Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab, Delimiter::Spaces, Delimiter::Bar].map(Some);
    let firsts = [None, Some(FirstLine::Names), Some(FirstLine::Data)];
    let seed = std::env::var("HELIOGRAPH_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2026);
    let mut random = files::Random(seed);
    let airports = files::fixture("airports.csv");
    let wide = format!("{}\n", ",;\t| \"".repeat(150_000)).repeat(3) + "1,2,3\n";
    let mut tables = vec![b"1,2,3\n".to_vec(), b"\n\n1 2\n".to_vec(), b"1\n2;3\n4;5;6".to_vec(), wide.into_bytes()];
    for _ in 0..40 {
        let mut bytes = airports.clone();
        for _ in 0..1 + random.below(8) {
            let at = random.below(bytes.len());
            bytes[at] = b",;\t| \"\n0-e#\xff"[random.below(12)];
        }
        bytes.truncate(1 + random.below(bytes.len()));
        tables.push(bytes);
    }
    let mut loaded = 0;
    for (number, table) in tables.into_iter().enumerate() {
        let source = Source::Bytes { name: "table.csv".into(), bytes: table.leak() };
        for columns_end in ends.into_iter().chain([None]) {
            for first_line in firsts {
                match load_as(&source, Reading { columns_end, first_line }, &Progress::new()) {
                    Ok(_) => loaded += 1,
                    Err(error) => {
                        let text = error.to_string();
                        let about = format!("seed {seed}, table {number}, {columns_end:?}, {first_line:?}: {text}");
                        assert!(text.starts_with("table.csv ") && text.len() < 400, "{about}");
                    }
                }
            }
        }
    }
    assert!(loaded > 50, "the damage is too great to test anything: {loaded}");
}
