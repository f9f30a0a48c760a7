//! A check reads what was brought about, names what was left out, and reads all of it.

use super::{Command, Drill, FaultKind, StepStatus};
use crate::respond::fixture::WEB;

fn note(drill: &Drill) -> String {
    let told = drill.run.summary();
    told.steps.into_iter().find(|step| step.id == "verify").unwrap().note.unwrap_or_default()
}

#[test]
fn a_check_reads_only_what_was_run_and_names_the_rest() {
    let mut drill = Drill::contain();
    drill.runs(&["protect", "isolate", "verify"]);
    assert!(drill.run.is_well(), "{:#?}", drill.run.summary());
    assert_eq!(drill.status("verify"), StepStatus::Done);
    assert_eq!(note(&drill), "not checked: standby, deregister, profile (not run)");
    drill.does(&Command::Skip { step: "profile".into(), reason: "the role is needed".into() }).unwrap();
    drill.restarts();
    assert_eq!(note(&drill), "not checked: standby, deregister (not run); profile (left out: the role is needed)");
    let told = drill.run.summary().steps.into_iter().find(|step| step.id == "verify").unwrap();
    let words: Vec<&str> = told.objects.iter().map(|object| object.status.as_str()).collect();
    assert_eq!(words.iter().filter(|word| **word == "done").count(), 5, "{words:?}");
    assert!(words.iter().all(|word| ["done", "not checked"].contains(word)), "{words:?}");
}

#[test]
fn a_check_of_nothing_says_so_and_holds_nothing() {
    let mut drill = Drill::contain();
    drill.runs(&["verify"]);
    assert_eq!(drill.status("verify"), StepStatus::Pending);
    let fault = drill.run.stopped.clone().unwrap();
    assert!(fault.message.starts_with("there is nothing to check yet; not checked: protect, standby"), "{fault}");
}

#[test]
fn a_check_reads_everything_before_it_fails_and_tells_all_of_it() {
    let mut drill = Drill::contain();
    drill.contains();
    drill.world.protected = false;
    drill.world.interfaces.insert("eni-22222222".into(), vec!["sg-11111111".into()]);
    let before = drill.now;
    drill.runs(&["verify"]);
    assert_eq!(drill.status("verify"), StepStatus::Failed);
    let failed: Vec<&str> = drill.objects("verify").into_iter().filter(|word| *word == "failed").collect();
    assert_eq!(failed.len(), 2);
    assert!(!drill.objects("verify").contains(&"calling"));
    let message = drill.run.stopped.clone().unwrap().message;
    assert!(
        message.contains("termination protection of i-") && message.contains("groups of eni-22222222"),
        "{message}"
    );
    let spent = drill.now.duration_since(before).as_secs();
    assert!((30..60).contains(&spent), "what lags behind is waited for once: {spent} s");
}

#[test]
fn a_check_says_of_what_failed_that_it_is_not_as_wanted_and_not_that_it_was_left_so() {
    let mut drill = Drill::contain();
    drill.world.fail("ec2:DisassociateIamInstanceProfile", 1, FaultKind::Denied);
    drill.runs(&["profile"]);
    drill.runs(&["verify"]);
    assert_eq!(drill.status("verify"), StepStatus::Failed);
    let message = drill.run.stopped.clone().unwrap().message;
    assert_eq!(message, format!("the instance profile of {WEB} is web-role, wanted was none"));
}

#[test]
fn a_check_reads_the_step_that_stands_in_the_place_of_another() {
    for step in ["detach", "standby-replace"] {
        let mut drill = Drill::contain();
        drill.runs(&["standby"]);
        drill.runs(&[step, "verify"]);
        assert_eq!(drill.status("verify"), StepStatus::Done, "{step}: {:#?}", drill.run.summary());
        assert_eq!(note(&drill), "not checked: protect, deregister, profile, isolate (not run)");
        drill.world.scaling.members.insert(WEB.into(), "InService".into());
        drill.runs(&["verify"]);
        assert_eq!(drill.status("verify"), StepStatus::Failed, "{step}");
    }
}
