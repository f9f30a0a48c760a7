//! Stories of single steps: one run alone, one object tried again, one taken
//! back, one that waits for a decision; and a plan that waits for its instance.

use stanch::app::case::CaseView;
use stanch::app::interrupted::Search;
use stanch::app::message::Message;
use stanch::app::overlay::Overlay;
use stanch::app::scopes::ScopeId;
use stanch::app::{Effect, Mode, Settings};
use stanch::domain::fault::{Fault, FaultKind};
use stanch::domain::inventory::Inventory;
use stanch::respond::run::{Command, StepStatus};

use crate::desk::Desk;
use crate::world::{WEB, inventory};

fn contain() -> Desk {
    let mut desk = Desk::full(200, 50);
    desk.open_plan("compromised-instance");
    desk
}

/// Moves to a step of the open plan.
fn go_to(desk: &mut Desk, id: &str) {
    desk.press("g");
    let (at, _) = desk.run().plan.step(id).map(|(at, step)| (at, step.id.clone())).unwrap();
    for _ in 0..at {
        desk.press("j");
    }
    assert_eq!(desk.model.remediation.plan.as_ref().unwrap().cursor, at);
}

fn status(desk: &Desk, id: &str) -> StepStatus {
    desk.model.remediation.plan.as_ref().unwrap().steps.iter().find(|step| step.id == id).unwrap().status
}

fn notice(desk: &Desk) -> String {
    desk.model.notices.latest().map(|notice| notice.text.clone()).unwrap_or_default()
}

fn denied() -> Fault {
    Fault::new(FaultKind::Denied, "ec2:ModifyNetworkInterfaceAttribute", "not authorized")
}

#[test]
fn n_runs_the_selected_step_alone_whatever_waits_before_it() {
    let mut desk = contain();
    desk.arm();
    go_to(&mut desk, "isolate");
    desk.press("n");
    assert!(matches!(desk.model.overlays.last(), Some(Overlay::Confirm(_))));
    desk.press("tab enter");
    let (generation, command, _) = desk.driven().unwrap();
    assert_eq!(command, Command::Run { steps: vec!["isolate".into()] });
    desk.tell(generation, &["isolate"], None, true);
    go_to(&mut desk, "isolate");
    desk.press("n");
    assert!(desk.driven().is_none() && notice(&desk).contains("done"), "{}", notice(&desk));
}

#[test]
fn capital_r_tries_the_object_that_failed_and_h_and_l_select_one() {
    let mut desk = contain();
    desk.arm();
    go_to(&mut desk, "isolate");
    desk.press("n tab enter");
    let (generation, ..) = desk.driven().unwrap();
    desk.tell(generation, &[], Some(("isolate", denied())), true);
    go_to(&mut desk, "isolate");
    let objects = desk.model.remediation.plan.as_ref().unwrap().steps.iter().find(|step| step.id == "isolate");
    let last = objects.unwrap().objects.len() - 1;
    assert!(last >= 1, "the group and an interface");
    desk.press("l");
    assert_eq!(desk.model.remediation.plan.as_ref().unwrap().object, 1);
    desk.press("h h R tab enter");
    let (_, command, _) = desk.driven().unwrap();
    assert_eq!(command, Command::Retry { step: "isolate".into(), change: last }, "the one that failed");
}

#[test]
fn capital_u_takes_the_selected_step_back_and_no_other() {
    let mut desk = contain();
    desk.arm();
    desk.press("enter tab enter");
    let (generation, ..) = desk.driven().unwrap();
    desk.tell(generation, &["evidence", "protect", "isolate"], None, true);
    go_to(&mut desk, "evidence");
    desk.press("U");
    assert!(desk.driven().is_none() && notice(&desk).contains("nothing to undo"), "{}", notice(&desk));
    go_to(&mut desk, "protect");
    desk.press("U tab enter");
    let (_, command, _) = desk.driven().unwrap();
    assert_eq!(command, Command::Undo { step: Some("protect".into()) });
}

#[test]
fn what_an_earlier_plan_of_the_case_did_is_opened_to_be_undone() {
    for (key, step) in [("u", None), ("U", Some("isolate"))] {
        let mut desk = contain();
        desk.arm();
        go_to(&mut desk, "isolate");
        desk.press("n tab enter");
        let (generation, ..) = desk.driven().unwrap();
        desk.tell(generation, &["isolate"], None, true);
        let first = desk.run();
        let case = CaseView { id: first.plan.case.clone(), in_force: vec![first.clone()], ..CaseView::default() };
        desk.send(Message::Case(Box::new(case))).press("esc tab enter");
        desk.wait(60).open_plan("compromised-instance");
        assert_ne!(desk.run().plan.key(), first.plan.key());
        go_to(&mut desk, "protect");
        desk.press("U");
        assert!(notice(&desk).contains("the selected step has nothing to undo"), "{}", notice(&desk));
        go_to(&mut desk, "isolate");
        desk.press(key);
        assert!(desk.driven().is_none() && notice(&desk).contains("an earlier plan of the case"), "{}", notice(&desk));
        assert_eq!(desk.run().plan.key(), first.plan.key());
        desk.press(key).press("tab enter");
        let (_, command, _) = desk.driven().unwrap();
        assert_eq!(command, Command::Undo { step: step.map(str::to_owned) });
    }
}

#[test]
fn capital_l_leaves_only_what_was_cut_off() {
    let mut desk = contain();
    desk.arm();
    desk.press("L");
    assert!(desk.model.overlays.is_empty() && desk.driven().is_none(), "nothing was cut off");
}

/// The state with a group that may not want one instance less.
fn at_the_minimum() -> Inventory {
    let mut inventory = inventory();
    let group = inventory.surroundings.get_mut(WEB).unwrap().scaling.as_mut().unwrap();
    group.min = group.desired;
    inventory
}

#[test]
fn enter_does_not_go_past_a_step_that_waits_for_a_decision() {
    let mut desk = Desk::full(200, 50);
    desk.send(Message::Inventory { scope: ScopeId(0), result: Ok(Box::new(at_the_minimum())) });
    desk.open_plan("compromised-instance").arm();
    assert_eq!(status(&desk, "standby"), StepStatus::Undecided);
    desk.press("enter tab enter");
    let (generation, ..) = desk.driven().unwrap();
    let before = ["evidence", "memory", "protect", "shutdown", "volumes", "tag", "snapshot", "scaling"];
    desk.tell(generation, &before, None, true);
    for key in ["enter", "n"] {
        go_to(&mut desk, "standby");
        desk.press(key);
        assert!(desk.model.overlays.is_empty() && desk.driven().is_none(), "{key}");
        assert!(notice(&desk).contains("needs a decision"), "{}", notice(&desk));
    }
    // Left out with a reason, the rest goes on.
    desk.press("s").type_text("its processes are suspended").press("enter");
    let (_, command, _) = desk.driven().unwrap();
    assert_eq!(command, Command::Skip { step: "standby".into(), reason: "its processes are suspended".into() });
}

#[test]
fn a_step_in_its_place_settles_the_decision() {
    let mut desk = Desk::full(200, 50);
    desk.send(Message::Inventory { scope: ScopeId(0), result: Ok(Box::new(at_the_minimum())) });
    desk.open_plan("compromised-instance").arm();
    go_to(&mut desk, "standby-replace");
    desk.press("n tab enter");
    let (generation, command, _) = desk.driven().unwrap();
    assert_eq!(command, Command::Run { steps: vec!["standby-replace".into()] });
    let before = ["evidence", "memory", "protect", "shutdown", "volumes", "tag", "snapshot", "scaling"];
    desk.tell(generation, &[&before[..], &["standby-replace"]].concat(), None, true);
    assert_eq!(status(&desk, "standby"), StepStatus::NotApplicable);
    desk.press("enter tab enter");
    let (_, command, _) = desk.driven().unwrap();
    assert_eq!(command, Command::Run { steps: vec!["deregister".into(), "profile".into()] });
}

#[test]
fn a_step_in_the_place_of_one_that_waits_for_nothing_settles_it_too() {
    let mut desk = contain();
    desk.arm();
    assert_eq!(status(&desk, "standby"), StepStatus::Pending);
    go_to(&mut desk, "detach");
    desk.press("n tab enter");
    let (generation, command, _) = desk.driven().unwrap();
    assert_eq!(command, Command::Run { steps: vec!["detach".into()] });
    let before = ["evidence", "memory", "protect", "shutdown", "volumes", "tag", "snapshot", "scaling"];
    desk.tell(generation, &[&before[..], &["detach"]].concat(), None, true);
    assert_eq!(status(&desk, "standby"), StepStatus::NotApplicable);
    desk.press("enter tab enter");
    let (_, command, _) = desk.driven().unwrap();
    assert_eq!(command, Command::Run { steps: vec!["deregister".into(), "profile".into()] });
}

/// A console in which the web server was not read in detail yet.
fn unread() -> Desk {
    let mut desk = Desk::empty(200, 50);
    let mut part = inventory();
    part.surroundings.clear();
    desk.send(Message::Inventory { scope: ScopeId(0), result: Ok(Box::new(part)) });
    desk.send(Message::Events { scope: ScopeId(0), raws: crate::world::records() });
    desk.send(Message::Detected { findings: crate::world::findings() });
    desk.effects.clear();
    desk.open_plan("compromised-instance");
    desk
}

/// The generation of the one question about an instance that was given out.
fn asked(desk: &mut Desk) -> u64 {
    let questions: Vec<u64> = desk
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::ReadInstance { id, generation, .. } if id == WEB => Some(*generation),
            _ => None,
        })
        .collect();
    desk.effects.clear();
    assert_eq!(questions.len(), 1, "it is asked once");
    questions[0]
}

fn answer(desk: &mut Desk, generation: u64, result: Result<Box<Inventory>, Fault>) {
    desk.send(Message::Instance { scope: ScopeId(0), id: WEB.into(), generation, result });
}

#[test]
fn a_plan_is_made_once_its_instance_has_been_read() {
    let mut desk = unread();
    assert!(desk.model.remediation.plan.is_none() && notice(&desk).contains("reading"), "{}", notice(&desk));
    desk.press("enter");
    let generation = asked(&mut desk);
    answer(&mut desk, generation, Ok(Box::new(inventory())));
    assert_eq!(status(&desk, "standby"), StepStatus::Pending, "the group is known");
    assert_eq!(desk.took(), ["Check"]);
}

#[test]
fn a_plan_whose_instance_cannot_be_read_says_so() {
    let mut desk = unread();
    let generation = asked(&mut desk);
    answer(&mut desk, generation, Err(Fault::new(FaultKind::Throttled, "ec2:DescribeInstances", "slow down")));
    assert!(notice(&desk).contains("without what could not be read"), "{}", notice(&desk));
    let plan = &desk.run().plan;
    assert!(plan.blast_radius.iter().any(|line| line.contains("has not been read")), "{:?}", plan.blast_radius);
}

#[test]
fn whoever_went_elsewhere_meanwhile_is_not_called_back() {
    let mut desk = unread();
    let generation = asked(&mut desk);
    desk.press("tab");
    answer(&mut desk, generation, Ok(Box::new(inventory())));
    assert!(desk.model.remediation.plan.is_none());
}

#[test]
fn that_no_case_was_interrupted_is_said_only_once_it_is_known() {
    let mut desk = Desk::full(120, 40);
    desk.press("C");
    assert!(notice(&desk).starts_with("not known yet"), "{}", notice(&desk));
    let broken = Fault::new(FaultKind::Denied, "/state/cases", "permission denied");
    desk.send(Message::Search(Search::Failed(broken))).press("C");
    assert!(notice(&desk).contains("not known: /state/cases: denied: permission denied"), "{}", notice(&desk));
    desk.send(Message::Search(Search::Done)).press("C");
    assert_eq!(notice(&desk), "no case of this account and Region was interrupted or stands half done");

    let mut recorded = Desk::start(Mode::Recorded, 120, 40, Settings::default());
    recorded.press("C");
    assert!(notice(&recorded).starts_with("recorded logs have no account"), "{}", notice(&recorded));
}
