//! The memory of CloudTrail: every call as the record that AWS writes, and when it
//! comes to light.
//!
//! A record is delivered minutes after its call, sometimes much later, so that late
//! ones come behind newer ones; about one in a hundred is delivered twice. All of it
//! follows from the seed and the record's own id, not from the order of recording.

mod record;
mod resources;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::call::{Call, CallKind};
use super::dice::Dice;
use super::scenario::spec::PrincipalKind;

/// Where a record stands among those of its Region: its time in nanoseconds, its id
/// and which of its deliveries it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Nanoseconds since 1970.
    pub time: i128,
    /// The event's id.
    pub id: String,
    /// 0 for the first delivery, 1 for a duplicate.
    pub copy: u8,
}

/// One delivered record. It is written out when it is asked for: most never are.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Where it stands.
    pub position: Position,
    /// When LookupEvents first shows it.
    pub delivered: Timestamp,
    /// The Region that it is recorded in.
    pub region: String,
    /// What it records.
    pub call: Arc<Call>,
}

/// The attributes that LookupEvents can look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// The event's id.
    EventId,
    /// The event's name.
    EventName,
    /// `true` or `false`.
    ReadOnly,
    /// The user or session name.
    Username,
    /// The type of a resource.
    ResourceType,
    /// The name of a resource.
    ResourceName,
    /// The event's source.
    EventSource,
    /// The access key.
    AccessKeyId,
}

impl Attribute {
    /// The attribute of that name, as the API writes it.
    pub fn named(name: &str) -> Option<Attribute> {
        Some(match name {
            "EventId" => Attribute::EventId,
            "EventName" => Attribute::EventName,
            "ReadOnly" => Attribute::ReadOnly,
            "Username" => Attribute::Username,
            "ResourceType" => Attribute::ResourceType,
            "ResourceName" => Attribute::ResourceName,
            "EventSource" => Attribute::EventSource,
            "AccessKeyId" => Attribute::AccessKeyId,
            _ => return None,
        })
    }
}

/// A question to the memory.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The Region asked.
    pub region: &'a str,
    /// When it is asked: what is delivered later is not seen.
    pub now: Timestamp,
    /// The first second that counts.
    pub from: Timestamp,
    /// The last second that counts.
    pub to: Timestamp,
    /// What must be equal, to the letter.
    pub attribute: Option<(Attribute, &'a str)>,
    /// Only what stands behind this position.
    pub behind: Option<Position>,
    /// At most so many.
    pub limit: usize,
}

/// The records of an account.
#[derive(Debug)]
pub struct Recorder {
    seed: u64,
    start: Timestamp,
    made: u64,
    regions: BTreeMap<String, Vec<Stored>>,
}

impl Recorder {
    /// A memory with nothing in it, of an account that opens at `start`.
    pub fn new(seed: u64, start: Timestamp) -> Recorder {
        Recorder { seed, start, made: 0, regions: BTreeMap::new() }
    }

    /// Writes a call down; it comes to light after its delay.
    pub fn record(&mut self, call: Call) {
        let region = recorded_in(&call);
        let id = match &call.event_id {
            Some(id) => id.clone(),
            None => self.event_id(&call),
        };
        // Which records are late is the same whenever the account opens.
        let after = call.time.as_second() - self.start.as_second();
        let mut dice = Dice::new(self.seed, &format!("delivery {} {} {after}", call.name, call.ip));
        let delay = if dice.unit() < 0.92 { dice.between(120, 360) } else { dice.between(361, 900) };
        let delivered = later(call.time, delay);
        let twice = dice.unit() < 0.01;
        let again = later(delivered, dice.between(30, 240));
        let position = Position { time: call.time.as_nanosecond(), id, copy: 0 };
        let stored = Stored { position, delivered, region: region.clone(), call: Arc::new(call) };
        let store = self.regions.entry(region).or_default();
        if twice {
            let mut copy = stored.clone();
            copy.position.copy = 1;
            copy.delivered = again;
            insert(store, copy);
        }
        insert(store, stored);
    }

    /// The answer to a question, newest first, and whether there is more behind it.
    pub fn lookup(&self, question: &Question<'_>) -> (Vec<&Stored>, bool) {
        let Some(store) = self.regions.get(question.region) else {
            return (Vec::new(), false);
        };
        let end = match &question.behind {
            Some(behind) => store.partition_point(|stored| stored.position < *behind),
            None => store.len(),
        };
        let mut found = Vec::new();
        for stored in store[..end].iter().rev() {
            let second = stored.call.time.as_second();
            if second < question.from.as_second() {
                break;
            }
            if second > question.to.as_second()
                || stored.delivered > question.now
                || !question.attribute.is_none_or(|(attribute, value)| stored.has(attribute, value))
            {
                continue;
            }
            if found.len() == question.limit {
                return (found, true);
            }
            found.push(stored);
        }
        (found, false)
    }

    /// Every record of a Region, oldest first, delivered or not.
    pub fn all(&self, region: &str) -> &[Stored] {
        self.regions.get(region).map_or(&[], Vec::as_slice)
    }

    fn event_id(&mut self, call: &Call) -> String {
        // A request's id tells its record apart; a call without one is told apart by
        // its turn.
        let key = if call.request_id.is_empty() {
            self.made += 1;
            format!("{} {} {}", call.name, call.time, self.made)
        } else {
            format!("{} {} {}", call.name, call.time, call.request_id)
        };
        Dice::new(self.seed, &key).uuid()
    }
}

impl Stored {
    /// The record as AWS writes it, JSON in text; `account` is the recipient.
    pub fn record(&self, account: &str) -> String {
        record::write(&self.call, account, &self.region, &self.position.id)
    }

    /// The user or session name; `None` for a service.
    pub fn username(&self) -> Option<&str> {
        let principal = &self.call.principal;
        if matches!(self.call.kind, CallKind::Service(_)) {
            return None;
        }
        match principal.kind {
            PrincipalKind::Root => Some("root"),
            PrincipalKind::User => Some(&principal.name),
            PrincipalKind::AssumedRole => principal.session.as_deref(),
            PrincipalKind::Service | PrincipalKind::Account => None,
        }
    }

    /// The access key; `None` where there is none.
    pub fn access_key_id(&self) -> Option<&str> {
        Some(self.call.principal.access_key_id.as_str()).filter(|key| !key.is_empty())
    }

    /// Types and names of what it touched.
    pub fn resources(&self) -> Vec<(String, String)> {
        resources::of(&self.call)
    }

    fn has(&self, attribute: Attribute, value: &str) -> bool {
        match attribute {
            Attribute::EventId => self.position.id == value,
            Attribute::EventName => self.call.name == value,
            Attribute::ReadOnly => value == if self.call.read_only { "true" } else { "false" },
            Attribute::Username => self.username() == Some(value),
            Attribute::ResourceType => self.resources().iter().any(|(kind, _)| kind == value),
            Attribute::ResourceName => self.resources().iter().any(|(_, name)| name == value),
            Attribute::EventSource => self.call.source == value,
            Attribute::AccessKeyId => self.access_key_id() == Some(value),
        }
    }
}

/// The Region whose trail holds a call: that of its endpoint, but us-east-1 for
/// IAM, console sign-in, the global endpoint of STS and other global services.
fn recorded_in(call: &Call) -> String {
    let global = match call.source.as_str() {
        "iam.amazonaws.com"
        | "signin.amazonaws.com"
        | "cloudfront.amazonaws.com"
        | "route53.amazonaws.com"
        | "organizations.amazonaws.com" => true,
        "sts.amazonaws.com" => call.endpoint_host.as_deref() == Some("sts.amazonaws.com"),
        _ => false,
    };
    if global { "us-east-1".to_owned() } else { call.region.clone() }
}

fn later(time: Timestamp, seconds: i64) -> Timestamp {
    time.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(time)
}

fn insert(store: &mut Vec<Stored>, stored: Stored) {
    let at = store.partition_point(|other| other.position < stored.position);
    store.insert(at, stored);
}

#[cfg(test)]
mod tests;
