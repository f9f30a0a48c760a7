//! `stanch remediate NAME TARGET`: the plan, and its run up to containment.

use std::collections::BTreeMap;

use super::args::Remediate;
use super::drive::{drive, finish, named_steps};
use super::failure::{Exit, Failure, Outcome};
use super::live::{block_on, connected, now};
use super::out::{Out, say};
use super::setting::Setting;
use super::{playbooks, shape, target};
use crate::case::{self, Case};
use crate::domain::text::visible;
use crate::port::Ports;
use crate::respond::plan::{Options, Plan, StepKind, bind};
use crate::respond::run::{Command, Run};
use crate::runtime::clock::Clock;
use crate::runtime::drive::Driver;

/// Prints the plan; with `--execute`, runs it.
pub fn run(args: &Remediate, setting: &Setting) -> Outcome {
    let catalogue = playbooks::catalogue(setting)?;
    let playbook = playbooks::named(&catalogue, &args.name)?;
    let resource = target::resource(playbook, &args.target)?;
    let focus = args.focus.iter().map(|word| target::narrower(playbook, word)).collect::<Result<Vec<_>, _>>()?;
    if args.execute && args.confirm.as_deref() != Some(args.target.as_str()) {
        return Err(Failure::Usage(format!(
            "not confirmed, and nothing was done: look at the plan, then add --confirm {}",
            visible(&args.target)
        )));
    }
    block_on(async {
        let (ports, inventory) = target::find(connected(setting).await?.ports, &resource).await?;
        let at = now();
        let options = Options {
            reason: args.reason.clone().unwrap_or_default(),
            suggested: String::new(),
            ticket: args.ticket.clone().unwrap_or_default(),
            case: setting.case_id().unwrap_or_else(|| case::new_id(at, &resource.id)),
            at,
            focus,
            choices: args.set.iter().cloned().collect(),
            guardrails: setting.config.guardrails.clone(),
        };
        let plan = bind(playbook, &resource, &inventory, &ports.scope, &options)?;
        if args.execute { execute(args, setting, &ports, plan).await } else { show(args, &ports, &plan).await }
    })
}

async fn show(args: &Remediate, ports: &Ports, plan: &Plan) -> Outcome {
    let mut verdicts = BTreeMap::new();
    if args.check {
        let driver = Driver::new(ports, (ports.arm)(), Clock::wall());
        verdicts.extend(driver.check(plan).await.into_iter().map(|check| (check.step.clone(), check)));
    }
    let mut out = Out::new();
    if args.json {
        let mut document = shape::plan(plan);
        for step in document["steps"].as_array_mut().into_iter().flatten() {
            let check = step["id"].as_str().and_then(|id| verdicts.get(id));
            if let Some(check) = check {
                step["check"] = serde_json::to_value(check.worst()).unwrap_or_default();
            }
        }
        out.document(&document)?;
        out.flush()?;
        return Ok(Exit::Done);
    }
    let scope = &plan.scope;
    out.line(&visible(&format!(
        "{}  {}  {} {}  {}  PLAN, nothing done",
        plan.playbook,
        plan.label,
        scope.account_label(),
        scope.region,
        scope.caller.short()
    )))?;
    for (number, step) in plan.steps.iter().enumerate() {
        let word = if step.undecided { "needs a decision" } else { "does not apply" };
        let why = step.not_applicable.as_ref().map(|_| format!("{word}: {}", plan.ways_out(step)));
        let why = why.or_else(|| step.refused.as_ref().map(|why| format!("refused: {why}")));
        let calls: Vec<String> = step.calls.iter().map(|call| format!("{} {}", call.action, call.resource)).collect();
        let what = match (why, step.kind) {
            (Some(why), _) => why,
            (None, StepKind::ByHand) => "by hand".to_string(),
            (None, StepKind::Decide) => "a decision".to_string(),
            (None, StepKind::Check | StepKind::Evidence) => "reads".to_string(),
            (None, StepKind::Remedy) if calls.is_empty() => "nothing to change: it is so already".to_string(),
            (None, StepKind::Remedy) => calls.join(", "),
        };
        let beyond = if step.beyond { " (only with --steps)" } else { "" };
        out.line(&visible(&format!(
            "{:>2} {:<12} {}{beyond}  [{}]",
            number + 1,
            step.id,
            step.title,
            step.risk.word()
        )))?;
        out.line(&visible(&format!("     {what}")))?;
        if !step.disruption.is_empty() && step.not_applicable.is_none() {
            out.line(&visible(&format!("     means {}", step.disruption)))?;
        }
        for before in &step.before {
            out.line(&visible(&format!("     now   {} {}: {}", before.resource, before.what, before.state)))?;
        }
        for undo in &step.undo {
            out.line(&visible(&format!("     undo  {undo}")))?;
        }
        for cli in &step.cli {
            out.line(&visible(&format!("     $ {cli}")))?;
        }
        if let Some(check) = verdicts.get(&step.id) {
            let verdict = serde_json::to_value(check.worst()).unwrap_or_default();
            let why = verdict["why"].as_str().map(|why| format!(": {why}")).unwrap_or_default();
            let word = verdict["verdict"].as_str().unwrap_or("unknown");
            out.line(&visible(&format!("     check {word}{why}")))?;
        }
    }
    for sentence in &plan.blast_radius {
        out.line(&visible(&format!("blast radius  {sentence}")))?;
    }
    for survivor in &plan.survivors {
        out.line(&visible(&format!("may survive   {}", survivor.sentence())))?;
    }
    out.flush()?;
    say(&format!("run it: stanch remediate {} {} --execute --confirm {1}", visible(&args.name), visible(&args.target)));
    Ok(Exit::Done)
}

async fn execute(args: &Remediate, setting: &Setting, ports: &Ports, plan: Plan) -> Outcome {
    if let Some(step) = plan.undecided().filter(|_| args.steps.is_empty()) {
        let (id, ways) = (&step.id, plan.ways_out(step));
        let choices = step.remedy.is_some_and(|remedy| !remedy.choices().is_empty());
        let choose = if choices { format!("choose with --set {id}.NAME=VALUE, or ") } else { String::new() };
        let words = format!(
            "nothing was done: step '{id}' needs a decision: {ways}; {choose}name the steps to run with --steps"
        );
        return Err(Failure::Usage(visible(&words).into_owned()));
    }
    let steps = if args.steps.is_empty() { plan.containment() } else { named_steps(&plan, &args.steps)? };
    let mut case = Case::at(&setting.case_folder(setting.case.as_deref().unwrap_or(&plan.case)))?;
    say(&format!("case {}", case.dir().display()));
    let mut run = Run::new(plan);
    let driver = Driver::new(ports, (ports.arm)(), Clock::wall());
    drive(&driver, &mut run, &mut case, &Command::Run { steps }, &args.target).await?;
    finish(&run, args.json)
}
