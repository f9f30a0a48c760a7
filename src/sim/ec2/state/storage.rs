//! Volumes, snapshots and images.

use crate::sim::scenario::spec::Tags;
use jiff::Timestamp;

/// A volume.
#[derive(Clone, Debug, Default)]
pub struct Volume {
    /// `vol-…`.
    pub id: String,
    /// In GiB.
    pub size: u32,
    /// `gp3`.
    pub kind: String,
    /// Its zone.
    pub zone: String,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The key's ARN.
    pub kms_key: Option<String>,
    /// The snapshot it was made from.
    pub snapshot: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// A snapshot.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// `snap-…`.
    pub id: String,
    /// The volume's id.
    pub volume: String,
    /// In GiB.
    pub size: u32,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The key's ARN.
    pub kms_key: Option<String>,
    /// When it was begun.
    pub started: Timestamp,
    /// When it is complete.
    pub completed: Timestamp,
    /// Its description.
    pub description: String,
    /// The accounts that may use it, `all` for everybody.
    pub shared_with: Vec<String>,
    /// Its tags.
    pub tags: Tags,
}

/// An image.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// `ami-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The owner's account.
    pub owner: String,
    /// `amazon` for Amazon's own.
    pub owner_alias: Option<String>,
    /// When it was begun.
    pub created: Timestamp,
    /// When it can be launched.
    pub available: Timestamp,
    /// When it is deprecated.
    pub deprecated: Option<Timestamp>,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// `/dev/xvda`.
    pub root_device: String,
    /// Its devices, the root first.
    pub devices: Vec<ImageDevice>,
    /// The accounts that may launch it, `all` for everybody.
    pub shared_with: Vec<String>,
    /// Its description.
    pub description: String,
    /// Its tags.
    pub tags: Tags,
}

/// A device that an image makes a volume for.
#[derive(Clone, Debug, Default)]
pub struct ImageDevice {
    /// `/dev/xvda`.
    pub device: String,
    /// The snapshot behind it.
    pub snapshot: String,
    /// In GiB.
    pub size: u32,
    /// `gp3`.
    pub kind: String,
    /// Whether its snapshot is encrypted.
    pub encrypted: bool,
    /// Whether its volume goes with the instance.
    pub delete_on_termination: bool,
}
