//! Envelopes, credentials, faults and limits.

use super::World;
use bytes::Bytes;
use http::Request;
use serde_json::json;
use stanch::sim::{Dropped, Effect, Fault};

#[tokio::test]
async fn every_service_answers_in_its_own_envelope() {
    let world = World::open();
    let identity = world.try_query("sts", "GetCallerIdentity", &[]).await.unwrap();
    assert!(identity.body.starts_with(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
    ));
    assert!(identity.one("Arn").ends_with(":assumed-role/OnCall/alice"), "{}", identity.body);
    let aliases = world.try_query("iam", "ListAccountAliases", &[]).await.unwrap();
    assert_eq!(aliases.all("member").len(), 1);
    let vpcs = world.ec2("DescribeVpcs", &[]).await;
    assert!(vpcs.body.contains("<DescribeVpcsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>"));
    let (status, trails) = world.trail("DescribeTrails", json!({})).await;
    assert_eq!(status, 200);
    assert!(trails["trailList"].is_array());
}

#[tokio::test]
async fn a_known_key_acts_as_its_owner_and_an_unknown_one_as_the_engineer_on_call() {
    let world = World::open();
    let readonly = world.as_principal("readonly").try_query("sts", "GetCallerIdentity", &[]).await.unwrap();
    assert!(readonly.one("Arn").contains(":assumed-role/ReadOnly/"));
    let anyone = world.try_query("sts", "GetCallerIdentity", &[]).await.unwrap();
    assert!(anyone.one("Arn").contains(":assumed-role/OnCall/"));
}

#[tokio::test]
async fn what_is_not_signed_or_not_known_is_refused() {
    let mut world = World::open();
    let unsigned = Request::post("/").body(Bytes::from("Action=DescribeVpcs&Version=2016-11-15")).unwrap();
    assert_eq!(world.sim.handle(unsigned).await.unwrap().status(), 401);
    assert_eq!(world.ec2("DescribeUnicorns", &[]).await.refused(), (400, "InvalidAction"));
    let (status, body) = world.trail("CreateUnicorn", json!({})).await;
    assert_eq!((status, body["__type"].as_str()), (400, Some("UnknownOperationException")));
    world.region = "mars-north-1";
    assert_eq!(world.ec2("DescribeVpcs", &[]).await.refused(), (401, "AuthFailure"));
    let identity = world.try_query("sts", "GetCallerIdentity", &[]).await.unwrap();
    assert_eq!(identity.refused(), (403, "InvalidClientTokenId"));
}

#[tokio::test]
async fn denials_are_written_as_each_protocol_does() {
    let world = World::open().as_principal("readonly");
    let instance = super::ec2::some_instance(&world).await;
    let stop = world.ec2("StopInstances", &[("InstanceId.1", &instance)]).await;
    assert_eq!(stop.refused(), (403, "UnauthorizedOperation"));
    assert!(stop.one("Message").contains("Encoded authorization failure message: "));
    let dry = world.ec2("StopInstances", &[("InstanceId.1", &instance), ("DryRun", "true")]).await;
    assert_eq!(dry.refused(), (403, "UnauthorizedOperation"));
    let (status, body) = world.trail("StopLogging", json!({"Name": "main"})).await;
    assert_eq!((status, body["__type"].as_str()), (400, Some("AccessDeniedException")));
    let scanner = World::open().as_principal("scanner");
    let aliases = scanner.try_query("iam", "ListAccountAliases", &[]).await.unwrap();
    assert_eq!(aliases.refused(), (403, "AccessDenied"));
}

#[tokio::test]
async fn a_policy_can_be_asked_without_calling() {
    let world = World::open();
    let identity = world.as_principal("readonly").try_query("sts", "GetCallerIdentity", &[]).await.unwrap();
    let account = identity.one("Account").to_owned();
    let role = format!("arn:aws:iam::{account}:role/ReadOnly");
    let params = [
        ("PolicySourceArn", role.as_str()),
        ("ActionNames.member.1", "ec2:DescribeInstances"),
        ("ActionNames.member.2", "ec2:StopInstances"),
    ];
    let answer = world.try_query("iam", "SimulatePrincipalPolicy", &params).await.unwrap();
    assert_eq!(answer.all("EvalDecision"), ["allowed", "implicitDeny"]);
    let nobody = format!("arn:aws:iam::{account}:role/Nobody");
    let params = [("PolicySourceArn", nobody.as_str()), ("ActionNames.member.1", "ec2:StopInstances")];
    let answer = world.try_query("iam", "SimulatePrincipalPolicy", &params).await.unwrap();
    assert_eq!(answer.refused(), (404, "NoSuchEntity"));
}

#[tokio::test]
async fn faults_are_written_as_each_protocol_does() {
    let world = World::open();
    for (effect, ec2, query, json_) in [
        (Effect::Throttle, (503, "RequestLimitExceeded"), (400, "Throttling"), "ThrottlingException"),
        (Effect::Expire, (400, "RequestExpired"), (403, "ExpiredToken"), "ExpiredTokenException"),
        (Effect::Deny, (403, "UnauthorizedOperation"), (403, "AccessDenied"), "AccessDeniedException"),
    ] {
        world.sim.clear_faults();
        world.sim.inject(Fault::on("*", "*", effect));
        assert_eq!(world.ec2("DescribeVpcs", &[]).await.refused(), ec2);
        assert_eq!(world.try_query("iam", "ListAccountAliases", &[]).await.unwrap().refused(), query);
        let (status, body) = world.trail("DescribeTrails", json!({})).await;
        assert_eq!((status, body["__type"].as_str()), (400, Some(json_)));
    }
}

#[tokio::test]
async fn a_cut_connection_says_nothing_of_whether_the_call_was_made() {
    let world = World::open();
    let instance = super::ec2::running_instance(&world).await;
    let stop = [("InstanceId.1", instance.as_str())];
    world.sim.inject(Fault::on("ec2", "StopInstances", Effect::Drop).times(1));
    assert_eq!(world.try_query("ec2", "StopInstances", &stop).await.unwrap_err(), Dropped);
    assert_eq!(super::ec2::state(&world, &instance).await, "running");
    world.sim.inject(Fault::on("ec2", "StopInstances", Effect::DropAnswer).times(1));
    assert_eq!(world.try_query("ec2", "StopInstances", &stop).await.unwrap_err(), Dropped);
    assert_eq!(super::ec2::state(&world, &instance).await, "stopping");
}

#[tokio::test]
async fn a_malformed_answer_is_half_of_the_right_one() {
    let world = World::open();
    let whole = world.ec2("DescribeRegions", &[]).await.body.len();
    world.sim.inject(Fault::on("ec2", "DescribeRegions", Effect::Malformed).times(1));
    let half = world.ec2("DescribeRegions", &[]).await;
    assert_eq!((half.status, half.body.len()), (200, whole / 2));
}

#[tokio::test]
async fn ec2_answers_only_so_many_requests_at_once() {
    let world = World::open();
    let mut refused = 0;
    for _ in 0..60 {
        refused += u32::from(world.ec2("DescribeVpcs", &[]).await.status == 503);
    }
    assert_eq!(refused, 10, "without filter or page size the bucket holds 50");
    assert_eq!(world.ec2("DescribeVpcs", &[("MaxResults", "5")]).await.status, 200);
    world.pass(1);
    assert_eq!(world.ec2("DescribeVpcs", &[]).await.status, 200);
}

#[tokio::test]
async fn the_requests_served_can_be_counted() {
    let world = World::open();
    let instance = super::ec2::some_instance(&world).await;
    world.ec2("StopInstances", &[("InstanceId.1", &instance), ("DryRun", "true")]).await;
    let log = world.sim.requests();
    let last = log.last().unwrap();
    assert_eq!((last.service, last.action.as_str(), last.dry_run, last.status), ("ec2", "StopInstances", true, 412));
}
