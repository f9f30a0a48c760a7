//! An EC2 instance.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The state of an instance, as DescribeInstances names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words are EC2's own")]
pub enum InstanceState {
    Pending,
    Running,
    ShuttingDown,
    Terminated,
    Stopping,
    Stopped,
    Unknown,
}

impl InstanceState {
    /// The state from EC2's word.
    pub fn of(word: &str) -> Self {
        match word {
            "pending" => Self::Pending,
            "running" => Self::Running,
            "shutting-down" => Self::ShuttingDown,
            "terminated" => Self::Terminated,
            "stopping" => Self::Stopping,
            "stopped" => Self::Stopped,
            _ => Self::Unknown,
        }
    }

    /// EC2's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for InstanceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// An EC2 instance. Interfaces, volumes, groups and image stand beside it in
/// the [`Inventory`](super::inventory::Inventory), by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// `i-…`.
    pub id: String,
    /// The value of its tag `Name`, empty for none.
    pub name: String,
    /// Its state.
    pub state: InstanceState,
    /// Why it came to that state, as EC2 says it; empty for nothing.
    pub state_reason: String,
    /// `m5.large` …
    pub kind: String,
    /// The Availability Zone.
    pub az: String,
    /// The VPC, empty for none.
    pub vpc: String,
    /// The primary interface's subnet, empty for none.
    pub subnet: String,
    /// Public IPv4 address, empty for none.
    pub public_ip: String,
    /// Private IPv4 address, empty for none.
    pub private_ip: String,
    /// Ids of the primary interface's security groups.
    pub groups: Vec<String>,
    /// Ids of all its interfaces, primary first.
    pub interfaces: Vec<String>,
    /// Ids of its volumes, root first.
    pub volumes: Vec<String>,
    /// ARN of the instance profile, empty for none.
    pub profile: String,
    /// The association that binds the profile (`iip-assoc-…`), empty where not known.
    pub profile_association: String,
    /// `ami-…`.
    pub image: String,
    /// The key pair's name, empty for none.
    pub key: String,
    /// When it was launched (or started last).
    pub launched: Option<Timestamp>,
    /// `linux`, `windows` …
    pub platform: String,
    /// `required` or `optional`: whether metadata asks for a token (IMDSv2).
    pub imds: String,
    /// Termination protection, where it has been read (DescribeInstanceAttribute).
    pub protected: Option<bool>,
    /// `stop` or `terminate`, where it has been read.
    pub shutdown_behavior: Option<String>,
    /// Status checks passed and made, where they have been read.
    pub checks: Option<(u8, u8)>,
    /// The Auto Scaling group, from the tag `aws:autoscaling:groupName`; empty for none.
    pub auto_scaling_group: String,
    /// All tags, by key.
    pub tags: Vec<(String, String)>,
}

impl Instance {
    /// The value of a tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The profile's name: the last part of its ARN.
    pub fn profile_name(&self) -> &str {
        self.profile.rsplit('/').next().unwrap_or("")
    }

    /// `i-… name`, or only the id.
    pub fn label(&self) -> String {
        if self.name.is_empty() { self.id.clone() } else { format!("{} {}", self.id, self.name) }
    }
}
