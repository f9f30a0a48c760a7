//! `stanch cases resume CASE`: what became of a case whose program ended in the
//! middle of a command, and the way on from there.

use crate::app::interrupted::told;
use crate::case::Case;
use crate::cli::drive::{drive, finish, named_steps, ports_of};
use crate::cli::failure::{Exit, Failure, Outcome};
use crate::cli::live::block_on;
use crate::cli::out::say;
use crate::cli::setting::Setting;
use crate::domain::text::visible;
use crate::respond::run::{Command, Run};
use crate::runtime::clock::Clock;
use crate::runtime::drive::Driver;

/// What is asked for.
pub struct Wanted<'a> {
    /// Go on with what was cut off.
    pub execute: bool,
    /// The target's id as it was typed.
    pub confirm: Option<&'a str>,
    /// Only these steps.
    pub steps: &'a [String],
    /// Leave it as it stands, for this reason.
    pub leave: Option<&'a str>,
    /// One JSON document.
    pub json: bool,
}

/// Reads the real state and says it; goes on only where that is asked for and confirmed.
pub fn run(name: &str, wanted: &Wanted<'_>, setting: &Setting) -> Outcome {
    let folder = setting.existing_case(name)?;
    let mut case = Case::open(&folder)?;
    if let Some(torn) = case.healed() {
        say(&format!("stanch: the journal's last line was torn and was set aside ({} bytes)", torn.len()));
    }
    for sentence in case.unfinished_evidence() {
        say(&format!("stanch: {}", visible(&sentence)));
    }
    let mut others = case.runs();
    let place = others.iter().rposition(Run::is_interrupted);
    let place = place.or_else(|| others.iter().rposition(Run::is_half_done)).or_else(|| others.len().checked_sub(1));
    let Some(mut run) = place.map(|place| others.remove(place)) else {
        say("no plan was begun in this case: nothing was changed");
        return Ok(Exit::Done);
    };
    let target = run.plan.target.id.clone();
    if wanted.execute && wanted.confirm != Some(target.as_str()) {
        return Err(Failure::Usage(format!(
            "not confirmed, and nothing was done: look at 'stanch cases resume {}', then add --confirm {}",
            visible(name),
            visible(&target)
        )));
    }
    block_on(async {
        let ports = ports_of(setting, std::slice::from_ref(&run)).await?;
        let driver = Driver::new(&ports, (ports.arm)(), Clock::wall());
        if run.is_open() {
            say("reading what became of the calls whose outcome was never written");
            drive(&driver, &mut run, &mut case, &Command::Recover, "").await?;
        }
        if let Some(reason) = wanted.leave {
            let command = Command::Leave { reason: reason.to_owned() };
            drive(&driver, &mut run, &mut case, &command, "").await?;
            return finish(&run, wanted.json).map(|_| Exit::Done);
        }
        if !wanted.execute {
            finish(&run, wanted.json)?;
            next(name, &run, &others);
            return Ok(if run.is_open() { Exit::Failed } else { Exit::Done });
        }
        if run.is_open() {
            finish(&run, wanted.json)?;
            return Err(Failure::Failed(
                "the real state is not known: nothing goes on from here until it can be read".into(),
            ));
        }
        if let Some(command) = rest(&run, wanted.steps)? {
            drive(&driver, &mut run, &mut case, &command, &target).await?;
            return finish(&run, wanted.json);
        }
        // An interruption after the last step is over with that.
        let nothing = Command::Run { steps: Vec::new() };
        drive(&driver, &mut run, &mut case, &nothing, &target).await?;
        let exit = finish(&run, wanted.json)?;
        say("nothing is left to complete");
        Ok(exit)
    })
}

/// What goes on: the steps named, else what was cut off, else what is left of containment.
fn rest(run: &Run, steps: &[String]) -> Result<Option<Command>, Failure> {
    if !steps.is_empty() {
        return Ok(Some(Command::Run { steps: named_steps(&run.plan, steps)? }));
    }
    if run.is_interrupted() {
        return Ok(run.rest());
    }
    let steps: Vec<String> = run.plan.containment().into_iter().filter(|id| run.can_run(id)).collect();
    Ok((!steps.is_empty()).then_some(Command::Run { steps }))
}

/// The truthful next steps; of the case's other plans, too.
fn next(name: &str, run: &Run, others: &[Run]) {
    let (name, target) = (visible(name), visible(&run.plan.target.id).into_owned());
    for other in others.iter().filter(|other| other.is_interrupted()) {
        say(&format!(
            "another plan of the case, made {}, was interrupted too: it comes after this one",
            other.plan.made
        ));
    }
    let standing = match (run.is_interrupted(), run.is_half_done()) {
        (true, _) => "interrupted",
        (_, true) => "half done",
        _ => "not interrupted",
    };
    say(&format!("{standing}: {}", told(run)));
    if run.is_open() {
        return say("what came of a call is still not known: read it again later, with this command");
    }
    let undoing = matches!(run.rest(), Some(Command::Undo { .. }));
    if matches!(rest(run, &[]), Ok(Some(_))) {
        let what = if undoing { "go on undoing" } else { "complete it" };
        say(&format!("{what}:  stanch cases resume {name} --execute --confirm {target}"));
    }
    if run.can_undo() && !undoing {
        say(&format!("take it back: stanch undo {name} --confirm {target}"));
    }
    let mut told = vec![run.plan.target.id.as_str()];
    told.truncate(usize::from(run.can_undo()));
    for other in others.iter().rev().filter(|other| other.can_undo()) {
        if !told.contains(&other.plan.target.id.as_str()) {
            told.push(&other.plan.target.id);
            let target = visible(&other.plan.target.id);
            say(&format!("another plan of the case is in force; take it back: stanch undo {name} --confirm {target}"));
        }
    }
    if run.is_interrupted() || run.is_half_done() {
        say(&format!("leave it so:  stanch cases resume {name} --leave REASON"));
    }
}
