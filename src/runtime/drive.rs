//! Driving a run over the real ports: the same for the console and the command line.
//!
//! What is to happen next is the run's own to say; here it is carried out, one
//! output at a time, and nothing is left out: no call leaves before its intent
//! is on disk, because the run asks for the one only after the other.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use crate::case::Case;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::resource::Resource;
use crate::domain::scope::Scope;
use crate::port::{Fleet, Identity, Ports, Responder};
use crate::respond::check::{Question, StepCheck, Verdict, of_dry_run, of_simulation, questions};
use crate::respond::plan::{Evidence, Plan, Source};
use crate::respond::run::{Command, Input, Output, Record, Run};

#[cfg(test)]
mod tests;

/// Where a run is written down: a case of its own, or one that others write to as well.
pub trait Book: Send {
    /// Does something with the case; others wait for no longer than that.
    fn with<T>(&mut self, act: impl FnOnce(&mut Case) -> T) -> T;
}

impl Book for Case {
    fn with<T>(&mut self, act: impl FnOnce(&mut Case) -> T) -> T {
        act(self)
    }
}

impl Book for Arc<Mutex<Case>> {
    fn with<T>(&mut self, act: impl FnOnce(&mut Case) -> T) -> T {
        act(&mut self.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a run is carried out with: the ports of its Scope, and the clock.
#[derive(Clone)]
pub struct Driver {
    responder: Arc<dyn Responder>,
    fleet: Arc<dyn Fleet>,
    identity: Arc<dyn Identity>,
    scope: Scope,
    clock: Clock,
}

impl Driver {
    /// Over the ports of a Scope that has been armed.
    pub fn new(ports: &Ports, responder: Arc<dyn Responder>, clock: Clock) -> Self {
        Self {
            responder,
            fleet: Arc::clone(&ports.fleet),
            identity: Arc::clone(&ports.identity),
            scope: ports.scope.clone(),
            clock,
        }
    }

    /// The time of the driver's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Carries out a command to its end. `typed` is what the user typed to
    /// confirm it, empty for nothing. `stop` ends it at the next point where
    /// nothing is left hanging. `seen` is shown the run after each change.
    ///
    /// # Errors
    /// Only where the command is refused at once and nothing happened; what goes
    /// wrong on the way is told by the run.
    pub async fn command(
        &self,
        run: &mut Run,
        case: &mut impl Book,
        command: &Command,
        typed: &str,
        stop: &CancellationToken,
        seen: &mut (dyn FnMut(&Run) + Send),
    ) -> Result<(), Fault> {
        let mut output = run.begin(command, &self.scope, typed, self.clock.now())?;
        loop {
            seen(run);
            let input = match output {
                Output::Done => return Ok(()),
                other => self.carry_out(other, run, case, stop).await,
            };
            if stop.is_cancelled() {
                run.cancel();
            }
            output = run.on(input, self.clock.now());
        }
    }

    async fn carry_out(&self, output: Output, run: &Run, case: &mut impl Book, stop: &CancellationToken) -> Input {
        let (actor, target) = (self.scope.caller.arn.as_str(), &run.plan.target);
        match output {
            Output::Journal(record) => {
                let now = self.clock.now();
                let stored = case.with(|case| case.record(now, actor, &record, &self.scope.region));
                Input::Stored(stored.map(drop).map_err(|fault| unwritten(fault, &record)))
            }
            Output::Identify => Input::Identity(self.identity.caller().await, self.scope.region.clone()),
            Output::Call(call) => Input::Answer(self.responder.call(&call, target, run.serving(), false).await),
            Output::Gather(evidence) => Input::Gathered(self.gather(&evidence, target, case).await),
            Output::Wait(long) => {
                self.sleep(long, stop).await;
                Input::Waited
            }
            Output::Done => Input::Waited,
        }
    }

    async fn sleep(&self, long: Duration, stop: &CancellationToken) {
        tokio::select! {
            () = tokio::time::sleep(self.clock.real(long)) => {}
            () = stop.cancelled() => {}
        }
    }

    async fn gather(
        &self,
        evidence: &Evidence,
        target: &Resource,
        case: &mut impl Book,
    ) -> Result<(String, String, u64), Fault> {
        let bytes = match &evidence.source {
            Source::Instance(id) => pretty(&self.fleet.instance(id).await?)?,
            Source::ConsoleOutput(id) => self.fleet.console_output(id).await?.into_bytes(),
            Source::Call(call) => pretty(&self.responder.call(call, target, None, false).await?)?,
        };
        let (now, actor) = (self.clock.now(), self.scope.caller.arn.as_str());
        let stored = case.with(|case| case.store_evidence(now, actor, &evidence.name, &bytes))?;
        Ok((stored.file, stored.sha256, stored.bytes))
    }

    /// The permission check of all steps of a plan: EC2's dry run where the
    /// action has one, a policy simulation where it has none and the caller may.
    /// Nothing is changed by it.
    pub async fn check(&self, plan: &Plan) -> Vec<StepCheck> {
        let mut checks = Vec::new();
        for (step, asked) in questions(plan) {
            let mut calls = Vec::new();
            for (call, question) in asked {
                let verdict = match question {
                    Question::DryRun(call) => match self.responder.call(&call, &plan.target, None, true).await {
                        Err(fault) => of_dry_run(&fault),
                        Ok(_) => Verdict::Unknown("the dry run was answered like a real call".into()),
                    },
                    Question::Simulate(actions, resource) => {
                        of_simulation(&self.responder.simulate(&actions, &resource).await)
                    }
                    Question::Cannot(why) => Verdict::Unknown(why),
                };
                let resource = call.resources().first().map(|resource| resource.id.clone()).unwrap_or_default();
                calls.push((call.action().to_owned(), resource, verdict));
            }
            checks.push(StepCheck { step, calls });
        }
        checks
    }
}

/// What it means that a line of the journal could not be written.
fn unwritten(fault: Fault, record: &Record) -> Fault {
    let means = match record {
        Record::Intent { .. } => "the call was not sent",
        Record::Outcome { .. } | Record::Settled { .. } => {
            "the call before it was sent: `stanch cases resume` reads what became of it"
        }
        _ => "nothing was sent for it",
    };
    let hint = if fault.hint.is_empty() { means.to_owned() } else { format!("{}; {means}", fault.hint) };
    fault.with_hint(hint)
}

fn pretty(value: &impl serde::Serialize) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec_pretty(value)
        .map_err(|error| Fault::new(FaultKind::Malformed, "case:Evidence", error.to_string()))
}
