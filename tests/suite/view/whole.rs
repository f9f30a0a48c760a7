//! What must never be cut off: what to do about a fault, how far the events are
//! known, why a filter is wrong, where a file is broken, a long value.

use stanch::app::message::Loading;
use stanch::app::scopes::Part;
use stanch::app::{Message, Mode, ScopeId, Settings};
use stanch::domain::fault::{Fault, FaultKind};
use stanch::domain::window::Span;
use stanch::trail::coverage::{Coverage, Kind};

use super::{SIZES, picture};
use crate::desk::Desk;
use crate::world::{at, records};

/// The screen without borders and line breaks.
fn squeezed(desk: &Desk) -> String {
    let text = picture(desk, false).replace(['┃', '│', '▲', '▼'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn denied(id: &str) -> Fault {
    let message = format!(
        "You are not authorized to perform this operation. Encoded authorization failure message: {}",
        "q".repeat(900)
    );
    let mut fault = Fault::new(FaultKind::Denied, "ec2:DescribeInstances", message)
        .with_hint("`stanch policy` prints what reading needs");
    fault.code = "UnauthorizedOperation".into();
    fault.request_id = Some(id.into());
    fault
}

#[test]
fn what_to_do_and_every_request_show_at_every_size() {
    for (columns, rows) in SIZES {
        let mut desk = Desk::empty(columns, rows);
        desk.send(Message::Events { scope: ScopeId(0), raws: records() });
        for (scope, id) in [(0, "0a1b-first"), (1, "0a1b-second")] {
            desk.send(Message::Fault { scope: Some(ScopeId(scope)), part: Part::Fleet, fault: denied(id) });
        }
        desk.press("I");
        if desk.model.columns >= 120 {
            desk.press("z");
        }
        let shown = squeezed(&desk);
        for wanted in ["`stanch policy` prints what reading needs", "0a1b-first", "0a1b-second", "(900 characters)"] {
            assert!(shown.contains(wanted), "{columns}x{rows}: {wanted}\n{}", picture(&desk, false));
        }
        assert!(!shown.contains("Reading EC2 state"), "it is not being read: {shown}");
    }
}

#[test]
fn how_far_the_events_are_known_is_said_at_every_size() {
    for (columns, rows) in SIZES {
        let mut desk = Desk::full(columns, rows);
        let mut coverage = Coverage::default();
        coverage.add(Kind::Writes, Span { start: at("13:02:00"), end: at("14:02:00") });
        coverage.add(Kind::Reads, Span { start: at("13:30:00"), end: at("14:02:00") });
        desk.send(Message::Coverage { scope: ScopeId(0), coverage });
        let shown = squeezed(&desk);
        assert!(shown.contains("eu-west-1: complete since 13:"), "{}", picture(&desk, false));
        assert!(shown.contains("reading back to 13:02 …"), "reads are not known there: {}", picture(&desk, false));
        desk.press("] ]");
        let shown = squeezed(&desk);
        let back = if columns == 120 { "reading …" } else { "reading back to 11-23 14:02 …" };
        assert!(shown.contains(back), "{}", picture(&desk, false));
    }
}

#[test]
fn why_a_filter_is_wrong_can_be_read_and_is_said_no_longer_than_it_is_wrong() {
    for (columns, rows) in SIZES {
        let mut desk = Desk::full(columns, rows);
        for text in ["foo:1 bar", "event:StopLogging sev:hgh "] {
            desk.press("/").type_text(text).press("enter");
            let error = desk.model.events.filter.bar.as_ref().and_then(|bar| bar.error.clone()).unwrap();
            desk.model.zoom = true;
            assert!(squeezed(&desk).contains(&error.message), "{}\n{}", error.message, picture(&desk, false));
            desk.model.zoom = false;
            let wrong = |desk: &Desk| picture(desk, false).contains("the filter is wrong");
            assert!(wrong(&desk));
            desk.press("ctrl-u").type_text("event:StopLogging ");
            assert!(!wrong(&desk), "{}", picture(&desk, false));
            desk.press("esc");
        }
    }
}

#[test]
fn esc_in_the_filter_brings_the_selected_event_back_too() {
    let mut desk = Desk::full(120, 40);
    desk.press("j j j j j j");
    let before = (desk.model.selected(), desk.model.events.row);
    desk.press("/").type_text("event:StopLogging ");
    assert_ne!(desk.model.selected(), before.0);
    desk.press("esc");
    assert_eq!((desk.model.selected(), desk.model.events.row), before);
}

#[test]
fn where_a_file_is_broken_is_said_whole() {
    for (columns, rows) in SIZES {
        let mut desk = Desk::start(Mode::Recorded, columns, rows, Settings::default());
        desk.send(Message::Events { scope: ScopeId(0), raws: records() });
        let place = "logs/2026/11/24/123456789012_CloudTrail_eu-west-1_20261124T1400Z.json.gz: record 17: no eventTime";
        let broken = vec![place.to_owned()];
        desk.send(Message::Loading(Loading { broken, broken_total: 2, finished: true, ..Loading::default() }));
        desk.model.zoom = true;
        let shown = squeezed(&desk);
        let told = format!("2 records could not be read, 0 files passed over; first: {place}");
        let bare = |text: &str| text.replace(' ', "");
        assert!(bare(&shown).contains(&bare(&told)), "{}", picture(&desk, false));
        desk.press("I");
        assert!(squeezed(&desk).contains("no instance is known."), "{}", picture(&desk, false));
    }
}

#[test]
fn findings_name_what_they_are_about() {
    for (columns, rows) in SIZES {
        let mut desk = Desk::full(columns, rows);
        desk.press("w");
        let all = picture(&desk, false);
        assert!(all.lines().any(|line| line.contains("CRIT Security group opened to the")), "{all}");
        if columns != 120 {
            let named =
                |line: &str| line.contains("CRIT Security group opened to the world") && line.contains("sg-0a1b2");
            assert!(all.lines().any(named), "{all}");
        }
    }
}
