//! Instances as the file writes them.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `[[instances]]`: one or several alike.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instances {
    /// The Name tag; `{n}` is the ordinal.
    pub name: String,
    /// How many, 1 by default.
    pub count: Option<u32>,
    /// The first ordinal, 1 by default.
    pub first: Option<u32>,
    /// The subnets, taken in turn.
    pub subnets: Vec<String>,
    /// The instance type.
    #[serde(rename = "type")]
    pub instance_type: String,
    /// The image's handle.
    pub image: String,
    /// The groups of the primary interface.
    pub groups: Vec<String>,
    /// The instance profile.
    pub profile: Option<String>,
    /// The Auto Scaling group.
    pub asg: Option<String>,
    /// The key pair.
    pub key: Option<String>,
    /// When the first was launched.
    pub launched: String,
    /// How much later each further one was launched.
    pub launched_step: Option<String>,
    /// Whether they get public addresses.
    #[serde(default)]
    pub public: bool,
    /// Whether the public addresses are elastic.
    #[serde(default)]
    pub elastic: bool,
    /// The volumes beside the root, and the root's size.
    #[serde(default)]
    pub volume: Vec<Volume>,
    /// A second interface.
    pub second_interface: Option<SecondInterface>,
    /// Whether termination protection is on.
    #[serde(default)]
    pub protected: bool,
    /// `stop` by default.
    pub shutdown_behavior: Option<String>,
    /// Whether the metadata service requires a token; true by default.
    pub imdsv2: Option<bool>,
    /// `running` by default.
    pub state: Option<String>,
    /// The user data, in clear.
    pub user_data: Option<String>,
    /// A ClassicLink.
    pub classic_link: Option<ClassicLink>,
    /// Whether detailed monitoring is on.
    #[serde(default)]
    pub monitoring: bool,
    /// Tags beside Name.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// `[[instances.volume]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Volume {
    /// The device; the root's is `/dev/xvda`.
    pub device: String,
    /// In GiB.
    pub size: u32,
    /// `gp3` by default.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Whether it is encrypted.
    #[serde(default)]
    pub encrypted: bool,
    /// Whether it stays when the instance is terminated.
    #[serde(default)]
    pub keep: bool,
}

/// `second_interface = { … }`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondInterface {
    /// The subnets, taken in turn.
    pub subnets: Vec<String>,
    /// Its groups.
    pub groups: Vec<String>,
}

/// `classic_link = { … }`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassicLink {
    /// The VPC.
    pub vpc: String,
    /// The VPC's groups.
    pub groups: Vec<String>,
}
