//! An interface that came after the plan was made is not passed over.

use super::{Command, Drill, StepStatus};
use crate::respond::fixture::WEB;

const NEW: &str = "eni-33333333";

fn attach(drill: &mut Drill) {
    drill.world.interfaces.insert(NEW.into(), vec!["sg-11111111".into()]);
}

fn says_which(message: &str) {
    assert!(message.contains(&format!("{NEW} is new on {WEB}")), "{message}");
    assert!(message.contains("make a new plan"), "{message}");
}

#[test]
fn the_network_is_not_cut_while_an_interface_is_not_in_the_plan() {
    let mut drill = Drill::contain();
    drill.runs(&["tag"]);
    attach(&mut drill);
    let before = drill.world.writes().len();
    drill.runs(&["protect", "isolate", "verify"]);
    assert_eq!(drill.status("isolate"), StepStatus::Failed);
    assert_eq!(drill.status("verify"), StepStatus::Pending);
    assert_eq!(drill.world.writes()[before..], ["ModifyInstanceAttribute"], "only what comes before it");
    says_which(&drill.run.stopped.as_ref().unwrap().message);
}

#[test]
fn the_check_fails_where_an_interface_came_after_the_network_was_cut() {
    let mut drill = Drill::contain();
    drill.contains();
    assert_eq!(drill.status("verify"), StepStatus::Done);
    attach(&mut drill);
    drill.does(&Command::Verify { step: "verify".into() }).unwrap();
    assert_eq!(drill.status("verify"), StepStatus::Failed);
    says_which(&drill.run.stopped.as_ref().unwrap().message);
    drill.does(&Command::Verify { step: "isolate".into() }).unwrap();
    assert_eq!(drill.status("isolate"), StepStatus::Partly);
    says_which(&drill.run.stopped.as_ref().unwrap().message);
}

#[test]
fn an_interface_that_is_gone_is_named_too() {
    let mut drill = Drill::contain();
    drill.world.interfaces.remove("eni-22222222");
    drill.runs(&["isolate"]);
    let message = &drill.run.stopped.as_ref().unwrap().message;
    assert!(message.contains(&format!("eni-22222222 is off {WEB}")), "{message}");
}
