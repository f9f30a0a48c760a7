//! What is drawn, at three sizes: each pane and overlay as a picture that is
//! looked at before it is accepted.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use serde_json::json;
use stanch::app::message::Loading;
use stanch::app::scopes::Part;
use stanch::app::{Effect, Message, Mode, Model, ScopeId, Settings};
use stanch::domain::fault::{Fault, FaultKind};
use stanch::domain::finding::Severity;
use stanch::domain::text::is_hidden;
use stanch::respond::check::{StepCheck, Verdict};
use stanch::view::{Depth, Theme, draw};

use crate::desk::Desk;
use crate::world::{Record, finding, inventory, records};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];

/// The buffer that a Model is drawn to.
pub fn drawn(model: &Model, theme: &Theme, columns: u16, rows: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| draw(model, theme, frame)).unwrap();
    terminal.backend().buffer().clone()
}

fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            if skip > 0 {
                skip -= 1;
                continue;
            }
            line.push_str(symbol);
            skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn picture(desk: &Desk, ascii: bool) -> String {
    let theme = Theme::builtin("dark", Depth::True, ascii).unwrap();
    text(&drawn(&desk.model, &theme, desk.model.columns, desk.model.rows))
}

fn snapshot(name: &str, at_size: impl Fn(u16, u16) -> Desk) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (columns, rows) in SIZES {
            let desk = at_size(columns, rows);
            insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), picture(&desk, false));
        }
    });
}

fn pressed(keys: &'static str) -> impl Fn(u16, u16) -> Desk {
    move |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.press(keys);
        desk
    }
}

#[test]
fn the_console_at_first_sight() {
    snapshot("first_sight", Desk::full);
}

#[test]
fn the_console_before_anything_was_heard() {
    snapshot("before_anything", Desk::empty);
}

#[test]
fn the_detail_of_an_event() {
    snapshot("detail", pressed("enter"));
}

#[test]
fn a_failed_call_in_detail() {
    snapshot("detail_denied", pressed("f f enter"));
}

#[test]
fn the_list_of_findings() {
    snapshot("findings", pressed("w"));
}

#[test]
fn findings_in_groups_one_of_them_open() {
    snapshot("findings_grouped", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        let equal = (10..40).map(|n| finding(&format!("work-{n}"), "State of Terraform written", Severity::Low, &[]));
        desk.send(Message::Detected { findings: equal.collect() });
        desk.press("w G enter j");
        desk
    });
}

#[test]
fn the_page_of_an_actor() {
    snapshot("actor", pressed("A"));
}

#[test]
fn the_page_of_a_resource() {
    snapshot("resource", pressed("j T"));
}

#[test]
fn the_story_of_an_actor() {
    snapshot("story", pressed("s"));
}

#[test]
fn closer_around_an_event() {
    snapshot("closer", pressed("+"));
}

#[test]
fn the_filter_bar_with_an_error() {
    snapshot("filter_error", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.press("/").type_text("event:StopLogging sev>=dreadful");
        desk
    });
}

#[test]
fn the_filter_bar_with_completions() {
    snapshot("filter_completion", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.press("/").type_text("actor:");
        desk
    });
}

#[test]
fn each_page_of_the_instance() {
    let pages = ["overview", "network", "storage", "identity", "activity", "exposure", "tags", "console"];
    for (at, page) in pages.into_iter().enumerate() {
        snapshot(&format!("instance_{page}"), move |columns, rows| {
            let mut desk = Desk::full(columns, rows);
            desk.press("tab");
            for _ in 0..at {
                desk.press("l");
            }
            desk
        });
    }
}

#[test]
fn the_list_of_instances() {
    snapshot("instances", pressed("I"));
}

#[test]
fn the_help() {
    snapshot("help", pressed("?"));
}

#[test]
fn the_palette() {
    snapshot("palette", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.press(":").type_text("find");
        desk
    });
}

#[test]
fn the_card_of_an_event() {
    snapshot("card", pressed("x"));
}

#[test]
fn a_raw_record_with_a_match() {
    snapshot("raw", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.press("o /").type_text("0.0.0.0").press("enter");
        desk
    });
}

#[test]
fn arming() {
    snapshot("arming", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.press("W").type_text("prod").press("enter");
        desk
    });
}

#[test]
fn the_case() {
    snapshot("case", pressed("p f p c"));
}

#[test]
fn a_frozen_list() {
    snapshot("frozen", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.press("space");
        let who = json!({"type": "Root", "arn": "arn:aws:iam::123456789012:root", "accountId": "123456789012"});
        let raws = vec![Record::new("root-1", "14:02:03", "ConsoleLogin", "signin", who).text()];
        desk.send(Message::Events { scope: ScopeId(0), raws });
        desk
    });
}

#[test]
fn what_fails_in_its_pane() {
    snapshot("faults", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        let mut fault = Fault::new(
            FaultKind::Expired,
            "cloudtrail:LookupEvents",
            "The security token included in the request is expired",
        )
        .with_hint("run `aws sso login --profile prod`");
        fault.code = "ExpiredTokenException".into();
        fault.request_id = Some("0a1b2c3d-1111-2222-3333-444455556666".into());
        desk.send(Message::Fault { scope: Some(ScopeId(0)), part: Part::Events, fault });
        let fault =
            Fault::new(FaultKind::Denied, "ec2:DescribeInstances", "You are not authorized to perform this operation")
                .with_hint("`stanch policy` prints what reading needs");
        desk.send(Message::Fault { scope: Some(ScopeId(1)), part: Part::Fleet, fault });
        desk
    });
}

#[test]
fn recorded_logs_while_they_load() {
    snapshot("recorded", |columns, rows| {
        let mut desk = Desk::start(Mode::Recorded, columns, rows, Settings::default());
        desk.send(Message::Events { scope: ScopeId(0), raws: records() });
        desk.send(Message::Loading(Loading { files_done: 18, files_total: 55, bytes: 1 << 20, ..Loading::default() }));
        desk
    });
}

#[test]
fn an_empty_list_says_why_and_which_key_helps() {
    snapshot("empty", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.press("/").type_text("event:NothingLikeIt").press("enter");
        desk
    });
}

#[test]
fn what_fits_the_selection() {
    snapshot("suggestions", pressed("r"));
}

#[test]
fn a_plan_before_it_runs() {
    snapshot("plan", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.open_plan("compromised-instance");
        let Some(Effect::Check { generation, plan, .. }) = desk.effects.pop() else { panic!("it is checked at once") };
        let checks = plan.steps.iter().map(|step| StepCheck {
            step: step.id.clone(),
            calls: vec![(
                "ec2:ModifyNetworkInterfaceAttribute".into(),
                "eni-0fedcba9876543210".into(),
                match step.id.as_str() {
                    "isolate" => Verdict::Denied("not authorized; ask for the role Responder".into()),
                    "profile" => Verdict::Unknown("iam:SimulatePrincipalPolicy is not permitted".into()),
                    _ => Verdict::Allowed,
                },
            )],
        });
        let checks = checks.collect();
        desk.send(Message::Checked { generation, checks });
        desk
    });
}

#[test]
fn a_confirmation_has_the_focus_on_cancel() {
    snapshot("confirm", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.open_plan("compromised-instance").arm();
        desk.press("enter");
        desk
    });
}

#[test]
fn what_cannot_be_undone_is_confirmed_by_typing() {
    snapshot("confirm_typed", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.open_plan("compromised-instance").arm();
        let steps = desk.run().plan.steps;
        for (at, step) in steps.iter().enumerate() {
            let wanted = step.id == "terminate";
            if wanted == step.beyond || (!wanted && !step.beyond) {
                desk.press("space");
            }
            if at + 1 < steps.len() {
                desk.press("j");
            }
        }
        desk.press("enter").type_text("i-0abc");
        desk
    });
}

#[test]
fn a_run_under_way_beside_the_other_panes() {
    snapshot("running", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.open_plan("compromised-instance").arm();
        desk.press("enter tab enter");
        let (generation, ..) = desk.driven().unwrap();
        desk.tell(generation, &["evidence", "memory", "protect"], None, false);
        if desk.model.zoom {
            desk.press("z");
        }
        desk
    });
}

#[test]
fn a_run_that_stopped_shows_each_object() {
    snapshot("stopped", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.open_plan("compromised-instance").arm();
        desk.press("enter tab enter");
        let (generation, ..) = desk.driven().unwrap();
        let fault = Fault::new(FaultKind::Throttled, "ec2:ModifyNetworkInterfaceAttribute", "Request limit exceeded.")
            .with_hint("run the step again: what is done stays done");
        let done = ["evidence", "memory", "protect", "shutdown", "volumes", "tag", "snapshot", "scaling", "profile"];
        desk.tell(generation, &done, Some(("isolate", fault)), true);
        desk.wait(20);
        desk
    });
}

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
