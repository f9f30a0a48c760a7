//! The scenario format as it stands in the TOML file, before names become ids.
//!
//! Unknown keys are errors. Durations are written `12d`, `7h30m`, `90s`, with a
//! leading `-` for before the opening.

use std::collections::BTreeMap;

use serde::Deserialize;

mod instances;
mod network;
mod scaling;

pub use instances::{ClassicLink, Instances, SecondInterface, Volume};
pub use network::{Acl, Group, Subnet, Vpc};
pub use scaling::{Balancer, ScalingGroup, Surge, TargetGroup};

use super::catalogue::Catalogue;
use super::spec::{AccountSpec, PrincipalKind, TrailSpec};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// One line that says what the scenario shows.
    pub title: String,
    /// The account.
    pub account: AccountSpec,
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
