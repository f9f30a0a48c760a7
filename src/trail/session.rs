//! Who is behind a role: the links between the sessions of a chain.
//!
//! An access key that AssumeRole, GetSessionToken, GetFederationToken or a web
//! identity handed out links the session that uses it to the one that asked for
//! it. A console sign-in hands out no key that its event names; it is linked by
//! the identity's ARN and the time.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::actor::Actor;
use crate::domain::event::Event;
use crate::domain::scope::short_arn;

/// One session of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The identity's name: `alice`, `OnCall/alice`.
    pub name: String,
    /// Its ARN, empty where the record had none.
    pub arn: String,
    /// The access key that it acted with, empty where unknown.
    pub access_key: String,
    /// The event that opened it: its name, id and time; none for the first of a chain.
    pub opened: Option<Opening>,
}

/// The event that opened a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opening {
    /// `AssumeRole`, `ConsoleLogin` …
    pub name: String,
    /// `eventID`.
    pub event_id: String,
    /// When.
    pub at: Timestamp,
    /// The source address, as written.
    pub ip: String,
}

/// A key that was handed out.
#[derive(Debug, Clone)]
struct Handed {
    opening: Opening,
    /// The identity that the key belongs to.
    arn: String,
    /// Who asked for it.
    by: Actor,
}

/// A console sign-in, or a switch of roles in the console.
#[derive(Debug, Clone)]
struct SignIn {
    opening: Opening,
    /// For a switch of roles: the ARN that it was switched from.
    from: Option<String>,
}

/// What one record tells of a session that it opened. It can be read off the
/// record anywhere, and taken in later.
#[derive(Debug, Clone)]
pub struct Lesson(Opened);

#[derive(Debug, Clone)]
enum Opened {
    SignedIn { arn: String, sign_in: SignIn },
    Handed { key: String, handed: Handed },
}

impl Lesson {
    /// What an event and its raw record tell; none where it opened nothing or failed.
    pub fn of(event: &Event, raw: &str) -> Option<Self> {
        if event.error.is_some() || !Sessions::opens(&event.name) {
            return None;
        }
        let record: Record = serde_json::from_str(raw).ok()?;
        let opening =
            Opening { name: event.name.clone(), event_id: event.id.clone(), at: event.time, ip: event.ip.clone() };
        let answer = record.response.unwrap_or_default();
        if matches!(event.name.as_str(), "ConsoleLogin" | "SwitchRole") {
            let from = record.more.unwrap_or_default().switched_from;
            let known = !answer.refused() && !event.actor.arn.is_empty();
            return known
                .then(|| Self(Opened::SignedIn { arn: event.actor.arn.clone(), sign_in: SignIn { opening, from } }));
        }
        let key = answer.key()?;
        let arn = answer.arn().unwrap_or_else(|| event.actor.arn.clone());
        Some(Self(Opened::Handed { key, handed: Handed { opening, arn, by: event.actor.clone() } }))
    }
}

/// All that is known of how sessions were opened.
#[derive(Debug, Clone, Default)]
pub struct Sessions {
    handed: HashMap<String, Handed>,
    /// Keys that a key handed out.
    children: HashMap<String, Vec<String>>,
    /// Sign-ins by the ARN of the identity that they opened, by time.
    sign_ins: HashMap<String, BTreeMap<Timestamp, SignIn>>,
}

/// A chain longer than this is a loop or an attack on this program.
const LONGEST: usize = 16;

impl Sessions {
    /// Events of this name can open a session: only they need be learned.
    pub fn opens(name: &str) -> bool {
        matches!(
            name,
            "AssumeRole"
                | "AssumeRoleWithSAML"
                | "AssumeRoleWithWebIdentity"
                | "AssumeRoot"
                | "GetSessionToken"
                | "GetFederationToken"
                | "ConsoleLogin"
                | "SwitchRole"
                | "CreateAccessKey"
        )
    }

    /// Learns from an event and its raw record. An event that opened nothing,
    /// failed, or was seen before changes nothing.
    pub fn learn(&mut self, event: &Event, raw: &str) {
        if let Some(lesson) = Lesson::of(event, raw) {
            self.take(lesson);
        }
    }

    /// Takes in what was read off a record before.
    pub fn take(&mut self, lesson: Lesson) {
        match lesson.0 {
            Opened::SignedIn { arn, sign_in } => {
                self.sign_ins.entry(arn).or_default().insert(sign_in.opening.at, sign_in);
            }
            Opened::Handed { key, handed } => {
                if !handed.by.access_key.is_empty() && handed.by.access_key != key {
                    let children = self.children.entry(handed.by.access_key.clone()).or_default();
                    if !children.contains(&key) {
                        children.push(key.clone());
                    }
                }
                self.handed.entry(key).or_insert(handed);
            }
        }
    }

    /// The chain of sessions behind an actor at a time, the first of them first,
    /// the actor itself last. At least one link.
    pub fn chain(&self, actor: &Actor, at: Timestamp) -> Vec<Link> {
        let mut links = vec![];
        let mut actor = actor.clone();
        let mut at = at;
        let mut seen = HashSet::new();
        loop {
            let handed = self.handed.get(&actor.access_key);
            let sign_in = self.signed_in(&actor, at).filter(|_| handed.is_none());
            let opened = handed.map(|handed| &handed.opening).or(sign_in.map(|sign_in| &sign_in.opening));
            links.push(Link {
                name: actor.name.clone(),
                arn: actor.arn.clone(),
                access_key: actor.access_key.clone(),
                opened: opened.cloned(),
            });
            let again = !seen.insert((actor.arn.clone(), actor.access_key.clone()));
            let before = handed.map(|handed| handed.by.clone()).or_else(|| {
                let from = sign_in?.from.as_ref()?;
                Some(Actor { name: short_arn(from).to_owned(), arn: from.clone(), ..Actor::unknown() })
            });
            match (before, opened) {
                (Some(before), Some(opened)) if !again && links.len() < LONGEST => {
                    at = opened.at;
                    actor = before;
                }
                _ => break,
            }
        }
        links.reverse();
        links
    }

    /// The last sign-in of an identity before a time.
    fn signed_in(&self, actor: &Actor, at: Timestamp) -> Option<&SignIn> {
        if actor.arn.is_empty() || actor.access_key.starts_with("AKIA") {
            return None;
        }
        self.sign_ins.get(&actor.arn)?.range(..=at).next_back().map(|(_, sign_in)| sign_in)
    }

    /// All access keys of the chains that a key belongs to: those before it up
    /// to the first, and all that any of them handed out.
    pub fn family(&self, access_key: &str) -> Vec<String> {
        let mut first = access_key;
        let mut climbed = HashSet::from([first]);
        while let Some(handed) = self.handed.get(first) {
            if handed.by.access_key.is_empty() || !climbed.insert(&handed.by.access_key) {
                break;
            }
            first = &handed.by.access_key;
        }
        let mut family = vec![];
        let mut open = vec![first];
        let mut seen = HashSet::new();
        while let Some(key) = open.pop() {
            if seen.insert(key) {
                family.push(key.to_owned());
                open.extend(self.children.get(key).into_iter().flatten().map(String::as_str));
            }
        }
        family.sort();
        family
    }

    /// The identity that a handed-out key belongs to, by ARN.
    pub fn owner(&self, access_key: &str) -> Option<&str> {
        self.handed.get(access_key).map(|handed| handed.arn.as_str())
    }
}

/// `alice → OnCall/alice → Deploy/ci`.
pub fn sentence(chain: &[Link]) -> String {
    chain.iter().map(|link| link.name.as_str()).collect::<Vec<_>>().join(" → ")
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "responseElements", default)]
    response: Option<Response>,
    #[serde(rename = "additionalEventData", default)]
    more: Option<More>,
}

#[derive(Deserialize, Default)]
struct More {
    #[serde(rename = "SwitchFrom", default)]
    switched_from: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Response {
    #[serde(default)]
    credentials: Option<Key>,
    #[serde(default)]
    access_key: Option<Key>,
    #[serde(default)]
    assumed_role_user: Option<Arn>,
    #[serde(default)]
    federated_user: Option<Arn>,
    #[serde(rename = "ConsoleLogin", default)]
    console_login: Option<String>,
    #[serde(rename = "SwitchRole", default)]
    switch_role: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    access_key_id: String,
}

#[derive(Deserialize)]
struct Arn {
    arn: String,
}

impl Response {
    fn key(&self) -> Option<String> {
        self.credentials.as_ref().or(self.access_key.as_ref()).map(|key| key.access_key_id.clone())
    }

    fn arn(&self) -> Option<String> {
        self.assumed_role_user.as_ref().or(self.federated_user.as_ref()).map(|user| user.arn.clone())
    }

    fn refused(&self) -> bool {
        [&self.console_login, &self.switch_role].into_iter().flatten().any(|answer| answer == "Failure")
    }
}

#[cfg(test)]
mod tests;
