//! Every call becomes an event, later, as CloudTrail writes it.

use super::World;
use serde_json::{Value, json};

/// The newest record of an event name that concerns this test, after it was delivered.
async fn record(world: &World, name: &str) -> Value {
    world.pass(16 * 60);
    let body = json!({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name}], "MaxResults": 50});
    let (status, answer) = world.trail("LookupEvents", body).await;
    assert_eq!(status, 200, "{answer}");
    let events = answer["Events"].as_array().unwrap();
    let record = events
        .iter()
        .map(|event| serde_json::from_str::<Value>(event["CloudTrailEvent"].as_str().unwrap()).unwrap())
        .find(|record| record["userIdentity"]["arn"].as_str().is_some_and(|arn| arn.contains("OnCall")));
    record.unwrap_or_else(|| panic!("no {name} of the engineer in {answer}"))
}

#[tokio::test]
async fn a_stop_becomes_an_event_minutes_later() {
    let world = World::open();
    let instance = super::ec2::running_instance(&world).await;
    let stop = world.ec2("StopInstances", &[("InstanceId.1", &instance)]).await;
    let lookup = json!({"LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": instance}]});
    let (_, early) = world.trail("LookupEvents", lookup.clone()).await;
    assert!(!early.to_string().contains(stop.one("requestId")), "delivery takes minutes");
    let record = record(&world, "StopInstances").await;
    assert_eq!(record["eventSource"], "ec2.amazonaws.com");
    assert_eq!(record["requestID"], stop.one("requestId"));
    assert_eq!(
        record["requestParameters"],
        json!({"instancesSet": {"items": [{"instanceId": instance}]}, "force": false})
    );
    assert_eq!(
        record["responseElements"]["instancesSet"]["items"],
        json!([{
            "instanceId": instance,
            "currentState": {"code": 64, "name": "stopping"},
            "previousState": {"code": 16, "name": "running"},
        }])
    );
    assert_eq!(record["readOnly"], false);
    let (_, late) = world.trail("LookupEvents", lookup).await;
    assert!(late.to_string().contains(stop.one("requestId")), "the event is found by its resource");
}

#[tokio::test]
async fn refusals_and_dry_runs_are_recorded_with_the_prefix_client() {
    let world = World::open();
    let instance = super::ec2::running_instance(&world).await;
    world.ec2("TerminateInstances", &[("InstanceId.1", &instance), ("DryRun", "true")]).await;
    let dry = record(&world, "TerminateInstances").await;
    assert_eq!(dry["errorCode"], "Client.DryRunOperation");
    assert_eq!(dry["responseElements"], Value::Null);
    world.ec2("RebootInstances", &[("InstanceId.1", "i-0123456789abcdef0")]).await;
    let absent = record(&world, "RebootInstances").await;
    assert_eq!(absent["errorCode"], "Client.InvalidInstanceID.NotFound");
    assert_eq!(absent["errorMessage"], "The instance ID 'i-0123456789abcdef0' does not exist");
}

#[tokio::test]
async fn reads_have_no_answer_and_show_the_sets_that_were_not_asked() {
    let world = World::open();
    world.ec2("DescribeInstances", &[("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", "vpc-1")]).await;
    let read = record(&world, "DescribeInstances").await;
    let filters = json!({"items": [{"name": "vpc-id", "valueSet": {"items": [{"value": "vpc-1"}]}}]});
    assert_eq!(read["requestParameters"], json!({"instancesSet": {}, "filterSet": filters}));
    assert_eq!((read["responseElements"].clone(), read["readOnly"].clone()), (Value::Null, json!(true)));
}

#[tokio::test]
async fn a_rule_is_recorded_with_its_four_lists() {
    let world = World::open();
    let group = super::ec2::new_group(&world).await;
    let params = [
        ("GroupId", group.as_str()),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "22"),
        ("IpPermissions.1.ToPort", "22"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0"),
    ];
    assert_eq!(world.ec2("AuthorizeSecurityGroupIngress", &params).await.status, 200);
    let record = record(&world, "AuthorizeSecurityGroupIngress").await;
    assert_eq!(
        record["requestParameters"],
        json!({"groupId": group, "ipPermissions": {"items": [{
            "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "groups": {},
            "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}, "ipv6Ranges": {}, "prefixListIds": {},
        }]}})
    );
    assert_eq!(record["responseElements"]["_return"], true);
    assert_eq!(record["responseElements"]["securityGroupRuleSet"]["items"][0]["cidrIpv4"], "0.0.0.0/0");
}

#[tokio::test]
async fn secrets_are_taken_out_of_records() {
    let world = World::open();
    world.ec2("CreateKeyPair", &[("KeyName", "mine")]).await;
    let pair = record(&world, "CreateKeyPair").await;
    assert_eq!(pair["responseElements"]["keyMaterial"], "<sensitiveDataRemoved>");
    let instance = super::ec2::running_instance(&world).await;
    world.ec2("ModifyInstanceAttribute", &[("InstanceId", &instance), ("UserData.Value", "c2VjcmV0")]).await;
    let data = record(&world, "ModifyInstanceAttribute").await;
    assert_eq!(data["requestParameters"]["userData"], "<sensitiveDataRemoved>");
    assert!(!data.to_string().contains("c2VjcmV0"));
}

#[tokio::test]
async fn newer_actions_are_recorded_under_their_request_s_name() {
    let world = World::open();
    let instance = super::ec2::running_instance(&world).await;
    let params = [
        ("InstanceSpecification.InstanceId", instance.as_str()),
        ("TagSpecification.1.ResourceType", "snapshot"),
        ("TagSpecification.1.Tag.1.Key", "case"),
        ("TagSpecification.1.Tag.1.Value", "true"),
    ];
    assert_eq!(world.ec2("CreateSnapshots", &params).await.status, 200);
    let record = record(&world, "CreateSnapshots").await;
    assert_eq!(
        record["requestParameters"]["CreateSnapshotsRequest"],
        json!({
            "InstanceSpecification": {"InstanceId": instance},
            "TagSpecification": {"ResourceType": "snapshot", "Tag": {"Key": "case", "Value": true, "tag": 1}, "tag": 1},
        })
    );
    assert!(
        record["responseElements"]["CreateSnapshotsResponse"]["snapshotSet"]["item"].is_object()
            || record["responseElements"]["CreateSnapshotsResponse"]["snapshotSet"]["item"].is_array()
    );
}

#[tokio::test]
async fn the_attack_is_carried_out_and_not_only_told() {
    let world = World::open();
    let groups = world
        .ec2("DescribeSecurityGroups", &[("Filter.1.Name", "group-name"), ("Filter.1.Value.1", "web-canary")])
        .await;
    assert!(groups.one("ipPermissions").contains("<cidrIp>0.0.0.0/0</cidrIp>"), "{}", groups.body);
    let mut virginia = world;
    virginia.region = "us-east-1";
    let miners = virginia
        .ec2("DescribeInstances", &[("Filter.1.Name", "instance-type"), ("Filter.1.Value.1", "c7i.24xlarge")])
        .await;
    assert_eq!(miners.all("instanceId").len(), 2);
    let linked = virginia.ec2("DescribeClassicLinkInstances", &[]).await;
    assert_eq!(linked.all("instanceId").len(), 1, "{}", linked.body);
    virginia.pass(9 * 60);
    let linked = virginia.ec2("DescribeClassicLinkInstances", &[]).await;
    assert_eq!(linked.all("instanceId").len(), 0, "by now it was detached");
}
