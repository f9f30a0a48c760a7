#![expect(clippy::needless_pass_by_value, clippy::format_collect, reason = "tables read better with values")]

use std::borrow::Cow;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::cut::Cutter;
use super::{Broken, Item, Mode, envelopes, fields, instant, record, walk, walk_heads};
use crate::domain::actor::ActorKind;
use crate::domain::event::{Access, Event};
use crate::domain::resource::ResourceKind as K;

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

/// The ids of an event by name, with its source, parameters and answer.
fn touched(source: &str, name: &str, params: Value, answer: Value) -> Vec<(K, String)> {
    let event = event(json!({
        "eventSource": format!("{source}.amazonaws.com"), "eventName": name,
        "requestParameters": params, "responseElements": answer
    }));
    event.resources.into_iter().map(|resource| (resource.kind, resource.id)).collect()
}

#[test]
fn the_most_telling_id_comes_first() {
    let none = || Value::Null;
    for (source, name, params, answer, first) in [
        (
            "ec2",
            "AuthorizeSecurityGroupIngress",
            json!({"groupId": "sg-12345678", "ipPermissions": {"items": [{"groups": {"items": [{"groupId": "sg-87654321"}]}}]}}),
            json!({"securityGroupRuleSet": {"items": [{"groupId": "sg-12345678", "securityGroupRuleId": "sgr-12345678"}]}}),
            (K::SecurityGroup, "sg-12345678"),
        ),
        (
            "ec2",
            "RunInstances",
            json!({"instancesSet": {"items": [{"imageId": "ami-12345678"}]}, "subnetId": "subnet-12345678"}),
            json!({"instancesSet": {"items": [{"instanceId": "i-12345678"}, {"instanceId": "i-87654321"}]}}),
            (K::Instance, "i-12345678"),
        ),
        (
            "ec2",
            "DetachClassicLinkVpc",
            json!({"vpcId": "vpc-12345678", "instanceId": "i-12345678"}),
            none(),
            (K::Instance, "i-12345678"),
        ),
        (
            "ec2",
            "CreateSnapshot",
            json!({"volumeId": "vol-12345678"}),
            json!({"snapshotId": "snap-12345678"}),
            (K::Snapshot, "snap-12345678"),
        ),
        (
            "ec2",
            "DescribeVolumes",
            json!({"filterSet": {"items": [{"name": "attachment.instance-id", "valueSet": {"items": [{"value": "i-12345678"}]}}]}}),
            none(),
            (K::Instance, "i-12345678"),
        ),
        ("ec2", "AuthorizeSecurityGroupIngress", json!({"groupName": "web"}), none(), (K::SecurityGroup, "web")),
        (
            "ec2",
            "DisassociateIamInstanceProfile",
            json!({"AssociationId": "iip-assoc-1"}),
            json!({"iamInstanceProfileAssociation": {"instanceId": "i-12345678", "iamInstanceProfile": {"arn": "arn:aws:iam::1:instance-profile/web"}}}),
            (K::Instance, "i-12345678"),
        ),
        (
            "cloudtrail",
            "StopLogging",
            json!({"name": "arn:aws:cloudtrail:eu-west-1:1:trail/main"}),
            none(),
            (K::Trail, "main"),
        ),
        ("cloudtrail", "DeleteTrail", json!({"name": "main"}), none(), (K::Trail, "main")),
        ("iam", "PutRolePolicy", json!({"policyName": "p", "roleName": "OnCall"}), none(), (K::Role, "OnCall")),
        (
            "iam",
            "AttachUserPolicy",
            json!({"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess", "userName": "alice"}),
            none(),
            (K::User, "alice"),
        ),
        (
            "iam",
            "CreateAccessKey",
            json!({"userName": "alice"}),
            json!({"accessKey": {"accessKeyId": "AKIAIOSFODNN7EXAMPLE"}}),
            (K::AccessKey, "AKIAIOSFODNN7EXAMPLE"),
        ),
        ("iam", "AddUserToGroup", json!({"groupName": "admins", "userName": "alice"}), none(), (K::User, "alice")),
        (
            "sts",
            "AssumeRole",
            json!({"roleArn": "arn:aws:iam::1:role/path/OnCall", "roleSessionName": "alice"}),
            json!({"credentials": {"accessKeyId": "ASIAIOSFODNN7EXAMPLE"}}),
            (K::Role, "OnCall"),
        ),
        (
            "s3",
            "PutBucketPolicy",
            json!({"bucketName": "logs", "Host": "logs.s3.amazonaws.com"}),
            none(),
            (K::Bucket, "logs"),
        ),
        (
            "ssm",
            "GetParameter",
            json!({"name": "/db/password", "withDecryption": true}),
            none(),
            (K::Parameter, "/db/password"),
        ),
        ("ssm", "StartSession", json!({"target": "i-12345678"}), none(), (K::Instance, "i-12345678")),
        (
            "autoscaling",
            "SetDesiredCapacity",
            json!({"autoScalingGroupName": "web", "desiredCapacity": 3}),
            none(),
            (K::AutoScalingGroup, "web"),
        ),
        (
            "kms",
            "ScheduleKeyDeletion",
            json!({"keyId": "arn:aws:kms:eu-west-1:1:key/ab-cd"}),
            none(),
            (K::Key, "ab-cd"),
        ),
        (
            "lambda",
            "UpdateFunctionCode20150331v2",
            json!({"functionName": "arn:aws:lambda:eu-west-1:1:function:f"}),
            none(),
            (K::Function, "f"),
        ),
        ("guardduty", "DeleteDetector", json!({"detectorId": "12abc"}), none(), (K::Other, "12abc")),
    ] {
        let found = touched(source, name, params, answer);
        assert_eq!(found.first().map(|(kind, id)| (*kind, id.as_str())), Some(first), "{name}: {found:?}");
    }
}

#[test]
fn each_id_is_named_once_and_all_are_named() {
    let found = touched(
        "ec2",
        "TerminateInstances",
        json!({"instancesSet": {"items": (0..40).map(|n| json!({"instanceId": format!("i-{n:08x}")})).collect::<Vec<_>>()}}),
        json!({"instancesSet": {"items": (0..40).map(|n| json!({"instanceId": format!("i-{n:08x}")})).collect::<Vec<_>>()}}),
    );
    assert_eq!(found.len(), 40);
    let event = event(json!({
        "eventSource": "s3.amazonaws.com", "eventName": "GetBucketAcl", "requestParameters": {"bucketName": "logs"},
        "resources": [{"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::logs"}, {"ARN": "arn:aws:iam::1:role/x"}]
    }));
    let ids: Vec<(K, &str)> = event.resources.iter().map(|resource| (resource.kind, resource.id.as_str())).collect();
    assert_eq!(ids, [(K::Bucket, "logs"), (K::Role, "x")]);
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

/// The events and the broken records of some bytes.
fn read(bytes: &[u8]) -> (Vec<String>, Vec<Broken>) {
    let (mut events, mut broken) = (Vec::new(), Vec::new());
    envelopes(bytes, |item| match item {
        Item::Event { fields, raw, range, quoted } => {
            let there: Cow<'_, [u8]> = if quoted {
                serde_json::from_slice::<String>(&bytes[range]).unwrap().into_bytes().into()
            } else {
                bytes[range].into()
            };
            assert_eq!(raw, there.as_ref(), "the range leads to the record");
            events.push(fields.id.to_string());
        }
        Item::Broken(one) => broken.push(one),
        Item::Other { .. } => {}
    });
    (events, broken)
}

fn numbered(number: usize) -> String {
    made(json!({"eventID": format!("e{number}"), "userAgent": "a \"quoted\" {agent} ], \\ }"}))
}

#[test]
fn every_envelope_gives_the_same_records() {
    let records: Vec<String> = (0..4).map(numbered).collect();
    let quoted = |record: &String| serde_json::to_string(record).unwrap();
    let lookup: Vec<String> = records
        .iter()
        .map(|record| format!("{{\"EventId\":\"e\",\"ReadOnly\":\"false\",\"CloudTrailEvent\":{}}}", quoted(record)))
        .collect();
    let bridge: Vec<String> = records
        .iter()
        .map(|record| {
            format!("{{\"version\":\"0\",\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":{record}}}")
        })
        .collect();
    let pretty = serde_json::to_string_pretty(&json!({"Records": records.iter().map(|record| serde_json::from_str::<Value>(record).unwrap()).collect::<Vec<_>>()})).unwrap();
    for (name, text) in [
        ("records", format!("{{\"Records\":[{}]}}", records.join(","))),
        ("pretty", pretty),
        ("array", format!("[{}]", records.join(" , "))),
        ("lines", records.join("\n")),
        ("lines with a mark and windows ends", format!("\u{feff}{}\r\n", records.join("\r\n"))),
        ("lookup", format!("{{\"Events\":[{}],\"NextToken\":\"t\"}}", lookup.join(","))),
        ("lookup, token first", format!("{{\"NextToken\":\"t\",\"Events\":[{}]}}", lookup.join(","))),
        ("lookup array", format!("[{}]", lookup.join(","))),
        ("lookup lines", lookup.join("\n")),
        ("bridge", bridge.join("\n")),
        ("bridge array", format!("[{}]", bridge.join(","))),
        (
            "files one after the other",
            format!(
                "{{\"Records\":[{}]}}\n{{\"Records\":[{}],\"x\":1}}[{}]{}",
                records[0], records[1], records[2], records[3]
            ),
        ),
        ("files in lines", records.iter().map(|record| format!("{{\"Records\":[{record}]}}\n")).collect()),
    ] {
        let (events, broken) = read(text.as_bytes());
        assert_eq!((events, broken), (vec!["e0".into(), "e1".into(), "e2".into(), "e3".into()], vec![]), "{name}");
    }
}

#[test]
fn heads_have_all_but_the_ids_in_parameters() {
    let text = made(
        json!({"requestParameters": {"instanceId": "i-12345678"}, "resources": [{"ARN": "arn:aws:iam::1:role/x"}]}),
    );
    let mut heads = Vec::new();
    walk_heads(text.as_bytes(), Mode::Top, &mut |item| {
        let Item::Event { fields, .. } = item else { panic!("{item:?}") };
        heads.push(fields.to_event());
    });
    let mut whole = record(text.as_bytes()).unwrap();
    assert_eq!(whole.resources.remove(0).id, "i-12345678");
    assert_eq!(heads, [whole]);
}

#[test]
fn damage_costs_one_record_and_is_located() {
    let (one, two, three) = (numbered(1), numbered(2), numbered(3));
    let cut = &two[..two.len() - 20];
    let at = |text: &str, part: &str| text.find(part).unwrap() as u64;
    for (name, text, lost) in [
        ("an open record in a list", format!("{{\"Records\":[{one},{cut},{three}]}}"), cut),
        ("an open record in a line", format!("{one}\n{cut}\n{three}"), cut),
        ("a word in a list", format!("{{\"Records\":[{one},bogus,{three}]}}"), "bogus"),
        ("a bracket too many", format!("[{one},{{\"a\":1}}}},{three}]"), "},{\"eventVersion"),
        ("a broken quote", format!("[{one},{{\"eventVersion\":\"1,\"x\":2}},{three}]"), "{\"eventVersion\":\"1,"),
    ] {
        let (events, broken) = read(text.as_bytes());
        assert_eq!(events, ["e1", "e3"], "{name}: {broken:?}");
        assert_eq!(broken.len(), 1, "{name}: {broken:?}");
        assert_eq!(broken[0].offset, at(&text, lost), "{name}: {broken:?}");
    }
    let (events, broken) = read(format!("{{\"Records\":[{one},{cut}").as_bytes());
    assert_eq!((events.as_slice(), broken[0].why.as_str()), (&["e1".to_owned()][..], "the record is cut off"));
    let mut bytes = format!("[{one},{two}]").into_bytes();
    let at = bytes.iter().rposition(|byte| *byte == b'c').unwrap();
    bytes[at] = 0xff;
    let (events, broken) = read(&bytes);
    assert_eq!((events.len(), broken.len()), (1, 1));
    assert_eq!(broken[0].offset as usize, 2 + one.len());
    assert!(broken[0].why.contains("UTF-8") || broken[0].why.contains("unicode"), "{broken:?}");
}

#[test]
fn a_thousand_kinds_of_damage_are_read_in_linear_time() {
    for unit in
        ["{\"a\":", "{", "[", "]", "}", "x", "{\"eventVersion\":\"", "{\"eventVersion\":[", "\n{", "{x}\n", "\""]
    {
        let (events, _) = read(unit.repeat(200_000 / unit.len()).as_bytes());
        assert!(events.is_empty(), "{unit}");
    }
}

/// All records of a stream that is cut into pieces.
fn read_in_pieces(bytes: &[u8], step: usize, wanted: usize) -> Vec<String> {
    let (mut cutter, mut buffer, mut events) = (Cutter::default(), Vec::new(), Vec::new());
    let mut take = |bytes: &[u8], mode: Mode| {
        walk(bytes, mode, &mut |item| match item {
            Item::Event { fields, .. } => events.push(fields.id.to_string()),
            Item::Broken(broken) => panic!("{broken:?} in {}", String::from_utf8_lossy(bytes)),
            Item::Other { .. } => {}
        });
    };
    for part in bytes.chunks(step) {
        buffer.extend_from_slice(part);
        while let Some(piece) = cutter.follow(&buffer, wanted) {
            let rest = buffer.split_off(piece.len);
            take(&buffer, piece.mode);
            buffer = rest;
        }
    }
    take(&buffer, cutter.rest());
    events
}

proptest! {
    #[test]
    fn no_bytes_break_the_reading_of_a_record(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = fields(&bytes);
        read(&bytes);
    }

    #[test]
    fn no_damage_to_a_log_breaks_its_reading(
        cuts in proptest::collection::vec((0_usize..2000, any::<u8>(), 0_usize..3), 1..6)
    ) {
        let mut bytes = format!("{{\"Records\":[{},{},{}]}}", numbered(1), numbered(2), numbered(3)).into_bytes();
        for (at, byte, what) in cuts {
            let at = at % bytes.len();
            match what {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.remove(at); }
            }
        }
        let mut count = 0;
        envelopes(&bytes, |_| count += 1);
        prop_assert!(count <= 12);
    }

    #[test]
    fn a_stream_in_pieces_gives_what_it_gives_whole(
        step in 1_usize..3000, wanted in 1_usize..4000, shape in 0_usize..5, count in 0_usize..12
    ) {
        let records: Vec<String> = (0..count).map(numbered).collect();
        let quoted = |record: &String| format!("{{\"CloudTrailEvent\":{}}}", serde_json::to_string(record).unwrap());
        let text = match shape {
            0 => format!("{{\"Records\":[{}]}}", records.join(",")),
            1 => records.join("\n"),
            2 => format!("{{\"Events\" : [{}], \"NextToken\": \"]}}\"}}", records.iter().map(quoted).collect::<Vec<_>>().join(",")),
            3 => format!(" [ {} ] ", records.join(" ,\n")),
            _ => records.iter().map(|record| format!("{{\"Records\":[{record}]}}\n")).collect(),
        };
        let expected: Vec<String> = (0..count).map(|number| format!("e{number}")).collect();
        prop_assert_eq!(read_in_pieces(text.as_bytes(), step, wanted), expected);
    }
}
