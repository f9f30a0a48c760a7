//! What happens over time: the steps at their hour, and the ordinary work around
//! them, in the order of time.
//!
//! The script is asked what has come due. It answers with calls that are only
//! written into the trail, and with acts that the simulator carries out for real.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Scenario;
use super::background::{Background, synthesised};
use super::cast::{Cast, Entrance, Stage};
use super::fill::Filler;
use super::spec::{Deed, StepSpec};
use crate::sim::call::Call;
use crate::sim::dice::Dice;
use crate::sim::principal::Principal;

/// A call that the simulator carries out for real.
#[derive(Clone, Debug)]
pub struct Act {
    /// When; it may lie before now.
    pub at: Timestamp,
    /// Who.
    pub principal: Principal,
    /// From which address.
    pub ip: String,
    /// With which user agent.
    pub agent: String,
    /// In which Region.
    pub region: String,
    /// `ec2`, `sts`, `iam`, `cloudtrail`.
    pub service: String,
    /// The action's name.
    pub action: String,
    /// The parameters of a Query service, under their wire names.
    pub params: Vec<(String, String)>,
    /// The body of an awsJson service, else null.
    pub json: Value,
}

/// Something that has come due.
#[derive(Clone, Debug)]
pub enum Due {
    /// A call that is only recorded.
    Record(Box<Call>),
    /// A call to carry out.
    Act(Box<Act>),
}

/// The script of a scenario, from the beginning of its history on.
#[derive(Debug)]
pub struct Script {
    scenario: Scenario,
    seed: u64,
    start: Timestamp,
    cast: Cast,
    background: Background,
    waiting: BTreeMap<(Timestamp, u64), Waiting>,
    turn: u64,
    saved: BTreeMap<String, String>,
    saving: BTreeMap<String, String>,
}

#[derive(Debug)]
enum Waiting {
    Step(usize),
    Call(Box<Call>),
    Act(Box<Act>, BTreeMap<String, String>),
}

impl Script {
    /// The script of a scenario that opens at `start`.
    pub fn new(scenario: &Scenario, seed: u64, start: Timestamp) -> Script {
        let mut script = Script {
            scenario: scenario.clone(),
            seed,
            start,
            cast: Cast::default(),
            background: Background::new(scenario, seed, start),
            waiting: BTreeMap::new(),
            turn: 0,
            saved: BTreeMap::new(),
            saving: BTreeMap::new(),
        };
        for (index, step) in scenario.steps.iter().enumerate() {
            let at = script.moment(step.at);
            script.wait(at, Waiting::Step(index));
        }
        script
    }

    /// The next thing that has come due by `now`, in the order of time; `None` when
    /// there is nothing left.
    pub fn due(&mut self, now: Timestamp) -> Option<Due> {
        loop {
            // What is due before the end of the time that the background has been
            // told for is in its final order.
            let told = self.background.told_until();
            let next = self.waiting.first_key_value().map(|((time, _), _)| *time);
            if let Some(time) = next
                && time <= now
                && time < told
            {
                let ((time, _), waiting) = self.waiting.pop_first()?;
                match waiting {
                    Waiting::Call(call) => return Some(Due::Record(call)),
                    Waiting::Act(act, save) => {
                        self.saving = save;
                        return Some(Due::Act(act));
                    }
                    Waiting::Step(index) => self.step(index, time),
                }
                continue;
            }
            if told > now {
                return None;
            }
            for call in self.background.minute(&self.scenario, &mut self.cast) {
                self.wait(call.time, Waiting::Call(Box::new(call)));
            }
        }
    }

    /// Takes the ids that later steps need from the answer to the last act.
    pub fn answered(&mut self, body: &str) {
        for (name, element) in std::mem::take(&mut self.saving) {
            if let Some(value) = found(body, &element) {
                self.saved.insert(name, value);
            }
        }
    }

    fn moment(&self, offset: i64) -> Timestamp {
        self.start.saturating_add(SignedDuration::from_secs(offset)).unwrap_or(self.start)
    }

    fn wait(&mut self, at: Timestamp, waiting: Waiting) {
        self.turn += 1;
        self.waiting.insert((at, self.turn), waiting);
    }

    /// Brings a step on: what its session needs first, then its deed, all in the
    /// step's second and in their turn.
    fn step(&mut self, index: usize, time: Timestamp) {
        let Some(step) = self.scenario.steps.get(index).cloned() else {
            return;
        };
        if let Some(every) = step.every
            && let Ok(again) = time.saturating_add(SignedDuration::from_secs(every))
        {
            self.wait(again, Waiting::Step(index));
        }
        let Some(spec) = self.scenario.principals.iter().find(|known| known.name == step.who) else {
            return;
        };
        let mut dice = Dice::new(self.seed, &format!("step {index} {}", time.as_second()));
        let stage = Stage { scenario: &self.scenario, start: self.start, now: time };
        let mut entrance = self.cast.enter(stage, spec, &step.region, &mut dice);
        if let Some(agent) = &step.agent {
            entrance.agent.clone_from(agent);
        }
        let deed = self.deed(&step, &entrance, time, dice);
        for call in entrance.opening {
            self.wait(time, Waiting::Call(Box::new(call)));
        }
        if let Some(deed) = deed {
            self.wait(time, deed);
        }
    }

    /// A step as what it does; `None` where an id that it needs was never found.
    fn deed(&self, step: &StepSpec, entrance: &Entrance, time: Timestamp, dice: Dice) -> Option<Waiting> {
        match &step.deed {
            Deed::Call { service, action, params, json } => {
                let mut filled = Vec::new();
                for (name, value) in params {
                    filled.push((name.clone(), self.fill(value)?));
                }
                let json = match json {
                    Value::Null => Value::Null,
                    json => serde_json::from_str(&self.fill(&json.to_string())?).ok()?,
                };
                let act = Act {
                    at: time,
                    principal: entrance.principal.clone(),
                    ip: entrance.ip.clone(),
                    agent: entrance.agent.clone(),
                    region: step.region.clone(),
                    service: service.clone(),
                    action: action.clone(),
                    params: filled,
                    json,
                };
                Some(Waiting::Act(Box::new(act), step.save.clone()))
            }
            Deed::Record { call, denied, words } => {
                let mut filler =
                    Filler { scenario: &self.scenario, region: &step.region, time, dice, known: words.clone() };
                let call = synthesised(call, entrance, &mut filler, *denied)?;
                Some(Waiting::Call(Box::new(call)))
            }
        }
    }

    /// Puts saved ids in place; `None` where one was never found, as when the call
    /// that should have made it was refused.
    fn fill(&self, text: &str) -> Option<String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            filled.push_str(&rest[..start]);
            let from = &rest[start + 2..];
            let end = from.find('}')?;
            filled.push_str(self.saved.get(&from[..end])?);
            rest = &from[end + 1..];
        }
        filled.push_str(rest);
        Some(filled)
    }
}

/// The text of the first element of that name in an XML answer, or of the first
/// field of that name in a JSON one.
fn found(body: &str, element: &str) -> Option<String> {
    if let Some((_, rest)) = body.split_once(&format!("<{element}>")) {
        return rest.split_once('<').map(|(text, _)| text.to_owned());
    }
    let (_, rest) = body.split_once(&format!("\"{element}\""))?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    rest.split_once('"').map(|(text, _)| text.to_owned())
}

#[cfg(test)]
mod tests;
