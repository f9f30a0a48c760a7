//! Pages and stories of actors and resources; groups of findings; closer in time.

use serde_json::json;
use stanch::app::events::View;
use stanch::app::message::Recorded;
use stanch::app::overlay::Overlay;
use stanch::app::{Message, Mode, ScopeId, Settings};
use stanch::domain::finding::Severity;
use stanch::trail::decode;
use stanch::trail::session::{Lesson, sentence};

use crate::desk::Desk;
use crate::world::{Record, finding};

fn page(desk: &Desk) -> String {
    match desk.model.overlays.last() {
        Some(Overlay::Page(page)) => format!("{}\n{}", page.title, page.text()),
        other => panic!("no page is open: {other:?}"),
    }
}

#[test]
fn the_page_of_an_actor_counts_what_it_did_and_from_where() {
    let mut desk = Desk::full(120, 40);
    desk.press("A");
    let text = page(&desk);
    for told in ["Actor  ci-deploy", "19 events", "1 failed", "203.0.113.7", "aws-cli/2.31.0", "StopLogging", "×14"] {
        assert!(text.contains(told), "{told} is missing:\n{text}");
    }
    assert!(text.contains("CRIT 1") && text.contains("nothing can be called new"), "{text}");
    desk.press("Y");
    assert!(desk.took()[0].starts_with("Copy Seen"), "the page is copied whole");
    desk.press("esc");
    assert!(desk.model.overlays.is_empty());
}

#[test]
fn what_is_new_in_the_window_stands_out_on_the_page() {
    let mut desk = Desk::full(120, 40);
    let who = json!({"type": "IAMUser", "userName": "ci-deploy", "accountId": "123456789012",
        "accessKeyId": crate::world::KEY});
    let old = Record::new("old", "09:00:00", "DescribeInstances", "ec2", who);
    desk.send(Message::Events { scope: ScopeId(0), raws: vec![old.text()] });
    desk.press("A");
    let text = page(&desk);
    let line = |word: &str| text.lines().find(|line| line.contains(word)).unwrap_or_default().to_owned();
    assert!(line("203.0.113.7").ends_with("NEW") && !line("10.0.4.17").contains("NEW"), "{text}");
    assert!(line("StopLogging").ends_with("NEW") && !line("DescribeInstances").contains("NEW"), "{text}");
}

#[test]
fn the_page_of_a_resource_says_who_did_what_to_it() {
    let mut desk = Desk::full(120, 40);
    desk.press("j T");
    let text = page(&desk);
    assert!(text.starts_with(&format!("Resource  {}", crate::world::WEB)), "{text}");
    assert!(text.contains("ModifyInstanceAttribute") && text.contains("ci-deploy"), "{text}");
}

#[test]
fn no_call_of_an_actor_is_left_out_and_who_tags_has_created_nothing() {
    let mut desk = Desk::full(120, 40);
    let ci = || json!({"type": "IAMUser", "userName": "ci-deploy", "accountId": "123456789012", "accessKeyId": crate::world::KEY});
    let mut raws: Vec<String> = (0..120)
        .map(|n| Record::new(&format!("many-{n}"), "13:59:10", &format!("Get{:03}", n / 2), "ec2", ci()).text())
        .collect();
    raws.push(Record::new("once", "13:59:20", "GetPasswordData", "ec2", ci()).with("readOnly", json!(true)).text());
    let tagged = json!({"resourcesSet": {"items": [{"resourceId": crate::world::WEB}]}});
    raws.push(Record::new("tag", "13:59:30", "CreateTags", "ec2", ci()).with("requestParameters", tagged).text());
    desk.send(Message::Events { scope: ScopeId(0), raws });
    desk.press("A");
    let text = page(&desk);
    assert!(text.contains("GetPasswordData") && !text.contains("more"), "{text}");
    assert!(text.contains(&format!("changed {}  CreateTags", crate::world::WEB)), "{text}");
}

#[test]
fn a_story_tells_the_actor_s_deeds_in_order_and_is_searched_and_copied() {
    let mut desk = Desk::full(120, 40);
    desk.press("s");
    let text = page(&desk);
    let place = |word: &str| text.find(word).unwrap_or_else(|| panic!("{word} is missing:\n{text}"));
    assert!(place("looked") < place("recording of the trail main"), "{text}");
    assert!(place("recording of the trail main") < place("opened 22/tcp"), "{text}");
    desk.press("/").type_text("user data").press("enter");
    assert!(matches!(desk.model.overlays.last(), Some(Overlay::Page(page)) if !page.find.hits.is_empty()));
    desk.press("Y");
    assert!(desk.took().iter().any(|effect| effect.starts_with("Copy 2026-11-24 (UTC)")));
}

#[test]
fn a_page_that_was_closed_is_not_opened_by_its_answer() {
    let mut desk = Desk::full(120, 40);
    desk.press("A esc");
    let portrait = stanch::trail::portrait::Portrait::of(
        &desk.model.timeline,
        stanch::trail::portrait::About::Resource("i-1".into()),
        desk.model.events.span,
    );
    let version = desk.model.version();
    desk.send(Message::Portrayed { generation: 1, portrait: Box::new(portrait) });
    assert!(desk.model.overlays.is_empty() && desk.model.version() == version);
}

#[test]
fn equal_findings_are_one_row_that_opens() {
    let mut desk = Desk::full(120, 40);
    let many = (10..20).map(|n| finding(&format!("work-{n}"), "Noise", Severity::Low, &[])).collect();
    desk.send(Message::Detected { findings: many });
    desk.press("w");
    assert_eq!((desk.model.findings.len(), desk.model.findings.rows()), (13, 4));
    desk.press("G enter");
    assert_eq!((desk.model.events.view, desk.model.findings.rows()), (View::Findings, 14));
    desk.press("j enter");
    assert_eq!(desk.model.events.view, View::Detail);
    desk.press("w");
    desk.press("g G enter");
    assert_eq!(desk.model.events.view, View::Detail, "a line within a group opens its event");
}

#[test]
fn closer_and_wider_go_into_the_histogram_and_back() {
    let mut desk = Desk::full(120, 40);
    let all = desk.model.events.shown.len();
    desk.press("+");
    let span = desk.model.events.span;
    assert_eq!(span.end.duration_since(span.start).as_secs(), 15 * 60);
    let (selected, close) = (desk.selected(), desk.model.events.shown.len());
    assert!(close < all && selected == "AuthorizeSecurityGroupIngress");
    desk.press("+");
    assert!(desk.model.events.shown.len() <= close);
    // What happens elsewhere is not shown, and time does not move the span.
    let late = Record::new("late", "13:20:00", "CreateVolume", "ec2", json!({"type": "Root"}));
    let shown = desk.model.events.shown.len();
    desk.send(Message::Events { scope: ScopeId(0), raws: vec![late.text()] }).wait(600);
    assert_eq!(desk.model.events.shown.len(), shown);
    desk.press("esc -");
    assert!(desk.model.events.zoom.is_empty());
    assert!(desk.model.events.shown.len() > close);
    desk.press("q");
    assert_eq!(desk.took().last().map(String::as_str), Some("Quit"), "with nothing left to go back from, q quits");
}

#[test]
fn h_and_l_go_from_bar_to_bar() {
    let mut desk = Desk::full(120, 40);
    let time = |desk: &Desk| desk.model.timeline.time(desk.model.selected().unwrap()).unwrap();
    let mut times = vec![time(&desk)];
    for _ in 0..5 {
        desk.press("h");
        times.push(time(&desk));
    }
    assert!(times.windows(2).all(|pair| pair[1] < pair[0]), "{times:?}");
    for expected in times.iter().rev().skip(1) {
        desk.press("l");
        let bar = |at| desk.model.events.place_of(at, desk.model.events.bars.len());
        assert_eq!(bar(time(&desk)), bar(*expected));
    }
}

#[test]
fn sessions_are_learnt_from_recorded_logs_too() {
    let mut desk = Desk::start(Mode::Recorded, 120, 40, Settings::default());
    let alice = json!({"type": "IAMUser", "userName": "alice", "accountId": "123456789012",
        "arn": "arn:aws:iam::123456789012:user/alice", "accessKeyId": "AKIAALICE"});
    let session = json!({"type": "AssumedRole", "accountId": "123456789012", "accessKeyId": "ASIASESSION",
        "arn": "arn:aws:sts::123456789012:assumed-role/Deploy/ci",
        "sessionContext": {"sessionIssuer": {"userName": "Deploy"}}});
    let assume = Record::new("assume", "14:00:00", "AssumeRole", "sts", alice).with(
        "responseElements",
        json!({"credentials": {"accessKeyId": "ASIASESSION"},
            "assumedRoleUser": {"arn": "arn:aws:sts::123456789012:assumed-role/Deploy/ci"}}),
    );
    let stop = Record::new("stop", "14:01:00", "StopInstances", "ec2", session);
    let mut recorded = Recorded::default();
    for raw in [assume.text(), stop.text()] {
        recorded.batch.push_kept(&decode::fields(raw.as_bytes()).unwrap(), raw.as_bytes());
        recorded.lessons.extend(Lesson::of(&decode::record(raw.as_bytes()).unwrap(), &raw));
    }
    recorded.findings = vec![finding("stop", "Stopped", Severity::High, &[])];
    desk.send(Message::Recorded(Box::new(recorded)));
    assert_eq!((desk.model.timeline.len(), desk.model.findings.len()), (2, 1));
    assert!(desk.took().is_empty(), "what was judged where it was read is not judged again");
    let picked = desk.model.picked.as_ref().unwrap();
    let chain = desk.model.sessions.chain(&picked.event.actor, picked.event.time);
    assert_eq!(sentence(&chain), "alice → Deploy/ci");
    desk.press("A");
    assert!(page(&desk).contains("alice → Deploy/ci"), "{}", page(&desk));
}
