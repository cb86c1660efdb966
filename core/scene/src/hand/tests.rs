use super::*;
use heliograph_wire::Command::{Orbit, Pan, Zoom};

fn down(button: Button, shift: bool) -> Input {
    Input::Down { button, x: 0.5, y: 0.5, shift }
}

fn moved(x: f32, y: f32, pinch: f32) -> Input {
    Input::Move { x, y, pinch }
}

fn up(button: Button, x: f32, y: f32) -> Input {
    Input::Up { button, x, y }
}

/// What a hand does, all in one list; the picture is twice as wide as high.
fn commands(inputs: &[Input]) -> Vec<Command> {
    let mut hand = Hand::default();
    inputs.iter().flat_map(|input| hand.handle(input, 2.0)).collect()
}

#[test]
fn each_button_does_what_it_is_for_in_picture_heights() {
    let cases = [
        (Button::Primary, false, Orbit { dx: 0.5, dy: -0.25 }),
        (Button::Primary, true, Pan { dx: 0.5, dy: -0.25 }),
        (Button::Secondary, false, Pan { dx: 0.5, dy: -0.25 }),
        (Button::Middle, false, Pan { dx: 0.5, dy: -0.25 }),
        (Button::Pinch, false, Pan { dx: 0.5, dy: -0.25 }),
    ];
    for (button, shift, expected) in cases {
        assert_eq!(commands(&[down(button, shift), moved(0.75, 0.25, 1.0)]), [expected], "{button:?}");
    }
}

#[test]
fn without_a_press_nothing_moves() {
    assert_eq!(commands(&[moved(0.1, 0.1, 1.0), moved(0.9, 0.9, 2.0), up(Button::Primary, 0.2, 0.2)]), []);
    let after_release = [down(Button::Primary, false), up(Button::Primary, 0.5, 0.5), moved(0.9, 0.9, 1.0)];
    assert_eq!(commands(&after_release), []);
}

#[test]
fn a_release_brings_the_last_place() {
    let drag = [down(Button::Primary, false), moved(0.625, 0.5, 1.0), up(Button::Primary, 0.75, 0.5)];
    assert_eq!(commands(&drag), [Orbit { dx: 0.25, dy: 0.0 }, Orbit { dx: 0.25, dy: 0.0 }]);
}

#[test]
fn of_many_moves_only_the_last_matters() {
    let some = [down(Button::Primary, false), moved(0.2, 0.9, 1.0), moved(0.625, 0.75, 1.0)];
    let last = [down(Button::Primary, false), moved(0.625, 0.75, 1.0)];
    let sum = |commands: Vec<Command>| {
        commands.iter().fold((0.0, 0.0), |(x, y), command| match command {
            Orbit { dx, dy } => (x + dx, y + dy),
            other => panic!("{other:?}"),
        })
    };
    let ((x, y), expected) = (sum(commands(&some)), sum(commands(&last)));
    assert!((x - expected.0).abs() < 1e-6 && (y - expected.1).abs() < 1e-6);
}

#[test]
fn fingers_zoom_by_what_their_distance_grew_since_the_last_move() {
    let pinch =
        [down(Button::Pinch, false), moved(0.5, 0.5, 2.0), moved(0.625, 0.5, 3.0), up(Button::Pinch, 0.625, 0.5)];
    let expected =
        [Zoom { factor: 2.0, x: 0.5, y: 0.5 }, Pan { dx: 0.25, dy: 0.0 }, Zoom { factor: 1.5, x: 0.625, y: 0.5 }];
    assert_eq!(commands(&pinch), expected);
    // Fingers that meet have no distance.
    assert_eq!(commands(&[down(Button::Pinch, false), moved(0.5, 0.5, 0.0)]), []);
}

#[test]
fn a_second_press_lets_go_of_the_first() {
    let mut hand = Hand::default();
    hand.handle(&down(Button::Primary, false), 1.0);
    hand.handle(&Input::Down { button: Button::Secondary, x: 0.0, y: 0.0, shift: false }, 1.0);
    // The release of the first comes late and must neither move nor let go.
    assert_eq!(hand.handle(&up(Button::Primary, 0.9, 0.9), 1.0), []);
    assert!(hand.is_holding());
    assert_eq!(hand.handle(&moved(0.25, 0.0, 1.0), 1.0), [Pan { dx: 0.25, dy: 0.0 }]);
    assert_eq!(hand.handle(&up(Button::Secondary, 0.25, 0.0), 1.0), []);
    assert!(!hand.is_holding());
}

#[test]
fn one_who_vanishes_lets_go() {
    let mut hand = Hand::default();
    hand.handle(&down(Button::Primary, false), 1.0);
    assert_eq!(hand.handle(&Input::Gone, 1.0), []);
    assert!(!hand.is_holding());
    assert_eq!(hand.handle(&moved(0.9, 0.9, 1.0), 1.0), []);
}

#[test]
fn a_command_passes_and_nonsense_does_not() {
    let fit = Input::Command { command: Command::Fit };
    assert_eq!(commands(&[fit]), [Command::Fit]);
    let nonsense = Input::Command { command: Zoom { factor: 0.0, x: 0.5, y: 0.5 } };
    assert_eq!(commands(&[nonsense, down(Button::Primary, false), moved(f32::NAN, 0.5, 1.0)]), []);
}

#[test]
fn whatever_a_hand_says_is_a_command_that_can_be_taken() {
    let wide = [down(Button::Pinch, false), moved(16.0, -16.0, 1000.0), moved(-16.0, 16.0, 1e-6)];
    let mut hand = Hand::default();
    for command in wide.iter().flat_map(|input| hand.handle(input, 100.0)) {
        assert_eq!(command.check(), Ok(()), "{command:?}");
    }
}
