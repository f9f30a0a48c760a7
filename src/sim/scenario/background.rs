//! The ordinary work of an account: bursts of calls, minute by minute, denser towards
//! the opening and steady after it.
//!
//! Each minute depends on the seed and its own number, so that a script that is asked
//! often and one that is asked seldom tell the same story.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Scenario;
use super::cast::{Cast, Entrance, Stage};
use super::catalogue::Template;
use super::file::Activity;
use super::fill::Filler;
use crate::sim::call::{Call, CallKind};
use crate::sim::dice::Dice;

/// The minutes of the history.
const HISTORY: i64 = 24 * 60;

/// How fast the density of the history falls off, in minutes.
const SLOPE: f64 = 240.0;

/// The generator of ordinary work.
#[derive(Debug)]
pub struct Background {
    seed: u64,
    start: Timestamp,
    minute: i64,
    total: f64,
    per_minute: f64,
    /// Calls still owed (or, below zero, told too many).
    owed: f64,
}

impl Background {
    /// Work from a day before `start` on.
    pub fn new(scenario: &Scenario, seed: u64, start: Timestamp) -> Background {
        let history = scenario.background.history > 0;
        Background {
            seed,
            start,
            minute: if history { -HISTORY } else { 0 },
            total: f64::from(scenario.background.history),
            per_minute: scenario.background.per_minute,
            owed: 0.0,
        }
    }

    /// Up to when every call is told.
    pub fn told_until(&self) -> Timestamp {
        // Before anything is told, nothing is: steps may lie before the history.
        self.moment(self.minute as f64 * 60.0)
    }

    /// The calls that begin in the next minute; bursts may last longer than it.
    pub fn minute(&mut self, scenario: &Scenario, cast: &mut Cast) -> Vec<Call> {
        let minute = self.minute;
        self.minute += 1;
        let mut dice = Dice::new(self.seed, &format!("minute {minute}"));
        let wanted = if minute < 0 { self.total * (share(minute + 1) - share(minute)) } else { self.per_minute };
        let activities: Vec<&Activity> =
            scenario.activities.iter().filter(|activity| minute < 0 || !activity.history_only).collect();
        let calls_per_ticket: f64 = activities
            .iter()
            .map(|activity| f64::from(activity.weight) * f64::from(activity.burst.0 + activity.burst.1) / 2.0)
            .sum();
        // What was told too much or too little is made good slowly.
        let owed = (1.0 + self.owed / 200.0).clamp(0.5, 1.5);
        let mut begins: Vec<(f64, &Activity)> = Vec::new();
        for activity in activities {
            let bursts = wanted * owed * f64::from(activity.weight) / calls_per_ticket;
            let count = bursts.floor() as u32 + u32::from(dice.unit() < bursts.fract());
            for _ in 0..count {
                begins.push((minute as f64 * 60.0 + dice.unit() * 60.0, activity));
            }
        }
        // Sessions are opened in the order of time.
        begins.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut calls = Vec::new();
        for (begin, activity) in begins {
            calls.extend(self.burst(scenario, cast, activity, begin, &mut dice));
        }
        self.owed += wanted - calls.len() as f64;
        calls
    }

    fn moment(&self, seconds: f64) -> Timestamp {
        let offset = SignedDuration::from_millis((seconds * 1_000.0) as i64);
        self.start.saturating_add(offset).unwrap_or(self.start)
    }

    fn burst(
        &self,
        scenario: &Scenario,
        cast: &mut Cast,
        activity: &Activity,
        begin: f64,
        dice: &mut Dice,
    ) -> Vec<Call> {
        let now = self.moment(begin);
        let stage = Stage { scenario, start: self.start, now };
        let Some(region) = dice.pick(&activity.regions).cloned() else {
            return Vec::new();
        };
        let mut known = std::collections::BTreeMap::new();
        let entrance = if activity.who == "instance-role" {
            let with_role: Vec<_> = scenario
                .instances
                .iter()
                .filter(|one| one.region == region && one.profile.is_some() && one.state == "running")
                .collect();
            let Some(instance) = dice.pick(&with_role) else {
                return Vec::new();
            };
            known.insert("instance".to_owned(), instance.id.clone());
            cast.enter_instance(stage, instance, dice)
        } else {
            scenario
                .principals
                .iter()
                .find(|known| known.name == activity.who)
                .map(|spec| cast.enter(stage, spec, &region, dice))
        };
        let Some(mut entrance) = entrance else {
            return Vec::new();
        };
        if let Some(agent) = &activity.agent {
            entrance.agent.clone_from(agent);
        }
        known.insert("arn".to_owned(), entrance.principal.arn());
        known.insert("user".to_owned(), entrance.principal.name.clone());
        let mut calls = std::mem::take(&mut entrance.opening);
        let count = dice.between(i64::from(activity.burst.0), i64::from(activity.burst.1)).max(1);
        let mut at = begin;
        for index in 0..count {
            let name = if activity.in_order {
                activity.calls.get(index as usize % activity.calls.len().max(1))
            } else {
                dice.pick(&activity.calls)
            };
            let Some(name) = name else { break };
            at += activity.pause.0 + dice.unit() * (activity.pause.1 - activity.pause.0).max(0.0);
            let mut filler = Filler {
                scenario,
                region: &region,
                time: self.moment(at),
                dice: Dice::new(self.seed, &format!("{} {at} {}", activity.name, dice.roll())),
                known: known.clone(),
            };
            calls.extend(synthesised(name, &entrance, &mut filler, false));
        }
        calls
    }
}

/// What part of the history lies before the beginning of a minute: from 0 at its
/// start to 1 at the opening, rising three times as fast at the end.
fn share(minute: i64) -> f64 {
    let integral = |before: f64| before + 2.0 * SLOPE * (1.0 - (-before / SLOPE).exp());
    1.0 - integral(-minute as f64) / integral(HISTORY as f64)
}

/// A call of the catalogue as someone made it; `None` where the template's words
/// mean nothing here.
pub fn synthesised(name: &str, entrance: &Entrance, filler: &mut Filler<'_>, denied: bool) -> Option<Call> {
    let template = filler.scenario.catalogue.get(name)?;
    let (service, action) = name.split_once('.')?;
    let mut principal = entrance.principal.clone();
    filler.known.entry("arn".to_owned()).or_insert_with(|| principal.arn());
    filler.known.entry("user".to_owned()).or_insert_with(|| entrance.principal.name.clone());
    let request_id = filler.dice.uuid();
    filler.known.insert("request".to_owned(), request_id.clone());
    let parts = Parts::new(template, filler).ok()?;
    let (mut ip, mut agent) = (entrance.ip.clone(), entrance.agent.clone());
    if let Some(via) = &template.via {
        ip.clone_from(via);
        agent.clone_from(via);
        principal.invoked_by = Some(via.clone());
    }
    if service == "s3" {
        // S3 alone writes its clients in brackets.
        agent = format!("[{agent}]");
    }
    let from_console = !template.signin
        && principal.access_key_id.starts_with("ASIA")
        && (agent.starts_with("Mozilla/") || agent == "AWS Internal");
    let arn = principal.arn();
    let refusal = denied.then(|| refusal(service, action, &arn, &parts.arns));
    Some(Call {
        time: filler.time,
        source: format!("{service}.amazonaws.com"),
        name: action.to_owned(),
        region: filler.region.to_owned(),
        ip,
        agent,
        request_parameters: if denied && !template.keeps_request_when_denied { Value::Null } else { parts.request },
        response_elements: if denied { Value::Null } else { parts.response },
        additional: parts.additional,
        error: refusal,
        read_only: template.read,
        request_id,
        arn_resources: if denied || template.arns_in_refusal_only { Vec::new() } else { parts.arns },
        kind: if template.signin { CallKind::ConsoleSignIn } else { CallKind::Api },
        from_console,
        endpoint_host: parts.host,
        api_version: template.api_version.clone(),
        principal,
        ..Call::default()
    })
}

/// The filled parts of a template.
pub struct Parts {
    request: Value,
    response: Value,
    additional: Value,
    arns: Vec<(String, String)>,
    host: Option<String>,
}

impl Parts {
    /// Fills a template; the error says which word or which JSON is wrong.
    pub fn new(template: &Template, filler: &mut Filler<'_>) -> Result<Parts, String> {
        let json = |text: &Option<String>, filler: &mut Filler<'_>| match text {
            None => Ok(Value::Null),
            Some(text) => {
                let filled = filler
                    .fill(text)
                    .map_err(|word| format!("'{word}' is no word that the scenario gives a meaning"))?;
                serde_json::from_str(&filled).map_err(|error| format!("{error} in {filled}"))
            }
        };
        let request = json(&template.request, filler)?;
        let response = json(&template.response, filler)?;
        let additional = json(&template.additional, filler)?;
        let text = |text: &str, filler: &mut Filler<'_>| {
            filler.fill(text).map_err(|word| format!("'{word}' is no word that the scenario gives a meaning"))
        };
        let mut arns = Vec::new();
        for line in &template.arns {
            let line = text(line, filler)?;
            arns.push(match line.split_once(' ') {
                Some((kind, arn)) => (kind.to_owned(), arn.to_owned()),
                None => (String::new(), line),
            });
        }
        let host = match &template.host {
            Some(host) => Some(text(host, filler)?),
            None => None,
        };
        Ok(Parts { request, response, additional, arns, host })
    }
}

/// The refusal of an identity that may not, as the service words it.
fn refusal(service: &str, action: &str, arn: &str, arns: &[(String, String)]) -> (String, String) {
    if service == "s3" {
        return ("AccessDenied".to_owned(), "Access Denied".to_owned());
    }
    let resource = arns.first().map(|(_, resource)| format!(" on resource: {resource}")).unwrap_or_default();
    let code = if service == "iam" || service == "sts" { "AccessDenied" } else { "AccessDeniedException" };
    (
        code.to_owned(),
        format!(
            "User: {arn} is not authorized to perform: {service}:{action}{resource} because no identity-based policy allows the {service}:{action} action"
        ),
    )
}
