//! Principals, their policies and the instance profiles.

use serde_json::{Value, json};

use super::super::file::{self, File};
use super::super::names::{Names, Place, wrong};
use super::super::spec::{PrincipalKind, PrincipalSpec, ProfileSpec};
use super::super::{Scenario, ScenarioError};
use super::duration;
use crate::sim::dice::Dice;

pub fn resolve(file: &File, scenario: &mut Scenario, names: &mut Names) -> Result<(), ScenarioError> {
    for raw in &file.principal {
        let at = format!("principal '{}'", raw.name);
        let spec = match &raw.same_as {
            Some(other) => thief(raw, other, scenario)?,
            None => principal(raw, &at)?,
        };
        let place = Place { id: spec.unique_id.clone(), ..Place::default() };
        names.add("principal", &raw.name, place)?;
        scenario.principals.push(spec);
    }
    for raw in &file.principal {
        if let Some(opener) = &raw.assumed_by
            && !opener.contains('.')
            && !scenario.principals.iter().any(|known| known.name == *opener)
        {
            let at = format!("principal '{}'", raw.name);
            return Err(wrong(at, format!("assumed_by '{opener}' is neither a principal nor a service")));
        }
    }
    if !scenario.principals.iter().any(|known| known.name == scenario.account.caller) {
        return Err(wrong("account", format!("the caller '{}' is not among the principals", scenario.account.caller)));
    }
    for raw in &file.profile {
        scenario.profiles.push(ProfileSpec {
            name: raw.name.clone(),
            id: Dice::new(0, &format!("profile {}", raw.name)).iam_id("AIPA"),
            role: raw.role.clone(),
            role_id: Dice::new(0, &format!("/ {}", raw.role)).iam_id("AROA"),
            policy: policy(&raw.allow, &[]),
        });
    }
    Ok(())
}

/// Someone who uses the identity of another from elsewhere.
fn thief(raw: &file::Principal, other: &str, scenario: &Scenario) -> Result<PrincipalSpec, ScenarioError> {
    let Some(owner) = scenario.principals.iter().find(|known| known.name == other) else {
        return Err(wrong(
            format!("principal '{}'", raw.name),
            format!("same_as '{other}' names no principal that stands before it"),
        ));
    };
    Ok(PrincipalSpec { name: raw.name.clone(), ips: raw.ips.clone(), agents: raw.agents.clone(), ..owner.clone() })
}

fn principal(raw: &file::Principal, at: &str) -> Result<PrincipalSpec, ScenarioError> {
    let user = raw.user.clone().unwrap_or_else(|| raw.name.clone());
    let path = raw.path.clone().unwrap_or_else(|| "/".to_owned());
    if raw.kind == PrincipalKind::AssumedRole && raw.session.is_none() {
        return Err(wrong(at, "an assumed role needs a session"));
    }
    let prefix = if raw.kind == PrincipalKind::AssumedRole { "AROA" } else { "AIDA" };
    let document = match &raw.policy {
        Some(text) => serde_json::from_str::<Value>(text)
            .map_err(|error| wrong(at, format!("the policy is not JSON: {error}")))?,
        None => policy(&raw.allow, &raw.deny),
    };
    let session_length = raw.session_length.as_deref().map(|text| duration(text, at)).transpose()?;
    if session_length.is_some_and(|length| length < 900) {
        return Err(wrong(at, "a session lasts at least 15m"));
    }
    Ok(PrincipalSpec {
        name: raw.name.clone(),
        kind: raw.kind,
        unique_id: Dice::new(0, &format!("{path} {user}")).iam_id(prefix),
        user,
        path,
        session: raw.session.clone(),
        access_key_id: raw.key.clone().unwrap_or_default(),
        mfa: raw.mfa,
        created: duration(raw.created.as_deref().unwrap_or("-200d"), at)?,
        session_length,
        assumed_by: raw.assumed_by.clone(),
        invoked_by: raw.invoked_by.clone(),
        ips: raw.ips.clone(),
        agents: raw.agents.clone(),
        policy: document,
    })
}

fn policy(allow: &[String], deny: &[String]) -> Value {
    let mut statements = Vec::new();
    for (effect, actions) in [("Allow", allow), ("Deny", deny)] {
        if !actions.is_empty() {
            statements.push(json!({ "Effect": effect, "Action": actions, "Resource": "*" }));
        }
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}
