//! The ids that an event touches, the most telling first.

use serde_json::{Value, json};

use super::event;
use crate::domain::resource::ResourceKind as K;

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
