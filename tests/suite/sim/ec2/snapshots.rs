//! Snapshots: made, complete in time, shared.

use super::super::World;
use super::running_instance;

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
