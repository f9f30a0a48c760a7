//! Denied, throttled, half done, drifted, and lost: the run says what is true.

use super::{ChangeStatus, Command, Drill, FaultKind, Input, Output, Record, StepStatus};
use crate::domain::instance::InstanceState;
use crate::respond::call::Association;
use crate::respond::fixture::{PROFILE, WEB, scope};

const SWAP: &str = "ec2:ModifyNetworkInterfaceAttribute";

#[test]
fn a_denied_call_stops_the_run_and_says_which_step_failed() {
    let mut drill = Drill::contain();
    drill.world.fail("ec2:DisassociateIamInstanceProfile", 1, FaultKind::Denied);
    drill.contains();
    assert_eq!(drill.status("profile"), StepStatus::Failed);
    assert_eq!(drill.status("isolate"), StepStatus::Pending);
    assert_eq!(drill.run.stopped.as_ref().unwrap().kind, FaultKind::Denied);
    drill.undoes();
    assert!(!drill.world.protected, "what was done is taken back all the same");
    assert!(drill.run.is_well(), "what failed had nothing to take back");
    assert_eq!(drill.world.profile.as_ref().unwrap().profile, PROFILE);
}

#[test]
fn a_throttled_call_leaves_again_after_a_pause_each_time_with_its_own_intent() {
    let mut drill = Drill::contain();
    drill.world.fail(SWAP, 1, FaultKind::Throttled);
    drill.world.fail(SWAP, 1, FaultKind::Throttled);
    drill.runs(&["isolate"]);
    assert_eq!(drill.status("isolate"), StepStatus::Done);
    let intents = drill.journal.iter().filter(|(record, _)| matches!(record, Record::Intent { .. })).count();
    assert_eq!(intents, 6, "two for the group, two for the interfaces, two that were throttled");
}

#[test]
fn a_throttle_that_does_not_end_fails_without_having_done_anything() {
    let mut drill = Drill::contain();
    for _ in 0..10 {
        drill.world.fail("ec2:ModifyInstanceAttribute", 1, FaultKind::Throttled);
    }
    drill.runs(&["protect"]);
    assert_eq!(drill.objects("protect"), ["failed"]);
    assert!(!drill.world.protected);
}

#[test]
fn a_half_isolated_instance_is_shown_as_such_and_can_be_finished_or_taken_back() {
    for finish in [true, false] {
        let mut drill = Drill::contain();
        drill.world.fail(SWAP, 2, FaultKind::Denied);
        drill.runs(&["isolate"]);
        assert_eq!(drill.status("isolate"), StepStatus::Partly);
        assert_eq!(drill.objects("isolate")[1..], ["done", "done", "failed"]);
        assert_eq!(drill.world.interfaces["eni-22222222"], ["sg-22222222"]);
        if finish {
            drill.runs(&["isolate"]);
            assert_eq!(drill.status("isolate"), StepStatus::Done);
            assert_eq!(drill.world.interfaces["eni-22222222"], drill.world.interfaces["eni-11111111"]);
        }
        drill.undoes();
        assert_eq!(drill.world.interfaces["eni-11111111"], ["sg-11111111", "sg-22222222"]);
        assert_eq!(drill.world.interfaces["eni-22222222"], ["sg-22222222"]);
        assert_eq!(drill.world.groups.len(), 2, "the quarantine group is gone");
    }
}

#[test]
fn reads_that_lag_behind_are_waited_for() {
    let mut drill = Drill::contain();
    let before = drill.world.interfaces.clone();
    drill.world.lag = 3;
    drill.contains();
    assert!(drill.run.is_well(), "{:#?}", drill.run.summary());
    drill.undoes();
    assert!(drill.run.is_well(), "{:#?}", drill.run.summary());
    assert_eq!(drill.world.interfaces, before);
}

#[test]
fn a_lost_answer_is_settled_by_reading_back() {
    let mut drill = Drill::contain();
    drill.world.fail(SWAP, 1, FaultKind::Timeout);
    drill.runs(&["isolate"]);
    assert_eq!(drill.status("isolate"), StepStatus::Done);
    let mut drill = Drill::contain();
    drill.world.fail("ec2:ModifyInstanceAttribute", 1, FaultKind::Network);
    drill.runs(&["protect"]);
    assert_eq!(drill.objects("protect"), ["failed"], "it was not carried out, and that is what reading back shows");
    drill.runs(&["protect"]);
    assert_eq!(drill.status("protect"), StepStatus::Done);
}

#[test]
fn drift_is_refused_with_the_difference_and_the_rest_is_taken_back() {
    let mut drill = Drill::contain();
    drill.contains();
    drill.world.interfaces.insert("eni-22222222".into(), vec!["sg-11111111".into()]);
    drill.undoes();
    assert_eq!(drill.status("isolate"), StepStatus::Drifted);
    let (at, _) = drill.run.plan.step("isolate").unwrap();
    let ChangeStatus::Drifted(difference) = &drill.run.steps[at].changes[3].status else { panic!("not drifted") };
    assert!(difference.contains("+sg-11111111"), "{difference}");
    assert_eq!(drill.world.interfaces["eni-22222222"], ["sg-11111111"], "it was left alone");
    assert_eq!(drill.world.interfaces["eni-11111111"], ["sg-11111111", "sg-22222222"]);
    assert!(!drill.world.protected);
}

#[test]
fn drift_is_refused_however_often_it_is_asked_and_after_a_restart() {
    for verified in [false, true] {
        let mut drill = Drill::contain();
        drill.runs(&["isolate"]);
        let theirs = vec!["sg-11111111".to_owned()];
        drill.world.interfaces.insert("eni-22222222".into(), theirs.clone());
        if verified {
            drill.does(&Command::Verify { step: "isolate".into() }).unwrap();
            assert_eq!(drill.status("isolate"), StepStatus::Partly);
        }
        for time in 0..3 {
            drill.undoes();
            assert_eq!(drill.status("isolate"), StepStatus::Drifted, "time {time}, verified: {verified}");
            assert_eq!(drill.world.interfaces["eni-22222222"], theirs, "time {time}, verified: {verified}");
            let (at, _) = drill.run.plan.step("isolate").unwrap();
            let ChangeStatus::Drifted(told) = &drill.run.steps[at].changes[3].status else { panic!("not drifted") };
            assert!(told.ends_with(" +sg-11111111") && !told.contains('$'), "{told}");
            drill.restarts();
        }
        drill.world.interfaces.insert("eni-22222222".into(), vec!["sg-22222222".into()]);
        drill.undoes();
        assert_eq!(drill.status("isolate"), StepStatus::Undone, "put back by hand; verified: {verified}");
    }
}

#[test]
fn what_somebody_else_did_after_a_call_was_lost_is_not_taken_for_ours() {
    let mut drill = Drill::contain();
    drill.world.fail(SWAP, 2, FaultKind::Network);
    drill.runs(&["isolate"]);
    assert_eq!(drill.objects("isolate")[1..], ["done", "done", "failed"], "it may have left all the same");
    drill.world.interfaces.insert("eni-22222222".into(), vec!["sg-11111111".into()]);
    drill.does(&Command::Verify { step: "isolate".into() }).unwrap();
    for _ in 0..2 {
        drill.undoes();
        assert_eq!(drill.world.interfaces["eni-22222222"], ["sg-11111111"]);
        assert_eq!(drill.status("isolate"), StepStatus::Drifted);
    }
}

#[test]
fn a_change_of_several_calls_that_came_only_part_of_the_way_is_ours_to_take_back() {
    let mut drill = Drill::contain();
    drill.runs(&["tag"]);
    drill.world.fail("ec2:DeleteTags", 1, FaultKind::Denied);
    drill.undoes();
    assert_eq!(drill.status("tag"), StepStatus::Partly);
    assert_eq!(drill.world.tags["stanch:status"], "watched");
    drill.restarts();
    drill.undoes();
    assert_eq!(drill.status("tag"), StepStatus::Undone);
}

#[test]
fn another_profile_put_on_meanwhile_is_not_replaced() {
    let mut drill = Drill::contain();
    drill.runs(&["profile"]);
    let other = Association { id: "iip-assoc-7".into(), profile: "arn:other".into(), state: "associated".into() };
    drill.world.profile = Some(other.clone());
    drill.undoes();
    assert_eq!(drill.status("profile"), StepStatus::Drifted);
    assert_eq!(drill.world.profile, Some(other));
}

#[test]
fn a_terminated_instance_cannot_be_started_again() {
    let mut drill = Drill::contain();
    drill.runs(&["stop"]);
    drill.world.state = InstanceState::Terminated;
    drill.undoes();
    assert_eq!(drill.status("stop"), StepStatus::Drifted);
}

#[test]
fn a_quarantine_group_that_others_use_stays() {
    let mut drill = Drill::contain();
    drill.runs(&["isolate"]);
    let group = drill.world.interfaces["eni-11111111"].clone();
    drill.world.interfaces.insert("eni-33333333".into(), group);
    drill.undoes();
    assert_eq!(drill.status("isolate"), StepStatus::Undone);
    assert_eq!(drill.objects("isolate")[1..], ["stays", "undone", "undone"]);
}

#[test]
fn a_group_of_that_name_that_is_not_ours_is_not_touched() {
    let mut drill = Drill::contain();
    let name = crate::respond::remedy::quarantine_name("vpc-11111111");
    drill.world.groups.insert("sg-99999999".into(), ("vpc-11111111".into(), name, [].into()));
    drill.runs(&["isolate"]);
    assert_eq!(drill.status("isolate"), StepStatus::Failed);
    assert!(drill.world.writes().is_empty());
}

#[test]
fn a_full_disk_ends_the_run_before_a_call_leaves() {
    for room in 0..12 {
        let mut drill = Drill::contain();
        drill.room = room;
        drill.runs(&["protect", "isolate"]);
        let written = drill.journal.iter().filter(|(record, _)| matches!(record, Record::Intent { .. })).count();
        assert_eq!(drill.world.writes().len(), written, "room for {room} records");
        assert_eq!(drill.run.stopped.as_ref().unwrap().kind, FaultKind::Storage);
    }
}

#[test]
fn cancelling_stops_between_calls_and_leaves_the_truth() {
    let mut drill = Drill::contain();
    let steps = drill.run.plan.containment();
    let mut output = drill.run.begin(&Command::Run { steps }, &scope(), WEB, drill.now).unwrap();
    while let Some(input) = drill.carry_out(output) {
        if drill.world.writes().len() == 3 {
            drill.run.cancel();
        }
        output = drill.run.on(input, drill.now);
    }
    assert_eq!(drill.world.writes().len(), 3);
    assert!(drill.run.stopped.as_ref().unwrap().message.contains("cancelled"));
    drill.contains();
    assert!(drill.run.is_well(), "{:#?}", drill.run.summary());
}

#[test]
fn an_answer_of_the_wrong_kind_changes_nothing() {
    let mut drill = Drill::contain();
    let output = drill.run.begin(&Command::Run { steps: vec!["protect".into()] }, &scope(), "", drill.now).unwrap();
    assert!(matches!(output, Output::Journal(_)));
    let again = drill.run.on(Input::Waited, drill.now);
    assert_eq!(again, output, "it still waits for the record to be on disk");
}

#[test]
fn verifying_the_check_makes_it_again_and_keeps_its_word() {
    let mut drill = Drill::contain();
    drill.contains();
    assert_eq!(drill.status("verify"), StepStatus::Done);
    drill.does(&Command::Verify { step: "verify".into() }).unwrap();
    assert_eq!(drill.status("verify"), StepStatus::Done, "{:#?}", drill.run.summary());
    drill.world.interfaces.insert("eni-22222222".into(), vec!["sg-11111111".into()]);
    drill.does(&Command::Verify { step: "verify".into() }).unwrap();
    assert_eq!(drill.status("verify"), StepStatus::Failed);
}

#[test]
fn one_object_of_many_is_tried_again_and_the_others_are_left() {
    let mut drill = Drill::contain();
    drill.world.fail(SWAP, 2, FaultKind::Denied);
    drill.runs(&["isolate"]);
    assert_eq!(drill.objects("isolate")[1..], ["done", "done", "failed"]);
    let before = drill.world.writes().len();
    drill.does(&Command::Retry { step: "isolate".into(), change: 3 }).unwrap();
    assert_eq!(drill.status("isolate"), StepStatus::Done);
    assert_eq!(drill.world.writes().len(), before + 1, "one call, for the one interface");
    let fault = drill.does(&Command::Retry { step: "isolate".into(), change: 9 }).unwrap_err();
    assert!(fault.message.contains("no object"), "{fault}");
}

#[test]
fn one_step_is_taken_back_and_the_others_stay() {
    let mut drill = Drill::contain();
    drill.contains();
    let interfaces = crate::respond::fixture::World::new().interfaces;
    drill.does(&Command::Undo { step: Some("isolate".into()) }).unwrap();
    assert_eq!(drill.world.interfaces, interfaces);
    assert_eq!((drill.status("isolate"), drill.status("protect")), (StepStatus::Undone, StepStatus::Done));
    assert!(drill.world.protected && drill.run.can_undo());
}

#[test]
fn a_caller_that_changed_between_plan_and_run_ends_it_before_a_call_leaves() {
    for change in ["arn", "account"] {
        let mut drill = Drill::contain();
        match change {
            "arn" => drill.caller.arn = "arn:aws:iam::123456789012:user/mallory".into(),
            _ => drill.caller.account = "999999999999".into(),
        }
        drill.runs(&["protect", "isolate"]);
        assert!(drill.world.calls.is_empty(), "{:?}", drill.world.calls);
        let stopped = drill.run.stopped.clone().unwrap();
        assert!(stopped.kind == FaultKind::Refused && stopped.message.contains("was confirmed"), "{stopped}");
    }
}

#[test]
fn what_is_waited_for_is_said() {
    let mut drill = Drill::contain();
    drill.world.lag = 4;
    drill.world.fail("ec2:ModifyInstanceAttribute", 1, FaultKind::Throttled);
    let mut said = Vec::new();
    let mut output =
        drill.run.begin(&Command::Run { steps: vec!["protect".into()] }, &scope(), WEB, drill.now).unwrap();
    while let Some(input) = drill.carry_out(output) {
        said.extend(drill.run.progress());
        output = drill.run.on(input, drill.now);
        said.extend(drill.run.progress());
    }
    assert!(said.iter().any(|words| words.contains("slower pace: try 2 of 5")), "{said:#?}");
    assert!(said.iter().any(|words| words.starts_with("waiting to see on; the termination protection")), "{said:#?}");
    assert_eq!(drill.run.progress(), None);
}
