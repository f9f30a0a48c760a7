//! Load balancing: target groups, their targets and the health of each.

use super::{Answer, World};

async fn elb(world: &World, action: &str, params: &[(&str, &str)]) -> Answer {
    world.try_query("elasticloadbalancing", action, params).await.unwrap()
}

async fn arn(world: &World, group: &str) -> String {
    elb(world, "DescribeTargetGroups", &[("Names.member.1", group)]).await.one("TargetGroupArn").to_owned()
}

async fn states(world: &World, group: &str) -> Vec<String> {
    let answer = elb(world, "DescribeTargetHealth", &[("TargetGroupArn", group)]).await;
    answer.all("State").into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_target_that_is_taken_off_drains_and_comes_back_through_its_checks() {
    let world = World::open();
    let group = arn(&world, "api").await;
    let instance = elb(&world, "DescribeTargetHealth", &[("TargetGroupArn", &group)]).await.one("Id").to_owned();
    let target = [("TargetGroupArn", group.as_str()), ("Targets.member.1.Id", &instance)];
    let state = async || elb(&world, "DescribeTargetHealth", &target).await.one("State").to_owned();
    assert_eq!(state().await, "healthy");
    assert_eq!(elb(&world, "DeregisterTargets", &target).await.status, 200);
    assert_eq!(state().await, "draining");
    world.pass(61);
    let gone = elb(&world, "DescribeTargetHealth", &target).await;
    assert_eq!((gone.one("State"), gone.one("Reason")), ("unused", "Target.NotRegistered"));
    assert_eq!(elb(&world, "DeregisterTargets", &target).await.status, 200, "one that is not there is no error");
    assert_eq!(elb(&world, "RegisterTargets", &target).await.status, 200);
    assert_eq!(state().await, "initial");
    world.pass(21);
    assert_eq!(state().await, "healthy");
}

#[tokio::test]
async fn health_follows_the_instance_and_its_groups() {
    let world = World::open();
    let group = arn(&world, "api").await;
    let before = states(&world, &group).await;
    assert_eq!(before.iter().filter(|state| *state == "healthy").count(), 8);
    let answer = elb(&world, "DescribeTargetHealth", &[("TargetGroupArn", &group)]).await;
    let instance = answer.one("Id").to_owned();
    let target = [("TargetGroupArn", group.as_str()), ("Targets.member.1.Id", &instance)];
    let interface = [("Filter.1.Name", "attachment.instance-id"), ("Filter.1.Value.1", instance.as_str())];
    let interface = world.ec2("DescribeNetworkInterfaces", &interface).await.one("networkInterfaceId").to_owned();
    let closed = super::ec2::new_group(&world).await;
    let swap = [("NetworkInterfaceId", interface.as_str()), ("SecurityGroupId.1", &closed)];
    assert_eq!(world.ec2("ModifyNetworkInterfaceAttribute", &swap).await.status, 200);
    let cut = elb(&world, "DescribeTargetHealth", &target).await;
    assert_eq!((cut.one("State"), cut.one("Reason")), ("unhealthy", "Target.Timeout"));
    world.ec2("StopInstances", &[("InstanceId.1", &instance)]).await;
    let stopped = elb(&world, "DescribeTargetHealth", &target).await;
    assert_eq!(stopped.one("Description"), "Target is in the stopped state");
}

#[tokio::test]
async fn targets_and_groups_that_cannot_be_are_refused() {
    let world = World::open();
    let nowhere = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/nowhere/0123456789abcdef";
    let refused = elb(&world, "DescribeTargetHealth", &[("TargetGroupArn", nowhere)]).await;
    assert_eq!(refused.refused(), (400, "TargetGroupNotFound"));
    let group = arn(&world, "web").await;
    let absent = [("TargetGroupArn", group.as_str()), ("Targets.member.1.Id", "i-0123456789abcdef0")];
    assert_eq!(elb(&world, "RegisterTargets", &absent).await.refused(), (400, "InvalidTarget"));
    let params = [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", "staging-1")];
    let other = world.ec2("DescribeInstances", &params).await.one("instanceId").to_owned();
    let foreign = [("TargetGroupArn", group.as_str()), ("Targets.member.1.Id", &other)];
    let refused = elb(&world, "RegisterTargets", &foreign).await;
    assert!(refused.one("Message").contains("not in the target group VPC"), "{}", refused.body);
    let reader = world.as_principal("readonly");
    let refused = elb(&reader, "DeregisterTargets", &absent).await;
    assert_eq!(refused.refused(), (403, "AccessDenied"));
    assert!(refused.one("Message").contains(&group));
}

#[tokio::test]
async fn load_balancers_show_their_listeners_and_what_stands_behind() {
    let world = World::open();
    let balancers = elb(&world, "DescribeLoadBalancers", &[("Names.member.1", "prod-web")]).await;
    let balancer = balancers.one("LoadBalancerArn").to_owned();
    let listeners = elb(&world, "DescribeListeners", &[("LoadBalancerArn", &balancer)]).await;
    assert_eq!(listeners.all("Port"), ["443", "80"]);
    let group = arn(&world, "web").await;
    assert!(listeners.all("TargetGroupArn").iter().all(|arn| *arn == group));
    let behind = elb(&world, "DescribeTargetGroups", &[("LoadBalancerArn", &balancer)]).await;
    assert_eq!(behind.all("TargetGroupName"), ["web"]);
    let attributes = elb(&world, "DescribeTargetGroupAttributes", &[("TargetGroupArn", &group)]).await;
    assert!(attributes.body.contains("<Key>deregistration_delay.timeout_seconds</Key><Value>30</Value>"));
    let tags = elb(&world, "DescribeTags", &[("ResourceArns.member.1", &group)]).await;
    assert!(tags.body.contains("<Key>Service</Key><Value>web</Value>"));
    let page = elb(&world, "DescribeTargetGroups", &[("PageSize", "1")]).await;
    let rest = elb(&world, "DescribeTargetGroups", &[("PageSize", "1"), ("Marker", page.one("NextMarker"))]).await;
    assert_ne!(page.one("TargetGroupName"), rest.one("TargetGroupName"));
}
