//! Instances, and what is attached to them.

use super::super::phase::State;
use crate::sim::scenario::spec::{ClassicLinkSpec, Tags};
use jiff::Timestamp;

/// An instance.
#[derive(Clone, Debug, Default)]
pub struct Instance {
    /// `i-…`.
    pub id: String,
    /// `r-…`.
    pub reservation: String,
    /// Its place in its launch.
    pub launch_index: usize,
    /// The image's id.
    pub image: String,
    /// `t3.medium`.
    pub instance_type: String,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// When it was last started.
    pub launched: Timestamp,
    /// Its state, and the one it is on the way to.
    pub state: State,
    /// Why it left the running state, as AWS words it: code and message.
    pub state_reason: Option<(String, String)>,
    /// The key pair's name.
    pub key_name: Option<String>,
    /// The subnet's id.
    pub subnet: String,
    /// The VPC's id.
    pub vpc: String,
    /// Its zone.
    pub zone: String,
    /// Whether termination protection is on.
    pub termination_protected: bool,
    /// Whether stop protection is on.
    pub stop_protected: bool,
    /// `stop` or `terminate`.
    pub shutdown_behavior: String,
    /// Whether the metadata service requires a token.
    pub metadata: Metadata,
    /// Its user data, in base64.
    pub user_data: Option<String>,
    /// Whether it drops traffic that is not its own.
    pub source_dest_check: bool,
    /// Whether it is optimised for EBS.
    pub ebs_optimized: bool,
    /// `/dev/xvda`.
    pub root_device: String,
    /// Its volumes, the root first.
    pub volumes: Vec<Attached>,
    /// The link to a VPC of a relic of EC2-Classic.
    pub classic_link: Option<ClassicLinkSpec>,
    /// Whether detailed monitoring is on.
    pub monitoring: bool,
    /// The token of the launch.
    pub client_token: String,
    /// Its tags.
    pub tags: Tags,
}

/// How an instance's metadata service answers.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// `required` or `optional`.
    pub tokens: String,
    /// How far an answer may travel.
    pub hops: i64,
    /// `enabled` or `disabled`.
    pub endpoint: String,
    /// Whether tags can be read there.
    pub tags: String,
}

impl Default for Metadata {
    fn default() -> Metadata {
        let word = str::to_owned;
        Metadata { tokens: word("optional"), hops: 1, endpoint: word("enabled"), tags: word("disabled") }
    }
}

/// A volume's place on an instance.
#[derive(Clone, Debug, Default)]
pub struct Attached {
    /// The volume's id.
    pub volume: String,
    /// `/dev/xvda`.
    pub device: String,
    /// Whether it goes with the instance.
    pub delete_on_termination: bool,
    /// When it was attached.
    pub since: Timestamp,
}

/// A network interface.
#[derive(Clone, Debug, Default)]
pub struct Interface {
    /// `eni-…`.
    pub id: String,
    /// `eni-attach-…`.
    pub attachment: String,
    /// Its place on the instance.
    pub index: u32,
    /// The instance's id.
    pub instance: String,
    /// When it was attached.
    pub since: Timestamp,
    /// Whether it goes with the instance.
    pub delete_on_termination: bool,
    /// The subnet's id.
    pub subnet: String,
    /// The VPC's id.
    pub vpc: String,
    /// Its zone.
    pub zone: String,
    /// Its hardware address.
    pub mac: String,
    /// Its primary private address.
    pub private_ip: String,
    /// Its public address.
    pub public_ip: Option<String>,
    /// The ids of its groups.
    pub groups: Vec<String>,
    /// Whether it drops traffic that is not its own.
    pub source_dest_check: bool,
    /// Its description.
    pub description: String,
    /// Its tags.
    pub tags: Tags,
}

/// A key pair.
#[derive(Clone, Debug, Default)]
pub struct KeyPair {
    /// `key-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `rsa` or `ed25519`.
    pub kind: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// When it was made.
    pub created: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// An instance profile on an instance.
#[derive(Clone, Debug, Default)]
pub struct Association {
    /// `iip-assoc-…`.
    pub id: String,
    /// The instance's id.
    pub instance: String,
    /// The profile's name.
    pub profile: String,
    /// When it was made or last changed.
    pub since: Timestamp,
    /// When it is in force.
    pub associated: Timestamp,
    /// When it is gone, where it is on the way out.
    pub gone: Option<Timestamp>,
}
