//! The panes and overlays, each in every size.

use serde_json::json;
use stanch::app::message::Loading;
use stanch::app::scopes::Part;
use stanch::app::{Message, Mode, ScopeId, Settings};
use stanch::domain::fault::{Fault, FaultKind};
use stanch::domain::finding::Severity;

use super::{pressed, snapshot};
use crate::desk::Desk;
use crate::world::{Record, finding, records};

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
