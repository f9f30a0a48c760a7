//! The commands over recorded logs: `events --from` and `scan`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};

use super::{Machine, Run};

const LOGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/invictus");

#[test]
fn recorded_events_are_printed_whole_and_in_order_in_every_shape() {
    let machine = Machine::new();
    let all = machine.run(&["events", "--from", LOGS, "--jsonl"]);
    assert_eq!(all.code, Some(0), "{}", all.err);
    let events: Vec<serde_json::Value> = all.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), 2900);
    let keys: Vec<&str> = events[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys.join(" "),
        "time account region id name source actor ip read_only error resources severity findings"
    );
    let times: Vec<&str> = events.iter().map(|event| event["time"].as_str().unwrap()).collect();
    assert!(times.is_sorted());

    let one = machine.run(&["events", "--from", LOGS, "--json", "--filter", "event:AuthorizeSecurityGroupIngress"]);
    let document: serde_json::Value = serde_json::from_str(&one.out).unwrap();
    assert_eq!(document.as_array().map(Vec::len), Some(2));

    let raw = machine.run(&["events", "--from", LOGS, "--raw", "--limit", "3"]);
    let records: Vec<serde_json::Value> = raw.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last: Vec<&str> = events[2897..].iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(records.iter().map(|record| record["eventID"].as_str().unwrap()).collect::<Vec<_>>(), last);
    let lines = machine.run(&["events", "--from", LOGS, "--jsonl", "--raw", "--limit", "3"]);
    assert_eq!(lines.out, raw.out);
    let list = machine.run(&["events", "--from", LOGS, "--json", "--raw", "--limit", "3"]);
    assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&list.out).unwrap(), records);
    let none = machine.run(&["events", "--from", LOGS, "--json", "--raw", "--filter", "event:Nothing"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&none.out).unwrap(), serde_json::json!([]));

    let story = machine.run(&["events", "--from", LOGS, "--story", "--filter", "is:write -is:error"]);
    assert!(
        story.out.contains("bert-jan opened 443/tcp of sg-04cfb7a4712d75b00 to the whole internet"),
        "{}",
        story.out
    );
    assert!(story.out.lines().count() < 400, "{}", story.out.lines().count());
}

/// The program begun with all three channels in the test's hands.
fn piped(machine: &Machine, arguments: &[&str]) -> Child {
    let mut command = machine.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn raw_events_are_a_log_again() {
    let machine = Machine::new();
    let raw = machine.run(&["events", "--from", LOGS, "--raw"]);
    let mut child = piped(&machine, &["events", "--from", "-", "--raw"]);
    let mut into = child.stdin.take().unwrap();
    let text = raw.out.clone();
    let feeder = std::thread::spawn(move || into.write_all(text.as_bytes()).unwrap());
    let again = Run::of(&child.wait_with_output().unwrap());
    feeder.join().unwrap();
    assert_eq!(again.out, raw.out);
}

#[test]
fn bad_logs_and_filters_say_what_is_wrong_and_where() {
    let machine = Machine::new();
    let good = r#"{"eventID":"e-1","eventTime":"2026-11-24T14:00:00Z","eventName":"StopLogging","eventSource":"cloudtrail.amazonaws.com"}"#;
    let broken = machine.write("half.json", &format!("{good}\n{{\"eventID\": 7, \n{good}\n"));
    let run = machine.run(&["events", "--from", &broken, "--jsonl"]);
    assert_eq!(run.out.lines().count(), 1, "{}", run.out);
    assert!(run.err.contains("half.json: byte "), "{}", run.err);

    let nothing = machine.write("nothing.json", "{\"Records\": [");
    for (arguments, code, said) in [
        (["events", "--from", &nothing], 1, "nothing.json: passed over"),
        (["events", "--from", "/nowhere/logs"], 1, "/nowhere/logs"),
        (["events", "--filter", "colour:red"], 2, "there is no key 'colour'"),
        (["events", "--filter", "after:soon"], 2, "character 7"),
        (["events", "--filter", "jürgen foo:bar"], 2, "character 8"),
        (["events", "--filter", "event:A or event:B"], 2, "event:A|B"),
    ] {
        let run = machine.run(&arguments);
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.err);
        assert!(run.err.contains(said), "{arguments:?}: {}", run.err);
        assert_eq!(run.out, "");
    }
}

#[test]
fn a_folder_without_a_log_or_without_a_rule_is_said() {
    let machine = Machine::new();
    let empty = machine.home.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let empty = empty.display().to_string();
    for arguments in [&["scan", empty.as_str()][..], &["events", "--from", &empty]] {
        let run = machine.run(arguments);
        assert_eq!((run.code, run.out.as_str()), (Some(1), ""), "{arguments:?}: {}", run.err);
        assert!(run.err.contains(&empty) && run.err.contains("CloudTrail logs"), "{}", run.err);
    }
    let run = machine.run(&["scan", LOGS, "--rules", &empty]);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{}", run.err);
    assert!(run.err.contains("no rule is in it"), "{}", run.err);
    machine.write("foreign/a.yml", &RULE.replace("product: aws, service: cloudtrail", "product: windows"));
    let foreign = machine.home.path().join("foreign").display().to_string();
    let run = machine.run(&["scan", LOGS, "--rules", &foreign, "--summary"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.err.contains("no rule of it is in force"), "{}", run.err);
}

const RULE: &str = r"
title: A trail was deleted
id: 6d1b5f3e-0000-4000-8000-000000000001
author: tests
level: critical
tags: [attack.t1562.008]
logsource: { product: aws, service: cloudtrail }
detection:
  selection: { eventSource: cloudtrail.amazonaws.com, eventName: DeleteTrail }
  condition: selection
";

#[test]
fn a_scan_tells_every_match_in_every_shape_and_exits_with_three() {
    let machine = Machine::new();
    machine.write("rules/deep/trail.yml", RULE);
    let rules = machine.home.path().join("rules").display().to_string();
    let scan = |more: &[&str]| machine.run(&[&["scan", LOGS, "--no-builtin-rules", "--rules", &rules], more].concat());

    let lines = scan(&["--jsonl"]);
    assert_eq!(lines.code, Some(0), "{}", lines.err);
    let matches: Vec<serde_json::Value> = lines.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!matches.is_empty());
    for found in &matches {
        assert_eq!(found["name"], "DeleteTrail");
        assert_eq!(found["level"], "critical");
        let keys: Vec<&str> = found.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys.join(" "), "time event_id name actor ip region rule_id title level author tags");
    }
    let csv = scan(&["--csv"]);
    assert_eq!(csv.out.lines().count(), matches.len() + 1);
    let document: serde_json::Value = serde_json::from_str(&scan(&["--json"]).out).unwrap();
    assert_eq!(document.as_array().map(Vec::len), Some(matches.len()));
    let summary = scan(&["--summary"]).out;
    assert!(summary.starts_with("2900 events in 55 files, 2023-07-10T11:42:"), "{summary}");
    assert!(summary.contains("A trail was deleted: bert-jan"), "{summary}");

    assert_eq!(scan(&["--fail-on", "high"]).code, Some(3));
    assert_eq!(scan(&["--jsonl", "--min-level", "high", "--fail-on", "critical"]).code, Some(3));
    let none = machine.run(&["scan", LOGS, "--no-builtin-rules"]);
    assert_eq!(none.code, Some(2));
    assert!(none.err.contains("no rules"), "{}", none.err);
}

#[test]
fn matches_of_a_stream_are_told_while_it_is_open_and_a_cut_line_holds_none_up() {
    let machine = Machine::new();
    let rules = machine.write("rules/trail.yml", RULE);
    let record = |number: usize| {
        format!(
            r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","userName":"alice"}},"eventTime":"2026-11-24T14:00:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"DeleteTrail","awsRegion":"eu-west-1","eventID":"e-{number}"}}"#
        ) + "\n"
    };
    for shape in ["--jsonl", "--csv"] {
        let mut child = piped(&machine, &["scan", "-", shape, "--no-builtin-rules", "--rules", &rules]);
        let mut into = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        into.write_all(record(1).as_bytes()).unwrap();
        let first = lines.find(|line| line.contains("e-1"));
        assert!(first.is_some(), "{shape}: nothing came while the stream was open");
        into.write_all(format!("{}\n", &record(2)[..60]).as_bytes()).unwrap();
        into.write_all((3..40).map(record).collect::<String>().as_bytes()).unwrap();
        assert!(lines.any(|line| line.contains("e-39")), "{shape}: the stream was held up");
        drop(into);
        assert_eq!(lines.count(), 0);
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn a_log_of_which_nothing_is_wanted_is_no_failure_and_one_of_which_nothing_is_read_is() {
    let machine = Machine::new();
    let record = r#"{"eventVersion":"1.08","eventTime":"2026-11-24T14:00:00Z","eventSource":"s","eventName":"A","awsRegion":"eu-west-1","recipientAccountId":"111111111111","eventID":"e-1"}"#;
    let under = "copy/AWSLogs/111111111111/CloudTrail";
    machine.write(&format!("{under}/eu-west-1/2026/11/24/x.json"), &format!("{{\"Records\":[{record}]}}"));
    machine.write(&format!("{under}-Digest/eu-west-1/2026/11/24/d.json"), "{}");
    machine.write("copy/AWSLogs/readme.txt", "of the bucket");
    machine.write("digests/d.json", r#"{"digestStartTime":"2026-11-24T14:00:00Z"}"#);
    machine.write("other/readme.txt", "no log");
    machine.write("broken/x.json", &format!("{{\"Records\":[{{\"eventVersion\":}},{record}]}}"));
    let at = |name: &str| machine.home.path().join(name).display().to_string();
    for (folder, narrow, code) in [
        ("copy", &[][..], 0),
        ("copy", &["--since", "2026-11-24T15:00:00Z"], 0),
        ("copy", &["--until", "2026-11-24T13:59:00Z"], 0),
        ("copy", &["--region", "us-east-1"], 0),
        ("copy", &["--account", "222222222222"], 0),
        ("digests", &[], 0),
        ("other", &[], 1),
        ("other", &["--region", "us-east-1"], 1),
        ("broken", &[], 0),
        ("broken", &["--since", "2026-11-24T15:00:00Z"], 1),
    ] {
        let at = at(folder);
        for command in [&["scan", at.as_str()][..], &["events", "--from", at.as_str()]] {
            let run = machine.run(&[command, narrow].concat());
            assert_eq!(run.code, Some(code), "{command:?} {narrow:?}: {}", run.err);
        }
    }
}

#[test]
fn what_correlations_tell_does_not_hang_on_the_order_in_which_files_are_read() {
    let machine = Machine::new();
    // The names of the files are against the times in them.
    for (name, minute) in [("a", 6), ("b", 0), ("c", 7), ("d", 1), ("e", 2), ("f", 3), ("g", 4)] {
        let record = serde_json::json!({"Records": [{
            "eventVersion": "1.08", "eventID": format!("at-{minute}"), "eventTime": format!("2026-11-24T14:0{minute}:00Z"),
            "eventName": "TerminateInstances", "eventSource": "ec2.amazonaws.com", "awsRegion": "eu-west-1",
            "userIdentity": {"type": "IAMUser", "userName": "alice", "arn": "arn:aws:iam::123456789012:user/alice"},
            "requestParameters": {"instancesSet": {"items": [{"instanceId": format!("i-{minute}")}]}},
        }]});
        machine.write(&format!("logs/{name}.json"), &record.to_string());
    }
    let logs = machine.home.path().join("logs").display().to_string();
    for _ in 0..5 {
        let scan = machine.run(&["scan", &logs, "--jsonl", "--min-level", "high"]);
        let told: Vec<serde_json::Value> = scan.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let told: Vec<_> = told.iter().map(|found| (&found["event_id"], &found["title"])).collect();
        assert_eq!(told, [(&"at-4".into(), &"One identity terminates instances again and again".into())]);
        let events = machine.run(&["events", "--from", &logs, "--filter", "sev>=high", "--jsonl"]);
        assert!(events.out.lines().count() == 1 && events.out.contains("\"at-4\""), "{}", events.out);
    }
}
