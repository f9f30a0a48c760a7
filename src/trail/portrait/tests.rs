use jiff::Timestamp;
use serde_json::{Value, json};

use super::{About, Deed, Portrait, Tally};
use crate::domain::window::Span;
use crate::trail::timeline::Timeline;

fn at(text: &str) -> Timestamp {
    format!("2026-11-24T{text}Z").parse().unwrap()
}

fn record(number: u32, time: &str, name: &str, key: &str, ip: &str, more: &Value) -> String {
    let mut record = json!({
        "eventVersion": "1.11", "eventTime": format!("2026-11-24T{time}Z"), "eventName": name,
        "eventID": format!("{number:08x}-0000-4000-8000-000000000000"), "eventSource": "ec2.amazonaws.com",
        "awsRegion": "eu-west-1", "recipientAccountId": "123456789012", "sourceIPAddress": ip,
        "userAgent": "aws-cli/2", "readOnly": name.starts_with("Describe"),
        "userIdentity": {"type": "IAMUser", "userName": if key == "AKIA2" { "mallory" } else { "ci" },
            "accessKeyId": key, "accountId": "123456789012"}
    });
    for (key, value) in more.as_object().unwrap() {
        record[key] = value.clone();
    }
    record.to_string()
}

fn timeline() -> Timeline {
    let instance = json!({"requestParameters": {"instancesSet": {"items": [{"instanceId": "i-0aaaaaaaaaaaaaaaa"}]}}});
    let made = json!({"responseElements": {"instancesSet": {"items": [
        {"instanceId": "i-0bbbbbbbbbbbbbbbb", "imageId": "ami-0cccccccccccccccc"}]}}});
    let denied = json!({"errorCode": "Client.UnauthorizedOperation"});
    let none = json!({});
    let mut timeline = Timeline::default();
    timeline.ingest(
        vec![
            record(1, "10:00:00", "DescribeInstances", "AKIA1", "10.0.0.1", &none),
            record(2, "10:05:00", "StopInstances", "AKIA1", "10.0.0.1", &instance),
            record(3, "14:00:00", "DescribeInstances", "AKIA1", "203.0.113.7", &none),
            record(4, "14:01:00", "RunInstances", "AKIA1", "203.0.113.7", &made),
            record(5, "14:02:00", "StartInstances", "AKIA2", "203.0.113.7", &instance),
            record(6, "14:03:00", "CreateVolume", "AKIA1", "203.0.113.7", &denied),
        ],
        None,
    );
    timeline
}

fn texts(tallies: &[Tally]) -> Vec<(&str, usize, bool)> {
    tallies.iter().map(|tally| (tally.text.as_str(), tally.count, tally.new)).collect()
}

#[test]
fn an_actor_is_told_by_name_and_keys_with_what_is_new_in_the_window() {
    let window = Span { start: at("13:30:00"), end: at("14:30:00") };
    let about = About::Actor { name: "ci".into(), keys: vec!["AKIA1".into()] };
    let portrait = Portrait::of(&timeline(), about, window);
    assert_eq!((portrait.count, portrait.failed, portrait.before, portrait.in_window), (5, 1, 2, 3));
    assert_eq!(portrait.seen, Some((at("10:00:00"), at("14:03:00"))));
    assert_eq!(texts(&portrait.addresses), [("203.0.113.7", 3, true), ("10.0.0.1", 2, false)]);
    assert_eq!(texts(&portrait.errors), [("Client.UnauthorizedOperation", 1, true)]);
    let calls: Vec<_> =
        portrait.calls.iter().map(|call| (call.tally.text.as_str(), call.tally.count, call.tally.new)).collect();
    assert_eq!(
        calls,
        [
            ("CreateVolume", 1, true),
            ("RunInstances", 1, true),
            ("StopInstances", 1, false),
            ("DescribeInstances", 2, false)
        ]
    );
    let touched: Vec<_> = portrait.touched.iter().map(|one| (one.deed, one.id.as_str(), one.by.new)).collect();
    assert_eq!(touched, [(Deed::Removed, "i-0aaaaaaaaaaaaaaaa", false), (Deed::Created, "i-0bbbbbbbbbbbbbbbb", true)]);
}

#[test]
fn a_resource_is_told_by_who_did_what_to_it() {
    let window = Span { start: at("13:30:00"), end: at("14:30:00") };
    let portrait = Portrait::of(&timeline(), About::Resource("i-0aaaaaaaaaaaaaaaa".into()), window);
    assert_eq!(texts(&portrait.actors), [("ci", 1, false), ("mallory", 1, true)]);
    assert_eq!(portrait.calls.len(), 2);
}

#[test]
fn without_a_time_before_nothing_is_called_new() {
    let window = Span { start: at("00:00:00"), end: at("23:00:00") };
    let about = About::Actor { name: "mallory".into(), keys: Vec::new() };
    let portrait = Portrait::of(&timeline(), about, window);
    assert_eq!((portrait.count, portrait.before), (1, 0));
    assert!(portrait.calls.iter().all(|call| !call.tally.new) && portrait.addresses.iter().all(|ip| !ip.new));
}
