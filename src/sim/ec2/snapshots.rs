//! Snapshots: making them, and who may use them.

use super::ids::Kind;
use super::instances::done;
use super::state::{Region, Snapshot, Volume};
use super::{Answer, Context};
use crate::sim::scenario::spec::Tags;
use crate::sim::service::Refusal;
use crate::sim::wire::query::{Params, missing};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// A new snapshot: some twenty seconds, and one for each GiB up to five minutes.
fn make(region: &mut Region, volume: &Volume, description: &str, tags: Tags, now: Timestamp) -> Snapshot {
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
            let shared = snapshot.shared_with.iter().map(|who| match who.as_str() {
                "all" => json!({"group": "all"}),
                account => json!({"userId": account}),
            });
            Ok(json!({"snapshotId": id, "createVolumePermission": shared.collect::<Vec<Value>>()}))
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
    let named = |entries: Vec<Params<'_>>| -> Vec<String> {
        entries.iter().filter_map(|one| one.text("UserId").or_else(|| one.text("Group"))).map(str::to_owned).collect()
    };
    let mut add = named(params.structures("CreateVolumePermission.Add"));
    let mut remove = named(params.structures("CreateVolumePermission.Remove"));
    let listed = params.texts("UserId").into_iter().chain(params.texts("UserGroup")).map(str::to_owned);
    match params.text("OperationType") {
        Some("add") => add.extend(listed),
        Some("remove") => remove.extend(listed),
        Some(other) => {
            let message = format!("Value ({other}) for parameter operationType is invalid.");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        None => {}
    }
    if add.is_empty() && remove.is_empty() {
        return Err(missing("CreateVolumePermission"));
    }
    for who in add.iter().chain(&remove) {
        let account = who.len() == 12 && who.bytes().all(|byte| byte.is_ascii_digit());
        if !account && who != "all" {
            return Err(Refusal::new(
                "InvalidAMIAttributeItemValue",
                format!("Invalid attribute item value \"{who}\""),
            ));
        }
    }
    let snapshot = snapshot_mut(region, id)?;
    if snapshot.encrypted && add.iter().any(|who| who == "all") {
        return Err(Refusal::new("InvalidParameterValue", "Encrypted snapshots cannot be shared publicly"));
    }
    snapshot.shared_with.retain(|who| !remove.contains(who));
    for who in add {
        if !snapshot.shared_with.contains(&who) {
            snapshot.shared_with.push(who);
        }
    }
    Ok(done())
}
