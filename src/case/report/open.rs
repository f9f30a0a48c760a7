//! What is open in a case: what somebody who takes it over has to look at.

use crate::case::Case;
use crate::respond::plan::{Step, StepKind, Survivor};
use crate::respond::remedy::Remedy;
use crate::respond::run::{Run, StepStatus};

/// A sentence for each thing that is not as it should be or was never done.
pub(super) fn points(case: &Case, runs: &[Run]) -> Vec<String> {
    let (mut open, mut undone): (Vec<String>, Vec<String>) = Default::default();
    for (place, run) in runs.iter().enumerate() {
        for (at, (step, state)) in run.plan.steps.iter().zip(run.summary().steps).enumerate() {
            let objects = || {
                let bad = state.objects.iter().filter(|object| object.why.is_some());
                bad.map(|object| format!("{} {}", object.resource, object.why.as_deref().unwrap_or_default()))
                    .collect::<Vec<_>>()
                    .join("; ")
            };
            match state.status {
                StepStatus::Failed | StepStatus::Partly | StepStatus::Drifted | StepStatus::NotKnown => {
                    open.push(format!("{}: {}: {}", step.title, state.status.word(), objects()));
                }
                StepStatus::Open => open.push(format!(
                    "{}: a call has no written outcome: open the case to read the real state",
                    step.title
                )),
                StepStatus::ByHand => open.push(format!("{}: to be done or decided by hand", step.title)),
                _ => {}
            }
            open.extend(state.missed.iter().map(|(name, fault)| format!("no evidence {name}: {fault}")));
            if is_owed(runs, place, at) {
                undone.extend(undone_yet(run, step, state.status));
            }
        }
        let isolated = run
            .plan
            .steps
            .iter()
            .enumerate()
            .any(|(at, step)| step.remedy == Some(Remedy::IsolateNetwork) && run.status(at) == StepStatus::Done);
        if isolated && !run.plan.survivors.is_empty() {
            let list: Vec<_> = run.plan.survivors.iter().map(Survivor::sentence).collect();
            open.push(format!("connections that may live on: {}", list.join("; ")));
        }
    }
    open.extend(undone);
    open.extend(case.verify());
    open
}

/// A step within containment that was not come to, or cannot run as it stands.
fn undone_yet(run: &Run, step: &Step, status: StepStatus) -> Option<String> {
    let title = &step.title;
    match (status, step.kind) {
        (StepStatus::Pending, StepKind::Decide | StepKind::ByHand) => {
            Some(format!("{title}: to be done or decided by hand"))
        }
        (StepStatus::Pending, _) => Some(format!("{title}: not done")),
        (StepStatus::Undone, _) => Some(format!("{title}: undone, while other steps are in force")),
        (StepStatus::Undecided, _) => Some(format!("{title}: needs a decision: {}", run.plan.ways_out(step))),
        (StepStatus::Refused, _) => {
            Some(format!("{title}: a guardrail refuses it: {}", step.refused.as_deref().unwrap_or_default()))
        }
        _ => None,
    }
}

/// A step is expected of a run: it is within containment, its target is there,
/// the whole was not taken back, and no other run of the case has seen to it.
fn is_owed(runs: &[Run], place: usize, at: usize) -> bool {
    let run = &runs[place];
    let step = &run.plan.steps[at];
    let in_force = run.can_undo() || !(0..run.steps.len()).any(|at| run.status(at) == StepStatus::Undone);
    if step.beyond || run.target_is_gone() || !in_force {
        return false;
    }
    let same = |other: &Run| other.plan.playbook == run.plan.playbook && other.plan.target == run.plan.target;
    // Of several runs of one plan it is asked of the newest alone.
    let newest = !runs[place + 1..].iter().any(same);
    let seen_to = runs.iter().filter(|other| same(other)).any(|other| {
        use StepStatus::{NotApplicable, Pending, Refused, Undecided, Undone};
        let status = other.plan.step(&step.id).map(|(at, _)| other.status(at));
        status.is_some_and(|status| !matches!(status, Pending | Undone | Undecided | Refused | NotApplicable))
    });
    newest && !seen_to
}
