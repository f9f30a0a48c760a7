//! Images, entries of network ACLs, encryption by default and instance types.

use super::World;

async fn web_7(world: &World) -> String {
    let params = [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", "web-7")];
    world.ec2("DescribeInstances", &params).await.one("instanceId").to_owned()
}

#[tokio::test]
async fn an_image_is_pending_until_its_snapshots_are_there_and_is_shared_and_given_up() {
    let world = World::open();
    let instance = web_7(&world).await;
    let params = [("InstanceId", instance.as_str()), ("Name", "evidence"), ("NoReboot", "true")];
    let image = world.ec2("CreateImage", &params).await.one("imageId").to_owned();
    let twice = world.ec2("CreateImage", &params).await;
    assert_eq!(twice.refused(), (400, "InvalidAMIName.Duplicate"));
    let shown = world.ec2("DescribeImages", &[("ImageId.1", &image)]).await;
    assert_eq!(shown.one("imageState"), "pending");
    assert_eq!(shown.all("snapshotId").len(), 2, "one of each volume");
    let share = [("ImageId", image.as_str()), ("LaunchPermission.Add.1.UserId", "444455556666")];
    assert_eq!(world.ec2("ModifyImageAttribute", &share).await.refused(), (400, "InvalidAMIID.Unavailable"));
    world.pass(140);
    assert_eq!(world.ec2("DescribeImages", &[("ImageId.1", &image)]).await.one("imageState"), "available");
    assert_eq!(super::ec2::state(&world, &instance).await, "running");

    let everyone = [("ImageId", image.as_str()), ("LaunchPermission.Add.1.Group", "all")];
    for change in [&share, &everyone] {
        assert_eq!(world.ec2("ModifyImageAttribute", change).await.one("return"), "true");
    }
    let attribute = [("ImageId", image.as_str()), ("Attribute", "launchPermission")];
    let shared = world.ec2("DescribeImageAttribute", &attribute).await;
    assert_eq!((shared.one("userId"), shared.one("group")), ("444455556666", "all"));
    assert_eq!(world.ec2("DescribeImages", &[("ImageId.1", &image)]).await.one("isPublic"), "true");
    let back = [("ImageId", image.as_str()), ("LaunchPermission.Remove.1.Group", "all")];
    world.ec2("ModifyImageAttribute", &back).await;
    assert!(world.ec2("DescribeImageAttribute", &attribute).await.all("group").is_empty());
    world.ec2("ResetImageAttribute", &attribute).await;
    assert!(world.ec2("DescribeImageAttribute", &attribute).await.all("userId").is_empty());

    let snapshot = shown.one("snapshotId").to_owned();
    let used = world.ec2("DeleteSnapshot", &[("SnapshotId", &snapshot)]).await;
    assert_eq!(used.refused(), (400, "InvalidSnapshot.InUse"));
    assert_eq!(world.ec2("DeregisterImage", &[("ImageId", &image)]).await.one("return"), "true");
    assert_eq!(world.ec2("DeregisterImage", &[("ImageId", &image)]).await.refused(), (400, "InvalidAMIID.NotFound"));
    assert_eq!(world.ec2("DeleteSnapshot", &[("SnapshotId", &snapshot)]).await.one("return"), "true");
}

#[tokio::test]
async fn an_image_of_someone_else_is_not_the_accounts_to_change() {
    let world = World::open();
    let amazon = world.ec2("DescribeImages", &[("Owner.1", "amazon")]).await.one("imageId").to_owned();
    for (action, params) in [
        ("DeregisterImage", vec![("ImageId", amazon.as_str())]),
        ("DescribeImageAttribute", vec![("ImageId", amazon.as_str()), ("Attribute", "launchPermission")]),
        ("ModifyImageAttribute", vec![("ImageId", amazon.as_str()), ("LaunchPermission.Remove.1.Group", "all")]),
    ] {
        assert_eq!(world.ec2(action, &params).await.refused(), (400, "AuthFailure"), "{action}");
    }
}

#[tokio::test]
async fn an_entry_denies_an_address_until_it_is_taken_out() {
    let world = World::open();
    let acl = world.ec2("DescribeNetworkAcls", &[("Filter.1.Name", "default"), ("Filter.1.Value.1", "false")]).await;
    let acl = acl.one("networkAclId").to_owned();
    let place = [("NetworkAclId", acl.as_str()), ("RuleNumber", "1"), ("Egress", "false")];
    let mut entry = place.to_vec();
    entry.extend([("Protocol", "-1"), ("RuleAction", "deny"), ("CidrBlock", "203.0.113.7/32")]);
    let mut dry = entry.clone();
    dry.push(("DryRun", "true"));
    assert_eq!(world.ec2("CreateNetworkAclEntry", &dry).await.refused(), (412, "DryRunOperation"));
    assert_eq!(world.ec2("CreateNetworkAclEntry", &entry).await.one("return"), "true");
    assert_eq!(world.ec2("CreateNetworkAclEntry", &entry).await.refused(), (400, "NetworkAclEntryAlreadyExists"));
    let shown = world.ec2("DescribeNetworkAcls", &[("NetworkAclId.1", &acl)]).await;
    assert!(shown.all("cidrBlock").contains(&"203.0.113.7/32"));
    let mut wider = place.to_vec();
    wider.extend([("Protocol", "6"), ("RuleAction", "deny"), ("Ipv6CidrBlock", "2001:db8::/32")]);
    assert_eq!(world.ec2("ReplaceNetworkAclEntry", &wider).await.refused(), (400, "MissingParameter"));
    wider.extend([("PortRange.From", "22"), ("PortRange.To", "22")]);
    assert_eq!(world.ec2("ReplaceNetworkAclEntry", &wider).await.one("return"), "true");
    let shown = world.ec2("DescribeNetworkAcls", &[("NetworkAclId.1", &acl)]).await;
    assert_eq!(shown.one("ipv6CidrBlock"), "2001:db8::/32");
    assert_eq!(world.ec2("DeleteNetworkAclEntry", &place).await.one("return"), "true");
    assert_eq!(world.ec2("DeleteNetworkAclEntry", &place).await.refused(), (400, "InvalidNetworkAclEntry.NotFound"));
}

#[tokio::test]
async fn new_volumes_are_encrypted_once_that_is_the_default() {
    let world = World::open();
    assert_eq!(world.ec2("GetEbsEncryptionByDefault", &[]).await.one("ebsEncryptionByDefault"), "false");
    let dry = world.ec2("EnableEbsEncryptionByDefault", &[("DryRun", "true")]).await;
    assert_eq!(dry.refused(), (412, "DryRunOperation"));
    assert_eq!(world.ec2("EnableEbsEncryptionByDefault", &[]).await.one("ebsEncryptionByDefault"), "true");
    assert_eq!(world.ec2("GetEbsEncryptionByDefault", &[]).await.one("sseType"), "sse-ebs");
    let subnet = world.ec2("DescribeSubnets", &[]).await.one("subnetId").to_owned();
    let image = world.ec2("DescribeImages", &[("Owner.1", "amazon")]).await.one("imageId").to_owned();
    let launch = [
        ("ImageId", image.as_str()),
        ("InstanceType", "t3.micro"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
        ("SubnetId", &subnet),
    ];
    let launched = world.ec2("RunInstances", &launch).await.one("instanceId").to_owned();
    let volumes = [("Filter.1.Name", "attachment.instance-id"), ("Filter.1.Value.1", launched.as_str())];
    assert_eq!(world.ec2("DescribeVolumes", &volumes).await.one("encrypted"), "true");
    assert_eq!(world.ec2("DisableEbsEncryptionByDefault", &[]).await.one("ebsEncryptionByDefault"), "false");
}

#[tokio::test]
async fn a_type_is_offered_and_changes_only_while_stopped() {
    let world = World::open();
    let offered = [("Filter.1.Name", "instance-type"), ("Filter.1.Value.1", "t3.large")];
    let offered = world.ec2("DescribeInstanceTypeOfferings", &offered).await;
    assert_eq!((offered.one("instanceType"), offered.one("location")), ("t3.large", "eu-west-1"));
    let instance = web_7(&world).await;
    let change = [("InstanceId", instance.as_str()), ("InstanceType.Value", "m7i.large")];
    assert_eq!(world.ec2("ModifyInstanceAttribute", &change).await.refused(), (400, "IncorrectInstanceState"));
    world.ec2("StopInstances", &[("InstanceId.1", &instance)]).await;
    world.pass(30);
    assert_eq!(world.ec2("ModifyInstanceAttribute", &change).await.one("return"), "true");
    let shown = world.ec2("DescribeInstances", &[("InstanceId.1", &instance)]).await;
    assert_eq!(shown.one("instanceType"), "m7i.large");
}
