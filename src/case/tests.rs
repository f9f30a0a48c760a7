use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use jiff::Timestamp;
use serde_json::json;

use super::{Case, EVIDENCE, JOURNAL, new_id, summary};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::finding::{Finding, Severity};
use crate::respond::call::{Answer, Call};
use crate::respond::fact::Fact;
use crate::respond::fixture::{self, WEB};
use crate::respond::plan::Plan;
use crate::respond::run::{At, ChangeStatus, Command, Outcome, Record};

mod standing;

const ACTOR: &str = "arn:aws:sts::123456789012:assumed-role/OnCall/alice";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_764_000_000 + second).unwrap()
}

/// A plan of the fixture, with its reason.
fn plan() -> Plan {
    let mut plan = fixture::plan("compromised-instance", WEB);
    plan.reason = "paged".into();
    plan
}

fn place(step: &str) -> At {
    At { step: plan().step(step).unwrap().0, change: 0, back: false }
}

fn protect(on: bool) -> Box<Call> {
    Box::new(Call::SetTerminationProtection { instance: WEB.into(), on })
}

fn taken(step: &str) -> Record {
    Record::Outcome { at: place(step), outcome: Box::new(Outcome::Taken(Answer::Taken)) }
}

fn write(case: &mut Case, second: i64, record: &Record) {
    case.record(at(second), ACTOR, record, "eu-west-1").unwrap();
}

/// A case with a plan, an intent and its outcome.
fn case(root: &Path) -> Case {
    let mut case = Case::create(root, "c-1").unwrap();
    write(&mut case, 0, &Record::Plan(Box::new(plan())));
    write(&mut case, 1, &Record::Intent { at: place("protect"), call: protect(true) });
    write(&mut case, 2, &taken("protect"));
    case
}

#[test]
fn a_case_is_for_its_owner_alone() {
    let root = tempfile::tempdir().unwrap();
    let mut case = case(root.path());
    case.keep_evidence(at(3), ACTOR, "console.txt", b"boot").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(case.dir()), 0o700);
    assert_eq!(mode(&case.dir().join(EVIDENCE)), 0o700);
    assert_eq!(mode(&case.dir().join(JOURNAL)), 0o600);
    assert_eq!(mode(&case.dir().join(EVIDENCE).join("console.txt")), 0o600);
}

#[test]
fn what_was_appended_is_read_again_and_holds() {
    let root = tempfile::tempdir().unwrap();
    let before = case(root.path()).entries().to_vec();
    let again = Case::open(&root.path().join("c-1")).unwrap();
    assert_eq!(again.entries(), before);
    assert_eq!(again.verify(), Vec::<String>::new());
    assert_eq!(again.entries()[1].seq, 2);
}

#[test]
fn a_torn_last_line_is_cut_off_kept_and_the_journal_goes_on() {
    let root = tempfile::tempdir().unwrap();
    drop(case(root.path()));
    let path = root.path().join("c-1").join(JOURNAL);
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend_from_slice(br#"{"seq":4,"time":"2025-"#);
    fs::write(&path, bytes).unwrap();

    let mut healed = Case::open(&root.path().join("c-1")).unwrap();
    assert_eq!(healed.healed(), Some(r#"{"seq":4,"time":"2025-"#));
    assert_eq!(healed.append(at(9), ACTOR, "note", json!({"text": "back"}), None).unwrap(), 4);
    assert_eq!(healed.verify(), Vec::<String>::new());
    assert!(fs::read_to_string(path.with_extension("torn")).unwrap().contains(r#"{"seq":4"#));
}

#[test]
fn every_cut_of_the_last_line_is_healed() {
    let root = tempfile::tempdir().unwrap();
    drop(case(root.path()));
    let path = root.path().join("c-1").join(JOURNAL);
    let whole = fs::read(&path).unwrap();
    let second_end = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for length in second_end + 1..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let case = Case::open(&root.path().join("c-1")).unwrap();
        assert_eq!(case.entries().len(), 2, "cut at byte {length}");
        assert_eq!(case.verify(), Vec::<String>::new());
    }
}

#[test]
fn a_changed_line_is_found() {
    let root = tempfile::tempdir().unwrap();
    drop(case(root.path()));
    let path = root.path().join("c-1").join(JOURNAL);
    let text = fs::read_to_string(&path).unwrap().replace("paged", "bored");
    fs::write(&path, text).unwrap();
    let wrong = Case::open(&root.path().join("c-1")).unwrap().verify();
    assert_eq!(wrong, ["line 2 of the journal does not follow from the line before it"]);
}

#[test]
fn changed_missing_and_foreign_evidence_is_found() {
    let root = tempfile::tempdir().unwrap();
    let mut case = case(root.path());
    for name in ["a.json", "b.json", "b.json"] {
        case.keep_evidence(at(3), ACTOR, name, b"{}").unwrap();
    }
    assert_eq!(case.verify(), Vec::<String>::new());
    let evidence = case.dir().join(EVIDENCE);
    fs::write(evidence.join("a.json"), b"{ }").unwrap();
    fs::remove_file(evidence.join("b-2.json")).unwrap();
    fs::write(evidence.join("planted"), b"").unwrap();
    let wrong = case.verify();
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    assert!(wrong.iter().any(|line| line.starts_with("evidence/a.json is not what")));
    assert!(wrong.iter().any(|line| line.starts_with("evidence/b-2.json cannot be read")));
    assert!(wrong.iter().any(|line| line.starts_with("evidence/planted is in no line")));
}

#[test]
fn evidence_that_was_being_written_when_the_program_ended_is_told_from_what_was_planted() {
    let root = tempfile::tempdir().unwrap();
    let mut case = case(root.path());
    let (whole, cut, none) = (b"{\"a\": 1}", b"{\"b\": 2}", b"{}");
    for (name, bytes) in [("whole.json", &whole[..]), ("cut.json", &cut[..]), ("none.json", &none[..])] {
        case.store_evidence(at(3), ACTOR, name, bytes).unwrap();
    }
    let evidence = case.dir().join(EVIDENCE);
    fs::write(evidence.join("cut.json"), b"{\"b").unwrap();
    fs::remove_file(evidence.join("none.json")).unwrap();
    assert_eq!(case.verify(), Vec::<String>::new());
    let told = case.unfinished_evidence();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("whole.json") && told[0].ends_with("it is whole"), "{told:?}");
    assert!(told[1].contains("cut.json") && told[1].ends_with("means 8 bytes, and it holds 3"), "{told:?}");
    // What is there in its place is still found.
    fs::write(evidence.join("cut.json"), b"something longer").unwrap();
    assert_eq!(case.verify(), ["evidence/cut.json is in no line of the journal"]);
}

#[test]
fn a_case_of_which_only_the_folder_was_made_can_be_gone_on_with() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("c-1")).unwrap();
    assert!(summary::list(root.path()).unwrap().is_empty());
    drop(Case::create_or_open(root.path(), "c-1").unwrap());
    fs::remove_file(root.path().join("c-1").join(JOURNAL)).unwrap();
    let mut case = Case::create_or_open(root.path(), "c-1").unwrap();
    case.keep_evidence(at(1), ACTOR, "a", b"a").unwrap();
    assert_eq!(case.verify(), Vec::<String>::new());
}

#[test]
fn interrupted_cases_are_found_but_for_those_in_use() {
    let root = tempfile::tempdir().unwrap();
    let mut one = case(root.path());
    assert!(summary::list(root.path()).unwrap()[0].in_use);
    assert!(summary::interrupted(root.path()).unwrap().is_empty(), "its program lives");
    write(&mut one, 3, &Record::Stopped { fault: Fault::new(FaultKind::Denied, "ec2:X", "no") });
    drop(one);
    let found = summary::interrupted(root.path()).unwrap();
    assert_eq!((found.len(), found[0].id.as_str(), found[0].by.as_str()), (1, "c-1", ACTOR));
    assert!(found[0].run.is_open());
}

#[test]
fn evidence_cannot_leave_its_folder() {
    let root = tempfile::tempdir().unwrap();
    let mut case = case(root.path());
    case.keep_evidence(at(3), ACTOR, "../../etc/passwd", b"x").unwrap();
    case.keep_evidence(at(3), ACTOR, "", b"x").unwrap();
    assert!(case.dir().join(EVIDENCE).join("_.._etc_passwd").exists(), "{:?}", case.entries().last());
    assert!(case.dir().join(EVIDENCE).join("unnamed").exists());
}

#[test]
fn a_case_that_is_open_elsewhere_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let _held = case(root.path());
    let fault = Case::open(&root.path().join("c-1")).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(fault.hint.contains("another stanch"));
    let mut seen = Case::view(&root.path().join("c-1")).unwrap();
    assert_eq!(seen.entries().len(), 3, "but it may be looked at");
    assert!(seen.append(at(9), ACTOR, "note", json!({}), None).is_err());
}

#[test]
fn bad_ids_and_taken_ids_are_refused() {
    let root = tempfile::tempdir().unwrap();
    for id in ["", "../x", "a/b", ".hidden", "a b"] {
        assert_eq!(Case::create(root.path(), id).unwrap_err().kind, FaultKind::Invalid, "{id:?}");
    }
    drop(case(root.path()));
    assert_eq!(Case::create(root.path(), "c-1").unwrap_err().kind, FaultKind::Storage);
    assert_eq!(Case::open(&root.path().join("none")).unwrap_err().kind, FaultKind::NotFound);
}

#[test]
fn a_folder_that_cannot_be_written_says_so() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "").unwrap();
    let fault = Case::create(&file.join("cases"), "c-1").unwrap_err();
    assert_eq!(fault.kind, FaultKind::Storage);
    assert!(fault.message.contains("cases"), "{fault}");
}

#[test]
fn cases_are_listed_with_where_they_stand() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(summary::list(&root.path().join("none")).unwrap(), vec![]);
    let mut one = case(root.path());
    let status = || summary::list(root.path()).unwrap()[0].status.clone();
    assert_eq!(status(), "interrupted", "taken, but not seen yet");
    let settled = |status| Record::Settled { at: place("protect"), status, fact: Some(Fact::Flag(true)) };
    write(&mut one, 3, &settled(ChangeStatus::Done));
    assert_eq!(status(), "done");
    write(&mut one, 4, &settled(ChangeStatus::Failed(Fault::new(FaultKind::Denied, "ec2:X", "no"))));
    assert_eq!(status(), "stopped");
    write(&mut one, 5, &settled(ChangeStatus::Undone));
    assert_eq!(status(), "undone");
    let listed = &summary::list(root.path()).unwrap()[0];
    assert_eq!((listed.target.as_str(), listed.playbook.as_str()), (WEB, "compromised-instance"));
}

#[test]
fn a_journal_gives_its_runs_back() {
    let root = tempfile::tempdir().unwrap();
    drop(case(root.path()));
    let runs = Case::open(&root.path().join("c-1")).unwrap().runs();
    assert_eq!(runs.len(), 1);
    assert!(runs[0].is_open());
    assert_eq!(runs[0].plan, plan());
}

#[test]
fn the_report_tells_it_and_keeps_secrets() {
    let root = tempfile::tempdir().unwrap();
    let mut case = case(root.path());
    let before = Record::Before { at: place("protect"), fact: Fact::Flag(false) };
    write(&mut case, 3, &before);
    let done = Record::Settled { at: place("protect"), status: ChangeStatus::Done, fact: Some(Fact::Flag(true)) };
    write(&mut case, 3, &done);
    let denied = Fault::new(FaultKind::Denied, "ec2:DisassociateIamInstanceProfile", "not authorized");
    let failed = Record::Settled { at: place("profile"), status: ChangeStatus::Failed(denied), fact: None };
    write(&mut case, 4, &failed);
    write(&mut case, 5, &Record::Note { text: "password=hunter22\u{1b}[31m".into() });
    case.keep_evidence(at(6), ACTOR, "describe.json", b"{}").unwrap();
    let report = case.write_report().unwrap();
    let text = fs::read_to_string(case.dir().join("report.md")).unwrap();
    assert_eq!(text, report.markdown());
    for part in [
        "- Target: i-0abc12de34f567890 web-7",
        "- Reason: paged",
        "Account: 123456789012 prod-eu, Region eu-west-1",
        "- Protect from termination: done",
        "termination protection, done: on",
        "- Take its role off: failed",
        "`aws ec2 modify-instance-attribute --instance-id i-0abc12de34f567890 --disable-api-termination --region eu-west-1` → taken",
        "`evidence/describe.json`, 2 bytes",
        "## What is open\n\n- Take its role off: failed: i-0abc12de34f567890 ec2:DisassociateIamInstanceProfile: denied: not authorized",
    ] {
        assert!(text.contains(part), "{part}\n\n{text}");
    }
    assert!(!text.contains("hunter22") && !text.contains('\u{1b}'));
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(case.dir().join("report.json")).unwrap()).unwrap();
    assert_eq!(&json, report.json());
    let open: Vec<&str> = json["open"].as_array().unwrap().iter().map(|point| point.as_str().unwrap()).collect();
    assert_eq!(open.iter().filter(|point| !point.ends_with(": not done") && !point.contains("by hand")).count(), 1);
}

#[test]
fn steps_that_were_left_out_are_said_to_be() {
    let root = tempfile::tempdir().unwrap();
    let mut case = case(root.path());
    write(&mut case, 3, &Record::Settled { at: place("protect"), status: ChangeStatus::Done, fact: None });
    let report = case.write_report().unwrap().markdown();
    for line in ["- Record the state: left out", "- Stop it: left out", "- Cut the network: pending"] {
        assert!(report.contains(line), "{line} is not in\n{report}");
    }
    let asked = Command::Run { steps: vec!["stop".into()] };
    let (plan, caller) = (plan().key(), plan().scope.caller);
    write(&mut case, 4, &Record::Command { plan, command: asked, caller });
    let report = case.write_report().unwrap().markdown();
    assert!(report.contains("- Stop it: pending"), "what is asked for is not left out:\n{report}");
}

#[test]
fn a_new_case_is_named_by_when_and_what() {
    assert_eq!(new_id(at(0), "i-0abc"), "20251124-160000-i-0abc");
    assert_eq!(new_id(at(0), "arn:aws:iam::1:role/app/web role"), "20251124-160000-webrole");
    assert!(Case::create(tempfile::tempdir().unwrap().path(), &new_id(at(0), "../etc")).is_ok());
}

/// A pinned event whose sentence, error and matched fields hold what should not leave.
fn pinned(text: &str, user_data: &str) -> Record {
    let event = json!({
        "id": format!("e-{}", text.len()), "time": at(5), "name": "RunInstances", "source": "ec2.amazonaws.com",
        "region": "eu-west-1", "account": "123456789012", "ip": "203.0.113.7", "agent": text, "access": "write",
        "actor": crate::domain::actor::Actor::unknown(), "error": {"code": text, "message": text}, "resources": [],
        "dry_run": false, "mine": false,
    });
    let finding = Finding {
        rule_id: "r-1".into(),
        title: "Instance launched with user data".into(),
        severity: Severity::High,
        event_id: "e-1".into(),
        origin: "ours".into(),
        because: vec![
            ("requestParameters.userData".into(), user_data.into()),
            ("requestParameters.instancesSet.items.0.tag".into(), text.into()),
        ],
        count: 1,
    };
    let event = Box::new(serde_json::from_value(event).unwrap());
    Record::Pinned { event, sentence: format!("ci-deploy launched an instance: {text}"), findings: vec![finding] }
}

#[test]
fn keys_tokens_and_passwords_in_user_data_do_not_leave_with_the_report() {
    let secrets = [
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "hunter22",
        "c3RhbmNoIHNlY3JldCB1c2VyIGRhdGE=",
        "MIIEowIBAAKCAQEA",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "s3cr3t-in-a-url",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    ];
    let token = format!("IQoJ{}", "b3JpZ2luX2VjE".repeat(8));
    let root = tempfile::tempdir().unwrap();
    let mut case = case(root.path());
    for text in [
        format!(
            "user data: #!/bin/sh\nexport AWS_SECRET_ACCESS_KEY={}\nmysql -u root --password={}",
            secrets[0], secrets[1]
        ),
        format!("aws ec2 modify-instance-attribute --user-data {}", secrets[2]),
        format!("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----", secrets[3]),
        format!("session {token}, github {}", secrets[4]),
        format!("postgres://app:{}@db.internal/prod and Bearer {}", secrets[5], secrets[6]),
    ] {
        write(&mut case, 5, &Record::Note { text: text.clone() });
        write(&mut case, 5, &pinned(&text, secrets[2]));
        write(&mut case, 6, &Record::Acknowledged { step: "memory".into(), note: text, by_user: true });
    }
    let report = case.write_report().unwrap();
    for text in [report.markdown(), report.json_text()] {
        for secret in secrets.iter().copied().chain([token.as_str()]) {
            assert!(!text.contains(secret), "{secret}\n{text}");
        }
        assert!(text.contains("[redacted]"));
    }
}
