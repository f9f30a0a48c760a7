//! Images: making one of an instance, giving it up, and who may launch it.

use super::ids::Kind;
use super::instances::living;
use super::phase::Phase;
use super::sharing::{Changes, show};
use super::state::{Image, ImageDevice, Region};
use super::{Answer, Context, done};
use crate::sim::service::Refusal;
use crate::sim::wire::query::missing;
use jiff::SignedDuration;
use serde_json::json;

/// How much longer than its slowest snapshot an image takes.
const REGISTERING: SignedDuration = SignedDuration::from_secs(10);

pub(super) fn create(context: &Context<'_>, region: &mut Region) -> Answer {
    let params = context.params;
    let instance = params.required("InstanceId")?;
    Kind::INSTANCE.find(instance, region.instance(instance))?;
    let name = params.required("Name")?;
    let right = |letter: char| letter.is_ascii_alphanumeric() || " ()[]./-'@_".contains(letter);
    if !(3..=128).contains(&name.chars().count()) || !name.chars().all(right) {
        let message = "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'";
        return Err(Refusal::new("InvalidAMIName.Malformed", message));
    }
    if let Some(known) = region.images.iter().find(|image| image.owner == region.account && image.name == name) {
        let message = format!("AMI name {name} is already in use by AMI {}", known.id);
        return Err(Refusal::new("InvalidAMIName.Duplicate", message));
    }
    // Without NoReboot the instance is rebooted, which shows in no state.
    params.flag("NoReboot")?;
    let source = living(region, instance)?.clone();
    if !matches!(source.state.phase, Phase::Running | Phase::Stopped) {
        let message = "Instance is not in state 'running' or 'stopped'.";
        return Err(Refusal::new("IncorrectState", message));
    }
    let tags = super::tags::on_create(context, "image")?;
    let snapshot_tags = super::tags::on_create(context, "snapshot")?;
    let id = region.id("ami");
    let (mut devices, mut available) = (Vec::new(), context.now);
    for attached in &source.volumes {
        let Some(volume) = region.volume(&attached.volume).cloned() else { continue };
        let description = format!("Created by CreateImage({instance}) for {id}");
        let snapshot = super::snapshots::make(region, &volume, &description, snapshot_tags.clone(), context.now);
        available = available.max(snapshot.completed);
        devices.push(ImageDevice {
            device: attached.device.clone(),
            snapshot: snapshot.id,
            size: volume.size,
            kind: volume.kind,
            encrypted: volume.encrypted,
            delete_on_termination: attached.delete_on_termination,
        });
    }
    region.images.push(Image {
        id: id.clone(),
        name: name.to_owned(),
        owner: region.account.clone(),
        owner_alias: None,
        created: context.now,
        available: available + REGISTERING,
        deprecated: None,
        architecture: source.architecture,
        root_device: source.root_device,
        devices,
        shared_with: Vec::new(),
        description: params.text("Description").unwrap_or_default().to_owned(),
        tags,
    });
    Ok(json!({"imageId": id}))
}

/// An image of the account's own; those of others are not its to change.
fn own<'a>(region: &'a mut Region, id: &str) -> Result<&'a mut Image, Refusal> {
    let account = region.account.clone();
    let image = Kind::IMAGE.find(id, region.images.iter_mut().find(|image| image.id == id))?;
    if image.owner != account {
        return Err(Refusal::new("AuthFailure", format!("Not authorized for image:{id}")));
    }
    Ok(image)
}

/// An image of the account's own that is complete.
fn complete<'a>(context: &Context<'_>, region: &'a mut Region, id: &str) -> Result<&'a mut Image, Refusal> {
    let image = own(region, id)?;
    if image.available > context.now {
        return Err(Refusal::new("InvalidAMIID.Unavailable", format!("The image ID '{id}' is not available")));
    }
    Ok(image)
}

pub(super) fn deregister(context: &Context<'_>, region: &mut Region) -> Answer {
    let id = context.params.required("ImageId")?;
    let with_snapshots = context.params.flag("DeleteAssociatedSnapshots")?.unwrap_or_default();
    let image = own(region, id)?.clone();
    region.images.retain(|one| one.id != id);
    let mut results = Vec::new();
    for device in image.devices.iter().filter(|_| with_snapshots) {
        region.snapshots.retain(|snapshot| snapshot.id != device.snapshot);
        results.push(json!({"snapshotId": device.snapshot, "returnCode": "success"}));
    }
    Ok(json!({"return": true, "deleteSnapshotResultSet": results}))
}

pub(super) fn describe_attribute(context: &Context<'_>, region: &Region) -> Answer {
    let id = context.params.required("ImageId")?;
    let attribute = context.params.required("Attribute")?;
    let image = Kind::IMAGE.find(id, region.images.iter().find(|image| image.id == id))?;
    if image.owner != region.account {
        return Err(Refusal::new("AuthFailure", format!("Not authorized for image:{id}")));
    }
    let shown = region.show_image(image, context.now);
    let (name, value) = match attribute {
        "launchPermission" => (attribute, show(&image.shared_with)),
        "description" => (attribute, json!({"value": image.description})),
        "blockDeviceMapping" => (attribute, shown["blockDeviceMapping"].clone()),
        "productCodes" => (attribute, json!([])),
        "bootMode" | "imdsSupport" | "sriovNetSupport" => (attribute, json!({"value": shown[attribute]})),
        "kernel" | "ramdisk" | "tpmSupport" | "uefiData" => (attribute, json!({})),
        other => {
            let message = format!("Value ({other}) for parameter attribute is invalid. Unknown attribute.");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
    };
    Ok(json!({"imageId": id, name: value}))
}

pub(super) fn modify_attribute(context: &Context<'_>, region: &mut Region) -> Answer {
    let params = context.params;
    let id = params.required("ImageId")?;
    let changes = Changes::of(params, "LaunchPermission")?;
    let by_name = params.text("Value").filter(|_| params.text("Attribute") == Some("description"));
    let description = params.text("Description.Value").or(by_name);
    let image = complete(context, region, id)?;
    match (changes, description) {
        (Some(_), Some(_)) => {
            let message = "Fields for multiple attribute types specified";
            return Err(Refusal::new("InvalidParameterCombination", message));
        }
        (Some(changes), None) => {
            if changes.add.iter().any(|who| who == "all") && image.devices.iter().any(|device| device.encrypted) {
                let message = "Images with encrypted snapshots cannot be made public";
                return Err(Refusal::new("InvalidParameter", message));
            }
            changes.apply(&mut image.shared_with);
        }
        (None, Some(text)) => text.clone_into(&mut image.description),
        (None, None) => return Err(missing("LaunchPermission")),
    }
    Ok(done())
}

pub(super) fn reset_attribute(context: &Context<'_>, region: &mut Region) -> Answer {
    let id = context.params.required("ImageId")?;
    let attribute = context.params.required("Attribute")?;
    if attribute != "launchPermission" {
        let message = format!("Value ({attribute}) for parameter attribute is invalid. Unknown attribute.");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    complete(context, region, id)?.shared_with.clear();
    Ok(done())
}
