//! `stanch undo CASE`: takes back what a case's runs changed, newest first.

use super::args::Undo;
use super::drive::{drive, finish, named_steps, ports_of};
use super::failure::{Exit, Failure, Outcome};
use super::live::block_on;
use super::out::say;
use super::setting::Setting;
use crate::case::Case;
use crate::domain::text::visible;
use crate::respond::run::{Command, Run};
use crate::runtime::clock::Clock;
use crate::runtime::drive::Driver;

/// Takes back one step, or all.
pub fn run(args: &Undo, setting: &Setting) -> Outcome {
    let folder = setting.existing_case(&args.case)?;
    let mut case = Case::open(&folder)?;
    if let Some(torn) = case.healed() {
        say(&format!("stanch: the journal's last line was torn and was set aside ({} bytes)", torn.len()));
    }
    let (mut runs, step) = match &args.step {
        Some(name) => {
            let (runs, step) = with_step(case.runs(), name)?;
            (runs, Some(step))
        }
        None => (case.runs().into_iter().filter(|run| run.can_undo() || run.is_open()).collect(), None),
    };
    let Some(last) = runs.last() else {
        say("nothing is left to take back");
        return Ok(Exit::Done);
    };
    let confirmed = runs.iter().rev().map(|run| &run.plan.target.id).find(|id| args.confirm.as_ref() == Some(*id));
    let Some(target) = confirmed.cloned() else {
        return Err(Failure::Usage(format!(
            "not confirmed, and nothing was done: look at 'stanch cases show {}', then add --confirm {}",
            visible(&args.case),
            visible(&last.plan.target.id)
        )));
    };
    let others: Vec<Run> = runs.extract_if(.., |run| run.plan.target.id != target).collect();
    // A step is taken back where it was last called; all of them, wherever they were.
    let so_many = if step.is_some() { 1 } else { runs.len() };
    block_on(async {
        let ports = ports_of(setting, &runs).await?;
        let driver = Driver::new(&ports, (ports.arm)(), Clock::wall());
        let mut left = runs.len();
        let mut exit = Exit::Done;
        for run in runs.iter_mut().rev().take(so_many) {
            left -= 1;
            let command = Command::Undo { step: step.clone() };
            drive(&driver, run, &mut case, &command, &target).await?;
            if finish(run, args.json)? != Exit::Done {
                exit = Exit::Failed;
                break;
            }
        }
        say_what_is_left(&args.case, step.as_deref(), &runs[..left], &others);
        Ok(exit)
    })
}

/// The runs in which a step, named by id or number, changed something that is
/// still in force, and the step's id.
fn with_step(runs: Vec<Run>, name: &str) -> Result<(Vec<Run>, String), Failure> {
    let names = [name.to_owned()];
    let id = |run: &Run| named_steps(&run.plan, &names).map(|ids| ids.concat());
    let Some(newest) = runs.last() else {
        return Err(Failure::Failed("no plan was begun in this case: nothing was changed".into()));
    };
    let unknown = id(newest).err();
    let mut known: Vec<(String, Run)> = runs.into_iter().filter_map(|run| Some((id(&run).ok()?, run))).collect();
    if known.is_empty()
        && let Some(unknown) = unknown
    {
        return Err(unknown);
    }
    known.retain(|(id, run)| run.is_in_force(id));
    let Some((step, _)) = known.last().cloned() else {
        let words = format!("step '{}' has changed nothing in this case that is still in force", visible(name));
        return Err(Failure::Failed(words));
    };
    if let Some((other, _)) = known.iter().find(|(id, _)| *id != step) {
        let words = format!("step '{}' is '{step}' of one plan and '{other}' of another: name it by id", visible(name));
        return Err(Failure::Usage(words));
    }
    Ok((known.into_iter().map(|(_, run)| run).collect(), step))
}

/// What else of the case may still be in force: of earlier plans, and of other targets.
fn say_what_is_left(case: &str, step: Option<&str>, earlier: &[Run], others: &[Run]) {
    let again = |run: &Run| {
        let step = step.map(|step| format!(" --step {step}")).unwrap_or_default();
        format!("stanch undo {case}{step} --confirm {}", run.plan.target.id)
    };
    if let Some(run) = earlier.last() {
        let what = if step.is_some() { "the same step of an earlier plan" } else { "an earlier plan" };
        let words = format!("{what} of the case, made {}, was not taken back: {}", run.plan.made, again(run));
        say(&visible(&words));
    }
    let mut told: Vec<&str> = Vec::new();
    for run in others {
        let target = run.plan.target.id.as_str();
        if !told.contains(&target) {
            told.push(target);
            say(&visible(&format!("what was changed of {target} was not taken back: {}", again(run))));
        }
    }
}
