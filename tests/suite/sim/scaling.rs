//! Auto Scaling: standby, detaching, sizes, suspended processes, and what groups do by
//! themselves.

use super::{Answer, World};
use serde_json::{Value, json};

const GROUP: (&str, &str) = ("AutoScalingGroupName", "web");

async fn scaling(world: &World, action: &str, params: &[(&str, &str)]) -> Answer {
    world.try_query("autoscaling", action, params).await.unwrap()
}

/// An action on one instance of the group `web`.
async fn on(world: &World, action: &str, instance: &str, decrement: Option<&str>) -> Answer {
    let mut params = vec![GROUP, ("InstanceIds.member.1", instance)];
    params.extend(decrement.map(|flag| ("ShouldDecrementDesiredCapacity", flag)));
    scaling(world, action, &params).await
}

/// A number of the group `web`.
async fn size(world: &World, of: &str) -> i64 {
    let name = ("AutoScalingGroupNames.member.1", "web");
    scaling(world, "DescribeAutoScalingGroups", &[name]).await.one(of).parse().unwrap()
}

/// The instances of a group with where each stands.
async fn members(world: &World, group: &str) -> Vec<(String, String)> {
    let answer = scaling(world, "DescribeAutoScalingGroups", &[("AutoScalingGroupNames.member.1", group)]).await;
    let (ids, states) = (answer.all("InstanceId"), answer.all("LifecycleState"));
    assert_eq!(ids.len(), states.len());
    ids.into_iter().map(str::to_owned).zip(states.into_iter().map(str::to_owned)).collect()
}

async fn lifecycle(world: &World, instance: &str) -> Option<String> {
    members(world, "web").await.into_iter().find(|(id, _)| id == instance).map(|(_, state)| state)
}

/// The health of an instance in a target group, and why.
async fn health(world: &World, instance: &str) -> (String, String) {
    let groups = world.try_query("elasticloadbalancing", "DescribeTargetGroups", &[("Names.member.1", "web")]).await;
    let groups = groups.unwrap();
    let params = [("TargetGroupArn", groups.one("TargetGroupArn")), ("Targets.member.1.Id", instance)];
    let answer = world.try_query("elasticloadbalancing", "DescribeTargetHealth", &params).await.unwrap();
    let reason = answer.all("Reason").first().copied().unwrap_or_default();
    (answer.one("State").to_owned(), reason.to_owned())
}

/// The id of web-7, the machine of the demo.
async fn victim(world: &World) -> String {
    let params = [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", "web-7")];
    world.ec2("DescribeInstances", &params).await.one("instanceId").to_owned()
}

#[tokio::test]
async fn an_instance_goes_into_standby_and_back_and_off_its_target_group_meanwhile() {
    let world = World::open();
    let web = victim(&world).await;
    assert_eq!(health(&world, &web).await.0, "healthy");
    let desired = size(&world, "DesiredCapacity").await;
    let answer = on(&world, "EnterStandby", &web, Some("true")).await;
    assert_eq!(answer.one("Description"), format!("Moving EC2 instance to Standby: {web}"));
    let cause = answer.one("Cause");
    assert!(cause.ends_with(&format!("shrinking the capacity from {desired} to {}.", desired - 1)), "{cause}");
    assert_eq!(lifecycle(&world, &web).await.unwrap(), "EnteringStandby");
    assert_eq!(health(&world, &web).await, ("draining".to_owned(), "Target.DeregistrationInProgress".to_owned()));
    assert_eq!(size(&world, "DesiredCapacity").await, desired - 1);
    world.pass(31);
    assert_eq!(lifecycle(&world, &web).await.unwrap(), "Standby");
    assert_eq!(health(&world, &web).await, ("unused".to_owned(), "Target.NotRegistered".to_owned()));
    assert_eq!(on(&world, "ExitStandby", &web, None).await.one("StatusCode"), "PreInService");
    assert_eq!(lifecycle(&world, &web).await.unwrap(), "Pending");
    assert_eq!(health(&world, &web).await.0, "initial");
    world.pass(13);
    assert_eq!(lifecycle(&world, &web).await.unwrap(), "InService");
    assert_eq!(size(&world, "DesiredCapacity").await, desired);
}

#[tokio::test]
async fn without_a_smaller_capacity_another_instance_is_launched_unless_that_is_suspended() {
    for suspended in [false, true] {
        let world = World::open();
        let web = victim(&world).await;
        let before = members(&world, "web").await.len();
        if suspended {
            scaling(&world, "SuspendProcesses", &[GROUP, ("ScalingProcesses.member.1", "Launch")]).await;
        }
        assert_eq!(on(&world, "EnterStandby", &web, Some("false")).await.status, 200);
        world.pass(60);
        let after = members(&world, "web").await;
        assert_eq!(after.len(), before + usize::from(!suspended));
        assert_eq!(after.iter().filter(|(_, state)| state == "InService").count(), before - usize::from(suspended));
        if !suspended {
            let (launched, _) = after.last().unwrap();
            let instance = world.ec2("DescribeInstances", &[("InstanceId.1", launched)]).await;
            assert!(
                instance.body.contains("<key>aws:autoscaling:groupName</key><value>web</value>"),
                "{}",
                instance.body
            );
            assert_ne!(health(&world, launched).await.1, "Target.NotRegistered");
            let activities = scaling(&world, "DescribeScalingActivities", &[GROUP]).await;
            let description = format!("Launching a new EC2 instance: {launched}");
            assert!(activities.all("Description").contains(&description.as_str()));
        }
    }
}

#[tokio::test]
async fn a_group_does_not_shrink_below_its_least() {
    let world = World::open();
    let web = victim(&world).await;
    let desired = size(&world, "DesiredCapacity").await.to_string();
    scaling(&world, "UpdateAutoScalingGroup", &[GROUP, ("MinSize", &desired)]).await;
    for (action, words) in [("EnterStandby", "place into standby"), ("DetachInstances", "detach")] {
        let refused = on(&world, action, &web, Some("true")).await;
        assert_eq!(refused.refused(), (400, "ValidationError"));
        let expected = format!(
            "AutoScalingGroup web has min-size={desired}, max-size=10, and desired-size={desired}. To {words} 1 instance, please update the AutoScalingGroup sizes appropriately."
        );
        assert_eq!(refused.one("Message"), expected);
    }
    assert_eq!(lifecycle(&world, &web).await.unwrap(), "InService");
}

#[tokio::test]
async fn what_is_not_there_and_what_stands_elsewhere_is_refused() {
    let world = World::open();
    let web = victim(&world).await;
    let refused = on(&world, "ExitStandby", &web, None).await;
    assert_eq!(refused.one("Message"), format!("The instance {web} is not in Standby."));
    on(&world, "EnterStandby", &web, Some("true")).await;
    let twice = on(&world, "EnterStandby", &web, Some("true")).await;
    assert_eq!(twice.one("Message"), format!("The instance {web} is not in InService."));
    let stranger = on(&world, "EnterStandby", "i-0123456789abcdef0", Some("true")).await;
    assert_eq!(stranger.one("Message"), "The instance i-0123456789abcdef0 is not part of Auto Scaling group web.");
    let nowhere = scaling(&world, "SetDesiredCapacity", &[("AutoScalingGroupName", "x"), ("DesiredCapacity", "1")]);
    assert_eq!(nowhere.await.one("Message"), "AutoScalingGroup name not found - AutoScalingGroup x not found");
    assert_eq!(on(&world, "EnterStandby", &web, None).await.refused(), (400, "ValidationError"));
    let many = scaling(&world, "SetDesiredCapacity", &[GROUP, ("DesiredCapacity", "11")]).await;
    assert_eq!(many.one("Message"), "New SetDesiredCapacity value 11 is above max value 10 for the AutoScalingGroup.");
    let process = [GROUP, ("ScalingProcesses.member.1", "Lunch")];
    assert_eq!(scaling(&world, "SuspendProcesses", &process).await.refused(), (400, "ValidationError"));
}

#[tokio::test]
async fn a_detached_instance_runs_on_by_itself_and_can_be_attached_again() {
    let world = World::open();
    let web = victim(&world).await;
    let desired = size(&world, "DesiredCapacity").await;
    assert_eq!(on(&world, "DetachInstances", &web, Some("true")).await.one("StatusCode"), "InProgress");
    assert_eq!(lifecycle(&world, &web).await.unwrap(), "Detaching");
    world.pass(40);
    assert_eq!(lifecycle(&world, &web).await, None);
    let alone = world.ec2("DescribeInstances", &[("InstanceId.1", &web)]).await;
    assert!(!alone.body.contains("aws:autoscaling"), "the group's tag is taken off");
    assert_eq!(super::ec2::state(&world, &web).await, "running");
    let elsewhere = on(&world, "AttachInstances", &web, None).await;
    assert_eq!(elsewhere.status, 200, "{}", elsewhere.body);
    world.pass(13);
    assert_eq!(lifecycle(&world, &web).await.unwrap(), "InService");
    assert_eq!(size(&world, "DesiredCapacity").await, desired);
    let again = on(&world, "AttachInstances", &web, None).await;
    assert_eq!(again.one("Message"), format!("Instance {web} is already part of AutoScalingGroup:web"));
}

#[tokio::test]
async fn a_stopped_instance_in_service_is_replaced_and_one_on_standby_is_not() {
    let world = World::open();
    let resume = [GROUP, ("ScalingProcesses.member.1", "ReplaceUnhealthy")];
    scaling(&world, "ResumeProcesses", &resume).await;
    let standing = victim(&world).await;
    on(&world, "EnterStandby", &standing, Some("true")).await;
    world.pass(31);
    let serving = super::ec2::running_instance(&world).await;
    for id in [&standing, &serving] {
        world.ec2("ModifyInstanceAttribute", &[("InstanceId", id), ("DisableApiTermination.Value", "true")]).await;
        world.ec2("StopInstances", &[("InstanceId.1", id)]).await;
    }
    let desired = size(&world, "DesiredCapacity").await;
    world.pass(150);
    assert_eq!(lifecycle(&world, &standing).await.unwrap(), "Standby");
    assert_eq!(super::ec2::state(&world, &standing).await, "stopped");
    assert_eq!(lifecycle(&world, &serving).await, None);
    assert_eq!(super::ec2::state(&world, &serving).await, "terminated", "protection does not stop Auto Scaling");
    let in_service = members(&world, "web").await.into_iter().filter(|(_, state)| state == "InService").count();
    assert_eq!(i64::try_from(in_service).unwrap(), desired);
}

#[tokio::test]
async fn what_the_group_does_is_recorded_as_its_service_role() {
    let world = World::open();
    let web = victim(&world).await;
    on(&world, "EnterStandby", &web, Some("false")).await;
    world.pass(60);
    members(&world, "web").await;
    world.pass(16 * 60);
    let find = async |name: &str, of: &str| {
        world.pass(1);
        let body =
            json!({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name}], "MaxResults": 50});
        let (_, answer) = world.trail("LookupEvents", body).await;
        let events = answer["Events"].as_array().unwrap().clone();
        let records = events.iter().map(|event| serde_json::from_str(event["CloudTrailEvent"].as_str().unwrap()));
        let records = records.map(|record: Result<Value, _>| record.unwrap());
        records.into_iter().find(|record| record.to_string().contains(of)).unwrap_or_else(|| panic!("no {name}"))
    };
    let standby = find("EnterStandby", "OnCall").await;
    assert_eq!(standby["eventSource"], "autoscaling.amazonaws.com");
    assert_eq!(
        standby["requestParameters"],
        json!({"autoScalingGroupName": "web", "instanceIds": [web], "shouldDecrementDesiredCapacity": false})
    );
    assert_eq!(standby["responseElements"]["activities"][0]["progress"], 50);
    let off = find("DeregisterTargets", &web).await;
    assert_eq!(off["userIdentity"]["invokedBy"], "autoscaling.amazonaws.com");
    assert_eq!(off["requestParameters"]["targets"], json!([{"id": web}]));
    let launch = find("RunInstances", "web-scaled-out").await;
    assert_eq!(launch["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"], "AWSServiceRoleForAutoScaling");
    assert_eq!(launch["errorCode"], Value::Null);
}

#[tokio::test]
async fn groups_are_listed_in_pages_and_by_tag() {
    let world = World::open();
    let mut names = Vec::new();
    let mut token = String::new();
    loop {
        let mut params = vec![("MaxRecords", "1")];
        if !token.is_empty() {
            params.push(("NextToken", &token));
        }
        let page = scaling(&world, "DescribeAutoScalingGroups", &params).await;
        names.extend(page.all("AutoScalingGroupName").into_iter().map(str::to_owned));
        let Some(next) = page.all("NextToken").first().map(|next| (*next).to_owned()) else { break };
        token = next;
    }
    assert_eq!(names, ["web", "api", "workers"]);
    let filter = [("Filters.member.1.Name", "tag:Service"), ("Filters.member.1.Values.member.1", "api")];
    assert_eq!(scaling(&world, "DescribeAutoScalingGroups", &filter).await.all("AutoScalingGroupName"), ["api"]);
    let bad = [("NextToken", "nonsense")];
    assert_eq!(scaling(&world, "DescribeAutoScalingGroups", &bad).await.refused(), (400, "InvalidNextToken"));
}

#[tokio::test]
async fn who_may_not_is_refused_by_the_groups_arn_and_tags() {
    let world = World::open();
    let reader = world.as_principal("readonly");
    let web = victim(&world).await;
    let refused = on(&reader, "EnterStandby", &web, Some("true")).await;
    assert_eq!(refused.refused(), (403, "AccessDenied"));
    assert!(refused.one("Message").contains("autoScalingGroupName/web"), "{}", refused.one("Message"));
}
