//! A plan bound again, after its maker gave a reason, a ticket or a choice.

use super::bind::bind_but;
use super::{Options, Plan, Step, blast_radius};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::inventory::Inventory;
use crate::respond::playbook::Playbook;

/// The plan bound again with other options, over the state of now. The steps
/// that `stays` names by their place are kept as they are, and what was said of
/// them. It fails where the plan cannot be bound, or where the playbook is no
/// longer the one that the plan was made of.
pub fn rebind(
    plan: &Plan,
    playbook: &Playbook,
    inventory: &Inventory,
    options: &Options,
    stays: &dyn Fn(usize) -> bool,
) -> Result<Plan, Fault> {
    let same = playbook.steps.iter().map(|step| &step.id).eq(plan.steps.iter().map(|step| &step.id));
    if !same {
        let why = "the playbook has other steps now than when the plan was made";
        return Err(Fault::new(FaultKind::Refused, format!("plan {}", plan.playbook), why)
            .with_hint("close the plan and make a new one"));
    }
    let kept = |at: usize| plan.steps.get(at).filter(|_| stays(at)).cloned();
    let mut bound = bind_but(playbook, &plan.target, inventory, &plan.scope, options, &kept)?;
    if !(0..plan.steps.len()).any(stays) {
        return Ok(bound);
    }
    // What was said before anything was changed holds for what stays.
    let anew: Vec<Step> =
        bound.steps.iter().enumerate().filter(|(at, _)| !stays(*at)).map(|(_, step)| step.clone()).collect();
    let mut said = plan.blast_radius.clone();
    for sentence in blast_radius(&plan.target, &anew, inventory, options) {
        if !said.contains(&sentence) {
            said.push(sentence);
        }
    }
    bound.blast_radius = said;
    bound.survivors.clone_from(&plan.survivors);
    Ok(bound)
}
