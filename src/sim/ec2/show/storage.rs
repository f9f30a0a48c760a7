//! Volumes, snapshots, images and key pairs as the wire shows them.

use super::super::state::{Image, KeyPair, Region, Snapshot, Volume};
use super::{tags, time, zone_id};
use jiff::Timestamp;
use serde_json::{Value, json};

impl Region {
    /// A volume with where it is attached.
    pub fn show_volume(&self, volume: &Volume) -> Value {
        let attachments: Vec<Value> = self
            .instances
            .iter()
            .flat_map(|instance| instance.volumes.iter().map(move |one| (instance, one)))
            .filter(|(_, one)| one.volume == volume.id)
            .map(|(instance, one)| {
                json!({
                    "volumeId": volume.id,
                    "instanceId": instance.id,
                    "device": one.device,
                    "status": "attached",
                    "attachTime": time(one.since),
                    "deleteOnTermination": one.delete_on_termination,
                })
            })
            .collect();
        let (iops, throughput) = match volume.kind.as_str() {
            "gp3" => (Some(3000), Some(125)),
            "gp2" => (Some((volume.size * 3).clamp(100, 16_000)), None),
            _ => (None, None),
        };
        json!({
            "volumeId": volume.id,
            "size": volume.size,
            "snapshotId": volume.snapshot.as_deref().unwrap_or_default(),
            "availabilityZone": volume.zone,
            "availabilityZoneId": zone_id(&volume.zone),
            "status": if attachments.is_empty() { "available" } else { "in-use" },
            "createTime": time(volume.created),
            "attachmentSet": attachments,
            "tagSet": tags(&volume.tags),
            "volumeType": volume.kind,
            "iops": iops,
            "throughput": throughput,
            "encrypted": volume.encrypted,
            "kmsKeyId": volume.kms_key,
            "multiAttachEnabled": false,
        })
    }

    /// A snapshot, with how far it is.
    pub fn show_snapshot(&self, snapshot: &Snapshot, now: Timestamp) -> Value {
        let whole = snapshot.completed.duration_since(snapshot.started).as_secs_f64();
        let part = now.duration_since(snapshot.started).as_secs_f64();
        let done = now >= snapshot.completed;
        let percent = if done || whole <= 0.0 { 100 } else { (part / whole * 100.0).clamp(0.0, 99.0) as u32 };
        json!({
            "snapshotId": snapshot.id,
            "volumeId": snapshot.volume,
            "status": if done { "completed" } else { "pending" },
            "startTime": time(snapshot.started),
            "completionTime": done.then(|| time(snapshot.completed)),
            "progress": format!("{percent}%"),
            "ownerId": self.account,
            "volumeSize": snapshot.size,
            "description": snapshot.description,
            "tagSet": tags(&snapshot.tags),
            "encrypted": snapshot.encrypted,
            "kmsKeyId": snapshot.kms_key,
            "storageTier": "standard",
        })
    }

    /// An image.
    pub fn show_image(&self, image: &Image, now: Timestamp) -> Value {
        json!({
            "imageId": image.id,
            "imageLocation": format!("{}/{}", image.owner_alias.as_ref().unwrap_or(&image.owner), image.name),
            "imageState": if image.available <= now { "available" } else { "pending" },
            "imageOwnerId": image.owner,
            "imageOwnerAlias": image.owner_alias,
            "creationDate": time(image.created),
            "deprecationTime": image.deprecated.map(time),
            "isPublic": image.shared_with.iter().any(|who| who == "all"),
            "architecture": image.architecture,
            "imageType": "machine",
            "name": image.name,
            "description": image.description,
            "rootDeviceType": "ebs",
            "rootDeviceName": image.root_device,
            "blockDeviceMapping": image.devices.iter().map(|one| json!({
                "deviceName": one.device,
                "ebs": {
                    "snapshotId": one.snapshot,
                    "volumeSize": one.size,
                    "deleteOnTermination": one.delete_on_termination,
                    "volumeType": one.kind,
                    "encrypted": one.encrypted,
                },
            })).collect::<Vec<_>>(),
            "virtualizationType": "hvm",
            "hypervisor": "xen",
            "enaSupport": true,
            "sriovNetSupport": "simple",
            "platformDetails": "Linux/UNIX",
            "usageOperation": "RunInstances",
            "bootMode": "uefi-preferred",
            "imdsSupport": "v2.0",
            "tagSet": tags(&image.tags),
        })
    }

    /// A key pair, without its secret half.
    pub fn show_key_pair(&self, pair: &KeyPair) -> Value {
        json!({
            "keyPairId": pair.id,
            "keyName": pair.name,
            "keyType": pair.kind,
            "keyFingerprint": pair.fingerprint,
            "createTime": time(pair.created),
            "tagSet": tags(&pair.tags),
        })
    }
}
