//! What holds whatever is drawn: room, symbols, colour, and hostile text.

use serde_json::json;
use stanch::app::scopes::Part;
use stanch::app::{Message, ScopeId};
use stanch::domain::fault::{Fault, FaultKind};
use stanch::domain::text::is_hidden;
use stanch::view::{Depth, Theme};

use super::{SIZES, drawn, picture, text};
use crate::desk::Desk;
use crate::world::{Record, inventory};

#[test]
fn a_small_terminal_asks_for_room() {
    for (columns, rows) in [(59, 24), (80, 14), (20, 5), (10, 1)] {
        let mut desk = Desk::full(120, 40);
        desk.send(Message::Input(stanch::app::Input::Resize { columns, rows }));
        let shown = picture(&desk, false);
        assert_eq!(shown.lines().filter(|line| !line.is_empty()).count(), 1, "{columns}x{rows}: {shown}");
        assert!(shown.contains("60"), "{shown}");
    }
}

#[test]
fn with_ascii_nothing_else_is_drawn() {
    for keys in ["", "enter", "tab l", "I", "w", "?", ":", "x", "o", "W", "p c"] {
        for (columns, rows) in SIZES {
            let mut desk = Desk::full(columns, rows);
            desk.press(keys);
            let shown = picture(&desk, true);
            let odd: String = shown.chars().filter(|c| !c.is_ascii()).collect();
            assert_eq!(odd, "", "after '{keys}' at {columns}x{rows}");
        }
    }
}

#[test]
fn without_colour_severity_selection_and_arming_still_tell() {
    let theme = Theme::colourless(false);
    let desk = Desk::full(120, 40);
    let buffer = drawn(&desk.model, &theme, 120, 40);
    let coloured = buffer.content.iter().any(|cell| {
        let plain = ratatui::style::Color::Reset;
        cell.fg != plain || cell.bg != plain
    });
    assert!(!coloured);
    let shown = text(&buffer);
    assert!(shown.contains("CRIT") && shown.contains("READ-ONLY") && shown.contains('▸'));
}

#[test]
fn hostile_text_never_reaches_the_buffer() {
    let evil = "\u{1b}[2J\u{1b}]52;c;cHduZWQ=\u{7}\u{202e}gnp.exe\u{200b}\r\n\u{9b}31m";
    let who = json!({"type": "IAMUser", "userName": format!("mallory{evil}"), "accessKeyId": "AKIAIOSFODNN7EVILEV1",
        "accountId": "123456789012", "arn": format!("arn:aws:iam::123456789012:user/{evil}")});
    let record = Record::new("evil", "14:02:05", "CreateTags", "ec2", who)
        .with("userAgent", json!(evil))
        .with("errorCode", json!(format!("Client.{evil}")))
        .with("errorMessage", json!(evil))
        .with(
            "requestParameters",
            json!({"instanceId": crate::world::WEB, (evil): evil, "tagSet": {"items": [{"key": evil, "value": evil}]}}),
        );
    let mut state = inventory();
    let web = state.instances.get_mut(crate::world::WEB).unwrap();
    web.name = format!("web{evil}");
    web.tags.push((evil.into(), evil.into()));
    web.state_reason = evil.into();
    web.key = evil.into();
    state.groups.values_mut().for_each(|group| {
        group.name = evil.into();
        group.rules.iter_mut().for_each(|rule| rule.description = evil.into());
    });
    state.images.values_mut().for_each(|image| image.name = evil.into());
    let mut desks = 0;
    for keys in [
        "",
        "enter",
        "tab",
        "tab l",
        "tab l l",
        "tab l l l",
        "tab l l l l",
        "tab l l l l l l",
        "I",
        "w",
        "o",
        "x",
        "p c",
        "y",
        "Y",
        "r",
    ] {
        for (columns, rows) in SIZES {
            let mut desk = Desk::full(columns, rows);
            desk.send(Message::Inventory { scope: ScopeId(0), result: Ok(Box::new(state.clone())) });
            desk.send(Message::Events { scope: ScopeId(0), raws: vec![record.text()] });
            let mut finding = crate::world::findings().remove(0);
            finding.event_id = "evil".into();
            finding.title = evil.into();
            finding.because = vec![(evil.into(), evil.into())];
            desk.send(Message::Detected { findings: vec![finding] });
            let fault = Fault::new(FaultKind::Denied, "ec2:DescribeInstances", evil).with_hint(evil);
            desk.send(Message::Fault { scope: Some(ScopeId(0)), part: Part::Events, fault });
            desk.press(keys);
            let theme = Theme::builtin("dark", Depth::True, false).unwrap();
            let buffer = drawn(&desk.model, &theme, columns, rows);
            for cell in &buffer.content {
                assert!(!cell.symbol().chars().any(is_hidden), "{:?} after '{keys}'", cell.symbol());
            }
            desks += 1;
        }
    }
    assert_eq!(desks, 48);
}

#[test]
fn drawing_twice_gives_the_same_picture() {
    for (columns, rows) in SIZES {
        let desk = Desk::full(columns, rows);
        assert_eq!(picture(&desk, false), picture(&desk, false));
    }
}
