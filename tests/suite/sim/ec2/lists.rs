//! Lists: pages, tokens, filters, ids, and how far reads lag behind.

use jiff::SignedDuration;

use super::super::World;
use super::{running_instance, some_instance, state};

#[tokio::test]
async fn pages_hold_every_instance_once() {
    let world = World::open();
    let all = world.ec2("DescribeInstances", &[("MaxResults", "1000")]).await;
    let whole: Vec<String> = all.all("instanceId").into_iter().map(str::to_owned).collect();
    let mut paged = Vec::new();
    let mut token = String::new();
    loop {
        let mut params = vec![("MaxResults", "7")];
        if !token.is_empty() {
            params.push(("NextToken", &token));
        }
        let page = world.ec2("DescribeInstances", &params).await;
        assert!(page.all("instanceId").len() <= 7);
        paged.extend(page.all("instanceId").into_iter().map(str::to_owned));
        let Some(next) = page.all("nextToken").first().map(|next| (*next).to_owned()) else { break };
        token = next;
    }
    assert!(whole.len() > 20, "the account has {} here", whole.len());
    assert_eq!(paged, whole);
}

#[tokio::test]
async fn a_token_belongs_to_its_parameters() {
    let world = World::open();
    let page = world.ec2("DescribeInstances", &[("MaxResults", "5")]).await;
    let token = page.one("nextToken");
    let other = [("MaxResults", "5"), ("NextToken", token), ("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", "*")];
    assert_eq!(world.ec2("DescribeInstances", &other).await.refused(), (400, "InvalidPaginationToken"));
    let nonsense = [("MaxResults", "5"), ("NextToken", "xyz")];
    assert_eq!(world.ec2("DescribeInstances", &nonsense).await.refused(), (400, "InvalidParameterValue"));
    let elsewhere = [("MaxResults", "5"), ("NextToken", token)];
    assert_eq!(world.ec2("DescribeVolumes", &elsewhere).await.refused(), (400, "InvalidPaginationToken"));
}

#[tokio::test]
async fn page_sizes_are_bounded_and_exclude_ids() {
    let world = World::open();
    for size in ["4", "1001", "0"] {
        let refused = world.ec2("DescribeInstances", &[("MaxResults", size)]).await;
        assert_eq!(refused.refused(), (400, "InvalidParameterValue"));
    }
    let instance = some_instance(&world).await;
    let both = world.ec2("DescribeInstances", &[("MaxResults", "5"), ("InstanceId.1", &instance)]).await;
    assert_eq!(both.refused(), (400, "InvalidParameterCombination"));
}

#[tokio::test]
async fn filters_are_alternatives_within_and_all_hold_between() {
    let world = World::open();
    let count = async |params: &[(&str, &str)]| world.ec2("DescribeInstances", params).await.all("instanceId").len();
    let running = count(&[("Filter.1.Name", "instance-state-name"), ("Filter.1.Value.1", "running")]).await;
    let stopped = count(&[("Filter.1.Name", "instance-state-name"), ("Filter.1.Value.1", "stopped")]).await;
    let both =
        [("Filter.1.Name", "instance-state-name"), ("Filter.1.Value.1", "running"), ("Filter.1.Value.2", "stopped")];
    assert_eq!(count(&both).await, running + stopped);
    let web = [
        ("Filter.1.Name", "tag:Name"),
        ("Filter.1.Value.1", "web-*"),
        ("Filter.2.Name", "instance-state-name"),
        ("Filter.2.Value.1", "running"),
    ];
    let web = count(&web).await;
    assert!(web > 0 && web < running);
    let unknown = [("Filter.1.Name", "favourite-colour"), ("Filter.1.Value.1", "red")];
    assert_eq!(world.ec2("DescribeInstances", &unknown).await.refused(), (400, "InvalidParameterValue"));
}

#[tokio::test]
async fn ids_are_malformed_or_not_there() {
    let world = World::open();
    let absent = world.ec2("DescribeInstances", &[("InstanceId.1", "i-0123456789abcdef0")]).await;
    assert_eq!(absent.refused(), (400, "InvalidInstanceID.NotFound"));
    let malformed = world.ec2("StopInstances", &[("InstanceId.1", "web-1")]).await;
    assert_eq!(malformed.refused(), (400, "InvalidInstanceID.Malformed"));
    assert_eq!(world.ec2("StopInstances", &[]).await.refused(), (400, "MissingParameter"));
    let group = world.ec2("DescribeSecurityGroups", &[("GroupId.1", "sg-0123456789abcdef0")]).await;
    assert_eq!(group.refused(), (400, "InvalidGroup.NotFound"));
}

#[tokio::test]
async fn reads_lag_behind_writes() {
    let world = World::with("leaked-key", Some(SignedDuration::from_secs(2)));
    let instance = running_instance(&world).await;
    world.ec2("StopInstances", &[("InstanceId.1", &instance)]).await;
    assert_eq!(state(&world, &instance).await, "running", "what was a moment ago");
    world.pass(2);
    assert_eq!(state(&world, &instance).await, "stopping");
    let again = world.ec2("StartInstances", &[("InstanceId.1", &instance)]).await;
    assert_eq!(again.refused(), (400, "IncorrectInstanceState"), "writes see the present");
}
