//! Processes: what a group does by itself, and suspending it.

use super::activity::instant;
use super::{invalid, named};
use crate::sim::account::Account;
use crate::sim::service::{Refusal, Request};
use crate::sim::wire::query::Params;
use serde_json::{Value, json};

/// The processes, as the API names them.
const PROCESSES: [&str; 9] = [
    "AZRebalance",
    "AddToLoadBalancer",
    "AlarmNotification",
    "HealthCheck",
    "InstanceRefresh",
    "Launch",
    "ReplaceUnhealthy",
    "ScheduledActions",
    "Terminate",
];

pub(super) fn types() -> Value {
    let shown: Vec<Value> = PROCESSES.iter().map(|name| json!({"ProcessName": name})).collect();
    json!({"Processes": shown})
}

/// The processes that a request names; all where it names none.
fn asked(request: &Request) -> Result<Vec<&str>, Refusal> {
    let names = Params(&request.params).texts("ScalingProcesses");
    if names.is_empty() {
        return Ok(PROCESSES.to_vec());
    }
    match names.iter().find(|name| !PROCESSES.contains(name)) {
        Some(unknown) => Err(invalid(format!("The process type '{unknown}' is not valid"))),
        None => Ok(names),
    }
}

pub(super) fn suspend(account: &mut Account, request: &Request) -> Result<Value, Refusal> {
    let asked = asked(request)?;
    let group = named(account, request)?;
    let reason = format!("User suspended at {}", instant(request.now));
    for name in asked {
        if !group.suspends(name) {
            group.suspended.push((name.to_owned(), reason.clone()));
        }
    }
    Ok(json!({}))
}

pub(super) fn resume(account: &mut Account, request: &Request) -> Result<Value, Refusal> {
    let asked = asked(request)?;
    let group = named(account, request)?;
    group.suspended.retain(|(name, _)| !asked.contains(&name.as_str()));
    group.review_at(request.now);
    Ok(json!({}))
}
