//! Stories of the event list.

use stanch::app::events::View;
use stanch::app::message::{Loading, Recorded};
use stanch::app::scopes::Part;
use stanch::app::{Message, Mode, Pane, ScopeId, Settings};
use stanch::domain::fault::{Fault, FaultKind};

use crate::desk::Desk;
use crate::world::{Record, at, finding, records};
use serde_json::json;
use stanch::domain::finding::Severity;
use stanch::trail::decode::{self, Batch};

fn late(id: &str, time: &str) -> String {
    let who = json!({"type": "IAMUser", "userName": "bob", "accountId": "123456789012", "accessKeyId": "AKIAIOSFODNN7BOBBOB1"});
    Record::new(id, time, "CreateVolume", "ec2", who).text()
}

#[test]
fn events_that_come_are_detected_and_shown_writes_only() {
    let mut desk = Desk::empty(120, 40);
    desk.send(Message::Events { scope: ScopeId(0), raws: records() });
    assert_eq!(desk.took(), [format!("Detect {}", records().len())]);
    assert_eq!(desk.model.timeline.len(), records().len());
    assert!(desk.model.events.shown.len() < records().len(), "reads are left out at first");
    assert_eq!(desk.selected(), "AuthorizeSecurityGroupIngress");
}

#[test]
fn known_events_change_nothing_and_cause_no_drawing() {
    let mut desk = Desk::full(120, 40);
    let version = desk.model.version();
    desk.send(Message::Events { scope: ScopeId(0), raws: records() });
    assert_eq!((desk.took(), desk.model.version()), (vec![], version));
}

#[test]
fn the_selection_stays_on_its_event_when_newer_and_older_ones_come() {
    let mut desk = Desk::full(120, 40);
    desk.press("j j");
    let (selected, row, top) = (desk.selected(), desk.model.events.row, desk.model.events.top);
    desk.send(Message::Events { scope: ScopeId(0), raws: vec![late("new-1", "14:02:01"), late("old-1", "13:30:00")] });
    assert_eq!(desk.selected(), selected);
    assert_eq!((desk.model.events.row, desk.model.events.top), (row + 1, top + 1), "the row of the screen stays too");
}

#[test]
fn a_row_over_the_edge_turns_half_a_page_and_no_row_is_left_out() {
    let mut desk = Desk::empty(120, 40);
    let raws = (0..60).map(|n| late(&format!("one-{n:02}"), &format!("14:01:{n:02}"))).collect();
    desk.send(Message::Events { scope: ScopeId(0), raws });
    let mut turned = Vec::new();
    for row in 1..60 {
        let top = desk.model.events.top;
        desk.press("j");
        assert_eq!(desk.model.events.row, row);
        if desk.model.events.top != top {
            turned.push(desk.model.events.top);
        }
    }
    // Sixty rows on a screen of some thirty: it is turned twice or thrice, not at every key.
    assert!((2..=3).contains(&turned.len()), "{turned:?}");
    let last = desk.model.events.top;
    desk.press("k");
    assert_eq!(desk.model.events.top, last, "within the page nothing moves");
}

#[test]
fn before_any_key_the_newest_event_is_followed_and_g_follows_again() {
    let mut desk = Desk::full(120, 40);
    desk.send(Message::Events { scope: ScopeId(0), raws: vec![late("new-1", "14:02:01")] });
    assert_eq!(desk.selected(), "CreateVolume");
    desk.press("j G g");
    desk.send(Message::Events { scope: ScopeId(0), raws: vec![late("new-2", "14:02:02")] });
    assert_eq!((desk.selected().as_str(), desk.model.events.row), ("CreateVolume", 0));
}

#[test]
fn a_key_that_asks_of_the_selected_event_holds_it() {
    for (keys, follows) in
        [("tab", false), ("y", false), ("x", false), ("m m", true), ("/ esc", true), ("? esc", false)]
    {
        let mut desk = Desk::full(120, 40);
        let before = desk.selected();
        desk.press(keys);
        desk.send(Message::Events { scope: ScopeId(0), raws: vec![late("new-1", "14:02:01")] });
        assert_ne!(before, "CreateVolume");
        assert_eq!(desk.selected() == "CreateVolume", follows, "after {keys}");
        assert_eq!(desk.model.events.row, usize::from(!follows), "after {keys}");
    }
}

#[test]
fn a_key_means_the_event_that_was_seen_not_the_one_that_came_under_the_hand() {
    let mut desk = Desk::full(120, 40);
    let seen = desk.selected();
    for (id, time) in [("new-1", "14:02:01"), ("new-2", "14:02:02")] {
        desk.send(Message::Events { scope: ScopeId(0), raws: vec![late(id, time)] });
    }
    assert_eq!(desk.selected(), "CreateVolume");
    desk.press("enter");
    assert_eq!((desk.selected(), desk.model.events.row), (seen, 2), "both came within the instant before the key");

    let mut desk = Desk::full(120, 40);
    desk.send(Message::Events { scope: ScopeId(0), raws: vec![late("new-1", "14:02:01")] });
    desk.wait(1).press("enter");
    assert_eq!((desk.selected().as_str(), desk.model.events.row), ("CreateVolume", 0), "a second is long enough");
}

#[test]
fn a_frozen_list_counts_what_waits_and_takes_it_in_afterwards() {
    let mut desk = Desk::full(120, 40);
    let shown = desk.model.events.shown.len();
    desk.press("space");
    desk.send(Message::Events { scope: ScopeId(0), raws: vec![late("new-1", "14:02:01"), late("new-2", "14:02:02")] });
    assert_eq!(desk.model.events.shown.len(), shown);
    assert_eq!(desk.model.events.waiting.as_ref().map(Vec::len), Some(2));
    desk.press("space");
    assert_eq!((desk.model.events.shown.len(), desk.model.events.waiting.is_none()), (shown + 2, true));
}

#[test]
fn m_shows_reads_too_and_hides_them_again() {
    let mut desk = Desk::full(120, 40);
    let writes = desk.model.events.shown.len();
    desk.press("m");
    assert_eq!(desk.model.events.shown.len(), records().len());
    desk.press("m");
    assert_eq!(desk.model.events.shown.len(), writes);
}

#[test]
fn a_filter_acts_while_it_is_typed_and_no_single_key_does() {
    let mut desk = Desk::full(120, 40);
    desk.press("/").type_text("event:Stop* qxm");
    assert_eq!(desk.model.events.filter.bar.as_ref().unwrap().field.text(), "event:Stop* qxm");
    desk.press("backspace backspace backspace backspace");
    assert_eq!(desk.model.events.shown.len(), 1);
    assert_eq!(desk.selected(), "StopLogging");
    desk.press("enter");
    assert!(desk.model.events.filter.bar.is_none());
    assert_eq!(desk.model.events.filter.shown(), "is:write event:Stop*");
    assert!(desk.took().is_empty(), "q, x and m did nothing");
}

#[test]
fn a_wrong_filter_says_where_and_the_last_good_one_stays() {
    let mut desk = Desk::full(120, 40);
    desk.press("/").type_text("event:StopLogging");
    assert_eq!(desk.model.events.shown.len(), 1);
    desk.type_text(" sev>=dreadful");
    let bar = desk.model.events.filter.bar.as_ref().unwrap();
    let error = bar.error.as_ref().unwrap();
    assert!(error.at >= 18 && !error.message.is_empty(), "{error:?}");
    assert_eq!(desk.model.events.shown.len(), 1);
    desk.press("enter");
    assert!(desk.model.events.filter.bar.is_some(), "enter keeps no wrong filter");
    desk.press("esc");
    assert_eq!(desk.model.events.filter.shown(), "is:write");
}

#[test]
fn the_filter_bar_remembers_and_completes() {
    let mut desk = Desk::full(120, 40);
    desk.press("/").type_text("event:StopLogging").press("enter").press("/ ctrl-u");
    desk.press("up");
    assert_eq!(desk.model.events.filter.bar.as_ref().unwrap().field.text(), "event:StopLogging");
    desk.press("ctrl-u").type_text("eve").press("tab");
    assert_eq!(desk.model.events.filter.bar.as_ref().unwrap().field.text(), "event:");
}

#[test]
fn a_saved_filter_is_named_completed_and_combined() {
    let saved = [("trails".to_owned(), "source:cloudtrail is:error".to_owned())].into();
    let mut desk = Desk::start(Mode::Live, 120, 40, Settings { saved_filters: saved, ..Settings::default() });
    desk.hear_all();
    let all = desk.model.events.shown.len();
    desk.press("/").type_text("@tr");
    assert_eq!(desk.model.events.shown.len(), all, "half a name narrows nothing");
    desk.press("tab").type_text("event:Stop*");
    let bar = desk.model.events.filter.bar.as_ref().unwrap();
    assert_eq!((bar.field.text(), bar.error.is_none()), ("@trails event:Stop*", true));
    assert_eq!((desk.model.events.shown.len(), desk.selected().as_str()), (1, "StopLogging"));
    desk.press("enter");
    assert_eq!(desk.model.events.filter.shown(), "is:write @trails event:Stop*");
    desk.press("/ ctrl-u").type_text("@nobody");
    let error = desk.model.events.filter.bar.as_ref().unwrap().error.clone().unwrap();
    assert!(error.message.contains("@trails"), "{error}");
    desk.press("ctrl-u up");
    assert_eq!(desk.model.events.filter.bar.as_ref().unwrap().field.text(), "@trails event:Stop*");
}

#[test]
fn a_stale_filter_answer_is_dropped() {
    let mut desk = Desk::full(120, 40);
    let (generation, shown) = (desk.model.events.generation, desk.model.events.shown.clone());
    desk.send(Message::Filtered { generation, slots: Vec::new(), bars: Vec::new() });
    desk.send(Message::Filtered { generation: generation.wrapping_sub(1), slots: Vec::new(), bars: Vec::new() });
    assert_eq!(desk.model.events.shown, shown);
}

#[test]
fn f_and_e_go_to_findings_and_errors_and_say_when_there_are_no_more() {
    let mut desk = Desk::full(120, 40);
    desk.press("f");
    assert_eq!(desk.selected(), "ModifyInstanceAttribute");
    desk.press("f");
    assert_eq!(desk.selected(), "StopLogging");
    desk.press("f");
    assert!(desk.model.notices.latest().unwrap().text.contains("no older finding"));
    desk.press("g e");
    assert_eq!(desk.selected(), "StopLogging");
    desk.press("F");
    assert_eq!(desk.selected(), "ModifyInstanceAttribute");
}

#[test]
fn a_longer_window_is_filtered_at_once_and_looked_back_for() {
    let mut desk = Desk::full(120, 40);
    desk.press("]");
    assert_eq!(desk.took(), ["LookBack to 2026-11-24T08:02:07Z"]);
    desk.press("[ [");
    assert_eq!(desk.took(), Vec::<String>::new());
    assert_eq!(desk.model.events.window.unwrap().label(), "15m");
    let oldest = desk.model.events.shown.first().and_then(|slot| desk.model.timeline.time(*slot)).unwrap();
    assert!(oldest >= at("13:47:07"));
}

#[test]
fn only_this_actor_asks_for_everything_that_the_key_did() {
    let mut desk = Desk::full(120, 40);
    desk.press("a");
    assert_eq!(desk.took(), ["Ask AccessKey(\"AKIAIOSFODNN7LEAKED1\")"]);
    let timeline = &desk.model.timeline;
    assert!(desk.model.events.shown.iter().all(|slot| timeline.row(*slot).actor == "ci-deploy"));
    desk.press("a");
    assert_eq!(desk.model.events.filter.shown(), "is:write");
}

#[test]
fn only_this_resource_asks_for_everything_that_happened_to_it() {
    let mut desk = Desk::full(120, 40);
    desk.press("f i");
    assert_eq!(desk.took(), ["Ask Resource(\"i-0abc12de34f567890\")"]);
    assert_eq!(desk.model.events.shown.len(), 1);
    desk.press("ctrl-x");
    assert_eq!(desk.model.events.filter.shown(), "");
}

#[test]
fn enter_opens_the_detail_and_esc_goes_back() {
    let mut desk = Desk::full(120, 40);
    desk.press("enter");
    assert_eq!(desk.model.events.view, View::Detail);
    let text: String = desk.model.detail.lines.iter().map(|line| line.text() + "\n").collect();
    for wanted in [
        "ci-deploy",
        "AKIAIOSFODNN7LEAKED1",
        "203.0.113.7",
        "Security group opened to the world",
        "web-7",
        "jump-1",
        "0.0.0.0/0",
    ] {
        assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
    }
    desk.press("esc");
    assert_eq!(desk.model.events.view, View::List);
}

#[test]
fn copying_takes_the_id_or_the_whole_record() {
    let mut desk = Desk::full(120, 40);
    desk.press("y");
    assert_eq!(desk.took(), ["Copy open"]);
    desk.press("Y");
    let copied = desk.took();
    assert!(copied[0].contains("AuthorizeSecurityGroupIngress") && copied[0].starts_with("Copy {"), "{copied:?}");
}

#[test]
fn a_pinned_event_goes_to_the_case_once() {
    let mut desk = Desk::full(120, 40);
    desk.press("p p");
    assert_eq!(desk.took(), ["Pin open"]);
}

#[test]
fn a_new_critical_finding_rings_once_and_a_repeated_one_does_not() {
    let mut desk = Desk::empty(120, 40);
    desk.send(Message::Events { scope: ScopeId(0), raws: records() });
    desk.took();
    let critical = finding("open", "Opened", Severity::Critical, &[]);
    desk.send(Message::Detected { findings: vec![critical.clone()] });
    assert_eq!(desk.took(), ["Bell", "Notify"]);
    desk.send(Message::Detected { findings: vec![critical] });
    assert_eq!(desk.took(), Vec::<String>::new());
    desk.send(Message::Detected { findings: vec![finding("user-data", "Changed", Severity::High, &[])] });
    assert_eq!(desk.took(), Vec::<String>::new());
}

#[test]
fn a_fault_is_kept_until_the_part_works_again() {
    let mut desk = Desk::full(120, 40);
    let fault =
        Fault::new(FaultKind::Expired, "cloudtrail:LookupEvents", "token expired").with_hint("run `aws sso login`");
    desk.send(Message::Fault { scope: Some(ScopeId(0)), part: Part::Events, fault });
    assert_eq!(desk.model.scopes.faults(Part::Events).len(), 1);
    desk.send(Message::Events { scope: ScopeId(0), raws: Vec::new() });
    assert!(desk.model.scopes.faults(Part::Events).is_empty());
}

#[test]
fn recorded_logs_show_everything_at_first_and_ask_nothing_of_aws() {
    let mut desk = Desk::start(Mode::Recorded, 120, 40, Settings::default());
    desk.send(Message::Events { scope: ScopeId(0), raws: records() });
    desk.took();
    assert_eq!(desk.model.events.window, None);
    desk.press("m");
    assert_eq!(desk.model.events.shown.len(), records().len());
    desk.press("a W ]");
    assert_eq!(desk.took(), Vec::<String>::new());
    assert_eq!(desk.model.next_deadline().is_some(), desk.model.notices.next_expiry().is_some());
}

/// Recorded events, one a second, as a load hands them over.
fn recorded(numbers: std::ops::Range<u32>) -> Message {
    let mut batch = Batch::default();
    for number in numbers {
        let second = jiff::Timestamp::from_second(1_795_000_000 + i64::from(number)).unwrap();
        let raw = format!(
            r#"{{"eventID":"{number:08x}-0000-4000-8000-000000000000","eventTime":"{second}","eventName":"StopInstances","eventSource":"ec2.amazonaws.com"}}"#
        );
        batch.push_kept(&decode::fields(raw.as_bytes()).unwrap(), raw.as_bytes());
    }
    Message::Recorded(Box::new(Recorded { batch, ..Recorded::default() }))
}

#[test]
fn a_load_is_listed_as_it_grows_and_not_for_each_batch() {
    let mut desk = Desk::start(Mode::Recorded, 120, 40, Settings::default());
    let mut filters = 0;
    for number in 0..100 {
        let before = desk.model.events.generation;
        desk.send(recorded(number * 100..(number + 1) * 100));
        filters += u32::from(desk.model.events.generation != before);
        assert!(desk.model.events.shown.len() * 5 >= desk.model.timeline.len() * 4, "batch {number}");
    }
    assert!((5..30).contains(&filters), "{filters} filters for 100 batches");
    assert!(desk.model.events.shown.len() < 10_000);
    assert!(desk.model.next_deadline().is_some(), "what came last must be listed soon");
    desk.wait(1);
    assert_eq!((desk.model.events.shown.len(), desk.model.next_deadline()), (10_000, None));
}

#[test]
fn a_list_that_is_frozen_while_logs_load_shows_all_when_it_goes_on() {
    let mut desk = Desk::start(Mode::Recorded, 120, 40, Settings::default());
    desk.send(recorded(0..100)).press("space");
    desk.send(recorded(100..5000));
    desk.send(Message::Loading(Loading { finished: true, ..Loading::default() }));
    assert_eq!(desk.model.events.shown.len(), 100);
    desk.press("space");
    assert_eq!(desk.model.events.shown.len(), 5000);
}

#[test]
fn the_findings_list_opens_the_event_of_a_finding() {
    let mut desk = Desk::full(120, 40);
    desk.press("w");
    assert_eq!(desk.model.events.view, View::Findings);
    desk.press("j j enter");
    assert_eq!((desk.model.events.view, desk.selected().as_str()), (View::Detail, "StopLogging"));
    assert_eq!(desk.model.focus, Pane::Events);
}
