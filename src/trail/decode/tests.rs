#![expect(clippy::needless_pass_by_value, reason = "tables read better with values")]

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{instant, record};
use crate::domain::actor::ActorKind;
use crate::domain::event::{Access, Event};

mod envelopes;
mod resources;

/// A record with some fields of its own.
fn made(own: Value) -> String {
    let mut record = json!({
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/alice", "accountId": "123456789012",
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "userName": "alice"},
        "eventTime": "2026-11-24T14:01:58Z", "eventSource": "ec2.amazonaws.com", "eventName": "StopInstances",
        "awsRegion": "eu-west-1", "sourceIPAddress": "203.0.113.7", "userAgent": "aws-cli/2.31",
        "requestParameters": null, "responseElements": null, "eventID": "0a1b2c3d-0000-4000-8000-000000000001",
        "eventType": "AwsApiCall", "recipientAccountId": "123456789012"
    });
    for (key, value) in own.as_object().unwrap() {
        record[key] = value.clone();
    }
    record.to_string()
}

fn event(own: Value) -> Event {
    record(made(own).as_bytes()).unwrap()
}

#[test]
fn who_did_it_is_read_from_every_kind_of_identity() {
    let role = "arn:aws:sts::123456789012:assumed-role/OnCall/alice";
    for (identity, kind, name) in [
        (json!({"type": "Root", "arn": "arn:aws:iam::1:root"}), ActorKind::Root, "root"),
        (json!({"type": "IAMUser", "userName": "alice"}), ActorKind::User, "alice"),
        (json!({"type": "IAMUser", "arn": "arn:aws:iam::1:user/team/alice"}), ActorKind::User, "alice"),
        (json!({"type": "AssumedRole", "arn": role}), ActorKind::Role, "OnCall/alice"),
        (
            json!({"type": "AssumedRole", "principalId": "AROA1:alice", "sessionContext": {"sessionIssuer": {"userName": "OnCall"}}}),
            ActorKind::Role,
            "OnCall/alice",
        ),
        (json!({"type": "FederatedUser", "arn": "arn:aws:sts::1:federated-user/bob"}), ActorKind::Federated, "bob"),
        (json!({"type": "WebIdentityUser", "userName": "ci@x.test"}), ActorKind::WebIdentity, "ci@x.test"),
        (json!({"type": "SAMLUser", "principalId": "x:bob", "userName": "bob"}), ActorKind::WebIdentity, "bob"),
        (json!({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}}), ActorKind::IdentityCenter, "u-1"),
        (
            json!({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}),
            ActorKind::Service,
            "autoscaling.amazonaws.com",
        ),
        (json!({"type": "AWSAccount", "accountId": "210987654321"}), ActorKind::Account, "210987654321"),
        (json!({"invokedBy": "ec2.amazonaws.com"}), ActorKind::Service, "ec2.amazonaws.com"),
        (json!({"type": "Unheard"}), ActorKind::Unknown, "-"),
        (json!({}), ActorKind::Unknown, "-"),
        (Value::Null, ActorKind::Unknown, "-"),
    ] {
        let actor = event(json!({"userIdentity": identity})).actor;
        assert_eq!((actor.kind, actor.name.as_str()), (kind, name), "{identity}");
    }
    let service = event(json!({"userIdentity": {}, "eventType": "AwsServiceEvent"})).actor;
    assert_eq!((service.kind, service.name.as_str()), (ActorKind::Service, "ec2.amazonaws.com"));
}

#[test]
fn a_session_tells_its_issuer_its_factor_and_its_source() {
    let actor = event(json!({"userIdentity": {
        "type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/OnCall/alice", "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::1:role/OnCall"}, "sourceIdentity": "alice@x.test",
            "attributes": {"mfaAuthenticated": "true", "creationDate": "2026-11-24T13:00:00Z"}},
        "invokedBy": "cloudformation.amazonaws.com"}}))
    .actor;
    assert_eq!(actor.issuer, "arn:aws:iam::1:role/OnCall");
    assert_eq!(actor.mfa, Some(true));
    assert_eq!(actor.source_identity, "alice@x.test");
    assert_eq!(actor.invoked_by, "cloudformation.amazonaws.com");
}

#[test]
fn nonsense_in_a_record_is_kept_as_it_stands() {
    let event = event(json!({
        "sourceIPAddress": "253.252.51.07", "awsRegion": "mars-north-1", "userAgent": null, "requestParameters": "cut {\"a\":",
        "responseElements": [1, 2, {"x": null}], "recipientAccountId": 123, "readOnly": "true", "resources": null
    }));
    assert_eq!((event.ip.as_str(), event.region.as_str(), event.agent.as_str()), ("253.252.51.07", "mars-north-1", ""));
    assert_eq!((event.account.as_str(), event.access), ("123", Access::Read));
}

#[test]
fn json_that_makes_no_sense_in_places_is_read_for_the_rest() {
    let plain = event(json!({"requestParameters": {"instanceId": "i-12345678", "a": "@"}}));
    assert_eq!(plain.resources[0].id, "i-12345678");
    let with = |a: &str| made(json!({"requestParameters": {"instanceId": "i-12345678", "a": "@"}})).replace("\"@\"", a);
    for odd in [
        r#""\ud800""#,
        r#""\udc00\ud83d\ude00""#,
        r#""\ud800\u0041""#,
        r#""\x""#,
        r#""\uZZZZ""#,
        "1e999",
        "-1E+999",
        "{\"\\ud800\":1}",
        "[1,{\"b\":1e999,\"b\":2}]",
    ] {
        assert_eq!(record(with(odd).as_bytes()), Ok(plain.clone()), "{odd}");
    }
    let twice = made(json!({})).replacen('{', "{\"eventName\":\"First\",\"awsRegion\":\"x\",", 1);
    let twice = record(twice.as_bytes()).unwrap();
    assert_eq!((twice.name.as_str(), twice.region.as_str()), ("StopInstances", "eu-west-1"));
    let agent = record(made(json!({"userAgent": "@"})).replace("\"@\"", r#""a\ud800b""#).as_bytes()).unwrap();
    assert_eq!(agent.agent, "a\u{fffd}b");
    for own in [
        json!({"userIdentity": "x"}),
        json!({"userIdentity": 5, "insightDetails": "x"}),
        json!({"userIdentity": {"type": "AssumedRole", "sessionContext": ""}}),
        json!({"userIdentity": {"sessionContext": {"sessionIssuer": 1, "attributes": "x"}, "onBehalfOf": "x"}}),
        json!({"resources": "arn:aws:iam::1:role/x"}),
        json!({"resources": {"ARN": "arn:aws:iam::1:role/x"}}),
        json!({"resources": [null, 1, [], "arn:aws:iam::1:role/x", true]}),
        json!({"resources": 5, "detail": "of no envelope"}),
    ] {
        let event = event(own.clone());
        assert_eq!((event.name.as_str(), event.ip.as_str()), ("StopInstances", "203.0.113.7"), "{own}");
        if own.to_string().contains("role/x") {
            assert_eq!(event.resources.len(), 1, "{own}");
        }
    }
}

#[test]
fn failures_dry_runs_and_own_calls_are_told_apart() {
    let denied = event(json!({"errorCode": "Client.UnauthorizedOperation", "errorMessage": "no"}));
    assert!(!denied.changed() && denied.error.unwrap().is_denied());
    assert!(event(json!({"errorCode": "Client.DryRunOperation"})).dry_run);
    assert!(event(json!({"requestParameters": {"dryRun": true}})).dry_run);
    assert!(!event(json!({"requestParameters": {"x": {"dryRun": true}}})).dry_run);
    let sign_in = event(
        json!({"eventName": "ConsoleLogin", "responseElements": {"ConsoleLogin": "Failure"}, "errorMessage": "Failed authentication"}),
    );
    assert_eq!(
        sign_in.error.map(|error| (error.code, error.message)),
        Some(("Failure".into(), "Failed authentication".into()))
    );
    for (agent, mine) in [
        ("aws-sdk-rust/1.3 os/linux app/stanch", true),
        ("aws-sdk-rust/1.3 app/stanch lang/rust", true),
        ("app/stanchly", false),
        ("x-app/stanch", false),
        ("myapp/stanch", false),
    ] {
        assert_eq!(event(json!({"userAgent": agent})).mine, mine, "{agent}");
    }
}

#[test]
fn an_insight_is_no_call() {
    let event = event(json!({"eventType": "AwsCloudTrailInsight", "eventName": null, "eventSource": null,
        "insightDetails": {"eventSource": "iam.amazonaws.com", "eventName": "AttachUserPolicy"}}));
    assert_eq!(
        (event.name.as_str(), event.source.as_str(), event.access),
        ("AwsCloudTrailInsight", "iam.amazonaws.com", Access::Read)
    );
}

#[test]
fn only_records_without_id_time_or_name_are_refused() {
    for (own, why) in [
        (json!({"eventID": null}), "no CloudTrail record: it has no eventID"),
        (json!({"eventName": ""}), "no CloudTrail record: it has no eventName"),
        (json!({"eventTime": "soon\u{1b}"}), "eventTime 'soon␛' is no time"),
    ] {
        assert_eq!(record(made(own).as_bytes()).unwrap_err(), why);
    }
    assert!(record(b"{").unwrap_err().contains("EOF"));
    assert!(record(b"\xff{}").unwrap_err().contains("invalid UTF-8 at byte 0"));
    let deep =
        made(json!({"requestParameters": "@"})).replace("\"@\"", &("[".repeat(5_000_000) + &"]".repeat(5_000_000)));
    assert!(record(deep.as_bytes()).unwrap_err().contains("recursion limit"));
}

#[test]
fn the_quick_reading_of_a_time_equals_the_general_one() {
    for text in [
        "2023-07-10T11:42:36Z",
        "1970-01-01T00:00:00Z",
        "2024-02-29T23:59:59Z",
        "2000-12-31T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "2100-03-01T12:00:00Z",
        "2023-02-29T00:00:00Z",
        "2023-04-31T00:00:00Z",
        "2023-13-01T00:00:00Z",
        "2023-00-01T00:00:00Z",
        "2023-01-01T24:00:00Z",
        "2026-11-24T14:01:58.250Z",
        "2026-11-24T14:01:58+02:00",
        "x",
        "",
        "2026-11-24T14:01:5 Z",
    ] {
        assert_eq!(instant(text), text.parse::<Timestamp>().ok(), "{text}");
    }
}
