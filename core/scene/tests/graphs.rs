//! Networks of other programs' formats have the nodes and links that networkx gives them.
//!
//! The files were made, and the numbers given, by Python: networkx 3.6.1 (`g = networkx.karate_club_graph(); g.degree(33)`).

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use glam::Vec3;
use heliograph_scene::load::{Limits, LoadedLayer, Progress, Source, load};
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
fn what_json_says_of_nodes_becomes_kinds_and_numbers() {
    let nodes = [
        r#"{"id":7,"label":"Ada","born":1815,"fields":["a"],"alive":false,"city":"London","group":2,"weight":1.5,"index":0}"#,
        r#"{"id":8,"label":"Bob","born":null,"at":{"x":1},"alive":true,"city":"Paris","group":"b","weight":"-2","index":1}"#,
        r#"{"id":9,"label":"Cyd","born":-3,"city":"London","index":2}"#,
    ];
    let json = format!(r#"{{"nodes":[{}],"links":[{{"source":7,"target":9}}]}}"#, nodes.join(","));
    let network = network("a.json", json);
    let names: Vec<&str> = network.attributes.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["group", "born", "alive", "city", "weight", "links"]);
    let texts = |name: &str| [0, 1, 2].map(|node| attribute(&network, name).text(node));
    assert_eq!(texts("group"), ["2", "b", "no group"]);
    assert_eq!(texts("alive"), ["false", "true", "nothing"]);
    assert_eq!(texts("city"), ["London", "Paris", "London"]);
    let numbers = |name: &str| [0, 1, 2].map(|node| attribute(&network, name).values.get(node));
    assert_eq!(numbers("links"), [1.0, 0.0, 1.0]);
    let (born, weight) = (numbers("born"), numbers("weight"));
    assert_eq!((born[0], born[1].is_nan(), born[2]), (1815.0, true, -3.0));
    assert_eq!((weight[0], weight[1], weight[2].is_nan()), (1.5, -2.0, true));
}

#[test]
fn texts_of_json_are_kinds_up_to_256_and_names_above() {
    let json = |count: usize| {
        let nodes: Vec<String> = (0..count).map(|at| format!(r#"{{"town":"town {at}"}}"#)).collect();
        format!(r#"{{"nodes":[{}],"links":[{{"source":0,"target":1}}]}}"#, nodes.join(","))
    };
    assert_eq!(attribute(&network("a.json", json(256)), "town").text(255), "town 255");
    assert!(network("a.json", json(257)).attributes.iter().all(|one| one.name != "town"));
}

#[test]
fn one_node_that_says_much_takes_no_more_memory_than_it_may() {
    let members: Vec<String> = (0..100).map(|at| format!(r#""{at}":1"#)).collect();
    let json = format!(r#"{{"nodes":[{}{{{}}}],"links":[]}}"#, "{},".repeat(10_000), members.join(","));
    let source = Source::Bytes { name: "a.json".into(), bytes: json.into_bytes().leak() };
    let read = |max_bytes| load(&source, &Progress::with_limits(Limits { max_bytes })).map(|_| ());
    // 10,001 nodes of 300 bytes, and 100 columns of 8 bytes each.
    let error = read(10_000_000).unwrap_err().to_string();
    assert!(error.starts_with("a.json needs about 11 MB of memory"), "{error}");
    read(12_000_000).unwrap();
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

/// Three places whose coordinates on the globe are simple.
fn assert_on_globe(network: &Network) {
    assert!(network.is_placed);
    for (label, expected) in [("Gulf", Vec3::X), ("Bengal", Vec3::Y), ("South", -Vec3::Z)] {
        let node = network.labels.iter().position(|one| one == label).unwrap_or_else(|| panic!("no {label}"));
        assert!(network.positions[node].distance(expected) < 1e-6, "{label}: {}", network.positions[node]);
    }
}

#[test]
fn nodes_of_json_with_latitudes_and_longitudes_stand_on_a_globe() {
    for (latitude, longitude) in [("latitude", "longitude"), ("Lat", "LON"), ("lat", "lng"), ("lat", "long")] {
        let node = |name: &str, north: &str, east: &str| {
            format!(r#"{{"name":"{name}","{latitude}":{north},"{longitude}":{east}}}"#)
        };
        let nodes = [node("Gulf", "0", "0"), node("Bengal", "0.0", "\"90\""), node("South", "-90", "12.5")].join(",");
        let links = r#"[{"source":"Gulf","target":"South"}]"#;
        assert_on_globe(&network("a.json", format!(r#"{{"nodes":[{nodes}],"links":{links}}}"#)));
        // One node is nowhere: all are laid out.
        let nowhere = format!(r#"{{"nodes":[{nodes},{}],"links":{links}}}"#, node("?", "1", "null"));
        assert!(!network("a.json", nowhere).is_placed);
    }
}

#[test]
fn links_that_say_where_their_ends_are_stand_on_a_globe() {
    let heads = [
        "source,target,source_lat,source_lon,target_lat,target_lon",
        "Source,Target,SourceLat,SourceLng,TargetLat,TargetLng",
        "from,to,lat_from,lon_from,lat_to,long_to",
        "from,to,From Latitude,From Longitude,To Latitude,To Longitude",
        "origin,destination,origin_latitude,origin_longitude,dest_latitude,dest_longitude",
        "src,dst,src_lat,src_lon,dst_lat,dst_lon",
        "source,target,lat1,lon1,lat2,lon2",
        "source,target,start lat,start lon,end lat,end lon",
    ];
    let lines = ["Gulf,Bengal,0,0,0,90", "Bengal,South,0,90,-90,12.5", "South,Gulf,,,n/a,"];
    for head in heads {
        let commas = format!("{head}\n{}\n", lines.join("\n"));
        assert_on_globe(&network("a.csv", commas.as_str()));
        let tabs = network("a.tsv", commas.replace(',', "\t"));
        assert_on_globe(&tabs);
        assert_eq!(tabs.labels.as_slice(), ["Gulf", "Bengal", "South"]);
        assert_eq!(attribute(&tabs, "longitude").values.get(2), 12.5);
    }
    // One column is missing, or of one node nothing is said.
    assert!(!network("a.csv", "source,target,lat1,lon1,lat2\na,b,1,2,3\n").is_placed);
    let unsaid = network("a.csv", "source,target,lat1,lon1,lat2,lon2,weight\na,b,1,2,,,7\n");
    assert!(!unsaid.is_placed);
    assert!(unsaid.attributes.iter().all(|one| one.name != "weight"));
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
