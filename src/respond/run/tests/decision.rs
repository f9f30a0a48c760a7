//! What a run waits for, and what it does not: a group that drains, a choice of the user's.

use super::{Command, Drill, FaultKind, Output, Record, StepStatus};
use crate::domain::instance::InstanceState;
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

/// Carries out a command on an account that comes to rest in the third pause; what was said meanwhile.
fn at_rest_later(drill: &mut Drill, command: &Command, rest: impl Fn(&mut super::World)) -> Vec<String> {
    let (mut said, mut pauses) = (Vec::new(), 0);
    let mut output = drill.run.begin(command, &super::scope(), WEB, drill.now).unwrap();
    while let Some(input) = {
        if matches!(output, Output::Wait(_)) {
            said.extend(drill.run.progress());
            assert!(drill.world.writes().is_empty(), "nothing is called before it is at rest");
            pauses += 1;
            if pauses == 3 {
                rest(&mut drill.world);
            }
        }
        drill.carry_out(output)
    } {
        output = drill.run.on(input, drill.now);
    }
    said
}

fn run_of(step: &str) -> Command {
    Command::Run { steps: vec![step.to_owned()] }
}

#[test]
fn a_passing_state_is_waited_out_before_it_is_kept_as_the_one_to_restore() {
    let mut drill = Drill::contain();
    drill.world.state = InstanceState::Pending;
    let said = at_rest_later(&mut drill, &run_of("stop"), |world| world.state = InstanceState::Running);
    assert!(
        said[0].starts_with("nothing is called before it has come to rest; the state of")
            && said[0].contains(" is pending; read again in 1 s, until "),
        "{said:#?}"
    );
    assert_eq!((drill.status("stop"), drill.world.state), (StepStatus::Done, InstanceState::Stopped));
    drill.restarts();
    drill.undoes();
    assert_eq!((drill.status("stop"), drill.world.state), (StepStatus::Undone, InstanceState::Running));
}

#[test]
fn an_instance_on_its_way_into_its_group_is_waited_for_and_comes_back_into_service() {
    for (passing, rest) in [("Pending:Wait", "InService"), ("EnteringStandby", "Standby")] {
        for step in ["standby-replace", "detach"] {
            let mut drill = Drill::contain();
            drill.world.scaling.members.insert(WEB.into(), passing.into());
            at_rest_later(&mut drill, &run_of(step), |world| {
                world.scaling.members.insert(WEB.into(), rest.into());
            });
            let already = step == "standby-replace" && rest == "Standby";
            let expected = if already { StepStatus::Already } else { StepStatus::Done };
            assert_eq!(drill.status(step), expected, "{passing}, {step}: {:#?}", drill.run.summary());
            if already {
                continue;
            }
            drill.undoes();
            assert_eq!(drill.status(step), StepStatus::Undone, "{passing}, {step}: {:#?}", drill.run.summary());
            assert_eq!(drill.world.scaling.members[WEB], rest, "{passing}, {step}");
        }
    }
}

#[test]
fn what_never_comes_to_rest_is_left_alone_and_that_is_said() {
    let mut drill = Drill::contain();
    drill.world.state = InstanceState::Pending;
    drill.runs(&["stop"]);
    assert_eq!(drill.status("stop"), StepStatus::Failed);
    assert!(drill.world.writes().is_empty());
    let fault = drill.run.stopped.clone().unwrap();
    assert_eq!(fault.kind, FaultKind::Timeout);
    assert!(fault.message.ends_with("is still pending after 900 s, and nothing was called"), "{fault}");
}

#[test]
fn what_is_being_terminated_is_terminated_at_once_and_not_waited_for_first() {
    let mut drill = Drill::contain();
    drill.runs(&["snapshot"]);
    drill.world.state = InstanceState::Pending;
    let before = drill.now;
    drill.runs(&["terminate"]);
    assert_eq!((drill.status("terminate"), drill.now), (StepStatus::Done, before));
}

#[test]
fn a_case_that_kept_a_passing_state_is_taken_back_to_where_that_led() {
    let mut drill = Drill::contain();
    drill.runs(&["stop"]);
    for (record, _) in &mut drill.journal {
        if let Record::Before { fact, .. } = record {
            *fact = crate::respond::fact::Fact::word("pending");
        }
    }
    drill.restarts();
    drill.undoes();
    assert_eq!((drill.status("stop"), drill.world.state), (StepStatus::Undone, InstanceState::Running));
}

/// The steps of containment that a case that is gone on with takes.
fn goes_on(drill: &mut Drill) {
    let steps = drill.run.plan.containment().into_iter().filter(|id| drill.run.can_run(id)).collect();
    drill.does(&Command::Run { steps }).unwrap();
}

#[test]
fn what_was_detached_from_its_group_is_not_put_back_by_what_goes_on() {
    for by_itself in [false, true] {
        let mut drill = Drill::contain();
        if by_itself {
            drill.world.scaling.members.remove(WEB);
        } else {
            drill.runs(&["detach"]);
            assert_eq!(drill.status("standby"), StepStatus::NotApplicable);
            drill.restarts();
        }
        goes_on(&mut drill);
        assert!(drill.run.is_well(), "{:#?}", drill.run.summary());
        let expected = if by_itself { StepStatus::Already } else { StepStatus::NotApplicable };
        assert_eq!(drill.status("standby"), expected);
        assert_eq!(drill.world.scaling.members.get(WEB), None, "it is out of the group");
        drill.runs(&["standby"]);
        drill.does(&Command::Verify { step: "standby".into() }).unwrap();
        assert_eq!(drill.status("standby"), StepStatus::Already, "it is out already, and was not put back");
        assert!(!drill.world.writes().iter().any(|call| *call == "AttachInstances" || *call == "EnterStandby"));
        drill.undoes();
        let member = drill.world.scaling.members.get(WEB).map(String::as_str);
        assert_eq!(member, (!by_itself).then_some("InService"), "only what was detached is attached again");
    }
}

#[test]
fn a_step_in_the_place_of_one_that_failed_or_was_taken_back_settles_it() {
    let mut drill = Drill::contain();
    drill.world.fail("autoscaling:EnterStandby", 1, FaultKind::Denied);
    drill.runs(&["standby"]);
    assert_eq!(drill.status("standby"), StepStatus::Failed);
    drill.runs(&["detach"]);
    assert_eq!(drill.status("standby"), StepStatus::NotApplicable);
    assert!(drill.run.is_well() && !drill.run.can_run("standby"), "{:#?}", drill.run.summary());
    drill.undoes();
    assert_eq!(drill.status("standby"), StepStatus::Pending, "what stood in its place is gone again");

    let mut drill = Drill::contain();
    drill.runs(&["standby"]);
    drill.runs(&["detach"]);
    assert_eq!(drill.status("standby"), StepStatus::Done, "it was done, and is there to take back");
    drill.undoes();
    assert_eq!(drill.status("standby"), StepStatus::Undone);
    assert_eq!(drill.world.scaling.members[WEB], "InService");
    drill.runs(&["detach"]);
    assert!(!drill.run.can_run("standby"));
}
