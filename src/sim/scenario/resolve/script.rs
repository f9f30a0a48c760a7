//! Activities and steps: checks that each names someone, something and a time.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::Value;

use super::super::background::Parts;
use super::super::catalogue;
use super::super::file::{self, File};
use super::super::fill::{Filler, WORDS};
use super::super::names::{Names, wrong};
use super::super::spec::{Deed, StepSpec};
use super::super::{Scenario, ScenarioError};
use super::{check_region, duration};
use crate::sim::dice::Dice;
use crate::sim::wire::Service;

pub fn resolve(file: &File, scenario: &mut Scenario, names: &Names) -> Result<(), ScenarioError> {
    scenario.catalogue = catalogue::builtin()?;
    scenario.catalogue.extend(file.calls.clone());
    for activity in &file.activity {
        let at = format!("activity '{}'", activity.name);
        if activity.who != "instance-role" {
            check_principal(scenario, &activity.who, &at)?;
        }
        if activity.calls.is_empty() || activity.regions.is_empty() {
            return Err(wrong(at, "name at least one call and one Region"));
        }
        if activity.burst.0 > activity.burst.1 || activity.pause.0 > activity.pause.1 {
            return Err(wrong(at, "the lower bound comes first"));
        }
        for region in &activity.regions {
            check_region(&scenario.account, region, &at)?;
            for call in &activity.calls {
                check_call(scenario, call, region, &BTreeMap::new(), &at)?;
            }
        }
        scenario.activities.push(activity.clone());
    }
    let mut saved: Vec<String> = Vec::new();
    for (index, raw) in file.step.iter().enumerate() {
        let step = step(raw, index, scenario, names, &saved)?;
        saved.extend(step.save.keys().cloned());
        scenario.steps.push(step);
    }
    Ok(())
}

fn step(
    raw: &file::Step,
    index: usize,
    scenario: &Scenario,
    names: &Names,
    saved: &[String],
) -> Result<StepSpec, ScenarioError> {
    let at = format!("step {} ({})", index + 1, raw.call.as_ref().or(raw.record.as_ref()).map_or("?", String::as_str));
    check_principal(scenario, &raw.who, &at)?;
    let region = raw.region.clone().unwrap_or_else(|| scenario.account.home_region.clone());
    check_region(&scenario.account, &region, &at)?;
    let deed = match (&raw.call, &raw.record) {
        (Some(call), None) => act(raw, call, names, saved, &at)?,
        (None, Some(call)) => {
            let mut words = BTreeMap::new();
            for (word, value) in &raw.params {
                words.insert(word.clone(), names.fill(&text(value, &at)?, &at)?);
            }
            check_call(scenario, call, &region, &words, &at)?;
            Deed::Record { call: call.clone(), denied: raw.denied, words }
        }
        _ => return Err(wrong(at, "a step has either a call or a record")),
    };
    let every = raw.every.as_deref().map(|text| duration(text, &at)).transpose()?;
    if every.is_some_and(|every| every < 10) {
        return Err(wrong(at, "a step is done again after 10s at the earliest"));
    }
    Ok(StepSpec {
        at: duration(&raw.at, &at)?,
        who: raw.who.clone(),
        region,
        agent: raw.agent.clone(),
        every,
        save: raw.save.clone(),
        deed,
    })
}

fn act(raw: &file::Step, call: &str, names: &Names, saved: &[String], at: &str) -> Result<Deed, ScenarioError> {
    let (service, action) = catalogue::split(call, at)?;
    if raw.denied {
        return Err(wrong(at, "a call is allowed or denied by its principal's policy, not by 'denied'"));
    }
    let filled = |value: &toml::Value| -> Result<String, ScenarioError> {
        let text = names.fill(&text(value, at)?, at)?;
        check_saved(&text, saved, at)?;
        Ok(match text.strip_prefix("base64:") {
            Some(plain) => BASE64_STANDARD.encode(plain),
            None => text,
        })
    };
    let (mut params, mut json) = (Vec::new(), Value::Null);
    match service {
        "cloudtrail" => {
            let body = serde_json::to_value(&raw.params).map_err(|error| wrong(at, error.to_string()))?;
            let text = names.fill(&body.to_string(), at)?;
            check_saved(&text, saved, at)?;
            json = serde_json::from_str(&text).map_err(|error| wrong(at, error.to_string()))?;
        }
        "ec2" | "sts" | "iam" | "autoscaling" | "elasticloadbalancing" => {
            for (name, value) in &raw.params {
                params.push((name.clone(), filled(value)?));
            }
        }
        _ => {
            return Err(wrong(
                at,
                format!("'{service}' cannot be called: only {} are; use 'record' instead", Service::OFFERED),
            ));
        }
    }
    Ok(Deed::Call { service: service.to_owned(), action: action.to_owned(), params, json })
}

fn text(value: &toml::Value, at: &str) -> Result<String, ScenarioError> {
    match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Boolean(flag) => Ok(flag.to_string()),
        _ => Err(wrong(at, "a parameter is a text, a whole number or a truth value")),
    }
}

fn check_saved(text: &str, saved: &[String], at: &str) -> Result<(), ScenarioError> {
    let mut rest = text;
    while let Some((_, from)) = rest.split_once("${") {
        let (word, behind) = from.split_once('}').unwrap_or((from, ""));
        if !saved.iter().any(|known| known == word) {
            return Err(wrong(at, format!("no step before this one saves '{word}'")));
        }
        rest = behind;
    }
    Ok(())
}

fn check_principal(scenario: &Scenario, who: &str, at: &str) -> Result<(), ScenarioError> {
    if scenario.principals.iter().any(|known| known.name == who) {
        return Ok(());
    }
    let known: Vec<&str> = scenario.principals.iter().map(|known| known.name.as_str()).collect();
    Err(wrong(at, format!("there is no principal '{who}'; there are: {}", known.join(", "))))
}

/// Fills the template once, so that a word that means nothing is found now.
fn check_call(
    scenario: &Scenario,
    call: &str,
    region: &str,
    words: &BTreeMap<String, String>,
    at: &str,
) -> Result<(), ScenarioError> {
    catalogue::split(call, at)?;
    let Some(template) = scenario.catalogue.get(call) else {
        return Err(wrong(at, format!("the catalogue has no call '{call}': describe it under [calls.\"{call}\"]")));
    };
    let mut known = words.clone();
    for word in ["arn", "user", "request"] {
        known.entry(word.to_owned()).or_insert_with(|| word.to_owned());
    }
    let mut filler = Filler { scenario, region, time: Timestamp::UNIX_EPOCH, dice: Dice::new(0, "check"), known };
    Parts::new(template, &mut filler)
        .map(|_| ())
        .map_err(|why| wrong(at, format!("{call}: {why}; words are those under [words] and: {WORDS}")))
}
