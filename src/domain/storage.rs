//! Volumes, snapshots and images.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An EBS volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// `vol-…`.
    pub id: String,
    /// The instance that it is attached to, empty for none.
    pub instance: String,
    /// The device name there, e.g. `/dev/xvda`; empty for none.
    pub device: String,
    /// In GiB.
    pub size: i32,
    /// `gp3`, `io2` …
    pub kind: String,
    /// Encrypted at rest.
    pub encrypted: bool,
    /// The KMS key's ARN, empty for none.
    pub kms_key: String,
    /// It goes when the instance is terminated.
    pub delete_on_termination: bool,
    /// `in-use`, `available` …
    pub state: String,
    /// The Availability Zone.
    pub az: String,
}

/// An EBS snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// `snap-…`.
    pub id: String,
    /// The volume that it was taken of.
    pub volume: String,
    /// `pending`, `completed`, `error` …
    pub state: String,
    /// When it was begun.
    pub started: Option<Timestamp>,
    /// `42%` …
    pub progress: String,
    /// Encrypted at rest.
    pub encrypted: bool,
    /// Its description.
    pub description: String,
}

/// A machine image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// `ami-…`.
    pub id: String,
    /// The image's name.
    pub name: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it is to be deprecated, where that is set.
    pub deprecated: Option<Timestamp>,
    /// The owner's account id or alias.
    pub owner: String,
    /// It may be launched by anybody.
    pub public: bool,
}
