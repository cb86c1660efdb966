use super::*;

fn texts(mut backlog: Backlog) -> Vec<String> {
    let mut texts = Vec::new();
    while let Some(bytes) = backlog.front() {
        texts.push(String::from_utf8(bytes.to_vec()).unwrap());
        backlog.pop();
    }
    assert_eq!((backlog.len(), backlog.kept, backlog.last_move.len()), (0, 0, 0));
    texts
}

#[test]
fn a_move_replaces_the_last_one_of_its_viewer_but_never_across_a_press_or_a_release() {
    let mut backlog = Backlog::default();
    let (keep, replace) = (Coalesce::Keep, Coalesce::Replace);
    let items = [
        ("move 1a", replace(1)),
        ("press 1", keep(1)),
        ("move 1b", replace(1)),
        ("move 2a", replace(2)),
        ("move 1c", replace(1)),
        ("press 2", keep(2)),
        ("move 1d", replace(1)),
        ("release 1", keep(1)),
        ("move 1e", replace(1)),
        ("move 2b", replace(2)),
    ];
    let replaced = items.iter().filter(|(text, kind)| backlog.push(text.as_bytes(), *kind) == Queued::Replaced).count();
    assert_eq!(replaced, 2);
    let expected = ["move 1a", "press 1", "move 1d", "move 2a", "press 2", "release 1", "move 1e", "move 2b"];
    assert_eq!(texts(backlog), expected);
}

#[test]
fn a_move_that_has_left_the_queue_is_not_replaced() {
    let mut backlog = Backlog::default();
    backlog.push(b"move a", Coalesce::Replace(1));
    backlog.pop();
    assert_eq!(backlog.push(b"move b", Coalesce::Replace(1)), Queued::Appended);
    assert_eq!(backlog.push(b"move c", Coalesce::Replace(1)), Queued::Replaced);
    assert_eq!(texts(backlog), ["move c"]);
}

#[test]
fn the_queue_is_bounded_and_says_so_instead_of_dropping_what_it_holds() {
    let mut backlog = Backlog::default();
    for _ in 0..BACKLOG_KEPT_MAX {
        assert_eq!(backlog.push(b"press", Coalesce::Keep(1)), Queued::Appended);
        assert_ne!(backlog.push(b"move", Coalesce::Replace(1)), Queued::Refused);
    }
    assert_eq!(backlog.push(b"press", Coalesce::Keep(2)), Queued::Refused);
    assert_eq!(backlog.push(b"move", Coalesce::Replace(2)), Queued::Refused);
    assert_eq!(backlog.push(b"move", Coalesce::Replace(1)), Queued::Replaced);
    assert_eq!(backlog.len(), 2 * BACKLOG_KEPT_MAX);
    backlog.pop();
    assert_eq!(backlog.push(b"press", Coalesce::Keep(2)), Queued::Appended);
}
