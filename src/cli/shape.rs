//! The JSON shapes of what commands print: made in one place, the same everywhere.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::domain::event::Access;
use crate::domain::exposure::exposures;
use crate::domain::finding::{Finding, Severity};
use crate::domain::instance::Instance;
use crate::domain::inventory::Inventory;
use crate::respond::plan::{Plan, Survivor};
use crate::respond::remedy::Remedy;
use crate::trail::timeline::Row;

/// An instance: `id state type account region az vpc subnet public_ip private_ip
/// security_groups volumes profile image launch_time exposure tags`, and its name.
/// What an instance has not is null.
pub fn instance(inventory: &Inventory, instance: &Instance) -> Value {
    let or_null = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let exposure: Vec<Value> = exposures(inventory, instance)
        .iter()
        .map(|path| {
            let mut value = to_value(path);
            value["sentence"] = json!(path.sentence());
            value
        })
        .collect();
    let tags: Map<String, Value> = instance.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    json!({
        "id": instance.id,
        "name": or_null(&instance.name),
        "state": instance.state.word(),
        "type": instance.kind,
        "account": inventory.account,
        "region": inventory.region,
        "az": instance.az,
        "vpc": or_null(&instance.vpc),
        "subnet": or_null(&instance.subnet),
        "public_ip": or_null(&instance.public_ip),
        "private_ip": or_null(&instance.private_ip),
        "security_groups": instance.groups,
        "volumes": instance.volumes,
        "profile": or_null(&instance.profile),
        "image": or_null(&instance.image),
        "launch_time": instance.launched,
        "exposure": exposure,
        "tags": tags,
    })
}

fn to_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// An event: `time account region id name source actor ip read_only error
/// resources severity findings`. No error and no finding are null and an empty list.
#[derive(Serialize)]
pub struct EventLine<'a> {
    time: Timestamp,
    account: &'a str,
    region: &'a str,
    id: String,
    name: &'a str,
    source: &'a str,
    actor: &'a str,
    ip: &'a str,
    read_only: bool,
    error: Option<&'a str>,
    resources: Vec<&'a str>,
    severity: Option<Severity>,
    findings: Vec<FindingLine<'a>>,
}

/// A finding on an event.
#[derive(Serialize)]
struct FindingLine<'a> {
    rule_id: &'a str,
    title: &'a str,
    level: Severity,
    because: &'a [(String, String)],
}

impl<'a> EventLine<'a> {
    /// The line of an event with its findings.
    pub fn of(row: &Row<'a>, findings: &'a [Finding]) -> Self {
        Self {
            time: row.time,
            account: row.account,
            region: row.region,
            id: row.id.to_string(),
            name: row.name,
            source: row.source,
            actor: row.actor,
            ip: row.ip,
            read_only: row.access == Access::Read,
            error: Some(row.error).filter(|error| !error.is_empty()),
            resources: row.resources().map(|(_, id)| id).collect(),
            severity: findings.iter().map(|finding| finding.severity).max(),
            findings: findings
                .iter()
                .map(|finding| FindingLine {
                    rule_id: &finding.rule_id,
                    title: &finding.title,
                    level: finding.severity,
                    because: &finding.because,
                })
                .collect(),
        }
    }
}

/// A plan: `playbook target scope steps[]`, each step with `id title remedy
/// calls before undo risk cli`.
pub fn plan(plan: &Plan) -> Value {
    let steps: Vec<Value> = plan
        .steps
        .iter()
        .map(|step| {
            json!({
                "id": step.id,
                "title": step.title,
                "text": step.text,
                "kind": step.kind,
                "remedy": step.remedy.map(Remedy::name),
                "risk": step.risk.word(),
                "disruption": step.disruption,
                "calls": step.calls.iter().map(|call| json!({"action": call.action, "resource": call.resource})).collect::<Vec<_>>(),
                "before": step.before,
                "undo": step.undo,
                "cli": step.cli,
                "actions": step.actions,
                "confirm": step.confirm,
                "beyond": step.beyond,
                "not_applicable": step.not_applicable,
                "undecided": step.undecided,
                "in_place_of": step.in_place_of,
                "refused": step.refused,
            })
        })
        .collect();
    json!({
        "playbook": plan.playbook,
        "title": plan.title,
        "target": plan.target.id,
        "label": plan.label,
        "scope": {
            "account": plan.scope.caller.account,
            "alias": plan.scope.caller.alias,
            "region": plan.scope.region,
            "caller": plan.scope.caller.arn,
            "profile": plan.scope.profile,
        },
        "made": plan.made,
        "blast_radius": plan.blast_radius,
        "survivors": plan.survivors.iter().map(Survivor::sentence).collect::<Vec<_>>(),
        "steps": steps,
    })
}
