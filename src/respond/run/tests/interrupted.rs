//! Cut off between any two records: the next start says what is true, and goes on or back.

use super::{ChangeStatus, Command, Drill, FaultKind, Outcome, Output, Record, StepStatus};
use crate::domain::instance::InstanceState;
use crate::respond::fixture::{WEB, scope};

/// The program dies when the journal holds so many records; with `sent` the
/// call whose intent was the last record has left, and its answer was lost.
fn dies_after(records: usize, sent: bool) -> Option<Drill> {
    let mut drill = Drill::contain();
    let steps = drill.run.plan.containment();
    let mut output = drill.run.begin(&Command::Run { steps }, &scope(), WEB, drill.now).unwrap();
    loop {
        if drill.journal.len() >= records {
            if sent {
                let Output::Call(call) = &output else { return None };
                if !call.writes() {
                    return None;
                }
                let _ = drill.world.answer(call);
            }
            return Some(drill);
        }
        let input = drill.carry_out(output)?;
        output = drill.run.on(input, drill.now);
    }
}

#[test]
fn killed_between_any_two_records_the_next_start_tells_the_truth_and_goes_on_or_back() {
    let mut deaths = 0;
    for records in 1..400 {
        for sent in [false, true] {
            for undo in [false, true] {
                let Some(mut drill) = dies_after(records, sent) else { continue };
                deaths += 1;
                let former = crate::respond::fixture::World::new();
                drill.restarts();
                drill.does(&Command::Recover).unwrap();
                assert!(!drill.run.is_open(), "after {records} records");
                for (step, state) in drill.run.plan.steps.iter().zip(&drill.run.steps) {
                    for (change, state) in step.changes.iter().zip(&state.changes).filter(|(change, _)| change.writes())
                    {
                        if state.status == ChangeStatus::Done {
                            let call = change.probe.read(state.now.as_ref());
                            assert!(drill.world.answer(&call).is_ok());
                        }
                    }
                }
                if undo {
                    drill.undoes();
                    assert!(drill.run.is_well(), "after {records} records: {:#?}", drill.run.summary());
                    assert_eq!(drill.world.interfaces, former.interfaces, "after {records} records");
                    assert_eq!(drill.world.tags, former.tags, "after {records} records");
                    assert_eq!(drill.world.protected, former.protected, "after {records} records");
                    assert_eq!(drill.world.volumes, former.volumes, "after {records} records");
                    assert!(drill.world.profile.is_some(), "after {records} records");
                } else {
                    drill.contains();
                    assert!(drill.run.is_well(), "after {records} records: {:#?}", drill.run.summary());
                    assert_eq!(drill.status("verify"), StepStatus::Done);
                    assert_eq!(drill.world.snapshots.len(), 2, "after {records} records: once is enough");
                }
            }
        }
    }
    assert!(deaths > 100, "{deaths}");
}

#[test]
fn after_a_crash_a_call_that_did_not_leave_is_said_not_to_have() {
    let mut drill = Drill::contain();
    let mut output = drill.run.begin(&Command::Run { steps: vec!["protect".into()] }, &scope(), "", drill.now).unwrap();
    loop {
        let stop = matches!(&output, Output::Call(call) if call.writes());
        if stop {
            break;
        }
        let input = drill.carry_out(output).unwrap();
        output = drill.run.on(input, drill.now);
    }
    drill.restarts();
    assert_eq!(drill.status("protect"), StepStatus::Open);
    drill.does(&Command::Recover).unwrap();
    assert_eq!(drill.status("protect"), StepStatus::Pending);
}

#[test]
fn a_fault_while_recovering_leaves_the_question_open() {
    let mut drill = dies_after(12, false).unwrap();
    drill.restarts();
    let open = drill.run.is_open();
    drill.journal.push((
        Record::Outcome {
            at: super::super::At { step: 2, change: 0, back: false },
            outcome: Box::new(Outcome::Taken(crate::respond::call::Answer::Taken)),
        },
        drill.now,
    ));
    drill.restarts();
    assert!(drill.run.is_open() || open);
    drill.world.fail("ec2:DescribeInstanceAttribute", 1, FaultKind::Expired);
    drill.does(&Command::Recover).unwrap();
    assert!(drill.run.is_open());
    assert_eq!(drill.run.stopped.as_ref().unwrap().kind, FaultKind::Expired);
}

#[test]
fn a_command_that_came_to_its_end_was_not_interrupted_and_one_that_did_not_was() {
    let mut drill = Drill::contain();
    drill.runs(&["protect", "tag"]);
    drill.restarts();
    assert!(!drill.run.is_interrupted());
    for records in 2..200 {
        let Some(mut drill) = dies_after(records, false) else { break };
        if matches!(drill.journal.last(), Some((Record::Ended {}, _))) {
            break;
        }
        drill.restarts();
        assert!(drill.run.is_interrupted(), "after {records} records");
        drill.does(&Command::Recover).unwrap();
        assert!(drill.run.is_interrupted(), "reading alone completes nothing: after {records} records");
        let Some(rest) = drill.run.rest() else { continue };
        drill.does(&rest).unwrap();
        assert!(!drill.run.is_interrupted() && drill.run.is_well(), "after {records}: {:#?}", drill.run.summary());
    }
}

#[test]
fn an_interrupted_run_that_is_left_is_not_offered_again_and_nothing_is_called() {
    let mut drill = dies_after(30, false).unwrap();
    drill.restarts();
    let before = drill.world.writes().len();
    drill.does(&Command::Leave { reason: "the instance is gone".into() }).unwrap();
    drill.restarts();
    assert!(!drill.run.is_interrupted() && drill.run.is_left());
    assert_eq!(drill.world.writes().len(), before);
    drill.contains();
    assert!(!drill.run.is_left(), "it was gone on with after all");
}

#[test]
fn a_containment_that_ends_between_two_steps_is_half_done_until_it_is_whole_undone_or_left() {
    let mut drill = Drill::contain();
    assert!(!drill.run.is_half_done(), "nothing of it is in force");
    drill.runs(&["protect", "tag"]);
    drill.restarts();
    assert!(drill.run.is_half_done() && !drill.run.is_interrupted());
    drill.does(&Command::Leave { reason: "somebody else goes on".into() }).unwrap();
    drill.restarts();
    assert!(!drill.run.is_half_done() && drill.run.is_left());
    drill.runs(&["shutdown"]);
    assert!(drill.run.is_half_done(), "it was gone on with after all");
    drill.does(&Command::Undo { step: None }).unwrap();
    drill.restarts();
    assert!(!drill.run.is_half_done(), "nothing is in force any more");
}

#[test]
fn a_stop_that_never_ends_is_not_waited_for_without_end() {
    let mut drill = Drill::contain();
    let mut output = drill.run.begin(&Command::Run { steps: vec!["stop".into()] }, &scope(), WEB, drill.now).unwrap();
    loop {
        let left = matches!(&output, Output::Call(call) if call.writes());
        if left {
            break;
        }
        let input = drill.carry_out(output).unwrap();
        output = drill.run.on(input, drill.now);
    }
    drill.restarts();
    drill.world.state = InstanceState::Stopping;
    let began = drill.now;
    drill.does(&Command::Recover).unwrap();
    let waited = drill.now.duration_since(began).as_secs();
    assert!((900..1000).contains(&waited), "{waited} s");
    assert_eq!(drill.run.stopped.as_ref().unwrap().kind, FaultKind::Timeout);
    assert!(drill.run.is_open() && drill.run.is_interrupted(), "what is not known stays open");
    drill.world.state = InstanceState::Stopped;
    drill.does(&Command::Recover).unwrap();
    assert_eq!(drill.status("stop"), StepStatus::Done);
}
