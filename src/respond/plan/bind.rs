//! Binding a playbook to a target over the Inventory.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Before, Choice, Confirm, Evidence, Options, Plan, Planned, Step, StepKind};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::inventory::Inventory;
use crate::domain::resource::{Resource, ResourceKind};
use crate::domain::scope::Scope;
use crate::respond::call::Call;
use crate::respond::change::{Change, Mode, Undo};
use crate::respond::fact::Fact;
use crate::respond::guard::{Serves, Verdict};
use crate::respond::playbook::{Playbook, Template, TemplateKind};
use crate::respond::remedy::{Remedy, Risk, Unfit};

/// The playbook bound to the target. It fails where the target is of no kind
/// that the playbook takes, or is not to be found in the Inventory.
pub fn bind(
    playbook: &Playbook,
    target: &Resource,
    inventory: &Inventory,
    scope: &Scope,
    options: &Options,
) -> Result<Plan, Fault> {
    bind_but(playbook, target, inventory, scope, options, &|_| None)
}

/// The same, but for the steps that are kept as they are, by their place.
pub(super) fn bind_but(
    playbook: &Playbook,
    target: &Resource,
    inventory: &Inventory,
    scope: &Scope,
    options: &Options,
    kept: &dyn Fn(usize) -> Option<Step>,
) -> Result<Plan, Fault> {
    let operation = format!("plan {}", playbook.name);
    if !playbook.takes(target.kind) {
        let kinds: Vec<String> = playbook.targets.iter().map(|kind| format!("{kind:?}").to_lowercase()).collect();
        return Err(Fault::new(
            FaultKind::Invalid,
            operation,
            format!("{} is no target of this playbook, which takes {}", target.id, kinds.join(", ")),
        )
        .with_hint("`stanch playbooks` lists the playbooks with their targets"));
    }
    if inventory.region != scope.region || inventory.account != scope.caller.account {
        return Err(Fault::new(
            FaultKind::Refused,
            operation,
            format!(
                "the state read is of {} {}, the plan is for {} {}",
                inventory.account, inventory.region, scope.caller.account, scope.region
            ),
        ));
    }
    if target.kind == ResourceKind::Instance && !inventory.instances.contains_key(&target.id) {
        return Err(Fault::new(
            FaultKind::NotFound,
            operation,
            format!("{} is not in {} {}", target.id, scope.caller.account, scope.region),
        )
        .with_hint("check the Region and the account: `--region`, `--profile`"));
    }

    let mut steps: Vec<Step> = Vec::new();
    for (at, template) in playbook.steps.iter().enumerate() {
        let step = kept(at).unwrap_or_else(|| step(template, &steps, target, inventory, scope, options));
        steps.push(step);
    }
    let mut touched = BTreeSet::new();
    for (at, step) in steps.iter_mut().enumerate() {
        // One that is kept was judged before; what it touches counts all the same.
        let judged = if kept(at).is_some() { &mut step.clone() } else { step };
        guard(judged, target, inventory, scope, options, &mut touched);
    }
    let mut tags = tags_of(target, inventory);
    tags.extend(steps.iter().filter(|step| step.not_applicable.is_none()).flat_map(tags_set));
    for step in steps.iter_mut().filter(|step| step.refused.is_none()) {
        guard_undo(step, &tags, scope, options, &touched);
    }
    let remedies: Vec<Remedy> =
        steps.iter().filter(|step| step.not_applicable.is_none()).filter_map(|step| step.remedy).collect();
    let instance = inventory.instances.get(&target.id);
    let survivors = match instance {
        Some(instance) if remedies.contains(&Remedy::IsolateNetwork) => super::survivors(instance, inventory),
        _ => Vec::new(),
    };
    Ok(Plan {
        playbook: playbook.name.clone(),
        title: playbook.title.clone(),
        target: target.clone(),
        label: instance.map_or_else(|| target.id.clone(), crate::domain::instance::Instance::label),
        scope: scope.clone(),
        case: options.case.clone(),
        reason: options.reason.clone(),
        suggested: options.suggested.clone(),
        ticket: options.ticket.clone(),
        focus: options.focus.clone(),
        choices: options.choices.clone(),
        made: options.at,
        blast_radius: super::blast_radius(target, &steps, inventory, options),
        steps,
        survivors,
    })
}

fn step(
    template: &Template,
    earlier: &[Step],
    target: &Resource,
    inventory: &Inventory,
    scope: &Scope,
    options: &Options,
) -> Step {
    let fill = |text: &str| fill(text, target, inventory, scope, options);
    let mut step = Step {
        id: template.id.clone(),
        title: template.title.clone(),
        text: fill(&template.text),
        kind: StepKind::Decide,
        remedy: None,
        risk: Risk::None,
        disruption: String::new(),
        calls: Vec::new(),
        before: Vec::new(),
        undo: Vec::new(),
        cli: Vec::new(),
        actions: Vec::new(),
        confirm: Confirm::Nothing,
        beyond: template.beyond,
        not_applicable: None,
        undecided: false,
        in_place_of: template.in_place_of.clone(),
        refused: None,
        choices: Vec::new(),
        changes: Vec::new(),
        evidence: Vec::new(),
    };
    match &template.kind {
        TemplateKind::Decide => {}
        TemplateKind::ByHand { commands } => {
            step.kind = StepKind::ByHand;
            step.cli = commands.iter().map(|command| fill(command)).collect();
        }
        TemplateKind::Evidence => {
            step.kind = StepKind::Evidence;
            step.evidence = Evidence::all_of(target, inventory);
            if step.evidence.is_empty() {
                step.not_applicable = Some(format!("nothing is read of {}", target.id));
            }
        }
        TemplateKind::Check { of } => {
            step.kind = StepKind::Check;
            let named =
                |step: &&Step| of.contains(&step.id) || step.in_place_of.as_ref().is_some_and(|id| of.contains(id));
            let checked = earlier.iter().filter(named);
            step.changes = checked.flat_map(|step| &step.changes).map(required).collect();
            if step.changes.is_empty() {
                step.not_applicable = Some("none of the steps that it checks applies".into());
            }
        }
        TemplateKind::Remedy { remedy, with } => {
            let options = options.for_step(&template.id, with);
            step.kind = StepKind::Remedy;
            step.remedy = Some(*remedy);
            step.risk = remedy.risk_of(&options);
            step.choices = choices(*remedy, &options);
            match remedy.changes(target, inventory, &options) {
                Ok(changes) => {
                    step.disruption = super::disruption(*remedy, &changes, target, inventory);
                    step.changes = changes;
                }
                Err(unfit) => {
                    step.undecided = matches!(unfit, Unfit::Undecided(_));
                    step.not_applicable = Some(unfit.why().to_owned());
                }
            }
        }
    }
    describe(&mut step, earlier, target, scope);
    step
}

/// What the remedy leaves to choose, with what counts now.
fn choices(remedy: Remedy, options: &Options) -> Vec<Choice> {
    let choice = |(name, may): &(&str, &str)| Choice {
        name: (*name).to_owned(),
        may: (*may).to_owned(),
        value: remedy.chosen(name, options).unwrap_or_default(),
    };
    remedy.choices().iter().map(choice).collect()
}

/// The same fact, only read.
fn required(change: &Change) -> Change {
    if !change.writes() {
        return change.clone();
    }
    let why = format!("the {} of {} is not as it was left", change.probe.noun(), change.resource().id);
    Change::require(change.probe.clone(), change.before.clone(), change.wanted.clone(), why)
}

/// The calls of a change once the steps before it have run: what is so already
/// may be otherwise by then.
fn calls_after(earlier: &[Step], change: &Change) -> Vec<Call> {
    let calls = change.calls();
    if !calls.is_empty() || change.mode != Mode::Set {
        return calls;
    }
    let same = |other: &&Change| other.writes() && other.probe == change.probe;
    let former = earlier.iter().rev().flat_map(|step| step.changes.iter().rev()).find(same);
    former.map(|former| change.probe.calls(&former.wanted, &change.wanted)).unwrap_or_default()
}

/// What the plan shows of the step's changes.
fn describe(step: &mut Step, earlier: &[Step], target: &Resource, scope: &Scope) {
    let writing: Vec<&Change> = step.changes.iter().filter(|change| change.writes()).collect();
    step.before = writing
        .iter()
        .map(|change| Before {
            resource: change.resource().id,
            what: change.probe.noun().into(),
            state: change.before.as_ref().map_or("not read yet".into(), crate::respond::fact::Fact::words),
        })
        .collect();
    step.undo = writing.iter().map(|change| change.undo_words()).collect();
    step.undo.dedup();
    let calls: Vec<Call> = writing.iter().flat_map(|change| calls_after(earlier, change)).collect();
    let mut actions: BTreeSet<String> = calls.iter().flat_map(Call::iam_actions).map(str::to_owned).collect();
    for change in &step.changes {
        actions.insert(change.probe.read(None).action().to_owned());
        if let Some(id) = quarantine_read(change) {
            actions.insert(id);
        }
        let undo = change.undo_calls();
        actions.extend(undo.iter().flat_map(Call::iam_actions).map(str::to_owned));
    }
    for evidence in &step.evidence {
        match &evidence.source {
            super::Source::Call(call) => {
                actions.insert(call.action().to_owned());
            }
            super::Source::ConsoleOutput(_) => {
                actions.insert("ec2:GetConsoleOutput".to_owned());
            }
            super::Source::Instance(_) => {
                actions.insert("ec2:DescribeInstances".to_owned());
            }
        }
        if let super::Source::Call(call) = &evidence.source {
            step.cli.push(call.cli(&scope.region));
        }
    }
    step.cli.extend(calls.iter().map(|call| call.cli(&scope.region)));
    step.calls = calls
        .into_iter()
        .map(|call| Planned {
            action: call.action().into(),
            resource: call.resources().first().map(|resource| resource.id.clone()).unwrap_or_default(),
            call,
        })
        .collect();
    step.actions = actions.into_iter().collect();
    step.confirm = match (step.risk, step.kind == StepKind::Remedy) {
        (_, false) => Confirm::Nothing,
        (Risk::Destructive, _) => Confirm::Typing(target.id.clone()),
        (Risk::Permission, _) => Confirm::Twice,
        _ => Confirm::Choice,
    };
}

/// A quarantine group is read in two calls.
fn quarantine_read(change: &Change) -> Option<String> {
    matches!(change.probe, crate::respond::probe::Probe::Quarantine { .. })
        .then(|| "ec2:DescribeSecurityGroupRules".to_owned())
}

/// What the guardrails say of the step: of its remedy, and of each call as the
/// Responder will ask again.
fn guard(
    step: &mut Step,
    target: &Resource,
    inventory: &Inventory,
    scope: &Scope,
    options: &Options,
    touched: &mut BTreeSet<(usize, String)>,
) {
    let Some(remedy) = step.remedy else { return };
    let tags = tags_of(target, inventory);
    let objects: BTreeSet<String> =
        step.changes.iter().filter(|change| change.writes()).map(|change| change.resource().id).collect();
    match options.guardrails.judge(scope, remedy, &tags, objects.len()) {
        Verdict::Free => {}
        Verdict::Confirm(reason) => {
            step.confirm = Confirm::Typing(target.id.clone());
            let told = if step.text.is_empty() { "" } else { "\n" };
            let _ = write!(step.text, "{told}Guardrail: {reason}");
        }
        Verdict::Denied(reason) => step.refused = Some(reason),
    }
    for planned in &step.calls {
        if step.refused.is_none()
            && let Err(fault) =
                options.guardrails.admit(scope, &planned.call, Some(Serves::forwards(remedy)), Some(&tags), touched)
        {
            step.refused = Some(fault.message);
        }
    }
}

/// Says of each change whose undo the guardrails would refuse that they would:
/// judged by the step's own remedy, after all of the plan.
fn guard_undo(
    step: &mut Step,
    tags: &[(String, String)],
    scope: &Scope,
    options: &Options,
    touched: &BTreeSet<(usize, String)>,
) {
    let Some(remedy) = step.remedy else { return };
    let mut words: Vec<String> = Vec::new();
    for change in step.changes.iter().filter(|change| change.writes()) {
        let mut so_far = touched.clone();
        let mut judge = |call: &Call| {
            options.guardrails.admit(scope, call, Some(Serves::back(remedy)), Some(tags), &mut so_far).err()
        };
        words.push(match undo_calls(change).iter().find_map(&mut judge) {
            Some(fault) => format!("would be refused, and it stays: {}", fault.message),
            None => change.undo_words(),
        });
    }
    words.dedup();
    step.undo = words;
}

/// The calls that take a change back; of one that was not read yet, those that would if it differed.
fn undo_calls(change: &Change) -> Vec<Call> {
    match (&change.undo, &change.before, &change.mode) {
        (Undo::Restore, None, Mode::Set) => change.probe.calls(&change.wanted, &change.unlike()),
        _ => change.undo_calls(),
    }
}

/// The tags that a step puts on the target.
fn tags_set(step: &Step) -> Vec<(String, String)> {
    let put = |change: &Change| match &change.wanted {
        Fact::Tags(tags) => tags.iter().filter_map(|(key, value)| Some((key.clone(), value.clone()?))).collect(),
        _ => Vec::new(),
    };
    step.changes.iter().filter(|change| change.writes()).flat_map(put).collect()
}

/// The tags that a guardrail looks at: those of the instance that the plan is for.
fn tags_of(target: &Resource, inventory: &Inventory) -> Vec<(String, String)> {
    let instance = Some(target).filter(|target| target.kind == ResourceKind::Instance);
    instance.and_then(|target| inventory.instances.get(&target.id)).map(|found| found.tags.clone()).unwrap_or_default()
}

fn fill(text: &str, target: &Resource, inventory: &Inventory, scope: &Scope, options: &Options) -> String {
    let owner = || inventory.groups.values().find(|group| group.rules.iter().any(|rule| rule.id == target.id));
    let group = match target.kind {
        ResourceKind::SecurityGroup => Some(target.id.as_str()),
        ResourceKind::SecurityGroupRule => owner().map(|group| group.id.as_str()),
        _ => None,
    };
    let instance = if target.kind == ResourceKind::Instance { target.id.as_str() } else { "{instance}" };
    text.replace("{target}", &target.id)
        .replace("{instance}", instance)
        .replace("{group}", group.unwrap_or("{group}"))
        .replace("{account}", &scope.caller.account)
        .replace("{region}", &scope.region)
        .replace("{case}", &options.case)
}
