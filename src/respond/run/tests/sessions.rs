//! Sessions of a role are ended up to the moment when the step runs.

use jiff::{SignedDuration, Timestamp};

use super::remedies::plan_of;
use super::{Command, Drill, Record, StepStatus};
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::call::Call;
use crate::respond::remedy::Remedy;
use crate::respond::sessions::{POLICY, document, ended_before, word};

fn drill() -> Drill {
    let role = Resource::new(ResourceKind::Role, "web-role");
    Drill::new(plan_of(Remedy::RevokeSessions, &role, vec![]))
}

fn later(drill: &mut Drill, hours: i64) {
    drill.now = drill.now.checked_add(SignedDuration::from_hours(hours)).unwrap();
}

fn key() -> (String, String) {
    ("web-role".into(), POLICY.into())
}

fn ended(drill: &Drill) -> Timestamp {
    ended_before(&drill.world.policies[&key()]).unwrap()
}

#[test]
fn sessions_are_ended_up_to_the_moment_when_the_step_runs() {
    let mut drill = drill();
    later(&mut drill, 12);
    let moment = drill.now;
    drill.runs(&["it"]);
    assert_eq!(drill.status("it"), StepStatus::Done, "{:#?}", drill.run.summary());
    assert_eq!(ended(&drill), moment, "not the moment when the plan was made");
    let sent = drill.journal.iter().find_map(|(record, _)| match record {
        Record::Intent { call, .. } => Some(call.clone()),
        _ => None,
    });
    let written = Call::PutRolePolicy { role: key().0, policy: key().1, document: document(&word(moment)) };
    assert_eq!(*sent.unwrap(), written, "the journal has it as it was sent");
    drill.restarts();
    drill.does(&Command::Verify { step: "it".into() }).unwrap();
    assert_eq!(drill.status("it"), StepStatus::Done, "{:#?}", drill.run.summary());
    drill.undoes();
    assert!(drill.world.policies.is_empty(), "{:#?}", drill.run.summary());
}

#[test]
fn a_part_of_a_second_is_ended_too() {
    let mut drill = drill();
    drill.now = drill.now.checked_add(SignedDuration::from_millis(300)).unwrap();
    let moment = drill.now;
    drill.runs(&["it"]);
    assert_eq!(drill.status("it"), StepStatus::Done, "{:#?}", drill.run.summary());
    assert!(ended(&drill) >= moment);
}

#[test]
fn a_later_moment_is_never_moved_back() {
    let mut drill = drill();
    let newer = document(&word(drill.now.checked_add(SignedDuration::from_hours(1)).unwrap()));
    drill.world.policies.insert(key(), newer.clone());
    drill.runs(&["it"]);
    assert_eq!(drill.status("it"), StepStatus::Already);
    drill.does(&Command::Verify { step: "it".into() }).unwrap();
    assert_eq!(drill.status("it"), StepStatus::Already);
    drill.undoes();
    assert!(drill.world.writes().is_empty());
    assert_eq!(drill.world.policies[&key()], newer);
}

#[test]
fn an_earlier_moment_comes_back_by_undo_exactly_as_it_was() {
    let mut drill = drill();
    let older = document(&word(drill.now)) + "\n";
    drill.world.policies.insert(key(), older.clone());
    later(&mut drill, 1);
    drill.runs(&["it"]);
    assert_eq!(ended(&drill), drill.now);
    drill.undoes();
    assert_eq!(drill.status("it"), StepStatus::Undone, "{:#?}", drill.run.summary());
    assert_eq!(drill.world.policies[&key()], older);
}

#[test]
fn the_step_run_again_ends_what_was_opened_since() {
    let mut drill = drill();
    drill.runs(&["it"]);
    later(&mut drill, 1);
    drill.runs(&["it"]);
    assert_eq!(ended(&drill), drill.now);
    drill.undoes();
    assert!(drill.world.policies.is_empty(), "what was before the first run comes back");
}

#[test]
fn sessions_that_somebody_ended_since_are_not_opened_again_by_an_undo() {
    let mut drill = drill();
    drill.runs(&["it"]);
    later(&mut drill, 1);
    let newer = document(&word(drill.now));
    drill.world.policies.insert(key(), newer.clone());
    drill.does(&Command::Verify { step: "it".into() }).unwrap();
    assert_eq!(drill.status("it"), StepStatus::Done, "what was ended still is");
    drill.undoes();
    assert_eq!(drill.status("it"), StepStatus::Drifted);
    assert_eq!(drill.world.policies[&key()], newer);
}

#[test]
fn a_moment_that_somebody_moved_back_fails_the_verification() {
    let mut drill = drill();
    later(&mut drill, 1);
    drill.runs(&["it"]);
    let older = drill.now.checked_sub(SignedDuration::from_hours(1)).unwrap();
    drill.world.policies.insert(key(), document(&word(older)));
    drill.does(&Command::Verify { step: "it".into() }).unwrap();
    assert!(drill.run.stopped.is_some(), "{:#?}", drill.run.summary());
}
