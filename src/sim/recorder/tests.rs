use super::*;
use crate::sim::principal::Principal;
use serde_json::{Value, json};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn call(second: i64, name: &str) -> Call {
    Call {
        time: at(second),
        source: "ec2.amazonaws.com".into(),
        name: name.into(),
        region: "eu-west-1".into(),
        principal: Principal {
            kind: PrincipalKind::User,
            name: "ci-deploy".into(),
            account: "111122223333".into(),
            unique_id: "AIDAEXAMPLE".into(),
            access_key_id: "AKIAEXAMPLE".into(),
            ..Principal::default()
        },
        ip: "203.0.113.7".into(),
        agent: "aws-cli/2.31.0".into(),
        request_id: format!("request {second}"),
        ..Call::default()
    }
}

fn question(now: i64) -> Question<'static> {
    Question {
        region: "eu-west-1",
        now: at(now),
        from: at(-100_000),
        to: at(100_000),
        attribute: None,
        behind: None,
        limit: 50,
    }
}

fn many(count: i64) -> Recorder {
    let mut recorder = Recorder::new(7, at(0));
    for second in 0..count {
        recorder.record(call(second, "StopInstances"));
    }
    recorder
}

#[test]
fn a_record_comes_to_light_minutes_after_its_call() {
    let mut recorder = Recorder::new(7, at(0));
    recorder.record(call(0, "StopInstances"));
    assert_eq!(recorder.lookup(&question(119)).0.len(), 0);
    let shown = recorder.lookup(&question(1_200)).0;
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].call.name, "StopInstances");
}

#[test]
fn most_records_take_two_to_six_minutes_and_a_few_up_to_fifteen() {
    let recorder = many(2_000);
    let delays: Vec<i64> = recorder
        .all("eu-west-1")
        .iter()
        .filter(|stored| stored.position.copy == 0)
        .map(|stored| stored.delivered.as_second() - stored.call.time.as_second())
        .collect();
    assert_eq!(delays.len(), 2_000);
    assert!(delays.iter().all(|delay| (120..=900).contains(delay)));
    let late = delays.iter().filter(|delay| **delay > 360).count();
    assert!((80..=240).contains(&late), "{late} of 2000 are late");
}

#[test]
fn late_records_come_behind_newer_ones() {
    let recorder = many(500);
    let store = recorder.all("eu-west-1");
    let behind = store.windows(2).filter(|pair| pair[0].delivered > pair[1].delivered).count();
    assert!(behind > 50);
}

#[test]
fn about_one_in_a_hundred_is_delivered_twice_at_different_times() {
    let recorder = many(3_000);
    let copies: Vec<&Stored> = recorder.all("eu-west-1").iter().filter(|stored| stored.position.copy == 1).collect();
    assert!((12..=60).contains(&copies.len()), "{} copies", copies.len());
    for copy in copies {
        let first = recorder
            .all("eu-west-1")
            .iter()
            .find(|stored| stored.position.copy == 0 && stored.position.id == copy.position.id)
            .unwrap();
        assert!(copy.delivered > first.delivered);
        assert_eq!(copy.call.request_id, first.call.request_id);
    }
}

#[test]
fn the_order_of_recording_changes_nothing() {
    let mut backward = Recorder::new(7, at(0));
    for second in (0..300).rev() {
        backward.record(call(second, "StopInstances"));
    }
    let view = |recorder: &Recorder| -> Vec<(String, Timestamp)> {
        let store = recorder.all("eu-west-1");
        store.iter().map(|stored| (stored.record("1"), stored.delivered)).collect()
    };
    assert_eq!(view(&many(300)), view(&backward));
    assert_ne!(
        view(&many(300)),
        view(&{
            let mut other = Recorder::new(8, at(0));
            for second in 0..300 {
                other.record(call(second, "StopInstances"));
            }
            other
        })
    );
}

#[test]
fn global_services_are_recorded_in_us_east_1() {
    let place = |source: &str, host: Option<&str>| {
        let mut call = call(0, "Any");
        call.source = source.into();
        call.endpoint_host = host.map(Into::into);
        recorded_in(&call)
    };
    assert_eq!(place("iam.amazonaws.com", None), "us-east-1");
    assert_eq!(place("signin.amazonaws.com", None), "us-east-1");
    assert_eq!(place("sts.amazonaws.com", Some("sts.amazonaws.com")), "us-east-1");
    assert_eq!(place("sts.amazonaws.com", None), "eu-west-1");
    assert_eq!(place("ec2.amazonaws.com", None), "eu-west-1");
}

#[test]
fn pages_follow_each_other_without_gap_or_overlap_while_new_records_arrive() {
    let mut recorder = many(120);
    let mut seen = Vec::new();
    let mut behind = None;
    loop {
        let (page, more) = recorder.lookup(&Question { behind: behind.clone(), to: at(119), ..question(5_000) });
        seen.extend(page.iter().map(|stored| stored.position.clone()));
        behind = page.last().map(|stored| stored.position.clone());
        if !more {
            break;
        }
        recorder.record(call(200 + seen.len() as i64, "StartInstances"));
    }
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), seen.len());
    assert!(seen.len() >= 120);
    assert!(seen.windows(2).all(|pair| pair[0].time >= pair[1].time));
}

#[test]
fn a_lookup_compares_to_the_letter() {
    let recorder = many(1);
    let count = |attribute, value| {
        recorder
            .lookup(&Question { attribute: Some((attribute, value)), ..question(5_000) })
            .0
            .iter()
            .filter(|stored| stored.position.copy == 0)
            .count()
    };
    assert_eq!(count(Attribute::EventName, "StopInstances"), 1);
    assert_eq!(count(Attribute::EventName, "stopinstances"), 0);
    assert_eq!(count(Attribute::EventName, "Stop"), 0);
    assert_eq!(count(Attribute::ReadOnly, "false"), 1);
    assert_eq!(count(Attribute::ReadOnly, "true"), 0);
    assert_eq!(count(Attribute::Username, "ci-deploy"), 1);
    assert_eq!(count(Attribute::AccessKeyId, "AKIAEXAMPLE"), 1);
    assert_eq!(count(Attribute::EventSource, "ec2.amazonaws.com"), 1);
}

#[test]
fn a_record_has_the_fields_and_the_order_that_aws_writes() {
    let mut recorder = Recorder::new(7, at(0));
    let mut denied = call(0, "StopInstances");
    denied.error = Some(("Client.UnauthorizedOperation".into(), "You are not authorized".into()));
    recorder.record(denied);
    let record: Value = serde_json::from_str(&recorder.all("eu-west-1")[0].record("111122223333")).unwrap();
    let keys: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "eventVersion",
            "userIdentity",
            "eventTime",
            "eventSource",
            "eventName",
            "awsRegion",
            "sourceIPAddress",
            "userAgent",
            "errorCode",
            "errorMessage",
            "requestParameters",
            "responseElements",
            "requestID",
            "eventID",
            "readOnly",
            "eventType",
            "managementEvent",
            "recipientAccountId",
            "eventCategory",
            "tlsDetails",
        ]
    );
    assert_eq!(record["eventTime"], "2026-09-21T14:13:20Z");
    assert_eq!(record["requestParameters"], Value::Null);
    assert_eq!(record["userIdentity"]["userName"], "ci-deploy");
    assert_eq!(record["tlsDetails"]["clientProvidedHostHeader"], "ec2.eu-west-1.amazonaws.com");
}

#[test]
fn a_role_session_names_its_role_and_a_service_itself() {
    let mut recorder = Recorder::new(7, at(0));
    let mut session = call(0, "DescribeInstances");
    session.principal.kind = PrincipalKind::AssumedRole;
    session.principal.name = "web".into();
    session.principal.session = Some("i-0123456789abcdef0".into());
    session.principal.access_key_id = "ASIAEXAMPLE".into();
    recorder.record(session);
    let mut service = call(1, "AssumeRole");
    service.principal =
        Principal { kind: PrincipalKind::Service, name: "ec2.amazonaws.com".into(), ..Principal::default() };
    service.ip = "ec2.amazonaws.com".into();
    service.agent = "ec2.amazonaws.com".into();
    recorder.record(service.clone());
    let mut event = call(2, "SharedSnapshotVolumeCreated");
    event.principal = service.principal.clone();
    event.kind = CallKind::Service(json!({"snapshotId": "snap-0"}));
    recorder.record(event);
    let records: Vec<Value> = recorder
        .all("eu-west-1")
        .iter()
        .map(|stored| serde_json::from_str(&stored.record("111122223333")).unwrap())
        .collect();
    let identity = &records[0]["userIdentity"];
    assert_eq!(identity["principalId"], "AIDAEXAMPLE:i-0123456789abcdef0");
    assert_eq!(identity["arn"], "arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0");
    assert_eq!(identity["sessionContext"]["sessionIssuer"]["arn"], "arn:aws:iam::111122223333:role/web");
    assert_eq!(identity["sessionContext"]["ec2RoleDelivery"], "2.0");
    assert_eq!(records[1]["userIdentity"], json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}));
    assert_eq!(records[1].get("tlsDetails"), None);
    assert_eq!(records[2]["userIdentity"], json!({"accountId": "111122223333", "invokedBy": "ec2.amazonaws.com"}));
    assert_eq!(records[2]["eventType"], "AwsServiceEvent");
    assert_eq!(records[2].get("requestID"), None);
}
