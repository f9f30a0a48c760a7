//! One thing that a step changes, or requires to be so.

use serde::{Deserialize, Serialize};

use super::call::{Call, QUARANTINE, SHARED};
use super::fact::Fact;
use super::probe::Probe;
use crate::domain::resource::Resource;

/// How the wanted fact comes about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It is brought about where it is not so already.
    Set,
    /// The call is made in any case, once; then the fact must hold.
    Once(Call),
    /// It is only read: where it is not so, the step fails, for this reason.
    Require(String),
}

/// How it is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undo {
    /// The fact before is brought back.
    Restore,
    /// It stays, for this reason: evidence, or it cannot be taken back.
    Stays(String),
}

/// One thing that a step changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which fact of which thing.
    pub probe: Probe,
    /// The fact as the Inventory had it when the plan was made; none where it
    /// had not been read. The step reads it afresh before it changes it.
    pub before: Option<Fact>,
    /// The fact wanted.
    pub wanted: Fact,
    /// How it comes about.
    pub mode: Mode,
    /// How it is taken back.
    pub undo: Undo,
}

impl Change {
    /// A change that can be taken back.
    pub fn set(probe: Probe, before: Option<Fact>, wanted: Fact) -> Self {
        Self { probe, before, wanted, mode: Mode::Set, undo: Undo::Restore }
    }

    /// What is only read: where it is not so, the step fails, for this reason.
    pub fn require(probe: Probe, before: Option<Fact>, wanted: Fact, why: impl Into<String>) -> Self {
        let change = Self::set(probe, before, wanted).stays("it only reads");
        Self { mode: Mode::Require(why.into()), ..change }
    }

    /// The same, that stays for a reason.
    pub fn stays(mut self, why: impl Into<String>) -> Self {
        self.undo = Undo::Stays(why.into());
        self
    }

    /// The thing.
    pub fn resource(&self) -> Resource {
        self.probe.resource()
    }

    /// It is a change, not only a requirement.
    pub fn writes(&self) -> bool {
        !matches!(self.mode, Mode::Require(_))
    }

    /// The writing calls, as they can be told beforehand. A fact that has not
    /// been read is taken to differ.
    pub fn calls(&self) -> Vec<Call> {
        match (&self.mode, &self.before) {
            (Mode::Require(_), _) => Vec::new(),
            (Mode::Once(call), _) => vec![call.clone()],
            (Mode::Set, Some(before)) if self.probe.moot(before, &self.wanted) => Vec::new(),
            (Mode::Set, Some(before)) => self.probe.calls(&self.probe.rest(before), &self.wanted),
            (Mode::Set, None) => self.probe.calls(&self.unlike(), &self.wanted),
        }
    }

    /// The calls that take it back, as they can be told beforehand.
    pub fn undo_calls(&self) -> Vec<Call> {
        let before = self.before.as_ref().map(|before| self.probe.rest(before));
        match (&self.undo, &before, &self.mode) {
            (Undo::Restore, Some(before), Mode::Set) => match (&self.wanted, before) {
                // The group will have an id by then.
                (Fact::Group { id, .. }, Fact::Absent) if id.is_empty() => {
                    vec![Call::DeleteSecurityGroup { group: QUARANTINE.into() }]
                }
                _ => self.probe.calls(&self.wanted, before),
            },
            _ => Vec::new(),
        }
    }

    /// How it is taken back, in a few words.
    pub fn undo_words(&self) -> String {
        let before = self.before.as_ref().map(|before| self.probe.rest(before));
        match (&self.undo, &before) {
            (Undo::Stays(why), _) => format!("stays: {why}"),
            (Undo::Restore, Some(before)) => {
                let (noun, id) = (self.probe.noun(), self.resource().id);
                match before {
                    _ if self.probe.satisfied(before, &self.wanted) => "nothing to take back".into(),
                    Fact::Absent if matches!(self.probe, Probe::Quarantine { .. }) => {
                        "delete the quarantine group if nothing else uses it".into()
                    }
                    Fact::Absent if matches!(self.probe, Probe::AclEntry { .. }) => match &self.wanted {
                        Fact::Entry(entry) => format!("delete entry {} of {id}", entry.number),
                        _ => format!("{noun} of {id} back to none"),
                    },
                    Fact::Word(_) if matches!(self.probe, Probe::Registration { .. }) => {
                        format!("register it again with {}", id.rsplit(":targetgroup/").next().unwrap_or(&id))
                    }
                    Fact::Switches(former) => {
                        let resumed: Vec<&str> =
                            former.iter().filter(|(_, on)| !**on).map(|(name, _)| name.as_str()).collect();
                        format!("resume {} of {id}", resumed.join(", "))
                    }
                    Fact::List(groups) => format!("former groups of {id}: {}", groups.join(", ")),
                    Fact::Profile { .. } => format!("put {} back on {id}", before.words()),
                    Fact::Rule(_) => format!("put the rule back: {}", before.words()),
                    _ => format!("{noun} of {id} back to {}", before.words()),
                }
            }
            (Undo::Restore, None) => format!("{} back to what it is read to be before the step", self.probe.noun()),
        }
    }

    /// Some fact of the same kind that is not the wanted one.
    pub(super) fn unlike(&self) -> Fact {
        match &self.wanted {
            Fact::Flag(on) => Fact::Flag(!on),
            Fact::Sharing { .. } => Fact::Sharing { public: true, accounts: [SHARED.to_owned()].into() },
            Fact::Snapshots(_) => Fact::Snapshots(std::collections::BTreeMap::new()),
            Fact::Tags(tags) => Fact::Tags(tags.keys().map(|key| (key.clone(), None)).collect()),
            Fact::Switches(switches) => Fact::Switches(switches.iter().map(|(name, on)| (name.clone(), !on)).collect()),
            Fact::Key { user, active } => Fact::Key { user: user.clone(), active: active.map(|on| !on) },
            Fact::Word(word) if word == "stopped" || word == "terminated" => Fact::word("running"),
            Fact::Word(word) if word == "running" => Fact::word("stopped"),
            Fact::Word(_) | Fact::List(_) => Fact::word(""),
            _ => Fact::Absent,
        }
    }
}
