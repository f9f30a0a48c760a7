use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{ChangeStatus, Command, Input, Outcome, Output, Record, Run, StepStatus};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::instance::InstanceState;
use crate::domain::scope::Caller;
use crate::respond::call::Call;
use crate::respond::fixture::{self, PROFILE, WEB, World, scope, start};
use crate::respond::plan::Plan;

mod amend;
mod check;
mod decision;
mod every;
mod interrupted;
mod isolation;
mod remedies;
mod sessions;
mod trouble;

/// A run with its account, its journal and its clock.
struct Drill {
    run: Run,
    world: World,
    journal: Vec<(Record, Timestamp)>,
    now: Timestamp,
    caller: Caller,
    /// The journal takes only so many records more.
    room: usize,
}

impl Drill {
    fn new(plan: Plan) -> Self {
        let caller = scope().caller;
        Self { run: Run::new(plan), world: World::new(), journal: vec![], now: start(), caller, room: usize::MAX }
    }

    fn contain() -> Self {
        Self::new(fixture::plan("compromised-instance", WEB))
    }

    /// Carries out a command to its end.
    fn does(&mut self, command: &Command) -> Result<(), Fault> {
        let mut output = self.run.begin(command, &scope(), WEB, self.now)?;
        while let Some(input) = self.carry_out(output) {
            output = self.run.on(input, self.now);
        }
        Ok(())
    }

    fn carry_out(&mut self, output: Output) -> Option<Input> {
        Some(match output {
            Output::Journal(record) => {
                if self.room == 0 {
                    Input::Stored(Err(Fault::new(FaultKind::Storage, "journal", "no space left on device")))
                } else {
                    self.room -= 1;
                    self.journal.push((*record, self.now));
                    Input::Stored(Ok(()))
                }
            }
            Output::Identify => Input::Identity(Ok(self.caller.clone()), "eu-west-1".into()),
            Output::Call(call) => {
                if call.writes() {
                    let last = self.journal.last().map(|(record, _)| record);
                    assert!(
                        matches!(last, Some(Record::Intent { call: written, .. }) if **written == call),
                        "{call:?} left without its intent on disk"
                    );
                    let serves = self.run.serving().expect("a remedy is what writes");
                    assert!(serves.fits(&call), "{call:?} is no undo: {serves:?}");
                }
                Input::Answer(self.world.answer(&call))
            }
            Output::Gather(evidence) => Input::Gathered(Ok((evidence.name, "0".repeat(64), 12))),
            Output::Wait(long) => {
                self.now = self.now.checked_add(SignedDuration::try_from(long).unwrap()).unwrap();
                Input::Waited
            }
            Output::Done => return None,
        })
    }

    fn runs(&mut self, steps: &[&str]) {
        let steps = steps.iter().map(|step| (*step).to_owned()).collect();
        self.does(&Command::Run { steps }).unwrap();
    }

    fn contains(&mut self) {
        let steps = self.run.plan.containment();
        self.does(&Command::Run { steps }).unwrap();
    }

    fn undoes(&mut self) {
        self.does(&Command::Undo { step: None }).unwrap();
    }

    fn status(&self, step: &str) -> StepStatus {
        self.run.status(self.run.plan.step(step).unwrap().0)
    }

    fn objects(&self, step: &str) -> Vec<&'static str> {
        let (at, _) = self.run.plan.step(step).unwrap();
        self.run.steps[at].changes.iter().map(|change| change.status.word()).collect()
    }

    /// The program died and was started again: only the journal is left.
    fn restarts(&mut self) {
        self.run = Run::of_records(self.journal.iter().map(|(record, at)| (record, *at))).pop().unwrap();
    }
}

#[test]
fn containment_protects_records_and_isolates_in_order_and_proves_it() {
    let mut drill = Drill::contain();
    drill.contains();
    assert!(drill.run.is_well(), "{:#?}", drill.run.summary());
    assert_eq!(
        drill.world.writes(),
        [
            "ModifyInstanceAttribute",
            "ModifyInstanceAttribute",
            "ModifyInstanceAttribute",
            "CreateTags",
            "CreateSnapshots",
            "EnterStandby",
            "DeregisterTargets",
            "DisassociateIamInstanceProfile",
            "CreateSecurityGroup",
            "RevokeSecurityGroupEgress",
            "ModifyNetworkInterfaceAttribute",
            "ModifyNetworkInterfaceAttribute",
        ]
    );
    let quarantine = drill.world.interfaces["eni-11111111"].clone();
    assert_eq!(quarantine.len(), 1);
    assert_eq!(drill.world.interfaces["eni-22222222"], quarantine);
    assert!(!drill.world.rules.iter().any(|rule| rule.group == quarantine[0]), "the quarantine group has no rule");
    assert_eq!(drill.status("verify"), StepStatus::Done);
    assert_eq!(drill.status("memory"), StepStatus::ByHand);
    assert_eq!(drill.status("stop"), StepStatus::Pending);
    assert_eq!(drill.world.state, InstanceState::Running);
}

#[test]
fn undoing_a_containment_restores_everything_but_the_snapshots() {
    let mut drill = Drill::contain();
    let before = drill.world.settled();
    drill.contains();
    drill.undoes();
    assert!(drill.run.is_well(), "{:#?}", drill.run.summary());
    let mut after = drill.world.settled();
    assert_eq!(after.snapshots.len(), 2, "evidence stays");
    after.snapshots.clear();
    after.profile.as_mut().unwrap().id = "iip-assoc-1".into();
    assert_eq!(format!("{after:?}"), format!("{before:?}"));
    assert_eq!(drill.status("isolate"), StepStatus::Undone);
    assert_eq!(drill.status("snapshot"), StepStatus::Done);
    assert_eq!(drill.status("volumes"), StepStatus::Undone);
}

#[test]
fn undo_takes_the_newest_step_back_first() {
    let mut drill = Drill::contain();
    drill.contains();
    let so_far = drill.world.calls.len();
    drill.undoes();
    let writes: Vec<_> = drill.world.calls[so_far..].iter().filter(|call| call.writes()).map(Call::operation).collect();
    assert_eq!(
        writes,
        [
            "ModifyNetworkInterfaceAttribute",
            "ModifyNetworkInterfaceAttribute",
            "DeleteSecurityGroup",
            "AssociateIamInstanceProfile",
            "RegisterTargets",
            "ExitStandby",
            "CreateTags",
            "DeleteTags",
            "ModifyInstanceAttribute",
            "ModifyInstanceAttribute",
            "ModifyInstanceAttribute",
        ]
    );
}

#[test]
fn a_containment_taken_back_can_be_done_again() {
    let mut drill = Drill::contain();
    drill.contains();
    drill.undoes();
    drill.contains();
    assert!(drill.run.is_well(), "{:#?}", drill.run.summary());
    assert_eq!(drill.status("isolate"), StepStatus::Done);
    drill.undoes();
    assert_eq!(drill.world.interfaces["eni-11111111"], ["sg-11111111", "sg-22222222"]);
    assert_eq!(drill.world.profile.as_ref().unwrap().profile, PROFILE);
}

#[test]
fn a_journal_read_again_gives_the_same_run() {
    let mut drill = Drill::contain();
    drill.contains();
    drill.undoes();
    let (steps, stopped) = (drill.run.steps.clone(), drill.run.stopped.clone());
    let lines: Vec<String> = drill.journal.iter().map(|(record, _)| serde_json::to_string(record).unwrap()).collect();
    drill.journal = lines.iter().map(|line| (serde_json::from_str(line).unwrap(), start())).collect();
    drill.restarts();
    for state in drill.run.steps.iter_mut().flat_map(|step| &mut step.changes) {
        state.called_at = None;
    }
    let mut steps = steps;
    for state in steps.iter_mut().flat_map(|step| &mut step.changes) {
        state.called_at = None;
    }
    assert_eq!(drill.run.steps, steps);
    assert_eq!(drill.run.stopped, stopped);
}

#[test]
fn what_is_so_already_is_not_called_and_not_undone() {
    let mut drill = Drill::contain();
    drill.world.protected = true;
    drill.runs(&["protect"]);
    assert_eq!(drill.status("protect"), StepStatus::Already);
    assert!(drill.world.writes().is_empty());
    drill.undoes();
    assert!(drill.world.protected);
}

#[test]
fn a_step_beyond_containment_runs_only_when_it_is_named_and_confirmed() {
    let mut drill = Drill::contain();
    assert!(!drill.run.plan.containment().iter().any(|step| step == "stop" || step == "terminate"));
    let command = Command::Run { steps: vec!["terminate".into()] };
    let refused = drill.run.begin(&command, &scope(), "", start()).unwrap_err();
    assert!(refused.message.contains(WEB), "{refused}");
    drill.runs(&["terminate"]);
    assert_eq!(drill.status("terminate"), StepStatus::Failed, "no snapshot yet");
    assert_eq!(drill.world.state, InstanceState::Running);
    drill.runs(&["snapshot"]);
    drill.world.protected = true;
    drill.runs(&["terminate"]);
    assert_eq!(drill.status("terminate"), StepStatus::Done);
    assert_eq!(drill.world.state, InstanceState::Terminated);
}

#[test]
fn headless_and_destructive_commands_ask_for_the_full_id() {
    use crate::respond::plan::Confirm;
    let drill = Drill::contain();
    let run = |step: &str| Command::Run { steps: vec![step.to_owned()] };
    assert_eq!(drill.run.confirmation(&run("protect"), false), Confirm::Choice);
    assert_eq!(drill.run.confirmation(&run("protect"), true), Confirm::Typing(WEB.into()));
    assert_eq!(drill.run.confirmation(&run("terminate"), false), Confirm::Typing(WEB.into()));
    assert_eq!(drill.run.confirmation(&run("evidence"), true), Confirm::Nothing);
    assert_eq!(drill.run.confirmation(&Command::Undo { step: None }, true), Confirm::Typing(WEB.into()));
}

#[test]
fn a_step_is_left_out_with_its_reason_and_a_question_answered_with_a_note() {
    let mut drill = Drill::contain();
    drill.does(&Command::Skip { step: "tag".into(), reason: "tags drive billing".into() }).unwrap();
    drill.does(&Command::Acknowledge { step: "scaling".into(), note: "no group".into() }).unwrap();
    assert_eq!(drill.status("tag"), StepStatus::Skipped);
    assert_eq!(drill.status("scaling"), StepStatus::Done);
    let summary = drill.run.summary();
    assert_eq!(summary.steps[5].note.as_deref(), Some("tags drive billing"));
    assert!(drill.world.calls.is_empty());
}

#[test]
fn a_caller_that_changed_stops_the_run_before_its_first_write() {
    let mut drill = Drill::contain();
    drill.caller.arn = "arn:aws:sts::123456789012:assumed-role/Admin/bob".into();
    drill.contains();
    assert!(drill.world.calls.is_empty());
    assert_eq!(drill.run.stopped.as_ref().unwrap().kind, FaultKind::Refused);
}

#[test]
fn a_plan_for_another_account_or_region_does_not_begin() {
    let mut drill = Drill::contain();
    let mut elsewhere = scope();
    elsewhere.region = "us-east-1".into();
    let command = Command::Run { steps: vec!["protect".into()] };
    assert!(drill.run.begin(&command, &elsewhere, "", start()).is_err());
    let mut colleague = scope();
    colleague.caller.arn = "arn:aws:sts::123456789012:assumed-role/OnCall/bob".into();
    drill.caller = colleague.caller.clone();
    let first = drill.run.begin(&command, &colleague, "", start());
    assert!(first.is_ok(), "a colleague of the same account takes over");
}

#[test]
fn tags_are_restored_to_what_they_were() {
    let mut drill = Drill::contain();
    drill.runs(&["tag"]);
    assert_eq!(drill.world.tags["stanch:status"], "quarantined");
    assert_eq!(drill.world.tags["stanch:case"], "case-1");
    drill.undoes();
    assert_eq!(
        drill.world.tags,
        BTreeMap::from([("Name".into(), "web-7".into()), ("stanch:status".into(), "watched".into())])
    );
}

#[test]
fn a_case_of_two_plans_keeps_what_was_done_under_each() {
    let mut first = Drill::contain();
    first.runs(&["protect"]);
    let mut plan = fixture::plan("rogue-instances", WEB);
    plan.made = start() + SignedDuration::from_mins(1);
    let mut second = Drill::new(plan);
    second.runs(&["tag"]);
    first.runs(&["shutdown"]);
    let half = first.journal.iter().position(|(record, _)| matches!(record, Record::Command { command: Command::Run { steps }, .. } if steps[0] == "shutdown"));
    let (before, after) = first.journal.split_at(half.unwrap());
    let all = before.iter().chain(&second.journal).chain(after).map(|(record, at)| (record, *at));
    let runs = Run::of_records(all);
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0].steps, first.run.steps);
    assert_eq!(runs[1].steps, second.run.steps);
}
