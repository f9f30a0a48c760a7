//! What the commands that carry out a plan share: the ports of its Scope, the
//! steps that are named, the command and how it ended.

use tokio_util::sync::CancellationToken;

use super::failure::{Exit, Failure, Outcome};
use super::live::{connected, has_credentials_of_its_own, interrupted};
use super::out::{Out, say};
use super::setting::Setting;
use crate::case::Case;
use crate::domain::text::visible;
use crate::port::Ports;
use crate::respond::plan::Plan;
use crate::respond::run::{Command, Run, StepStatus, Summary};
use crate::runtime::drive::Driver;

/// The ports of the Scope that the runs were made in, with today's credentials.
pub async fn ports_of(setting: &Setting, runs: &[Run]) -> Result<Ports, Failure> {
    let Some(run) = runs.last() else { return Err(Failure::Failed("nothing to take back".into())) };
    let scope = &run.plan.scope;
    let mut setting = setting.clone();
    setting.config.regions = vec![scope.region.clone()];
    if setting.config.profiles.is_empty() && !has_credentials_of_its_own() {
        setting.config.profiles.extend(scope.profile.clone());
    }
    let mut ports = connected(&setting).await?.ports;
    ports.retain(|ports| ports.scope.region == scope.region && ports.scope.caller.account == scope.caller.account);
    ports.into_iter().next().ok_or_else(|| {
        Failure::Failed(format!(
            "the case is of account {}, and these credentials are not: name a profile of it with --profile",
            scope.caller.account
        ))
    })
}

/// The ids of steps that are named by id or number.
pub fn named_steps(plan: &Plan, names: &[String]) -> Result<Vec<String>, Failure> {
    let find = |name: &String| {
        let by_number = name.parse::<usize>().ok().and_then(|number| plan.steps.get(number.wrapping_sub(1)));
        let step = plan.step(name).map(|(_, step)| step).or(by_number);
        step.map(|step| step.id.clone()).ok_or_else(|| {
            let all: Vec<&str> = plan.steps.iter().map(|step| step.id.as_str()).collect();
            Failure::Usage(format!("there is no step '{}'; there are {}", visible(name), all.join(", ")))
        })
    };
    names.iter().map(find).collect()
}

/// Carries out a command, telling each step's state as it changes; an
/// interruption stops it at the next point where nothing is left hanging.
pub async fn drive(
    driver: &Driver,
    run: &mut Run,
    case: &mut Case,
    command: &Command,
    typed: &str,
) -> Result<(), Failure> {
    let stop = CancellationToken::new();
    let mut told: Vec<Option<StepStatus>> = vec![None; run.plan.steps.len()];
    let mut seen = |run: &Run| {
        for (at, step) in run.plan.steps.iter().enumerate() {
            let status = run.status(at);
            let quiet = matches!(status, StepStatus::Pending | StepStatus::NotApplicable | StepStatus::Undecided);
            if told[at] != Some(status) && !(quiet && told[at].is_none()) {
                say(&visible(&format!("{:>2} {:<44} {}", at + 1, step.title, status.word())));
            }
            told[at] = Some(status);
        }
    };
    seen(run);
    let interruption = async {
        interrupted().await;
        stop.cancel();
        say("stopping at the next point where nothing is left hanging");
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ended = driver.command(run, case, command, typed, &stop, &mut seen) => ended?,
        () = interruption => {}
    }
    Ok(())
}

/// Prints how a run ended, and makes a failure of one that is not well.
pub fn finish(run: &Run, json: bool) -> Outcome {
    let summary: Summary = run.summary();
    let mut out = Out::new();
    if json {
        out.document(&summary)?;
    } else {
        out.line(&visible(&format!("case {}", summary.case)))?;
        for step in &summary.steps {
            let note = step.note.as_ref().map(|note| format!("  {note}")).unwrap_or_default();
            out.line(&visible(&format!("{:<14} {:<14} {}{note}", step.id, step.status.word(), step.title)))?;
            for object in &step.objects {
                let change = match (&object.before, &object.now) {
                    (Some(before), Some(now)) if before != now => format!("{before} → {now}"),
                    (_, Some(now)) => now.clone(),
                    (Some(before), None) => before.clone(),
                    (None, None) => String::new(),
                };
                let why = object.why.as_ref().map(|why| format!("  {why}")).unwrap_or_default();
                out.line(&visible(&format!(
                    "    {} {}: {}  {change}{why}",
                    object.resource, object.what, object.status
                )))?;
            }
        }
    }
    out.flush()?;
    if let Some(fault) = &summary.stopped {
        say(&format!("stanch: {fault}"));
    }
    Ok(if run.is_well() { Exit::Done } else { Exit::Failed })
}
