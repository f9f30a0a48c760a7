//! The closed set of API calls that responding can make, as values.
//!
//! A call says what it is named, whom it touches, which permissions it needs,
//! and how the AWS CLI would make it. It does not make itself: the adaptor
//! behind the port `Responder` does, and nothing else can.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::network::{AclEntry, Direction, GroupRule};
use crate::domain::surroundings::Target;

mod action;
mod answer;
mod cli;
mod permission;
mod touches;

#[cfg(test)]
mod tests;

pub use answer::{Answer, Association, FoundGroup, FoundImage, InstanceReading, VolumeReading};
pub use cli::quote;

/// Stands for the id of a quarantine group that does not exist yet. It is
/// replaced before the call leaves, and written as a shell variable in the
/// command that the user copies.
pub const QUARANTINE: &str = "$QUARANTINE_SG";

/// Stands for all accounts that a snapshot is shared with, where those are read
/// only when the step runs.
pub const SHARED: &str = "$SHARED_WITH";

/// Stands in a policy for the moment when the step runs. It is written as a shell
/// variable in the command that the user copies.
pub const NOW: &str = "$NOW";

/// Which attribute of an instance is read (EC2 DescribeInstanceAttribute).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstanceAttribute {
    /// `disableApiTermination`: `true` or `false`.
    TerminationProtection,
    /// `instanceInitiatedShutdownBehavior`: `stop` or `terminate`.
    ShutdownBehavior,
    /// `userData`, in base64.
    UserData,
}

/// One API call with its parameters. Ids are as AWS writes them; lists keep
/// AWS's order. Fields named `instance` beside another id say whom the call is
/// about and are not sent.
///
/// A field with no word of its own holds the id of what it is called, as in
/// `i-…` of `instance`, `eni-…` of `interface`, `sg-…` of `group` and `AKIA…`
/// of `key`; of a `user`, a `role` and a `policy`, the name.
#[expect(missing_docs, reason = "the name of a field that holds an id says whose")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all_fields = "snake_case")]
pub enum Call {
    // ---- reads -------------------------------------------------------------
    /// The instance itself: state, tags, metadata options, volumes' flags.
    DescribeInstances { instance: String },
    /// One attribute of an instance.
    DescribeInstanceAttribute {
        instance: String,
        /// Which.
        attribute: InstanceAttribute,
    },
    /// The groups of an interface.
    DescribeNetworkInterfaces { interface: String },
    /// The groups of a VPC that bear a name.
    DescribeSecurityGroups {
        vpc: String,
        /// The exact name.
        group_name: String,
    },
    /// All rules of a group, both directions.
    DescribeSecurityGroupRules { group: String },
    /// The profile associations of an instance.
    DescribeIamInstanceProfileAssociations { instance: String },
    /// The account's own snapshots of some volumes that bear a tag.
    DescribeSnapshots {
        volumes: Vec<String>,
        /// The tag's key and value.
        tag: (String, String),
    },
    /// With whom a snapshot is shared.
    DescribeSnapshotAttribute { snapshot: String },
    /// Whose an access key is.
    GetAccessKeyLastUsed { key: String },
    /// The access keys of a user, with their status.
    ListAccessKeys { user: String },
    /// An inline policy of a user.
    GetUserPolicy { user: String, policy: String },
    /// An inline policy of a role.
    GetRolePolicy { role: String, policy: String },

    /// The account's own images of a name.
    DescribeImages {
        /// The exact name.
        image_name: String,
    },
    /// With whom an image is shared.
    DescribeImageAttribute { image: String },
    /// The entries of a network ACL, both directions.
    DescribeNetworkAcls { acl: String },
    /// Whether new volumes of the Region are encrypted.
    GetEbsEncryptionByDefault {
        /// The Region; not sent: the endpoint is the Region's.
        region: String,
    },
    /// An Auto Scaling group with its instances.
    DescribeAutoScalingGroups {
        /// Its name.
        group: String,
    },
    /// The health of one target.
    DescribeTargetHealth {
        /// The target group's ARN.
        group: String,
        /// Which.
        target: Target,
    },

    // ---- writes ------------------------------------------------------------
    /// Termination protection on or off (ModifyInstanceAttribute).
    SetTerminationProtection {
        instance: String,
        /// On.
        on: bool,
    },
    /// What an operating-system shutdown does (ModifyInstanceAttribute).
    SetShutdownBehavior {
        instance: String,
        /// `stop` or `terminate`.
        behavior: String,
    },
    /// Whether a volume goes with its instance (ModifyInstanceAttribute).
    SetDeleteOnTermination {
        instance: String,
        /// `/dev/xvda` …
        device: String,
        /// `vol-…`; not sent: the device names it.
        volume: String,
        /// It goes.
        delete: bool,
    },
    /// Whether metadata asks for a token.
    ModifyInstanceMetadataOptions {
        instance: String,
        /// `required` or `optional`.
        tokens: String,
    },
    /// Sets tags.
    CreateTags {
        /// The resource's id.
        resource: String,
        /// Keys and values.
        tags: BTreeMap<String, String>,
    },
    /// Removes tags, whatever their value.
    DeleteTags {
        /// The resource's id.
        resource: String,
        /// The keys.
        keys: Vec<String>,
    },
    /// One crash-consistent snapshot of every volume of an instance.
    CreateSnapshots {
        instance: String,
        /// What each snapshot's description says.
        description: String,
        /// Tags of each snapshot.
        tags: BTreeMap<String, String>,
    },
    /// Makes a group. EC2 gives it an egress rule that allows everything.
    CreateSecurityGroup {
        vpc: String,
        /// Its name.
        group_name: String,
        /// Its description.
        description: String,
        /// Its tags.
        tags: BTreeMap<String, String>,
    },
    /// Deletes a group that nothing uses.
    DeleteSecurityGroup { group: String },
    /// Takes rules off a group, by rule id (RevokeSecurityGroupIngress, -Egress).
    RevokeSecurityGroupRules {
        group: String,
        /// One direction a call.
        direction: Direction,
        /// `sgr-…`; empty in a plan for a group that does not exist yet: all of its rules.
        rules: Vec<String>,
    },
    /// Puts a rule on a group (AuthorizeSecurityGroupIngress, -Egress).
    AuthorizeSecurityGroupRule {
        /// The rule; its id is not sent, EC2 gives a new one.
        rule: GroupRule,
    },
    /// Sets the groups of one interface.
    ModifyNetworkInterfaceAttribute {
        interface: String,
        /// The instance that it is on.
        instance: String,
        /// `sg-…`: exactly these.
        groups: Vec<String>,
    },
    /// Takes the profile off an instance.
    DisassociateIamInstanceProfile {
        /// `iip-assoc-…`.
        association: String,
        /// The instance that loses it.
        instance: String,
    },
    /// Gives an instance a profile.
    AssociateIamInstanceProfile {
        instance: String,
        /// The profile's ARN.
        profile: String,
    },
    /// Stops an instance.
    StopInstances { instance: String },
    /// Starts an instance.
    StartInstances { instance: String },
    /// Restarts the operating system.
    RebootInstances { instance: String },
    /// Destroys an instance.
    TerminateInstances { instance: String },
    /// Shares a snapshot with accounts or everybody, or no longer (`createVolumePermission`).
    ModifySnapshotAttribute {
        snapshot: String,
        /// Add, or remove.
        add: bool,
        /// The group `all`: everybody.
        public: bool,
        /// Account ids.
        accounts: Vec<String>,
    },
    /// Turns an access key on or off.
    UpdateAccessKey {
        user: String,
        key: String,
        /// `Active`, else `Inactive`.
        active: bool,
    },
    /// Puts an inline policy on a user.
    PutUserPolicy {
        user: String,
        policy: String,
        /// The policy document, JSON.
        document: String,
    },
    /// Deletes an inline policy of a user.
    DeleteUserPolicy { user: String, policy: String },
    /// Puts an inline policy on a role.
    PutRolePolicy {
        role: String,
        policy: String,
        /// The policy document, JSON.
        document: String,
    },
    /// Deletes an inline policy of a role.
    DeleteRolePolicy { role: String, policy: String },
    /// Another type for a stopped instance (ModifyInstanceAttribute).
    SetInstanceType {
        instance: String,
        /// `m5.large` …
        kind: String,
    },
    /// An image of an instance, of all its volumes.
    CreateImage {
        instance: String,
        /// Its name, unique in account and Region.
        image_name: String,
        /// What its description says.
        description: String,
        /// The instance is restarted, so that the file system is consistent.
        reboot: bool,
        /// Tags of the image and of its snapshots.
        tags: BTreeMap<String, String>,
    },
    /// Shares an image with accounts, organizations or everybody, or no longer (`launchPermission`).
    ModifyImageAttribute {
        image: String,
        /// Add, or remove.
        add: bool,
        /// The group `all`: everybody.
        public: bool,
        /// Account ids, and ARNs of organizations and their units.
        accounts: Vec<String>,
    },
    /// Puts an entry into a network ACL.
    CreateNetworkAclEntry {
        acl: String,
        /// The entry with its number.
        entry: AclEntry,
    },
    /// Takes an entry out of a network ACL.
    DeleteNetworkAclEntry {
        acl: String,
        /// Its number.
        number: i32,
        /// Numbers count by direction.
        direction: Direction,
    },
    /// Encryption of new volumes on or off (EnableEbsEncryptionByDefault, Disable-).
    SetEncryptionByDefault {
        /// The Region; not sent.
        region: String,
        /// On.
        on: bool,
    },
    /// Takes an instance out of service, but keeps it in its Auto Scaling group.
    EnterStandby {
        /// The group's name.
        group: String,
        instance: String,
        /// The group wants one instance less; else it launches another.
        lower: bool,
    },
    /// Puts an instance back into service; its group wants one instance more.
    ExitStandby {
        /// The group's name.
        group: String,
        instance: String,
    },
    /// Takes an instance out of its Auto Scaling group.
    DetachInstances {
        /// The group's name.
        group: String,
        instance: String,
        /// The group wants one instance less; else it launches another.
        lower: bool,
    },
    /// Puts an instance into an Auto Scaling group, which wants one instance more.
    AttachInstances {
        /// The group's name.
        group: String,
        instance: String,
    },
    /// Suspends processes of an Auto Scaling group.
    SuspendProcesses {
        /// The group's name.
        group: String,
        /// `Launch`, `Terminate` …
        processes: Vec<String>,
    },
    /// Resumes processes of an Auto Scaling group.
    ResumeProcesses {
        /// The group's name.
        group: String,
        /// `Launch`, `Terminate` …
        processes: Vec<String>,
    },
    /// Takes a target out of a target group; what it is serving drains.
    DeregisterTargets {
        /// The target group's ARN.
        group: String,
        /// The instance that it is, or whose address it is.
        instance: String,
        /// Which.
        target: Target,
    },
    /// Puts a target into a target group.
    RegisterTargets {
        /// The target group's ARN.
        group: String,
        /// The instance that it is, or whose address it is.
        instance: String,
        /// Which, with its port.
        target: Target,
    },
}
