//! EC2's actions: lists, instances, groups, snapshots.

use super::World;

mod groups;
mod instances;
mod lists;
mod snapshots;

/// The id of any instance.
pub(super) async fn some_instance(world: &World) -> String {
    world.ec2("DescribeInstances", &[("MaxResults", "5")]).await.one("instanceId").to_owned()
}

/// The id of a running instance with one interface that is not protected.
pub(super) async fn running_instance(world: &World) -> String {
    let params = [
        ("Filter.1.Name", "instance-state-name"),
        ("Filter.1.Value.1", "running"),
        ("Filter.2.Name", "tag:Name"),
        ("Filter.2.Value.1", "web-1*"),
    ];
    world.ec2("DescribeInstances", &params).await.one("instanceId").to_owned()
}

/// The state of an instance.
pub(super) async fn state(world: &World, instance: &str) -> String {
    let answer = world.ec2("DescribeInstances", &[("InstanceId.1", instance)]).await;
    answer.one("instanceState").split("<name>").nth(1).unwrap().trim_end_matches("</name>").to_owned()
}

/// A new group in the VPC of the running instance.
pub(super) async fn new_group(world: &World) -> String {
    let instance = running_instance(world).await;
    let vpc = world.ec2("DescribeInstances", &[("InstanceId.1", &instance)]).await.one("vpcId").to_owned();
    let params = [("GroupName", "fresh"), ("GroupDescription", "made by a test"), ("VpcId", &vpc)];
    let answer = world.ec2("CreateSecurityGroup", &params).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.one("groupId").to_owned()
}

async fn interfaces(world: &World, instance: &str) -> Vec<String> {
    let params = [("Filter.1.Name", "attachment.instance-id"), ("Filter.1.Value.1", instance)];
    let answer = world.ec2("DescribeNetworkInterfaces", &params).await;
    answer.all("networkInterfaceId").into_iter().map(str::to_owned).collect()
}
