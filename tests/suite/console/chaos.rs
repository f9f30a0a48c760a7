//! Whatever is pressed, nothing panics, and nothing that is not armed writes.

use std::sync::LazyLock;

use proptest::prelude::*;
use stanch::app::action::ACTIONS;
use stanch::app::input::{Chord, Input};
use stanch::app::{Message, Settings};
use stanch::view::{Depth, Theme};

use crate::desk::Desk;
use crate::view::drawn;

static CHORDS: LazyLock<Vec<Chord>> = LazyLock::new(|| {
    let mut chords: Vec<Chord> = ACTIONS.iter().flat_map(|entry| entry.chords.iter().copied()).collect();
    chords.extend("abcdefghijklmnopqrstuvwxyzRWIX0129:/-*\"|>".chars().map(Chord::char));
    chords.extend(["backspace", "delete", "ctrl-w", "ctrl-k", "ctrl-y"].map(|key| key.parse::<Chord>().unwrap()));
    chords
});

fn inputs() -> impl Strategy<Value = Vec<Input>> {
    let key = (0..CHORDS.len()).prop_map(|at| Input::Key(CHORDS[at]));
    let size = (1_u16..220, 1_u16..60).prop_map(|(columns, rows)| Input::Resize { columns, rows });
    let paste = "[a-z:\u{1b}\u{202e} 日]{0,12}".prop_map(Input::Paste);
    let mouse = (0_u16..220, 0_u16..60, any::<bool>()).prop_map(|(column, row, down)| {
        if row % 2 == 0 { Input::Click { column, row } } else { Input::Wheel { column, row, down } }
    });
    prop::collection::vec(prop_oneof![20 => key, 1 => size, 1 => paste, 2 => mouse], 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_keys_never_panic_and_never_write_while_not_armed(inputs in inputs()) {
        let mut desk = Desk::full(120, 40);
        let theme = Theme::builtin("dark", Depth::True, false).unwrap();
        for input in inputs {
            desk.send(Message::Input(input));
            prop_assert!(desk.model.armed.is_none(), "nothing arms without an answer of the runtime");
            for effect in desk.effects.drain(..) {
                prop_assert!(!effect.writes(), "{effect:?} while not armed");
            }
            let (columns, rows) = (desk.model.columns, desk.model.rows);
            drawn(&desk.model, &theme, columns, rows);
        }
    }
}

#[test]
fn a_console_of_default_settings_is_read_only() {
    assert!(Desk::start(stanch::app::Mode::Live, 80, 24, Settings::default()).model.armed.is_none());
}
