//! What instances keep their data on and come from: volumes, snapshots, images.

use aws_sdk_ec2::types as ec2;
use jiff::Timestamp;

use crate::aws::time::timestamp;
use crate::domain::inventory::Inventory;
use crate::domain::storage::{Image, Snapshot, Volume};

/// Volumes, with their first attachment.
pub fn volumes(inventory: &mut Inventory, volumes: Vec<ec2::Volume>) {
    for from in volumes {
        let Some(id) = from.volume_id else { continue };
        let attachment = from.attachments.unwrap_or_default().into_iter().next();
        let (instance, device, delete_on_termination) = attachment.map_or_else(Default::default, |attachment| {
            (
                attachment.instance_id.unwrap_or_default(),
                attachment.device.unwrap_or_default(),
                attachment.delete_on_termination.unwrap_or(false),
            )
        });
        let volume = Volume {
            id: id.clone(),
            instance,
            device,
            size: from.size.unwrap_or(0),
            kind: from.volume_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
            encrypted: from.encrypted.unwrap_or(false),
            kms_key: from.kms_key_id.unwrap_or_default(),
            delete_on_termination,
            state: from.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
            az: from.availability_zone.unwrap_or_default(),
        };
        inventory.volumes.insert(id, volume);
    }
}

/// Snapshots.
pub fn snapshots(inventory: &mut Inventory, snapshots: Vec<ec2::Snapshot>) {
    for snapshot in snapshots.into_iter().filter_map(self::snapshot) {
        inventory.snapshots.insert(snapshot.id.clone(), snapshot);
    }
}

/// A snapshot out of either type that the SDK has for one: their fields are the same.
macro_rules! snapshot {
    ($name:ident, $from:ty, $what:literal) => {
        #[doc = $what]
        pub fn $name(from: $from) -> Option<Snapshot> {
            Some(Snapshot {
                id: from.snapshot_id?,
                volume: from.volume_id.unwrap_or_default(),
                state: from.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
                started: from.start_time.as_ref().and_then(timestamp),
                progress: from.progress.unwrap_or_default(),
                encrypted: from.encrypted.unwrap_or(false),
                description: from.description.unwrap_or_default(),
            })
        }
    };
}

snapshot!(snapshot, ec2::Snapshot, "One snapshot, as it is described.");
snapshot!(snapshot_begun, ec2::SnapshotInfo, "One snapshot, as CreateSnapshots answers it.");

/// Images.
pub fn images(inventory: &mut Inventory, images: Vec<ec2::Image>) {
    for from in images {
        let Some(id) = from.image_id else { continue };
        let instant = |text: Option<String>| text.and_then(|text| text.parse::<Timestamp>().ok());
        let image = Image {
            id: id.clone(),
            name: from.name.unwrap_or_default(),
            created: instant(from.creation_date),
            deprecated: instant(from.deprecation_time),
            owner: from.image_owner_alias.or(from.owner_id).unwrap_or_default(),
            public: from.public.unwrap_or(false),
        };
        inventory.images.insert(id, image);
    }
}
