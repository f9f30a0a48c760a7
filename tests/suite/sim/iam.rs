//! Keys, policies and sessions: what is written is asked at the next call.

use super::{Answer, World};
use serde_json::{Value, json};

const THIEF: &str = "AKIACIDEPLOYEXAMPLE7";

async fn iam(world: &World, action: &str, params: &[(&str, &str)]) -> Answer {
    world.try_query("iam", action, params).await.unwrap()
}

/// The same account, called with the key that was stolen.
fn thief(world: &World) -> World {
    world.as_principal("ci-deploy")
}

async fn key(world: &World, status: &str) -> Answer {
    let params = [("UserName", "ci-deploy"), ("AccessKeyId", THIEF), ("Status", status)];
    iam(world, "UpdateAccessKey", &params).await
}

#[tokio::test]
async fn a_key_that_is_switched_off_is_refused_by_every_service_and_works_again_when_on() {
    let world = World::open();
    let thief = thief(&world);
    assert_eq!(thief.ec2("DescribeRegions", &[]).await.status, 200);
    assert_eq!(key(&world, "Inactive").await.status, 200);
    assert_eq!(thief.ec2("DescribeRegions", &[]).await.refused(), (401, "AuthFailure"));
    for service in ["sts", "autoscaling", "elasticloadbalancing", "iam"] {
        let action = match service {
            "sts" => "GetCallerIdentity",
            "autoscaling" => "DescribeAutoScalingGroups",
            "iam" => "ListAccountAliases",
            _ => "DescribeLoadBalancers",
        };
        let refused = thief.try_query(service, action, &[]).await.unwrap();
        assert_eq!(refused.refused(), (403, "InvalidClientTokenId"), "{service}");
    }
    let (status, refused) = thief.trail("DescribeTrails", json!({})).await;
    assert_eq!((status, &refused["__type"]), (400, &json!("UnrecognizedClientException")));
    let keys = iam(&world, "ListAccessKeys", &[("UserName", "ci-deploy")]).await;
    assert_eq!((keys.one("AccessKeyId"), keys.one("Status")), (THIEF, "Inactive"));
    key(&world, "Active").await;
    assert_eq!(thief.ec2("DescribeRegions", &[]).await.status, 200);
}

#[tokio::test]
async fn the_thief_is_stopped_by_the_key_that_is_switched_off() {
    let launches = async |off: bool| {
        let world = World::open();
        if off {
            key(&world, "Inactive").await;
        }
        world.pass(16 * 60);
        world.ec2("DescribeRegions", &[]).await;
        world.pass(16 * 60);
        let singapore = World { sim: world.sim.clone(), region: "ap-southeast-1", key: world.key.clone() };
        singapore.ec2("DescribeInstances", &[]).await.all("instanceId").len()
    };
    assert_eq!(launches(false).await, 4, "the miners of the attack");
    assert_eq!(launches(true).await, 0);
}

#[tokio::test]
async fn a_user_that_is_denied_can_do_nothing_until_the_policy_is_taken_away() {
    let world = World::open();
    let thief = thief(&world);
    let deny = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]});
    let text = deny.to_string();
    let name = [("UserName", "ci-deploy"), ("PolicyName", "stanch-deny")];
    let mut put = name.to_vec();
    put.push(("PolicyDocument", &text));
    assert_eq!(iam(&world, "PutUserPolicy", &put).await.status, 200);
    let refused = thief.ec2("DescribeRegions", &[]).await;
    assert_eq!(refused.refused(), (403, "UnauthorizedOperation"));
    assert!(refused.one("Message").contains("with an explicit deny in an identity-based policy"));
    let groups = thief.try_query("autoscaling", "DescribeAutoScalingGroups", &[]).await.unwrap();
    assert_eq!(groups.refused(), (403, "AccessDenied"));
    let back = iam(&world, "GetUserPolicy", &name).await;
    assert!(back.one("PolicyDocument").starts_with("%7B%22Version%22%3A%222012-10-17%22"));
    assert_eq!(iam(&world, "DeleteUserPolicy", &name).await.status, 200);
    assert_eq!(thief.ec2("DescribeRegions", &[]).await.status, 200);
    assert_eq!(iam(&world, "GetUserPolicy", &name).await.refused(), (404, "NoSuchEntity"));
}

#[tokio::test]
async fn sessions_from_before_an_instant_are_revoked_and_later_ones_are_not() {
    let world = World::open();
    let reader = world.as_principal("readonly");
    let revoke = |before: &str| {
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Deny", "Action": ["*"], "Resource": ["*"],
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": before}},
        }]})
        .to_string()
    };
    // The session was opened three hours before 13:00.
    for (before, status) in [("2026-11-24T09:00:00Z", 200), ("2026-11-24T13:00:00Z", 403)] {
        let text = revoke(before);
        let put = [("RoleName", "ReadOnly"), ("PolicyName", "AWSRevokeOlderSessions"), ("PolicyDocument", &text)];
        assert_eq!(iam(&world, "PutRolePolicy", &put).await.status, 200);
        assert_eq!(reader.ec2("DescribeInstances", &[]).await.status, status, "{before}");
    }
    let listed = iam(&world, "ListRolePolicies", &[("RoleName", "ReadOnly")]).await;
    assert!(listed.body.contains("AWSRevokeOlderSessions"));
    let name = [("RoleName", "ReadOnly"), ("PolicyName", "AWSRevokeOlderSessions")];
    iam(&world, "DeleteRolePolicy", &name).await;
    assert_eq!(reader.ec2("DescribeInstances", &[]).await.status, 200);
}

#[tokio::test]
async fn what_is_malformed_or_not_there_is_refused() {
    let world = World::open();
    let put = |text: &'static str| [("RoleName", "ReadOnly"), ("PolicyName", "x"), ("PolicyDocument", text)];
    for text in ["{", "{}", r#"{"Statement":[{"Effect":"Perhaps","Action":"*","Resource":"*"}]}"#] {
        assert_eq!(iam(&world, "PutRolePolicy", &put(text)).await.refused(), (400, "MalformedPolicyDocument"));
    }
    let nobody = iam(&world, "ListAccessKeys", &[("UserName", "nobody")]).await;
    assert_eq!(nobody.refused(), (404, "NoSuchEntity"));
    assert_eq!(nobody.one("Message"), "The user with name nobody cannot be found.");
    let profile = iam(&world, "GetInstanceProfile", &[("InstanceProfileName", "web")]).await;
    assert_eq!(profile.one("RoleName"), "web-instance");
    assert_eq!(iam(&world, "GetInstanceProfile", &[("InstanceProfileName", "x")]).await.refused().1, "NoSuchEntity");
    let unknown = iam(&world, "GetAccessKeyLastUsed", &[("AccessKeyId", "AKIANOBODYEXAMPLE77")]).await;
    assert_eq!(unknown.refused(), (404, "NoSuchEntity"));
}

#[tokio::test]
async fn a_key_tells_when_and_for_what_it_was_used_last() {
    let world = World::open();
    thief(&world).ec2("DescribeRegions", &[]).await;
    let used = iam(&world, "GetAccessKeyLastUsed", &[("AccessKeyId", THIEF)]).await;
    assert_eq!((used.one("UserName"), used.one("ServiceName"), used.one("Region")), ("ci-deploy", "ec2", "eu-west-1"));
    assert_eq!(used.one("LastUsedDate"), "2026-11-24T13:00:00Z");
}

#[tokio::test]
async fn policies_are_simulated_in_pages_with_the_keys_that_are_missing() {
    let world = World::open();
    let policy = json!({"Statement": [{
        "Effect": "Allow", "Action": "ec2:StopInstances", "Resource": "arn:aws:ec2:*:*:instance/*",
        "Condition": {"StringEquals": {"aws:ResourceTag/Env": "prod"}},
    }]});
    assert!(world.sim.grant("ReadOnly", &policy));
    let instance = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0";
    let source = ("PolicySourceArn", "arn:aws:iam::111122223333:role/ReadOnly");
    let mut params = vec![
        source,
        ("ActionNames.member.1", "ec2:StopInstances"),
        ("ActionNames.member.2", "ec2:StartInstances"),
        ("ResourceArns.member.1", instance),
        ("MaxItems", "1"),
    ];
    let page = iam(&world, "SimulatePrincipalPolicy", &params).await;
    assert_eq!((page.one("EvalActionName"), page.one("EvalDecision")), ("ec2:StopInstances", "implicitDeny"));
    assert_eq!(page.one("MissingContextValues"), "<member>aws:ResourceTag/Env</member>");
    assert_eq!(page.one("IsTruncated"), "true");
    let marker = page.one("Marker").to_owned();
    params.push(("Marker", &marker));
    let rest = iam(&world, "SimulatePrincipalPolicy", &params).await;
    assert_eq!((rest.one("EvalActionName"), rest.one("IsTruncated")), ("ec2:StartInstances", "false"));
    let given = [
        source,
        ("ActionNames.member.1", "ec2:StopInstances"),
        ("ResourceArns.member.1", instance),
        ("ContextEntries.member.1.ContextKeyName", "aws:ResourceTag/Env"),
        ("ContextEntries.member.1.ContextKeyValues.member.1", "prod"),
        ("ContextEntries.member.1.ContextKeyType", "string"),
    ];
    assert_eq!(iam(&world, "SimulatePrincipalPolicy", &given).await.one("EvalDecision"), "allowed");
}

/// Lets the principal `readonly` do this, and tells whether it may then do that.
async fn may(world: &World, statement: Value, service: &str, action: &str, params: &[(&str, &str)]) -> bool {
    assert!(world.sim.grant("ReadOnly", &json!({"Statement": [statement]})));
    let answer = world.as_principal("readonly").try_query(service, action, params).await.unwrap();
    !matches!(answer.all("Code").first(), Some(&("UnauthorizedOperation" | "AccessDenied")))
}

#[tokio::test]
async fn permissions_are_asked_for_each_resource_and_under_its_keys() {
    let world = World::open();
    let filter = [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", "web-7")];
    let web = world.ec2("DescribeInstances", &filter).await.one("instanceId").to_owned();
    let allow = |action: &str, resource: &str, condition: Value| {
        let mut statement = json!({"Effect": "Allow", "Action": action, "Resource": resource});
        if !condition.is_null() {
            statement["Condition"] = condition;
        }
        statement
    };
    let tagged = |value: &str| json!({"StringEquals": {"aws:ResourceTag/Track": value}});
    let stop = [("InstanceId.1", web.as_str()), ("DryRun", "true")];
    let of = "arn:aws:ec2:eu-west-1:111122223333:instance/*";
    assert!(may(&world, allow("ec2:StopInstances", of, tagged("canary")), "ec2", "StopInstances", &stop).await);
    assert!(!may(&world, allow("ec2:StopInstances", of, tagged("stable")), "ec2", "StopInstances", &stop).await);
    assert!(!may(&world, allow("ec2:StartInstances", of, Value::Null), "ec2", "StopInstances", &stop).await);

    let attribute = [("InstanceId", web.as_str()), ("Attribute", "userData")];
    let read = "ec2:DescribeInstanceAttribute";
    assert!(may(&world, allow(read, of, Value::Null), "ec2", "DescribeInstanceAttribute", &attribute).await);
    let volume = "arn:aws:ec2:*:*:volume/*";
    assert!(!may(&world, allow(read, volume, Value::Null), "ec2", "DescribeInstanceAttribute", &attribute).await);

    let many = [("InstanceSpecification.InstanceId", web.as_str()), ("DryRun", "true")];
    let create = "ec2:CreateSnapshots";
    assert!(!may(&world, allow(create, of, Value::Null), "ec2", "CreateSnapshots", &many).await, "volumes too");
    assert!(may(&world, allow(create, "*", Value::Null), "ec2", "CreateSnapshots", &many).await);

    let standby = [
        ("AutoScalingGroupName", "api"),
        ("InstanceIds.member.1", web.as_str()),
        ("ShouldDecrementDesiredCapacity", "true"),
    ];
    for (name, allowed) in [("api", true), ("web", false)] {
        let arn = format!("arn:aws:autoscaling:*:111122223333:autoScalingGroup:*:autoScalingGroupName/{name}");
        let statement = allow("autoscaling:EnterStandby", &arn, Value::Null);
        assert_eq!(may(&world, statement, "autoscaling", "EnterStandby", &standby).await, allowed, "{name}");
    }
    let region = json!({"StringEquals": {"ec2:Region": "us-east-1"}});
    let enable = allow("ec2:EnableEbsEncryptionByDefault", "*", region);
    assert!(!may(&world, enable, "ec2", "EnableEbsEncryptionByDefault", &[("DryRun", "true")]).await);
    let user = "arn:aws:iam::111122223333:user/ci/ci-deploy";
    let list = [("UserName", "ci-deploy")];
    assert!(may(&world, allow("iam:ListAccessKeys", user, Value::Null), "iam", "ListAccessKeys", &list).await);
    let other = "arn:aws:iam::111122223333:user/bob";
    assert!(!may(&world, allow("iam:ListAccessKeys", other, Value::Null), "iam", "ListAccessKeys", &list).await);
}
