//! The scenario format as it stands in the TOML file, before names become ids.
//!
//! Unknown keys are errors. Durations are written `12d`, `7h30m`, `90s`, with a
//! leading `-` for before the opening.

use std::collections::BTreeMap;

use serde::Deserialize;

mod scaling;

pub use scaling::{Balancer, ScalingGroup, Surge, TargetGroup};

use super::catalogue::Catalogue;
use super::spec::{PrincipalKind, TrailSpec};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// One line that says what the scenario shows.
    pub title: String,
    /// The account.
    pub account: Account,
    /// Word lists that call templates draw from: `bucket`, `parameter` …
    #[serde(default)]
    pub words: BTreeMap<String, Vec<String>>,
    /// Everyone who acts.
    #[serde(default)]
    pub principal: Vec<Principal>,
    /// The instance profiles.
    #[serde(default)]
    pub profile: Vec<Profile>,
    /// The VPCs.
    #[serde(default)]
    pub vpc: Vec<Vpc>,
    /// The security groups.
    #[serde(default)]
    pub group: Vec<Group>,
    /// The images.
    #[serde(default)]
    pub image: Vec<Image>,
    /// The instances, alike ones together.
    #[serde(default)]
    pub instances: Vec<Instances>,
    /// The target groups.
    #[serde(default)]
    pub target_group: Vec<TargetGroup>,
    /// The load balancers.
    #[serde(default)]
    pub balancer: Vec<Balancer>,
    /// The Auto Scaling groups.
    #[serde(default)]
    pub scaling_group: Vec<ScalingGroup>,
    /// The snapshots.
    #[serde(default)]
    pub snapshot: Vec<Snapshot>,
    /// The trails.
    #[serde(default)]
    pub trail: Vec<TrailSpec>,
    /// How much happened before, and how much goes on.
    #[serde(default)]
    pub background: Background,
    /// The ordinary work.
    #[serde(default)]
    pub activity: Vec<Activity>,
    /// What happens at its hour.
    #[serde(default)]
    pub step: Vec<Step>,
    /// Calls beside those of the catalogue, or instead of them.
    #[serde(default)]
    pub calls: Catalogue,
}

/// `[account]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// The account's alias.
    pub alias: String,
    /// The enabled Regions.
    pub regions: Vec<String>,
    /// The Region in which people mostly work.
    pub home_region: String,
    /// The address under which outside clients are recorded.
    pub outside_ip: String,
    /// The principal that unknown keys act as.
    pub caller: String,
}

/// `[[principal]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    /// The handle.
    pub name: String,
    /// `user`, `assumed-role`, `service` or `root`.
    pub kind: PrincipalKind,
    /// The user or role name, or the service; the handle where it is left out.
    pub user: Option<String>,
    /// The path of the user or role.
    pub path: Option<String>,
    /// The session name.
    pub session: Option<String>,
    /// A fixed access key.
    pub key: Option<String>,
    /// Whether the session was opened with a second factor.
    #[serde(default)]
    pub mfa: bool,
    /// When its key was made.
    pub created: Option<String>,
    /// How long a session lasts before a new one is opened.
    pub session_length: Option<String>,
    /// The principal or service that opens its sessions.
    pub assumed_by: Option<String>,
    /// The service that calls on its behalf.
    pub invoked_by: Option<String>,
    /// Another principal whose identity this one uses, as a thief does.
    pub same_as: Option<String>,
    /// Its addresses.
    #[serde(default)]
    pub ips: Vec<String>,
    /// Its user agents.
    #[serde(default)]
    pub agents: Vec<String>,
    /// The actions it may call.
    #[serde(default)]
    pub allow: Vec<String>,
    /// The actions it may not call.
    #[serde(default)]
    pub deny: Vec<String>,
    /// A whole policy document in JSON instead of `allow` and `deny`.
    pub policy: Option<String>,
}

/// `[[profile]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The profile's name.
    pub name: String,
    /// The role inside it.
    pub role: String,
    /// The actions that the role may call.
    #[serde(default)]
    pub allow: Vec<String>,
}

/// `[[vpc]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    /// The handle and Name tag.
    pub name: String,
    /// Its Region.
    pub region: String,
    /// Its range.
    pub cidr: String,
    /// Whether it is the default VPC.
    #[serde(default)]
    pub default: bool,
    /// The public subnet that holds the NAT gateway.
    pub nat: Option<String>,
    /// The NAT gateway's address.
    pub nat_ip: Option<String>,
    /// Where its flow logs go; left out: none are kept.
    pub flow_logs: Option<String>,
    /// Its subnets.
    #[serde(default)]
    pub subnet: Vec<Subnet>,
    /// Network ACLs beside the default one.
    #[serde(default)]
    pub acl: Vec<Acl>,
    /// Its tags beside Name.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// `[[vpc.subnet]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// The handle and Name tag.
    pub name: String,
    /// The zone's letter.
    pub az: String,
    /// Its range.
    pub cidr: String,
    /// Whether it is routed to the internet gateway.
    #[serde(default)]
    pub public: bool,
}

/// `[[vpc.acl]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acl {
    /// The Name tag.
    pub name: String,
    /// The subnets it serves.
    pub subnets: Vec<String>,
    /// `100 in allow tcp 443 10.0.0.0/16`, one a line.
    pub entries: Vec<String>,
}

/// `[[group]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The handle and group name.
    pub name: String,
    /// The VPC.
    pub vpc: String,
    /// Its description.
    pub description: String,
    /// `tcp 443 from 0.0.0.0/0 # why`, one a line.
    #[serde(default)]
    pub ingress: Vec<String>,
    /// The same; left out: everything to everywhere.
    pub egress: Option<Vec<String>>,
    /// Its tags beside Name.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// `[[image]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// The handle and image name.
    pub name: String,
    /// The Regions it exists in.
    pub regions: Vec<String>,
    /// When it was made.
    pub created: String,
    /// When it is deprecated.
    pub deprecated: Option<String>,
    /// `amazon`, or an account; left out: this account.
    pub owner: Option<String>,
    /// `x86_64` by default.
    pub architecture: Option<String>,
    /// Its description.
    #[serde(default)]
    pub description: String,
}

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

/// `[[snapshot]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The handle and Name tag; `{n}` is the ordinal.
    pub name: String,
    /// The instance whose volume it is of.
    pub of: String,
    /// The device, the root by default.
    pub device: Option<String>,
    /// When the newest was made.
    pub created: String,
    /// How many, each a day older.
    pub count: Option<u32>,
    /// Its description.
    #[serde(default)]
    pub description: String,
    /// Accounts it is shared with.
    #[serde(default)]
    pub shared_with: Vec<String>,
    /// Tags beside Name.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// `[background]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Background {
    /// How many calls were made in the 24 hours before the opening.
    #[serde(default)]
    pub history: u32,
    /// How many calls a minute go on after it.
    #[serde(default)]
    pub per_minute: f64,
}

/// `[[activity]]`: a kind of ordinary work.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    /// What it is, for people.
    pub name: String,
    /// Who does it; `instance-role` is the role of some instance.
    #[serde(rename = "as")]
    pub who: String,
    /// How often beside the others.
    pub weight: u32,
    /// The Regions it is done in, taken by chance.
    pub regions: Vec<String>,
    /// The fewest and most calls of one burst.
    pub burst: (u32, u32),
    /// The shortest and longest pause between two calls, in seconds.
    pub pause: (f64, f64),
    /// The calls, as `service.Name` of the catalogue, more than once for more often.
    pub calls: Vec<String>,
    /// A user agent for this work alone.
    pub agent: Option<String>,
    /// Whether the calls come in this order.
    #[serde(default)]
    pub in_order: bool,
    /// Whether it is done only before the opening: for calls that would change
    /// what the account shows.
    #[serde(default)]
    pub history_only: bool,
}

/// `[[step]]`: one call at its hour.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When.
    pub at: String,
    /// Who.
    #[serde(rename = "as")]
    pub who: String,
    /// The Region; left out: the home Region.
    pub region: Option<String>,
    /// `ec2.StopInstances`: carried out for real.
    pub call: Option<String>,
    /// Wire parameters of `call`: a table for Query services, JSON fields for others.
    #[serde(default)]
    pub params: BTreeMap<String, toml::Value>,
    /// `iam.ListUsers` of the catalogue: only written into the trail.
    pub record: Option<String>,
    /// The refusal of a `record`.
    #[serde(default)]
    pub denied: bool,
    /// Names for ids in the answer: `launched = "instanceId"`.
    #[serde(default)]
    pub save: BTreeMap<String, String>,
    /// Done again and again, so far apart.
    pub every: Option<String>,
    /// A user agent for this call alone.
    pub agent: Option<String>,
}

/// Seconds in a duration like `-1d2h3m4s`; `None` where it is none.
pub fn seconds(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut total: i64 = 0;
    let mut number = String::new();
    for letter in rest.chars() {
        if letter.is_ascii_digit() {
            number.push(letter);
            continue;
        }
        let unit = match letter {
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        let count: i64 = number.parse().ok()?;
        total = total.checked_add(count.checked_mul(unit)?)?;
        number.clear();
    }
    (number.is_empty() && !rest.is_empty()).then_some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_read_in_days_hours_minutes_and_seconds() {
        for (text, expected) in [
            ("90s", Some(90)),
            ("-9m20s", Some(-560)),
            ("1d2h3m4s", Some(93_784)),
            ("0s", Some(0)),
            ("", None),
            ("-", None),
            ("10", None),
            ("5w", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
