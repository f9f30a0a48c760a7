//! Stories of what is drawn over the panes.

use stanch::app::action::ACTIONS;
use stanch::app::events::View;
use stanch::app::overlay::Overlay;
use stanch::app::page::PageKind;

use crate::desk::Desk;

#[test]
fn help_opens_and_closes_with_the_same_key_and_is_searched() {
    let mut desk = Desk::full(120, 40);
    desk.press("? /").type_text("permission").press("enter n");
    let Some(Overlay::Page(page)) = desk.model.overlays.last() else { panic!("help is open") };
    assert!(page.kind == PageKind::Help && !page.find.hits.is_empty());
    desk.press("?");
    assert!(desk.model.overlays.is_empty());
}

#[test]
fn x_fills_the_card_with_the_ids_of_the_event() {
    let mut desk = Desk::full(120, 40);
    desk.press("x");
    let Some(Overlay::Page(page)) = desk.model.overlays.last() else { panic!("the card is open") };
    assert!(page.kind == PageKind::Card && page.text().contains("sg-0a1b2c3d4e5f60718"));
    desk.press("esc");
    assert!(desk.model.overlays.is_empty());
}

#[test]
fn o_shows_the_raw_record_folds_it_and_finds_in_folded_parts() {
    let mut desk = Desk::full(120, 40);
    desk.press("o");
    let rows = |desk: &Desk| match desk.model.overlays.last() {
        Some(Overlay::Raw(raw)) => raw.len(),
        _ => 0,
    };
    let before = rows(&desk);
    desk.press("/").type_text("TLS_AES").press("enter");
    assert_eq!(rows(&desk), before + 3, "the folded part with the match is open");
    desk.press("y");
    assert_eq!(desk.took(), ["Copy TLS_AES_128_GCM_SHA256"]);
    desk.press("g enter");
    assert_eq!(rows(&desk), 1);
}

#[test]
fn the_palette_reaches_every_action_without_a_panic() {
    for entry in ACTIONS {
        let mut desk = Desk::full(120, 40);
        desk.press(":").type_text(entry.name).press("enter");
        assert!(
            !matches!(desk.model.overlays.last(), Some(Overlay::Palette(palette)) if !palette.field.text().is_empty()),
            "{}",
            entry.name
        );
    }
}

#[test]
fn the_palette_goes_to_where_the_action_acts() {
    let mut desk = Desk::full(120, 40);
    desk.press("tab :").type_text("next finding").press("enter");
    assert_eq!(desk.selected(), "ModifyInstanceAttribute");
    desk.press(":").type_text("findings").press("enter");
    assert_eq!(desk.model.events.view, View::Findings);
}

#[test]
fn q_and_esc_take_overlays_away_one_by_one_before_anything_else() {
    let mut desk = Desk::full(120, 40);
    desk.press("enter x ?");
    assert_eq!(desk.model.overlays.len(), 2);
    desk.press("q esc");
    assert!(desk.model.overlays.is_empty());
    assert_eq!(desk.model.events.view, View::Detail);
    desk.press("q");
    assert_eq!((desk.model.events.view, desk.took()), (View::List, vec![]));
}

#[test]
fn the_case_shows_what_was_pinned() {
    let mut desk = Desk::full(120, 40);
    desk.press("p c");
    let Some(Overlay::Page(page)) = desk.model.overlays.last() else { panic!("the case is open") };
    assert!(page.kind == PageKind::Case && page.text().contains("AuthorizeSecurityGroupIngress"));
}
