//! Networks of other programs' formats have the nodes and links that networkx gives them.
//!
//! The files were made, and the numbers given, by Python: networkx 3.6.1 (`g = networkx.karate_club_graph(); g.degree(33)`).

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use glam::Vec3;
use heliograph_scene::load::{LoadedLayer, Progress, Source, load};
use heliograph_scene::{Attribute, LayerData, Network, Scene};
use std::sync::Arc;

fn try_load(name: &str, bytes: impl Into<Vec<u8>>) -> Result<LoadedLayer, String> {
    let source = Source::Bytes { name: name.into(), bytes: bytes.into().leak() };
    load(&source, &Progress::new()).map(|mut layers| layers.remove(0)).map_err(|error| error.to_string())
}

fn network(name: &str, bytes: impl Into<Vec<u8>>) -> Arc<Network> {
    let layer = try_load(name, bytes).unwrap_or_else(|error| panic!("{error}"));
    let LayerData::Network(network) = layer.data else { panic!("{name} is a {}", layer.data.kind()) };
    network
}

fn attribute<'a>(network: &'a Network, name: &str) -> &'a Attribute {
    network.attributes.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn the_same_club_is_read_from_every_format() {
    for name in ["karate.graphml", "karate.gexf", "karate.gml", "karate.csv", "karate.edgelist"] {
        let network = network(name, files::fixture(name));
        assert_eq!((network.len(), network.edges.len()), (34, 78), "{name}");
        let mut degrees: Vec<u32> = network.degrees.to_vec();
        degrees.sort_unstable();
        assert_eq!((degrees[33], degrees[32], degrees[0]), (17, 16, 1), "{name}");
        assert!(!network.is_placed);
    }
}

#[test]
fn what_is_said_of_nodes_becomes_kinds_and_numbers() {
    for (name, label) in [("karate.graphml", "Member 33 <&>"), ("karate.gexf", "Member 33 <&>"), ("karate.gml", "33")] {
        let network = network(name, files::fixture(name));
        let node = network.labels.iter().position(|one| one == label).unwrap_or_else(|| panic!("{name}: {label}"));
        assert_eq!(attribute(&network, "club").text(node), "Officer", "{name}");
        assert_eq!(attribute(&network, "age").values.get(node), 51.0, "{name}");
        assert_eq!(attribute(&network, "links").values.get(node), 17.0, "{name}");
    }
}

#[test]
fn nodes_with_latitudes_and_longitudes_stand_on_a_globe_and_stay_there() {
    let layer = try_load("map.graphml", files::fixture("map.graphml")).unwrap();
    let LayerData::Network(network) = &layer.data else { panic!() };
    assert!(network.is_placed);
    let place = |label: &str| network.positions[network.labels.iter().position(|one| one == label).unwrap()];
    assert!(place("Pole").distance(Vec3::Z) < 1e-6);
    assert!(place("Quito").distance(Vec3::new(0.19937, -0.97992, 0.0)) < 1e-4, "{}", place("Quito"));
    assert!(network.positions.iter().all(|place| (place.length() - 1.0).abs() < 1e-6));
    let mut scene = Scene::new(Arc::new(|| ()));
    scene.add(layer);
    assert!(!scene.is_live(), "nothing lays it out");
}

#[test]
fn a_table_of_points_is_no_list_of_links_and_the_other_way_round() {
    let layer = try_load("a.csv", "x,y,z\n1,2,3\n4,5,6\n").unwrap();
    assert_eq!(layer.data.kind(), "points");
    let layer = try_load("a.tsv", "weight\tFrom\tTo\n1\ta b\tc\n2\tc\td\n").unwrap();
    let LayerData::Network(network) = layer.data else { panic!() };
    assert_eq!(network.labels.as_slice(), ["a b", "c", "d"]);
    let layer = try_load("a.txt", "# FromNodeId ToNodeId\n1 2\n2 3\n").unwrap();
    assert_eq!(layer.data.kind(), "network");
}

#[test]
fn what_is_not_sound_is_refused_in_a_sentence() {
    let refusal = |name: &str, text: &str| try_load(name, text).map(|_| ()).unwrap_err();
    let deep = format!("<graphml>{}", "<node>".repeat(100));
    let cases = [
        (refusal("a.graphml", "<graphml><graph><node id=\"a\">"), "a.graphml is cut short: it ends within an element"),
        (refusal("a.graphml", "<graphml><graph></node></graphml>"), "a.graphml is not a valid GraphML file: byte "),
        (
            refusal("a.graphml", &deep),
            "a.graphml is not a valid GraphML file: byte 387: its elements are nested deeper than 64",
        ),
        (refusal("a.graphml", "<graphml><graph/></graphml>"), "a.graphml holds nothing to draw: it has no nodes"),
        (
            refusal("a.gexf", "<gexf><node id=\"1\"/><edge source=\"2\" target=\"3\"/></gexf>"),
            "a.gexf is not a valid GEXF file: none of its links names two of its nodes",
        ),
        (refusal("a.gml", "graph [ node [ id 1 ]"), "a.gml is cut short: it ends within a list"),
        (refusal("a.gml", "graph [ ] ]"), "a.gml is not a valid GML file: line 1: a list ends that has not begun"),
        (refusal("a.gml", &"a [".repeat(100)), "a.gml is not a valid GML file: line 1: its lists are nested too deep"),
        (
            refusal("a.csv", "source,target\na\n"),
            "a.csv is not a valid edge list file: line 2: a link has not two ends",
        ),
    ];
    for (text, expected) in cases {
        assert!(text.starts_with(expected), "{text}\n{expected}");
    }
    // Entities that would unfold without end are not unfolded.
    let bomb =
        "<!DOCTYPE a [<!ENTITY x \"ha\"><!ENTITY y \"&x;&x;\">]><graphml><graph><node id=\"&y;\"/></graph></graphml>";
    assert_eq!(network("a.graphml", bomb).labels.as_slice(), ["&y;"]);
}
