//! The permission check of a plan: what is asked, and what the answers mean.
//!
//! It is a check of permissions and never a promise: the state may still refuse.

use serde::{Deserialize, Serialize};

use super::call::Call;
use super::plan::{Plan, Step, StepKind};
use crate::domain::fault::{Fault, FaultKind};

/// How one call is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// By the call itself with `DryRun`.
    DryRun(Call),
    /// By `iam:SimulatePrincipalPolicy`: the actions, on the resource's ARN.
    Simulate(Vec<String>, String),
    /// Not at all, for this reason.
    Cannot(String),
}

/// What is known of the permission for one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "verdict", content = "why")]
pub enum Verdict {
    /// It is permitted.
    Allowed,
    /// It is not.
    Denied(String),
    /// It cannot be told, for this reason.
    Unknown(String),
}

/// What is known of the permissions of a step: the worst of its calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepCheck {
    /// The step's id.
    pub step: String,
    /// Each call's action, resource and verdict.
    pub calls: Vec<(String, String, Verdict)>,
}

impl StepCheck {
    /// The worst verdict: denied before unknown before allowed.
    pub fn worst(&self) -> Verdict {
        let rank = |verdict: &Verdict| match verdict {
            Verdict::Denied(_) => 2,
            Verdict::Unknown(_) => 1,
            Verdict::Allowed => 0,
        };
        let verdicts = self.calls.iter().map(|(_, _, verdict)| verdict);
        verdicts.max_by_key(|verdict| rank(verdict)).cloned().unwrap_or(Verdict::Allowed)
    }
}

/// The steps that are worth a check, each call with its question.
pub fn questions(plan: &Plan) -> Vec<(String, Vec<(Call, Question)>)> {
    let asked = plan.steps.iter().filter(|step| step.kind == StepKind::Remedy && step.not_applicable.is_none());
    asked.map(|step| (step.id.clone(), of_step(step, plan))).collect()
}

fn of_step(step: &Step, plan: &Plan) -> Vec<(Call, Question)> {
    let ask = |call: &Call| {
        let question = match call {
            // A group swap is permitted on the interface and on the group: ask with the groups it has.
            Call::ModifyNetworkInterfaceAttribute { interface, instance, .. } if call.is_open() => {
                match former_groups(step, interface) {
                    Some(groups) => Question::DryRun(Call::ModifyNetworkInterfaceAttribute {
                        interface: interface.clone(),
                        instance: instance.clone(),
                        groups,
                    }),
                    None => Question::Cannot("the interface's groups are not known".into()),
                }
            }
            // Whom it is shared with makes no difference to the permission.
            Call::ModifySnapshotAttribute { snapshot, add, public, .. } if call.is_open() => {
                Question::DryRun(Call::ModifySnapshotAttribute {
                    snapshot: snapshot.clone(),
                    add: *add,
                    public: *public,
                    accounts: Vec::new(),
                })
            }
            call if call.is_open() && call.dry_run_supported() => {
                Question::Cannot("the quarantine group does not exist yet".into())
            }
            call if call.dry_run_supported() => Question::DryRun(call.clone()),
            call => Question::Simulate(
                call.iam_actions().into_iter().map(str::to_owned).collect(),
                call.arn(&plan.scope.region, &plan.scope.caller.account),
            ),
        };
        (call.clone(), question)
    };
    step.calls.iter().map(|planned| ask(&planned.call)).collect()
}

fn former_groups(step: &Step, interface: &str) -> Option<Vec<String>> {
    step.changes.iter().find_map(|change| match (&change.before, change.resource().id == *interface) {
        (Some(super::fact::Fact::List(groups)), true) => Some(groups.clone()),
        _ => None,
    })
}

/// What the answer to a dry run says. A permitted one ends in `DryRunOperation`.
pub fn of_dry_run(fault: &Fault) -> Verdict {
    match fault.kind {
        FaultKind::DryRun => Verdict::Allowed,
        FaultKind::Denied | FaultKind::Refused => Verdict::Denied(fault.message.clone()),
        _ => Verdict::Unknown(format!("{}: {}", fault.kind.word(), fault.message)),
    }
}

/// What the answer of a policy simulation says. A caller who may not simulate
/// learns nothing by it.
pub fn of_simulation(answer: &Result<Vec<(String, bool)>, Fault>) -> Verdict {
    match answer {
        Ok(actions) => {
            let denied: Vec<_> =
                actions.iter().filter(|(_, allowed)| !allowed).map(|(action, _)| action.as_str()).collect();
            if denied.is_empty() { Verdict::Allowed } else { Verdict::Denied(format!("needs {}", denied.join(", "))) }
        }
        Err(fault) if fault.kind == FaultKind::Denied => {
            Verdict::Unknown("iam:SimulatePrincipalPolicy is not permitted".into())
        }
        Err(fault) => Verdict::Unknown(format!("iam:SimulatePrincipalPolicy: {}", fault.kind.word())),
    }
}
