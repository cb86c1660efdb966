//! What files say of links becomes an attribute of each, as networkx has it.
//!
//! The files `roads.*` were written, and the numbers given, by Python: networkx 3.6.1
//! (`g.add_edge("Gulf", "Bengal", weight=1.5, kind="sea", since=1902)` and so on, then each of its writers, the edge list with and
//! without names; of the club `sum(w for *_, w in karate_club_graph().edges(data="weight"))`, of the sample the same of `value`).

#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use heliograph_scene::load::{Limits, LoadedLayer, Progress, Source, load};
use heliograph_scene::{Attribute, LayerData, Network};
use std::sync::Arc;

fn loaded(name: &str, bytes: impl Into<Vec<u8>>, max_bytes: u64) -> Result<LoadedLayer, String> {
    let source = Source::Bytes { name: name.into(), bytes: bytes.into().leak() };
    let progress = Progress::with_limits(Limits { max_bytes });
    load(&source, &progress).map(|mut layers| layers.remove(0)).map_err(|error| error.to_string())
}

fn network(name: &str, bytes: impl Into<Vec<u8>>) -> Arc<Network> {
    let layer = loaded(name, bytes, 1 << 30).unwrap_or_else(|error| panic!("{error}"));
    let LayerData::Network(network) = layer.data else { panic!("{name} is a {}", layer.data.kind()) };
    network
}

fn said<'a>(network: &'a Network, name: &str) -> &'a Attribute {
    network.link_attributes.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no {name}"))
}

/// The number of the link between two nodes of these names.
fn between(network: &Network, ends: [&str; 2]) -> usize {
    let labels = |link: &[u32; 2]| link.map(|end| network.labels[end as usize].as_str());
    let is_it = |link: &[u32; 2]| labels(link) == ends || labels(link) == [ends[1], ends[0]];
    network.edges.iter().position(is_it).unwrap_or_else(|| panic!("no {ends:?}"))
}

fn names(network: &Network) -> Vec<&str> {
    network.link_attributes.iter().map(|one| one.name.as_str()).collect()
}

#[test]
fn numbers_and_kinds_of_links_are_read_from_every_format() {
    for name in ["roads.graphml", "roads.gexf", "roads.gml", "roads.json", "roads.edgelist"] {
        let network = network(name, files::fixture(name));
        assert_eq!(names(&network), ["weight", "kind", "since"], "{name}");
        let links = [["Gulf", "Bengal"], ["South", "Bengal"], ["South", "Gulf"], ["Gulf", "Quito"]];
        let links = links.map(|ends| between(&network, ends));
        assert_eq!(links.map(|link| said(&network, "weight").values.get(link)), [1.5, -2.0, 0.25, 12.0], "{name}");
        let kinds = links.map(|link| said(&network, "kind").text(link));
        assert_eq!(kinds, ["sea", "land", "sea", "air, by night"], "{name}");
        let since = links.map(|link| said(&network, "since").values.get(link));
        assert_eq!((since[0], since[1].is_nan(), since[2], since[3]), (1902.0, true, 1956.0, 1931.0), "{name}");
        // What the nodes are called alike stays theirs.
        if name != "roads.edgelist" {
            let weights = network.attributes.iter().find(|one| one.name == "weight").unwrap();
            assert_eq!(weights.values.len(), 4, "{name}");
            assert_eq!(weights.summary().range, [4.0, 6.0], "{name}");
        }
    }
    let network = network("roads-weighted.edgelist", files::fixture("roads-weighted.edgelist"));
    assert_eq!(names(&network), ["weight"]);
    assert_eq!(said(&network, "weight").values.get(between(&network, ["Bengal", "South"])), -2.0);
}

fn sum(attribute: &Attribute) -> f64 {
    (0..attribute.values.len()).map(|at| attribute.values.get(at)).sum()
}

#[test]
fn the_weights_of_the_club_and_of_the_sample_are_those_of_networkx() {
    for name in ["karate.graphml", "karate.gexf", "karate.gml", "karate.csv"] {
        let network = network(name, files::fixture(name));
        let weight = said(&network, "weight");
        assert_eq!((weight.values.len(), sum(weight), weight.summary().range), (78, 231.0, [1.0, 7.0]), "{name}");
        let greatest = (0..78).find(|link| weight.values.get(*link) == 7.0).unwrap();
        assert_eq!(network.edges[greatest], [25, 31].map(|end| position(&network, end)), "{name}");
    }
    let network = network("miserables.json", files::sample("miserables.json"));
    let value = said(&network, "value");
    assert_eq!((value.values.len(), sum(value), value.summary().range), (254, 820.0, [1.0, 31.0]));
    assert_eq!(value.values.get(between(&network, ["Valjean", "Cosette"])), 31.0);
    assert_eq!(value.values.get(between(&network, ["Valjean", "Javert"])), 17.0);
}

/// Which node is member `number` of the club, by whichever name the format has.
fn position(network: &Network, number: u32) -> u32 {
    let known = [format!("Member {number} <&>"), number.to_string()];
    network.labels.iter().position(|label| known.contains(label)).unwrap() as u32
}

#[test]
fn what_is_said_of_links_that_are_left_out_goes_with_them() {
    let links = r#"[{"source":0,"target":9,"value":5},{"source":1,"target":0,"value":7,"kind":"b","index":1},{"source":8,"target":0},
        {"source":0,"target":2,"value":"9","x":[1],"sure":true,"index":3}]"#;
    let network = network("a.json", format!(r#"{{"links":{links},"nodes":[{{}},{{}},{{}}]}}"#));
    assert_eq!(network.edges.as_slice(), [[1, 0], [0, 2]]);
    assert_eq!([0, 1].map(|link| said(&network, "value").values.get(link)), [7.0, 9.0]);
    assert_eq!([0, 1].map(|link| said(&network, "kind").text(link)), ["b", "nothing"]);
    assert_eq!([0, 1].map(|link| said(&network, "sure").text(link)), ["nothing", "true"]);
    assert_eq!(names(&network), ["value", "kind", "index", "sure"]);
}

#[test]
fn what_only_counts_the_links_says_nothing_of_them() {
    let links = r#"[{"source":0,"target":1,"index":0},{"source":1,"target":0,"index":1}]"#;
    assert!(names(&network("a.json", format!(r#"{{"nodes":[{{}},{{}}],"links":{links}}}"#))).is_empty());
    let counted = network("a.csv", "Source,Target,Type,Id,Weight\na,b,Directed,0,2\nb,c,Directed,1,3.5\n");
    assert_eq!(names(&counted), ["Type", "Weight"]);
}

#[test]
fn columns_of_edge_lists_are_called_by_their_heads_or_counted() {
    let tabs = network("a.tsv", "weight\tFrom\tTo\tvia\n1\ta b\tc\tsea\n\tc\td\t\n");
    assert_eq!(names(&tabs), ["weight", "via"]);
    assert_eq!(said(&tabs, "via").text(0), "sea");
    assert_eq!((said(&tabs, "weight").values.get(0), said(&tabs, "weight").values.get(1).is_nan()), (1.0, true));
    let quoted = network("a.csv", "source,target,note,n\n\"a, b\",c,\"x, y\",7\n");
    assert_eq!(quoted.labels.as_slice(), ["a, b", "c"]);
    assert_eq!((said(&quoted, "note").text(0), said(&quoted, "n").values.get(0)), ("x, y".into(), 7.0));
    let bare = network("a.edges", "% of two kinds\na b 1 5\nb c 2 6\n");
    assert_eq!(names(&bare), ["column 3", "column 4"]);
    let commas = network("a.edges", "a b,c,{'weight': 2, 'kind': 'x'}\nc,d,{}\n");
    assert_eq!((commas.labels[0].as_str(), names(&commas)), ("a b", vec!["weight", "kind"]));
    // Where the ends lie is said of the nodes.
    let placed = network("a.csv", "source,target,lat1,lon1,lat2,lon2,weight\na,b,1,2,3,4,7\n");
    assert_eq!(names(&placed), ["weight"]);
}

#[test]
fn a_link_within_a_node_speaks_for_itself() {
    let key = r#"<key id="d0" attr.name="weight"/>"#;
    let inner = r#"<graph><node id="b"/><edge source="a" target="b"><data key="d0">3</data></edge></graph>"#;
    let nested = format!(
        r#"<graphml>{key}<graph><node id="a"><data key="d0">1</data>{inner}<data key="d0">2</data></node></graph></graphml>"#
    );
    let network = network("a.graphml", nested);
    assert_eq!(said(&network, "weight").values.get(0), 3.0);
    let of_nodes = network.attributes.iter().find(|one| one.name == "weight").unwrap();
    assert_eq!(of_nodes.values.get(position_of(&network, "a")), 2.0);
    let text = "graph [ node [ id 1 ] node [ id 2 ] edge [ source 1 target 2 graphics [ width 9 ] value 4 ] ]";
    let network = self::network("a.gml", text);
    assert_eq!((names(&network), said(&network, "value").values.get(0)), (vec!["value"], 4.0));
}

fn position_of(network: &Network, label: &str) -> usize {
    network.labels.iter().position(|one| one == label).unwrap()
}

#[test]
fn one_link_that_says_much_takes_no_more_memory_than_it_may() {
    let many = |link: &str| link.repeat(10_000);
    let members = |each: &dyn Fn(usize) -> String, between: &str| (0..100).map(each).collect::<Vec<_>>().join(between);
    let json = format!(
        r#"{{"nodes":[{{"id":1}}],"links":[{}{{"source":1,"target":1,{}}}]}}"#,
        many(r#"{"source":1,"target":1},"#),
        members(&|at| format!(r#""{at}":1"#), ",")
    );
    let first = format!(
        r#"{{"links":[{{"source":1,"target":1,{}}}{}],"nodes":[{{"id":1}}]}}"#,
        members(&|at| format!(r#""{at}":1"#), ","),
        many(r#",{"source":1,"target":1}"#)
    );
    let gml = format!(
        "graph [ node [ id 1 ]\n{}edge [ source 1 target 1 {} ]\n]",
        many("edge [ source 1 target 1 ]\n"),
        members(&|at| format!("a{at} 1"), " ")
    );
    let keys = members(&|at| format!(r#"<key id="k{at}" for="edge"/>"#), "");
    let graphml = format!(
        r#"<graphml>{keys}<graph><node id="1"/>{}<edge source="1" target="1">{}</edge></graph></graphml>"#,
        many(r#"<edge source="1" target="1"/>"#),
        members(&|at| format!(r#"<data key="k{at}">1</data>"#), "")
    );
    let titles = members(&|at| format!(r#"<attribute id="k{at}"/>"#), "");
    let gexf = format!(
        r#"<gexf><attributes class="edge">{titles}</attributes><node id="1"/>{}<edge source="1" target="1">{}</edge></gexf>"#,
        many(r#"<edge source="1" target="1"/>"#),
        members(&|at| format!(r#"<attvalue for="k{at}" value="1"/>"#), "")
    );
    let csv = format!(
        "source,target,{}\n{}1,1,{}\n",
        members(&|at| format!("k{at}"), ","),
        many("1,1\n"),
        members(&|_| "1".into(), ",")
    );
    let all =
        [("a.json", json), ("a.json", first), ("a.gml", gml), ("a.graphml", graphml), ("a.gexf", gexf), ("a.csv", csv)];
    for (name, text) in all {
        let read = |max_bytes| loaded(name, text.as_bytes(), max_bytes).map(|_| ());
        // 10,001 links of some 50 bytes, and 100 columns of 8 bytes each.
        let error = read(4_000_000).unwrap_err();
        assert!(error.starts_with(&format!("{name} needs about ")), "{error}");
        read(12_000_000).unwrap_or_else(|error| panic!("{error}"));
    }
}
