//! Snapshots: making them, and who may use them.

use super::ids::Kind;
use super::sharing::{Changes, show};
use super::state::{Image, Region, Snapshot, Volume};
use super::{Answer, Context, done};
use crate::sim::scenario::spec::Tags;
use crate::sim::service::Refusal;
use crate::sim::wire::query::missing;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// A new snapshot: some twenty seconds, and one for each GiB up to five minutes.
pub(super) fn make(region: &mut Region, volume: &Volume, description: &str, tags: Tags, now: Timestamp) -> Snapshot {
    let seconds = 20 + i64::from(volume.size).min(280);
    let snapshot = Snapshot {
        id: region.id("snap"),
        volume: volume.id.clone(),
        size: volume.size,
        encrypted: volume.encrypted,
        kms_key: volume.kms_key.clone(),
        started: now,
        completed: now + SignedDuration::from_secs(seconds),
        description: description.to_owned(),
        shared_with: Vec::new(),
        tags,
    };
    region.snapshots.push(snapshot.clone());
    snapshot
}

pub(super) fn create(context: &Context<'_>, region: &mut Region) -> Answer {
    let params = context.params;
    let id = params.required("VolumeId")?;
    let volume = Kind::VOLUME.find(id, region.volume(id))?.clone();
    let tags = super::tags::on_create(context, "snapshot")?;
    let description = params.text("Description").unwrap_or_default();
    let snapshot = make(region, &volume, description, tags, context.now);
    let mut shown = region.show_snapshot(&snapshot, context.now);
    shown["progress"] = json!("");
    Ok(shown)
}

pub(super) fn create_many(context: &Context<'_>, region: &mut Region) -> Answer {
    let params = context.params;
    let id = params.required("InstanceSpecification.InstanceId")?;
    let instance = Kind::INSTANCE.find(id, region.instance(id))?.clone();
    let boot = params.flag("InstanceSpecification.ExcludeBootVolume")?.unwrap_or_default();
    let excluded = params.texts("InstanceSpecification.ExcludeDataVolumeId");
    let copied = match params.text("CopyTagsFromSource") {
        None => false,
        Some("volume") => true,
        Some(other) => {
            let message = format!("Invalid value '{other}' for CopyTagsFromSource.");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
    };
    let given = super::tags::on_create(context, "snapshot")?;
    let description = params.text("Description").unwrap_or_default();
    let mut shown = Vec::new();
    for attached in &instance.volumes {
        let root = attached.device == instance.root_device;
        if root && boot || excluded.contains(&attached.volume.as_str()) {
            continue;
        }
        let Some(volume) = region.volume(&attached.volume).cloned() else { continue };
        let mut tags = given.clone();
        if copied {
            let own = volume.tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
            tags.extend(own.filter(|(key, _)| !given.iter().any(|(known, _)| known == key)).cloned());
        }
        let snapshot = make(region, &volume, description, tags, context.now);
        let one = region.show_snapshot(&snapshot, context.now);
        shown.push(json!({
            "description": one["description"],
            "tagSet": one["tagSet"],
            "encrypted": one["encrypted"],
            "volumeId": one["volumeId"],
            "state": one["status"],
            "volumeSize": one["volumeSize"],
            "startTime": one["startTime"],
            "progress": "",
            "ownerId": one["ownerId"],
            "snapshotId": one["snapshotId"],
        }));
    }
    if shown.is_empty() {
        let message = "No volumes are left to make snapshots of.";
        return Err(Refusal::new("InvalidParameterCombination", message));
    }
    Ok(json!({"snapshotSet": shown}))
}

fn snapshot_mut<'a>(region: &'a mut Region, id: &str) -> Result<&'a mut Snapshot, Refusal> {
    Kind::SNAPSHOT.find(id, region.snapshots.iter_mut().find(|one| one.id == id))
}

pub(super) fn describe_attribute(context: &Context<'_>, region: &Region) -> Answer {
    let id = context.params.required("SnapshotId")?;
    let attribute = context.params.required("Attribute")?;
    let snapshot = Kind::SNAPSHOT.find(id, region.snapshots.iter().find(|one| one.id == id))?;
    match attribute {
        "createVolumePermission" => {
            Ok(json!({"snapshotId": id, "createVolumePermission": show(&snapshot.shared_with)}))
        }
        "productCodes" => Ok(json!({"snapshotId": id, "productCodes": []})),
        other => {
            let message = format!("Value ({other}) for parameter attribute is invalid. Unknown attribute.");
            Err(Refusal::new("InvalidParameterValue", message))
        }
    }
}

pub(super) fn modify_attribute(context: &Context<'_>, region: &mut Region) -> Answer {
    let params = context.params;
    let id = params.required("SnapshotId")?;
    let changes = Changes::of(params, "CreateVolumePermission")?.ok_or_else(|| missing("CreateVolumePermission"))?;
    let snapshot = snapshot_mut(region, id)?;
    if snapshot.encrypted && changes.add.iter().any(|who| who == "all") {
        return Err(Refusal::new("InvalidParameterValue", "Encrypted snapshots cannot be shared publicly"));
    }
    changes.apply(&mut snapshot.shared_with);
    Ok(done())
}

pub(super) fn reset_attribute(context: &Context<'_>, region: &mut Region) -> Answer {
    let id = context.params.required("SnapshotId")?;
    let attribute = context.params.required("Attribute")?;
    if attribute != "createVolumePermission" {
        let message = format!("Value ({attribute}) for parameter attribute is invalid. Unknown attribute.");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    snapshot_mut(region, id)?.shared_with.clear();
    Ok(done())
}

pub(super) fn delete(context: &Context<'_>, region: &mut Region) -> Answer {
    let id = context.params.required("SnapshotId")?;
    snapshot_mut(region, id)?;
    let behind = |image: &&Image| image.devices.iter().any(|device| device.snapshot == id);
    if let Some(image) = region.images.iter().find(behind) {
        let message = format!("The snapshot {id} is currently in use by {}", image.id);
        return Err(Refusal::new("InvalidSnapshot.InUse", message));
    }
    region.snapshots.retain(|snapshot| snapshot.id != id);
    Ok(done())
}
