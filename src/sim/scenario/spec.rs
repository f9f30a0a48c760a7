//! What a scenario says about the account, resolved: every object has its id and
//! every reference is an id. The account is built from these; nothing here changes
//! after loading.
//!
//! Times are seconds relative to the opening of the simulator: negative is before.

use std::collections::BTreeMap;

use serde_json::Value;

mod network;
mod scaling;

pub use network::{
    AclEntrySpec, GroupSpec, InternetGatewaySpec, NatGatewaySpec, NetworkAclSpec, PeerSpec, RouteTableSpec, RuleSpec,
    SubnetSpec, VpcSpec,
};
pub use scaling::{BalancerSpec, ListenerSpec, ScalingGroupSpec, SurgeSpec, TargetGroupSpec};

/// Tags in the order in which the account lists them.
pub type Tags = Vec<(String, String)>;

/// The account itself, which the file writes as it is: `[account]`.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSpec {
    /// Twelve digits.
    pub id: String,
    /// The alias that `ListAccountAliases` answers.
    pub alias: String,
    /// The Regions that are enabled.
    pub regions: Vec<String>,
    /// The Region in which the account's people mostly work.
    pub home_region: String,
    /// The source address under which outside clients are recorded.
    pub outside_ip: String,
    /// The name of the principal that clients with unknown keys act as.
    pub caller: String,
}

/// The kinds of principal that CloudTrail tells apart and a scenario can hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrincipalKind {
    /// An IAM user with long-lived keys or a console password.
    #[default]
    User,
    /// A session of a role.
    AssumedRole,
    /// An AWS service acting by itself.
    Service,
    /// The root user.
    Root,
    /// Another account, which CloudTrail names by its number alone.
    Account,
}

/// Someone who acts in the account.
#[derive(Clone, Debug, Default)]
pub struct PrincipalSpec {
    /// The handle by which the scenario's file names it.
    pub name: String,
    /// What kind of principal it is.
    pub kind: PrincipalKind,
    /// The user or role name, or the service (`autoscaling.amazonaws.com`).
    pub user: String,
    /// `AIDA…` of a user, `AROA…` of a role.
    pub unique_id: String,
    /// The path of the user or role, `/` by default.
    pub path: String,
    /// The session name of an assumed role.
    pub session: Option<String>,
    /// The access key, empty where there is none.
    pub access_key_id: String,
    /// Whether the session was opened with a second factor.
    pub mfa: bool,
    /// When the user's key or the role's session was made.
    pub created: i64,
    /// How many seconds a session of a role lasts before a new one, with a new key,
    /// is opened; `None` for one session that lasts.
    pub session_length: Option<i64>,
    /// The principal (by its handle) or the service (with a dot) that opens its sessions.
    pub assumed_by: Option<String>,
    /// The service that calls on its behalf.
    pub invoked_by: Option<String>,
    /// The addresses it calls from.
    pub ips: Vec<String>,
    /// The user agents it calls with.
    pub agents: Vec<String>,
    /// Its permissions, as an IAM policy document.
    pub policy: Value,
}

/// An instance profile.
#[derive(Clone, Debug, Default)]
pub struct ProfileSpec {
    /// The profile's name.
    pub name: String,
    /// `AIPA…`.
    pub id: String,
    /// The role inside it.
    pub role: String,
    /// `AROA…` of the role.
    pub role_id: String,
    /// What the role may do, as an IAM policy document.
    pub policy: Value,
}

/// A machine image.
#[derive(Clone, Debug, Default)]
pub struct ImageSpec {
    /// `ami-…`.
    pub id: String,
    /// Its name, also its handle in the scenario's file.
    pub name: String,
    /// Its Region.
    pub region: String,
    /// The owner's account.
    pub owner: String,
    /// `amazon` for Amazon's own.
    pub owner_alias: Option<String>,
    /// When it was made.
    pub created: i64,
    /// When it is deprecated.
    pub deprecated: Option<i64>,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// `/dev/xvda`.
    pub root_device: String,
    /// The snapshot behind its root device.
    pub snapshot: String,
    /// Whether everybody may launch it.
    pub public: bool,
    /// Its description.
    pub description: String,
    /// Its tags, Name included.
    pub tags: Tags,
}

/// An instance.
#[derive(Clone, Debug, Default)]
pub struct InstanceSpec {
    /// `i-…`.
    pub id: String,
    /// The handle in the scenario's file and the Name tag.
    pub name: String,
    /// Its Region.
    pub region: String,
    /// Its zone.
    pub az: String,
    /// The image's id.
    pub image: String,
    /// `t3.medium`.
    pub instance_type: String,
    /// `running` or `stopped`.
    pub state: String,
    /// When it was launched.
    pub launched: i64,
    /// The key pair's name.
    pub key_name: Option<String>,
    /// The instance profile's name.
    pub profile: Option<String>,
    /// Its interfaces, the primary first.
    pub interfaces: Vec<InterfaceSpec>,
    /// Its volumes, the root first.
    pub volumes: Vec<VolumeSpec>,
    /// Whether termination protection is on.
    pub termination_protected: bool,
    /// `stop` or `terminate`.
    pub shutdown_behavior: String,
    /// Whether the metadata service requires a token.
    pub imdsv2: bool,
    /// Its user data, in clear.
    pub user_data: Option<String>,
    /// `/dev/xvda`.
    pub root_device: String,
    /// The link to a VPC that a relic of EC2-Classic still shows.
    pub classic_link: Option<ClassicLinkSpec>,
    /// Whether detailed monitoring is on.
    pub monitoring: bool,
    /// Its tags, Name included.
    pub tags: Tags,
}

/// A ClassicLink of an instance.
#[derive(Clone, Debug, Default)]
pub struct ClassicLinkSpec {
    /// The linked VPC's id.
    pub vpc: String,
    /// The ids of the VPC's groups that the link uses.
    pub groups: Vec<String>,
}

/// A network interface of an instance.
#[derive(Clone, Debug, Default)]
pub struct InterfaceSpec {
    /// `eni-…`.
    pub id: String,
    /// `eni-attach-…`.
    pub attachment: String,
    /// Its place on the instance.
    pub index: u32,
    /// The subnet's id.
    pub subnet: String,
    /// Its hardware address.
    pub mac: String,
    /// Its primary private address.
    pub private_ip: String,
    /// Its public address, elastic or not.
    pub public_ip: Option<String>,
    /// The ids of its groups.
    pub groups: Vec<String>,
    /// Its description.
    pub description: String,
}

/// A volume of an instance.
#[derive(Clone, Debug, Default)]
pub struct VolumeSpec {
    /// `vol-…`.
    pub id: String,
    /// `/dev/xvda`.
    pub device: String,
    /// In GiB.
    pub size: u32,
    /// `gp3`.
    pub kind: String,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The key's ARN where it is encrypted.
    pub kms_key: Option<String>,
    /// Whether it goes when the instance is terminated.
    pub delete_on_termination: bool,
    /// The snapshot it was made from.
    pub snapshot: Option<String>,
    /// When it was made.
    pub created: i64,
    /// Its tags, Name included.
    pub tags: Tags,
}

/// A snapshot of the account.
#[derive(Clone, Debug, Default)]
pub struct SnapshotSpec {
    /// `snap-…`.
    pub id: String,
    /// Its Region.
    pub region: String,
    /// The id of the volume it was made of.
    pub volume: String,
    /// In GiB.
    pub size: u32,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// When it was made.
    pub created: i64,
    /// Its description.
    pub description: String,
    /// The accounts that may use it, `all` for everybody.
    pub shared_with: Vec<String>,
    /// Its tags, Name included.
    pub tags: Tags,
}

/// An elastic address.
#[derive(Clone, Debug, Default)]
pub struct AddressSpec {
    /// `eipalloc-…`.
    pub allocation_id: String,
    /// `eipassoc-…`, empty where it is not associated.
    pub association_id: String,
    /// The address.
    pub public_ip: String,
    /// Its Region.
    pub region: String,
    /// The instance it belongs to.
    pub instance: Option<String>,
    /// The interface it belongs to.
    pub interface: Option<String>,
    /// Its tags, Name included.
    pub tags: Tags,
}

/// A flow log.
#[derive(Clone, Debug, Default)]
pub struct FlowLogSpec {
    /// `fl-…`.
    pub id: String,
    /// Its Region.
    pub region: String,
    /// The VPC, subnet or interface it watches.
    pub resource: String,
    /// The ARN of its bucket, or the name of its log group.
    pub destination: String,
    /// `ALL`, `ACCEPT` or `REJECT`.
    pub traffic: String,
    /// Its tags, Name included.
    pub tags: Tags,
}

/// A trail.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrailSpec {
    /// Its name.
    pub name: String,
    /// The Region it was made in.
    pub home_region: String,
    /// The bucket it writes to.
    pub bucket: String,
    /// Whether it records every Region.
    #[serde(default)]
    pub multi_region: bool,
    /// Whether log files are signed.
    #[serde(default)]
    pub validation: bool,
    /// Whether it records now.
    #[serde(default)]
    pub logging: bool,
    /// When it was last started.
    #[serde(skip)]
    pub started: i64,
}

/// One thing that happens at its hour.
#[derive(Clone, Debug)]
pub struct StepSpec {
    /// When.
    pub at: i64,
    /// The principal's handle.
    pub who: String,
    /// The Region.
    pub region: String,
    /// A user agent for this call alone.
    pub agent: Option<String>,
    /// Seconds after which it is done again, for ever.
    pub every: Option<i64>,
    /// Names for ids in the answer, by element.
    pub save: BTreeMap<String, String>,
    /// What is done.
    pub deed: Deed,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Deed {
    /// A call that is carried out.
    Call {
        /// `ec2`, `sts`, `iam`, `cloudtrail`.
        service: String,
        /// The action's name.
        action: String,
        /// Wire parameters of a Query service.
        params: Vec<(String, String)>,
        /// The body of an awsJson service, else null.
        json: Value,
    },
    /// A call that is only written into the trail.
    Record {
        /// `service.Name` of the catalogue.
        call: String,
        /// Whether it was refused.
        denied: bool,
        /// Words of the template that are given.
        words: BTreeMap<String, String>,
    },
}
