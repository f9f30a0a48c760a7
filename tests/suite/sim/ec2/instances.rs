//! Instances: launched, stopped, started, changed and terminated.

use super::super::World;
use super::{interfaces, running_instance, state};

#[tokio::test]
async fn a_dry_run_promises_and_does_nothing() {
    let world = World::open();
    let instance = running_instance(&world).await;
    let dry = world.ec2("StopInstances", &[("InstanceId.1", &instance), ("DryRun", "true")]).await;
    assert_eq!(dry.refused(), (412, "DryRunOperation"));
    assert_eq!(dry.one("Message"), "Request would have succeeded, but DryRun flag is set.");
    assert_eq!(state(&world, &instance).await, "running");
    let absent = [("InstanceId.1", "i-0123456789abcdef0"), ("DryRun", "true")];
    assert_eq!(world.ec2("StopInstances", &absent).await.refused(), (400, "InvalidInstanceID.NotFound"));
}

#[tokio::test]
async fn an_instance_takes_time_to_stop_and_to_start() {
    let world = World::open();
    let instance = running_instance(&world).await;
    let id = [("InstanceId.1", instance.as_str())];
    world.ec2("StopInstances", &id).await;
    assert_eq!(state(&world, &instance).await, "stopping");
    assert_eq!(world.ec2("StartInstances", &id).await.refused(), (400, "IncorrectInstanceState"));
    world.pass(20);
    assert_eq!(state(&world, &instance).await, "stopped");
    let shown = world.ec2("DescribeInstances", &id).await;
    assert_eq!(shown.all("code")[1], "Client.UserInitiatedShutdown");
    world.ec2("StartInstances", &id).await;
    assert_eq!(state(&world, &instance).await, "pending");
    world.pass(10);
    assert_eq!(state(&world, &instance).await, "running");
}

#[tokio::test]
async fn a_terminated_instance_gives_everything_up_and_is_forgotten() {
    let world = World::open();
    let instance = running_instance(&world).await;
    let id = [("InstanceId.1", instance.as_str())];
    let volumes = world
        .ec2("DescribeVolumes", &[("Filter.1.Name", "attachment.instance-id"), ("Filter.1.Value.1", &instance)])
        .await;
    let volume = volumes.one("volumeId").to_owned();
    world.ec2("TerminateInstances", &id).await;
    assert_eq!(state(&world, &instance).await, "shutting-down");
    world.pass(30);
    assert_eq!(state(&world, &instance).await, "terminated");
    assert!(interfaces(&world, &instance).await.is_empty());
    assert_eq!(
        world.ec2("DescribeVolumes", &[("VolumeId.1", &volume)]).await.refused(),
        (400, "InvalidVolume.NotFound")
    );
    assert_eq!(world.ec2("StartInstances", &id).await.refused(), (400, "IncorrectInstanceState"));
    world.pass(3600);
    assert_eq!(world.ec2("DescribeInstances", &id).await.refused(), (400, "InvalidInstanceID.NotFound"));
}

#[tokio::test]
async fn termination_protection_protects() {
    let world = World::open();
    let instance = running_instance(&world).await;
    let protect = |on: &'static str| {
        let params = [("InstanceId", instance.clone()), ("DisableApiTermination.Value", on.to_owned())];
        async {
            world
                .ec2("ModifyInstanceAttribute", &params.map(|(k, v)| (k, v)).each_ref().map(|(k, v)| (*k, v.as_str())))
                .await
                .status
        }
    };
    assert_eq!(protect("true").await, 200);
    let terminate = world.ec2("TerminateInstances", &[("InstanceId.1", &instance)]).await;
    assert_eq!(terminate.refused(), (400, "OperationNotPermitted"));
    let read = [("InstanceId", instance.as_str()), ("Attribute", "disableApiTermination")];
    assert!(
        world.ec2("DescribeInstanceAttribute", &read).await.body.contains("<disableApiTermination><value>true</value>")
    );
    assert_eq!(protect("false").await, 200);
    assert_eq!(world.ec2("TerminateInstances", &[("InstanceId.1", &instance)]).await.status, 200);
}

#[tokio::test]
async fn type_and_user_data_change_only_while_stopped() {
    let world = World::open();
    let instance = running_instance(&world).await;
    let resize = [("InstanceId", instance.as_str()), ("InstanceType.Value", "m5.xlarge")];
    assert_eq!(world.ec2("ModifyInstanceAttribute", &resize).await.refused(), (400, "IncorrectInstanceState"));
    let data = [("InstanceId", instance.as_str()), ("UserData.Value", "eA==")];
    assert_eq!(world.ec2("ModifyInstanceAttribute", &data).await.refused(), (400, "IncorrectInstanceState"));
    world.ec2("StopInstances", &[("InstanceId.1", &instance)]).await;
    world.pass(20);
    assert_eq!(world.ec2("ModifyInstanceAttribute", &data).await.status, 200);
    let both = [("InstanceId", instance.as_str()), ("UserData.Value", ""), ("InstanceType.Value", "m5.xlarge")];
    assert_eq!(world.ec2("ModifyInstanceAttribute", &both).await.refused(), (400, "InvalidParameterCombination"));
    let bogus = [("InstanceId", instance.as_str()), ("InstanceType.Value", "z9.huge")];
    assert_eq!(world.ec2("ModifyInstanceAttribute", &bogus).await.refused(), (400, "InvalidParameterValue"));
}

#[tokio::test]
async fn a_profile_is_taken_off_and_put_back() {
    let world = World::open();
    let instance = running_instance(&world).await;
    let on = [("Filter.1.Name", "instance-id"), ("Filter.1.Value.1", instance.as_str())];
    let shown = world.ec2("DescribeIamInstanceProfileAssociations", &on).await;
    let (association, arn) = (shown.one("associationId").to_owned(), shown.one("arn").to_owned());
    let back = [("InstanceId", instance.as_str()), ("IamInstanceProfile.Arn", arn.as_str())];
    assert_eq!(world.ec2("AssociateIamInstanceProfile", &back).await.refused(), (400, "IncorrectState"));
    let off = world.ec2("DisassociateIamInstanceProfile", &[("AssociationId", &association)]).await;
    assert_eq!(off.one("state"), "disassociating");
    assert!(!world.ec2("DescribeInstances", &[("InstanceId.1", &instance)]).await.body.contains("iamInstanceProfile"));
    assert_eq!(world.ec2("AssociateIamInstanceProfile", &back).await.one("state"), "associating");
    world.pass(6);
    assert_eq!(world.ec2("DescribeIamInstanceProfileAssociations", &on).await.all("state"), ["associated"]);
    let dry = [("InstanceId", instance.as_str()), ("IamInstanceProfile.Arn", arn.as_str()), ("DryRun", "true")];
    assert_eq!(world.ec2("AssociateIamInstanceProfile", &dry).await.refused(), (400, "UnknownParameter"));
}

#[tokio::test]
async fn tags_are_set_changed_and_taken_off() {
    let world = World::open();
    let instance = running_instance(&world).await;
    let set = [("ResourceId.1", instance.as_str()), ("Tag.1.Key", "case"), ("Tag.1.Value", "7")];
    assert_eq!(world.ec2("CreateTags", &set).await.status, 200);
    let read = [
        ("Filter.1.Name", "resource-id"),
        ("Filter.1.Value.1", instance.as_str()),
        ("Filter.2.Name", "key"),
        ("Filter.2.Value.1", "case"),
    ];
    assert_eq!(world.ec2("DescribeTags", &read).await.one("value"), "7");
    let other = [("ResourceId.1", instance.as_str()), ("Tag.1.Key", "case"), ("Tag.1.Value", "8")];
    world.ec2("DeleteTags", &other).await;
    assert_eq!(world.ec2("DescribeTags", &read).await.all("value"), ["7"], "the value given is not the tag's");
    world.ec2("DeleteTags", &other[..2]).await;
    assert!(world.ec2("DescribeTags", &read).await.all("value").is_empty());
    let reserved = [("ResourceId.1", instance.as_str()), ("Tag.1.Key", "aws:x"), ("Tag.1.Value", "y")];
    assert_eq!(world.ec2("CreateTags", &reserved).await.refused(), (400, "InvalidParameterValue"));
}

#[tokio::test]
async fn instances_are_launched_with_what_was_asked() {
    let world = World::open();
    let instance = running_instance(&world).await;
    let shown = world.ec2("DescribeInstances", &[("InstanceId.1", &instance)]).await;
    let (image, subnet) = (shown.one("imageId"), shown.one("subnetId"));
    let params = [
        ("ImageId", image),
        ("InstanceType", "t3.micro"),
        ("MinCount", "2"),
        ("MaxCount", "2"),
        ("SubnetId", subnet),
        ("ClientToken", "once"),
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.1.Tag.1.Key", "Name"),
        ("TagSpecification.1.Tag.1.Value", "clean"),
    ];
    let launch = world.ec2("RunInstances", &params).await;
    assert_eq!(launch.all("instanceId").len(), 2, "{}", launch.body);
    let again = world.ec2("RunInstances", &params).await;
    assert_eq!(again.all("instanceId"), launch.all("instanceId"), "a token launches once");
    world.pass(10);
    let found = [
        ("Filter.1.Name", "tag:Name"),
        ("Filter.1.Value.1", "clean"),
        ("Filter.2.Name", "instance-state-name"),
        ("Filter.2.Value.1", "running"),
    ];
    let found = world.ec2("DescribeInstances", &found).await;
    assert_eq!(found.all("reservationId").len(), 1);
    assert_eq!(found.all("volumeId").len(), 2);
    let bad = [("ImageId", "ami-0123456789abcdef0"), ("MinCount", "1"), ("MaxCount", "1")];
    assert_eq!(world.ec2("RunInstances", &bad).await.refused(), (400, "InvalidAMIID.NotFound"));
}

#[tokio::test]
async fn an_instance_of_a_vpc_has_no_classic_link_to_detach() {
    let world = World::open();
    let instance = running_instance(&world).await;
    let vpc = world.ec2("DescribeInstances", &[("InstanceId.1", &instance)]).await.one("vpcId").to_owned();
    let detach = world.ec2("DetachClassicLinkVpc", &[("InstanceId", &instance), ("VpcId", &vpc)]).await;
    assert_eq!(detach.refused(), (400, "InvalidInstanceID.NotLinkable"));
    let linked = world.ec2("DescribeVpcClassicLink", &[]).await;
    assert!(!linked.all("classicLinkEnabled").contains(&"true"));
}

#[tokio::test]
async fn the_tokens_of_the_metadata_service_can_be_required() {
    let world = World::open();
    let instance = running_instance(&world).await;
    let require = [("InstanceId", instance.as_str()), ("HttpTokens", "required")];
    assert_eq!(world.ec2("ModifyInstanceMetadataOptions", &require).await.one("httpTokens"), "required");
    let shown = world.ec2("DescribeInstances", &[("InstanceId.1", &instance)]).await;
    assert_eq!(shown.one("httpTokens"), "required");
    let wrong = [("InstanceId", instance.as_str()), ("HttpTokens", "perhaps")];
    assert_eq!(world.ec2("ModifyInstanceMetadataOptions", &wrong).await.refused(), (400, "InvalidParameterValue"));
}
