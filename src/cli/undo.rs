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
    let mut runs: Vec<Run> = case.runs().into_iter().filter(|run| run.can_undo() || run.is_open()).collect();
    let Some(last) = runs.last() else {
        say("nothing is left to take back");
        return Ok(Exit::Done);
    };
    let target = last.plan.target.id.clone();
    if args.confirm.as_deref() != Some(target.as_str()) {
        return Err(Failure::Usage(format!(
            "not confirmed, and nothing was done: look at 'stanch cases show {}', then add --confirm {}",
            visible(&args.case),
            visible(&target)
        )));
    }
    runs.retain(|run| run.plan.target.id == target);
    block_on(async {
        let ports = ports_of(setting, &runs).await?;
        let driver = Driver::new(&ports, (ports.arm)(), Clock::wall());
        let mut exit = Exit::Done;
        for run in runs.iter_mut().rev() {
            let step = match &args.step {
                Some(name) => named_steps(&run.plan, std::slice::from_ref(name))?.pop(),
                None => None,
            };
            drive(&driver, run, &mut case, &Command::Undo { step }, &target).await?;
            if finish(run, args.json)? != Exit::Done {
                exit = Exit::Failed;
                break;
            }
            if args.step.is_some() {
                break;
            }
        }
        Ok(exit)
    })
}
