//! What a run waits for, and what it does not: a group that drains, a choice of the user's.

use super::{Command, Drill, StepStatus};
use crate::respond::fixture::{WEB, inventory, plan_over};

/// The drain of the instance is over.
fn drained(drill: &mut Drill) {
    drill.world.scaling.members.insert(WEB.into(), "Standby".into());
}

#[test]
fn the_network_is_cut_while_the_group_still_drains_the_instance_and_the_check_waits_for_it() {
    let mut drill = Drill::contain();
    drill.world.drains = true;
    drill.runs(&["standby", "isolate"]);
    assert_eq!((drill.status("standby"), drill.status("isolate")), (StepStatus::Done, StepStatus::Done));
    let spent = drill.now.duration_since(super::start());
    assert!(spent.as_secs() < 60, "{spent:?} passed before the network was cut");
    // It is not said to be in standby before it is.
    drill.does(&Command::Verify { step: "standby".into() }).unwrap();
    assert_eq!(drill.status("standby"), StepStatus::Partly, "{:#?}", drill.run.summary());
    drained(&mut drill);
    drill.does(&Command::Verify { step: "standby".into() }).unwrap();
    assert_eq!(drill.status("standby"), StepStatus::Done);
}

#[test]
fn the_check_of_the_containment_holds_only_once_the_instance_is_in_standby() {
    let mut drill = Drill::contain();
    drill.world.drains = true;
    drill.contains();
    assert_eq!(drill.status("verify"), StepStatus::Failed, "it drains for ever");
    drained(&mut drill);
    drill.runs(&["verify"]);
    assert_eq!(drill.status("verify"), StepStatus::Done);
}

#[test]
fn a_standby_that_has_only_begun_is_taken_back_once_it_is_there() {
    let mut drill = Drill::contain();
    drill.world.drains = true;
    drill.runs(&["standby"]);
    drill.undoes();
    assert!(!drill.run.is_well(), "it cannot leave what it has not entered");
    assert_eq!(drill.world.writes(), ["EnterStandby"]);
    drained(&mut drill);
    drill.undoes();
    assert_eq!(drill.status("standby"), StepStatus::Undone, "{:#?}", drill.run.summary());
    assert_eq!(drill.world.scaling, super::World::new().scaling);
}

/// The containment of an instance whose group may not want one less.
fn at_the_minimum() -> Drill {
    let mut inventory = inventory();
    let around = inventory.surroundings.get_mut(WEB).unwrap();
    let group = around.scaling.as_mut().unwrap();
    group.min = group.desired;
    let scaling = group.clone();
    let mut drill = Drill::new(plan_over("compromised-instance", WEB, &inventory));
    drill.world.scaling = scaling;
    drill
}

#[test]
fn a_group_that_may_not_want_less_is_for_the_user_to_decide_about() {
    let mut drill = at_the_minimum();
    let step = drill.run.plan.undecided().unwrap().clone();
    assert_eq!(step.id, "standby");
    assert_eq!(drill.status("standby"), StepStatus::Undecided);
    assert!(drill.run.plan.ways_out(&step).ends_with("in its place: standby-replace"), "detaching lowers it as well");
    let refused = drill.does(&Command::Run { steps: vec!["standby".into()] }).unwrap_err();
    assert!(refused.message.contains("needs a decision: web wants 4"), "{refused}");

    drill.does(&Command::Run { steps: vec!["standby-replace".into()] }).unwrap();
    assert_eq!(drill.status("standby-replace"), StepStatus::Done);
    assert_eq!(drill.status("standby"), StepStatus::NotApplicable);
    let told = drill.run.summary();
    let note = told.steps.iter().find(|step| step.id == "standby").unwrap().note.as_deref();
    assert_eq!(note, Some("standby-replace is done in its place"));
    drill.restarts();
    assert_eq!(drill.status("standby"), StepStatus::NotApplicable, "and so the journal tells it");
}

#[test]
fn it_may_be_left_out_with_a_reason() {
    let mut drill = at_the_minimum();
    let skip = Command::Skip { step: "standby".into(), reason: "the group ends nothing".into() };
    drill.does(&skip).unwrap();
    assert_eq!(drill.status("standby"), StepStatus::Skipped);
}
