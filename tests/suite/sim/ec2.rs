//! EC2's actions: lists, states, groups, profiles, snapshots.

use super::World;
use jiff::SignedDuration;

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

#[tokio::test]
async fn groups_of_several_interfaces_are_set_one_by_one() {
    let world = World::open();
    let all = world
        .ec2("DescribeNetworkInterfaces", &[("Filter.1.Name", "attachment.device-index"), ("Filter.1.Value.1", "1")])
        .await;
    let instance = all.one("instanceId").to_owned();
    let vpc = all.one("vpcId").to_owned();
    let params = [("GroupName", "quarantine"), ("GroupDescription", "closed"), ("VpcId", &vpc)];
    let group = world.ec2("CreateSecurityGroup", &params).await.one("groupId").to_owned();
    let at_once = world.ec2("ModifyInstanceAttribute", &[("InstanceId", &instance), ("GroupId.1", &group)]).await;
    assert_eq!(at_once.refused(), (400, "InvalidInstanceID"));
    for interface in interfaces(&world, &instance).await {
        let params = [("NetworkInterfaceId", interface.as_str()), ("SecurityGroupId.1", group.as_str())];
        assert_eq!(world.ec2("ModifyNetworkInterfaceAttribute", &params).await.status, 200);
    }
    let found = world
        .ec2("DescribeInstances", &[("Filter.1.Name", "network-interface.group-id"), ("Filter.1.Value.1", &group)])
        .await;
    assert_eq!(found.all("instanceId"), [instance.as_str()]);
    let used = world.ec2("DeleteSecurityGroup", &[("GroupId", &group)]).await;
    assert_eq!(used.refused(), (400, "DependencyViolation"));
}

#[tokio::test]
async fn a_new_group_lets_everything_out_until_that_rule_is_revoked() {
    let world = World::open();
    let group = new_group(&world).await;
    let rules = [("Filter.1.Name", "group-id"), ("Filter.1.Value.1", group.as_str())];
    let shown = world.ec2("DescribeSecurityGroupRules", &rules).await;
    assert_eq!((shown.all("isEgress"), shown.one("cidrIpv4")), (vec!["true"], "0.0.0.0/0"));
    let rule = shown.one("securityGroupRuleId");
    let revoke = [("GroupId", group.as_str()), ("SecurityGroupRuleId.1", rule)];
    let revoked = world.ec2("RevokeSecurityGroupEgress", &revoke).await;
    assert_eq!(revoked.one("revokedSecurityGroupRuleSet").matches("<item>").count(), 1);
    assert!(world.ec2("DescribeSecurityGroupRules", &rules).await.all("securityGroupRuleId").is_empty());
    let again = world.ec2("RevokeSecurityGroupEgress", &revoke).await;
    assert_eq!(again.refused(), (400, "InvalidSecurityGroupRuleId.NotFound"));
    assert_eq!(world.ec2("DeleteSecurityGroup", &[("GroupId", &group)]).await.status, 200);
}

#[tokio::test]
async fn rules_are_made_once_and_told_with_their_ids() {
    let world = World::open();
    let group = new_group(&world).await;
    let params = [
        ("GroupId", group.as_str()),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "443"),
        ("IpPermissions.1.ToPort", "443"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "10.1.2.3/8"),
        ("IpPermissions.1.IpRanges.1.Description", "inside"),
        ("IpPermissions.1.Ipv6Ranges.1.CidrIpv6", "::/0"),
        ("IpPermissions.1.Groups.1.GroupId", group.as_str()),
    ];
    let made = world.ec2("AuthorizeSecurityGroupIngress", &params).await;
    assert_eq!(made.all("securityGroupRuleId").len(), 3, "{}", made.body);
    assert_eq!(made.one("cidrIpv4"), "10.0.0.0/8", "the range is brought to its own form");
    let again = world.ec2("AuthorizeSecurityGroupIngress", &params).await;
    assert_eq!(again.refused(), (400, "InvalidPermission.Duplicate"));
    let shown = world.ec2("DescribeSecurityGroups", &[("GroupId.1", &group)]).await;
    assert!(shown.one("ipPermissions").contains("<description>inside</description>"));
    let wrong = [params[0], params[1], params[2], params[3], ("IpPermissions.1.IpRanges.1.CidrIp", "10.0.0.0/99")];
    assert_eq!(world.ec2("AuthorizeSecurityGroupIngress", &wrong).await.refused(), (400, "InvalidParameterValue"));
    assert_eq!(world.ec2("RevokeSecurityGroupIngress", &params).await.status, 200);
    assert_eq!(world.ec2("RevokeSecurityGroupIngress", &params).await.refused(), (400, "InvalidPermission.NotFound"));
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
async fn snapshots_of_an_instance_complete_in_time() {
    let world = World::open();
    let instance = running_instance(&world).await;
    let made = world
        .ec2("CreateSnapshots", &[("InstanceSpecification.InstanceId", &instance), ("Description", "case 7")])
        .await;
    assert_eq!(made.status, 200, "{}", made.body);
    let id = made.one("snapshotId").to_owned();
    world.pass(5);
    let pending = world.ec2("DescribeSnapshots", &[("SnapshotId.1", &id)]).await;
    assert_eq!(pending.one("status"), "pending");
    let percent: u32 = pending.one("progress").trim_end_matches('%').parse().unwrap();
    assert!((1..100).contains(&percent), "{percent}");
    world.pass(600);
    let done = world.ec2("DescribeSnapshots", &[("SnapshotId.1", &id)]).await;
    assert_eq!((done.one("status"), done.one("progress"), done.one("description")), ("completed", "100%", "case 7"));
}

#[tokio::test]
async fn a_snapshot_is_shared_and_unshared() {
    let world = World::open();
    let id = world.ec2("DescribeSnapshots", &[("Owner.1", "self")]).await.one("snapshotId").to_owned();
    let share = [("SnapshotId", id.as_str()), ("CreateVolumePermission.Add.1.UserId", "999988887777")];
    assert_eq!(world.ec2("ModifySnapshotAttribute", &share).await.status, 200);
    let read = [("SnapshotId", id.as_str()), ("Attribute", "createVolumePermission")];
    assert!(world.ec2("DescribeSnapshotAttribute", &read).await.all("userId").contains(&"999988887777"));
    let unshare = [
        ("SnapshotId", id.as_str()),
        ("Attribute", "createVolumePermission"),
        ("OperationType", "remove"),
        ("UserId.1", "999988887777"),
    ];
    assert_eq!(world.ec2("ModifySnapshotAttribute", &unshare).await.status, 200);
    assert!(!world.ec2("DescribeSnapshotAttribute", &read).await.all("userId").contains(&"999988887777"));
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
