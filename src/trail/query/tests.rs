use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use jiff::Timestamp;
use jiff::tz::Offset;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Query, complete, quoted};
use crate::domain::finding::Severity;
use crate::trail::timeline::{Slot, Timeline};

fn now() -> Timestamp {
    "2026-11-24T14:30:00Z".parse().unwrap()
}

/// Ten events, numbered from 0.
fn timeline() -> Timeline {
    let user = |name: &str| json!({"type": "IAMUser", "userName": name, "accessKeyId": format!("AKIA{:X>16}", name.to_uppercase())});
    let role = |name: &str| json!({"type": "AssumedRole", "arn": format!("arn:aws:sts::1:assumed-role/{name}")});
    let service = json!({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"});
    let events: [(&str, &str, Value, Value); 10] = [
        ("StopInstances", "10:00:00", user("alice"), json!({"requestParameters": {"instanceId": "i-00000001"}})),
        (
            "TerminateInstances",
            "11:00:00",
            role("OnCall/alice"),
            json!({"requestParameters": {"instancesSet": {"items": [{"instanceId": "i-00000001"}, {"instanceId": "i-00000002"}]}}, "sourceIPAddress": "10.1.2.3"}),
        ),
        (
            "DescribeInstances",
            "12:00:00",
            role("Deploy/ci"),
            json!({"readOnly": true, "sourceIPAddress": "10.200.0.1"}),
        ),
        (
            "RunInstances",
            "13:00:00",
            user("bob smith"),
            json!({"errorCode": "Client.UnauthorizedOperation", "sourceIPAddress": "2001:db8::5"}),
        ),
        (
            "RunInstances",
            "13:30:00",
            user("bob smith"),
            json!({"errorCode": "Client.DryRunOperation", "awsRegion": "us-east-1"}),
        ),
        (
            "StopLogging",
            "14:00:00",
            user("ci"),
            json!({"eventSource": "cloudtrail.amazonaws.com", "requestParameters": {"name": "main"}}),
        ),
        ("ConsoleLogin", "14:01:00", json!({"type": "Root"}), json!({"eventSource": "signin.amazonaws.com"})),
        ("TerminateInstances", "14:02:00", service, json!({"sourceIPAddress": "autoscaling.amazonaws.com"})),
        (
            "CreateTags",
            "14:03:00",
            user("alice"),
            json!({"userAgent": "aws-sdk-rust/1 app/stanch", "requestParameters": {"text": "say \"Hello|World*\""}}),
        ),
        (
            "AssumeRole",
            "14:20:00",
            user("alice"),
            json!({"eventSource": "sts.amazonaws.com", "readOnly": true, "requestParameters": {"roleArn": "arn:aws:iam::1:role/OnCall"}}),
        ),
    ];
    let mut timeline = Timeline::default();
    let records = events.iter().enumerate().map(|(number, (name, time, identity, own))| {
        let mut record = json!({
            "eventID": format!("{number:08x}-0000-4000-8000-000000000000"), "eventTime": format!("2026-11-24T{time}Z"),
            "eventName": name, "eventSource": "ec2.amazonaws.com", "awsRegion": "eu-west-1", "sourceIPAddress": "203.0.113.7",
            "userAgent": "aws-cli/2.31 Python", "recipientAccountId": "123456789012", "userIdentity": identity
        });
        for (key, value) in own.as_object().unwrap() {
            record[key] = value.clone();
        }
        record.to_string()
    });
    timeline.ingest(records.collect(), None);
    timeline.mark_rule(Slot(5), Severity::High, "cloudtrail-stopped");
    timeline.mark_rule(Slot(6), Severity::Critical, "root-sign-in");
    timeline.mark(Slot(0), Severity::Low);
    timeline.pin(Slot(9));
    timeline
}

fn select(timeline: &Timeline, text: &str) -> Vec<u32> {
    let query = Query::parse(text, now(), None).unwrap_or_else(|error| panic!("{text}: {error}"));
    let (progress, cancel) = (AtomicUsize::new(0), AtomicBool::new(false));
    let found = query.select_raw(timeline, now(), &progress, &cancel);
    assert_eq!((found.unreadable, found.cancelled), (0, false));
    for slot in timeline.order().iter() {
        assert_eq!(
            query.matches(timeline, &timeline.row(slot), now()),
            found.slots.contains(&slot),
            "{text}: {slot:?}"
        );
    }
    found.slots.into_iter().map(|slot| slot.0).collect()
}

#[test]
fn the_whole_language_selects_what_it_says() {
    let timeline = timeline();
    let all: Vec<u32> = (0..10).collect();
    for (text, expected) in [
        ("", &all[..]),
        ("event:stopinstances", &[0]),
        ("event:Stop*", &[0, 5]),
        ("event:Stop", &[]),
        ("event:*instances", &[0, 1, 2, 3, 4, 7]),
        ("event:StopInstances|StopLogging", &[0, 5]),
        ("-event:*Instances", &[5, 6, 8, 9]),
        ("source:cloudtrail", &[5]),
        ("source:cloudtrail.amazonaws.com|signin", &[5, 6]),
        ("actor:alice", &[0, 1, 8, 9]),
        ("actor:OnCall/alice", &[1]),
        ("actor:\"bob smith\"", &[3, 4]),
        ("user:alice", &[0, 1, 8, 9]),
        ("user:ci", &[2, 5]),
        ("user:OnCall", &[]),
        ("role:oncall|deploy", &[1, 2]),
        ("role:alice", &[]),
        ("key:AKIA*ALICE", &[0, 8, 9]),
        ("ip:10.0.0.0/8", &[1, 2]),
        ("ip:10.1.2.3", &[1]),
        ("ip:2001:db8::/32", &[3]),
        ("ip:autoscaling*", &[7]),
        ("ip:10.1.*", &[1]),
        ("-ip:203.0.113.0/24", &[1, 2, 3, 7]),
        ("agent:python", &[0, 1, 2, 3, 4, 5, 6, 7, 9]),
        ("agent:app/stanch", &[8]),
        ("region:us-east-1", &[4]),
        ("account:123456789012 region:eu-*", &[0, 1, 2, 3, 5, 6, 7, 8, 9]),
        ("resource:i-00000001", &[0, 1]),
        ("resource:i-00000002|main", &[1, 5]),
        ("resource:oncall", &[9]),
        ("error:UnauthorizedOperation", &[3]),
        ("error:Client.*", &[3, 4]),
        ("error:*", &[3, 4]),
        ("-error:* event:Run*", &[]),
        ("rule:root-sign-in", &[6]),
        ("rule:*", &[5, 6]),
        ("id:00000004-*", &[4]),
        ("sev>=high", &[5, 6]),
        ("sev:high", &[5]),
        ("sev:low|critical", &[0, 6]),
        ("sev<high", &[0]),
        ("sev:>=high", &[5, 6]),
        ("-sev>=low", &[1, 2, 3, 4, 7, 8, 9]),
        ("is:write", &[0, 1, 3, 4, 5, 6, 7, 8]),
        ("is:read", &[2, 9]),
        ("is:error", &[3, 4]),
        ("is:denied", &[3]),
        ("is:finding", &[0, 5, 6]),
        ("is:mine", &[8]),
        ("is:dry-run", &[4]),
        ("is:root", &[6]),
        ("is:service", &[7]),
        ("is:pinned", &[9]),
        ("is:changed is:destructive", &[0, 1, 5, 7]),
        ("-is:write|error", &[2, 9]),
        ("age<1h", &[5, 6, 7, 8, 9]),
        ("age>=1h30m", &[0, 1, 2, 3]),
        ("after:14:02", &[7, 8, 9]),
        ("before:11:00", &[0]),
        ("after:2026-11-24T13:00Z before:2026-11-24T14:00:00Z", &[3, 4]),
        ("after:23:00", &all[..]),
        ("before:2026-11-24", &[]),
        ("after:2026-11-24T15:00+01:00", &[5, 6, 7, 8, 9]),
        ("alice", &[0, 1, 8, 9]),
        ("MAIN", &[5]),
        ("\"bob smith\"", &[3, 4]),
        ("stop -logging", &[0]),
        ("i-*2", &[1]),
        ("10.200", &[2]),
        ("python", &[]),
        ("raw:\"roleArn\"", &[9]),
        ("raw:python event:Run*", &[3, 4]),
        ("-raw:203.0.113.7", &[1, 2, 3, 7]),
        ("raw:\"hello|world*\"", &[8]),
        ("arn:aws:iam", &[]),
    ] {
        assert_eq!(select(&timeline, text), expected, "{text}");
    }
}

#[test]
fn a_clock_time_is_taken_in_the_offset_of_the_screen() {
    let timeline = timeline();
    let query = Query::parse("after:16:02", now(), Some(Offset::constant(2))).unwrap();
    assert_eq!(query.select(&timeline, now()), [Slot(7), Slot(8), Slot(9)]);
}

#[test]
fn a_wrong_filter_says_where_and_why() {
    for (text, at, len, part) in [
        ("is:write evnt:x", 9, 5, "there is no key 'evnt'"),
        ("eve:x", 0, 4, "event: is one"),
        ("event:", 0, 6, "event: needs a value"),
        ("a event>x", 2, 6, "event takes a colon"),
        ("is:odd", 3, 3, "is: takes write"),
        ("sev>=bad", 5, 3, "'bad' is no severity"),
        ("age<2x", 4, 2, "no length of time"),
        ("age<99999999999999999999h", 4, 21, "no length of time"),
        ("age:2h", 4, 2, "age<2h"),
        ("after:noon", 6, 4, "is no time"),
        ("ip:10.0.0.0/99", 3, 11, "is no network"),
        ("actor:\"bob", 6, 4, "the quote is not closed"),
        ("x -", 2, 1, "needs a term"),
        ("event:|", 6, 1, "a value is missing"),
        ("\"\"", 0, 2, "a value is missing"),
        ("event:A or event:B", 8, 2, "behind one key: event:A|B"),
        ("event:A OR event:B", 8, 2, "'OR' joins no terms"),
        ("event:A || event:B", 8, 2, "event:A|B"),
        ("event:A | event:B", 8, 1, "event:A|B"),
        ("event:A||B", 0, 10, "one bar"),
        ("is:write and event:B", 9, 3, "terms joined by space must all hold"),
        ("is:write && event:B", 9, 2, "terms joined by space must all hold"),
        ("not event:B", 0, 3, "a minus does: -event:A"),
        ("(event:A|B)", 0, 11, "groups no terms"),
        ("is:write -(event:A)", 9, 10, "groups no terms"),
    ] {
        let error = Query::parse(text, now(), None).unwrap_err();
        assert_eq!((error.at, error.len), (at, len), "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
    }
}

#[test]
fn a_wrong_place_is_told_in_characters() {
    let told = |text: &str| Query::parse(text, now(), None).unwrap_err().to_string();
    assert!(told("jürgen foo:bar").starts_with("filter, character 8: "), "{}", told("jürgen foo:bar"));
    assert!(told("foo:bar").starts_with("filter, character 1: "), "{}", told("foo:bar"));
    for word in ["or", "and", "not", "\"or\" alice", "\"(x)\"", "event:(x)"] {
        assert!(Query::parse(word, now(), None).is_ok(), "{word} is searched for");
    }
}

#[test]
fn keys_and_values_are_completed_with_their_counts() {
    let timeline = timeline();
    let offered = |text: &str| -> Vec<(usize, String, Option<usize>)> {
        complete(text, text.len(), &timeline).into_iter().map(|one| (one.from, one.insert, one.count)).collect()
    };
    let keys = |text: &str| offered(text).into_iter().map(|(_, insert, _)| insert).collect::<Vec<_>>();
    assert_eq!(keys("is:write re"), ["region:", "resource:"]);
    assert_eq!(keys("-ev"), ["event:"]);
    assert_eq!(complete("", 0, &timeline).len(), 20);
    assert_eq!(offered("event:term"), [(6, "TerminateInstances".into(), Some(2))]);
    assert_eq!(offered("event:x|Run"), [(8, "RunInstances".into(), Some(2))]);
    assert_eq!(offered("user:b"), [(5, "\"bob smith\"".into(), Some(2))]);
    assert_eq!(offered("user:al"), [(5, "alice".into(), Some(4))]);
    assert_eq!(offered("role:")[0], (5, "Deploy".into(), Some(1)));
    assert_eq!(offered("rule:ro"), [(5, "root-sign-in".into(), Some(1))]);
    assert_eq!(
        offered("is:d"),
        [(3, "dry-run".into(), None), (3, "destructive".into(), None), (3, "denied".into(), None)]
    );
    assert_eq!(offered("event:")[0].2, Some(2), "the most frequent first");
    assert_eq!(complete("event:Run is:write", 9, &timeline)[0].insert, "RunInstances");
}

#[test]
fn a_search_of_raw_records_counts_and_can_be_cancelled() {
    let timeline = timeline();
    let query = Query::parse("raw:ec2", now(), None).unwrap();
    let (progress, cancel) = (AtomicUsize::new(0), AtomicBool::new(false));
    assert_eq!(query.select_raw(&timeline, now(), &progress, &cancel).slots.len(), 7);
    assert_eq!(progress.load(Ordering::Relaxed), 10);
    cancel.store(true, Ordering::Relaxed);
    assert!(query.select_raw(&timeline, now(), &progress, &cancel).cancelled);
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "[ -~äß\u{202e}\"|:*<>=-]{0,60}", cursor in 0_usize..80) {
        let timeline = Timeline::default();
        if let Err(error) = Query::parse(&text, now(), None) {
            prop_assert!(error.at + error.len <= text.len() && error.len > 0, "{:?}", error);
            prop_assert!(text.is_char_boundary(error.at) && text.is_char_boundary(error.at + error.len));
        }
        for one in complete(&text, cursor, &timeline) {
            prop_assert!(text.is_char_boundary(one.from));
        }
    }

    #[test]
    fn the_columns_and_the_rows_answer_alike(text in "(-?(event|actor|user|role|ip|is|sev|error|resource|agent|raw)[:<>=]{1,2}[a-z*0-9./|]{1,8} ?){1,3}") {
        let timeline = timeline();
        if let Ok(query) = Query::parse(&text, now(), None) {
            let (progress, cancel) = (AtomicUsize::new(0), AtomicBool::new(false));
            let found = query.select_raw(&timeline, now(), &progress, &cancel).slots;
            for slot in timeline.order().iter() {
                prop_assert_eq!(query.matches(&timeline, &timeline.row(slot), now()), found.contains(&slot), "{} {:?}", text, slot);
            }
        }
    }

    #[test]
    fn a_quoted_value_finds_itself(value in "[ -~ä]{1,20}") {
        let record = json!({"eventID": "x", "eventTime": "2026-11-24T10:00:00Z", "eventName": value, "eventSource": "x"});
        let mut timeline = Timeline::default();
        timeline.ingest(vec![record.to_string()], None);
        for text in [format!("event:{}", quoted(&value)), format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))] {
            let query = Query::parse(&text, now(), None).unwrap();
            prop_assert_eq!(query.select(&timeline, now()).len(), 1, "{}", text);
        }
    }
}
