//! Sentences of events as AWS records them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{own_names, sentence};
use crate::domain::actor::{Actor, ActorKind};
use crate::domain::event::{Access, Event, EventError};
use crate::domain::resource::Resource;

fn event(source: &str, name: &str) -> Event {
    Event {
        id: "e-1".into(),
        time: "2026-11-24T14:01:58Z".parse().unwrap(),
        name: name.into(),
        source: format!("{source}.amazonaws.com"),
        region: "eu-west-1".into(),
        account: "123456789012".into(),
        actor: Actor { kind: ActorKind::User, name: "ci-deploy".into(), ..Actor::unknown() },
        ip: "203.0.113.7".into(),
        agent: String::new(),
        access: Access::of(name, None),
        error: None,
        resources: Vec::new(),
        dry_run: false,
        mine: false,
    }
}

fn told(source: &str, name: &str, asked: &Value, answered: &Value) -> String {
    let raw = json!({"requestParameters": asked, "responseElements": answered}).to_string();
    sentence(&event(source, name), &raw)
}

#[test]
fn an_opened_group_says_port_group_and_to_whom_in_both_shapes() {
    let nested = json!({"groupId": "sg-9", "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22,
        "toPort": 22, "groups": {}, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
        "ipv6Ranges": {"items": [{"cidrIpv6": "::/0"}]}, "prefixListIds": {}}]}});
    assert_eq!(
        told("ec2", "AuthorizeSecurityGroupIngress", &nested, &Value::Null),
        "ci-deploy opened 22/tcp of sg-9 to the whole internet and the whole internet (IPv6)."
    );
    let flat = json!({"groupId": "sg-9", "ipPermissions": {}, "ipProtocol": "tcp", "fromPort": 0, "toPort": 65535,
        "cidrIp": "10.0.0.0/8"});
    assert_eq!(
        told("ec2", "RevokeSecurityGroupIngress", &flat, &Value::Null),
        "ci-deploy closed all tcp of sg-9 to 10.0.0.0/8."
    );
    let by_id = json!({"groupId": "sg-9", "securityGroupRuleIds": {"items": [{"securityGroupRuleId": "sgr-4"}]}});
    assert_eq!(told("ec2", "RevokeSecurityGroupIngress", &by_id, &Value::Null), "ci-deploy closed sgr-4 of sg-9.");
}

#[test]
fn one_name_with_several_deeds_says_which() {
    for (asked, said) in [
        (
            json!({"instanceId": "i-1", "userData": "<sensitiveDataRemoved>"}),
            "changed the user data of i-1: code that it runs at boot",
        ),
        (
            json!({"instanceId": "i-1", "disableApiTermination": {"value": false}}),
            "turned off termination protection of i-1",
        ),
        (
            json!({"instanceId": "i-1", "groupSet": {"items": [{"groupId": "sg-2"}]}}),
            "put i-1 into sg-2, out of the groups it had",
        ),
        (json!({"instanceId": "i-1", "instanceType": {"value": "m5.large"}}), "changed the type of i-1 to m5.large"),
        (
            json!({"instanceId": "i-1", "sourceDestCheck": {"value": false}}),
            "turned off the source/destination check of i-1",
        ),
    ] {
        let told = told("ec2", "ModifyInstanceAttribute", &asked, &json!({"_return": true}));
        assert_eq!(told, format!("ci-deploy {said}."));
    }
    let share =
        json!({"snapshotId": "snap-1", "createVolumePermission": {"add": {"items": [{"userId": "999988887777"}]}}});
    assert_eq!(
        told("ec2", "ModifySnapshotAttribute", &share, &Value::Null),
        "ci-deploy shared snap-1 with account 999988887777."
    );
    let public = json!({"imageId": "ami-1", "launchPermission": {"add": {"items": [{"group": "all"}]}}});
    assert_eq!(told("ec2", "ModifyImageAttribute", &public, &Value::Null), "ci-deploy shared ami-1 with everybody.");
    let policy = json!({"bucketName": "b", "bucketPolicy": {"Statement": [{"Effect": "Allow", "Principal": "*"}]}});
    assert!(told("s3", "PutBucketPolicy", &policy, &Value::Null).ends_with("which opens it to everybody."));
}

#[test]
fn launches_count_what_came_of_them() {
    let asked = json!({"instancesSet": {"items": [{"imageId": "ami-1", "minCount": 1, "maxCount": 4}]}, "instanceType": "p4d.24xlarge"});
    let made = json!({"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}});
    assert_eq!(told("ec2", "RunInstances", &asked, &made), "ci-deploy launched 2 p4d.24xlarge instances: i-1 and i-2.");
    assert_eq!(told("ec2", "RunInstances", &asked, &Value::Null), "ci-deploy launched 4 p4d.24xlarge instances.");
}

#[test]
fn a_refusal_a_failure_and_a_dry_run_say_that_nothing_changed() {
    let raw = json!({"requestParameters": {"name": "main"}}).to_string();
    let mut denied = event("cloudtrail", "StopLogging");
    denied.error = Some(EventError { code: "AccessDenied".into(), message: String::new() });
    assert_eq!(sentence(&denied, &raw), "ci-deploy tried to stop the recording of the trail main, and was denied.");

    let mut failed = event("cloudtrail", "StopLogging");
    failed.error = Some(EventError { code: "TrailNotFoundException".into(), message: String::new() });
    assert!(sentence(&failed, &raw).ends_with("the trail main, which failed (TrailNotFoundException)."));

    let mut dry = event("ec2", "StopInstances");
    dry.dry_run = true;
    dry.error = Some(EventError { code: "Client.DryRunOperation".into(), message: String::new() });
    let raw = json!({"requestParameters": {"instancesSet": {"items": [{"instanceId": "i-1"}]}}}).to_string();
    assert_eq!(sentence(&dry, &raw), "ci-deploy asked whether it may stop i-1: it may (dry run, nothing changed).");
}

#[test]
fn a_name_without_a_sentence_of_its_own_gets_one_from_the_name() {
    let mut event = event("ec2", "ModifyVpcAttribute");
    event.resources = vec![Resource::of_id("vpc-12345678").unwrap()];
    assert_eq!(sentence(&event, "{}"), "ci-deploy modified VPC attribute (vpc-12345678) [ec2].");
    event.name = "Frobnicate".into();
    assert_eq!(sentence(&event, "no json"), "ci-deploy called Frobnicate (vpc-12345678) [ec2].");
}

#[test]
fn every_name_of_the_table_reads_as_a_sentence_even_of_an_empty_record() {
    let names = own_names();
    assert!(names.len() >= 60, "{}", names.len());
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "a name stands twice");
    for (service, name) in names {
        let told = sentence(&event(service, name), "{}");
        assert!(told.starts_with("ci-deploy ") && told.ends_with('.') && !told.contains('{'), "{name}: {told}");
    }
}

#[test]
fn hostile_text_is_made_visible_and_cut() {
    let asked = json!({"userName": format!("x\u{1b}[2J\u{202e}{}", "y".repeat(500))});
    let told = told("iam", "CreateUser", &asked, &Value::Null);
    assert!(told.contains("x␛[2J\\u{202e}y"), "{told}");
    assert!(told.chars().count() < 120, "{told}");
}

#[test]
fn the_words_of_an_event_s_actor_begin_the_sentence() {
    let mut event = event("sts", "GetCallerIdentity");
    event.actor = Actor::unknown();
    assert_eq!(sentence(&event, "{}"), "Somebody asked who it is.");
    event.ip = "ec2.amazonaws.com".into();
    assert_eq!(sentence(&event, "{}"), "ec2.amazonaws.com asked who it is.");
}
