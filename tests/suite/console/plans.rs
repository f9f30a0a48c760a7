//! Stories of plans: nothing is changed without arming, review and consent.

use stanch::app::overlay::{Consent, Overlay};
use stanch::app::{Effect, Pane};
use stanch::domain::fault::{Fault, FaultKind};
use stanch::respond::run::{Command, StepStatus};

use crate::desk::Desk;
use crate::world::WEB;

fn contain() -> Desk {
    let mut desk = Desk::full(200, 50);
    desk.open_plan("compromised-instance");
    desk
}

fn status(desk: &Desk, id: &str) -> StepStatus {
    desk.model.remediation.plan.as_ref().unwrap().steps.iter().find(|step| step.id == id).unwrap().status
}

#[test]
fn r_offers_what_fits_best_first_and_enter_makes_a_plan_that_is_checked() {
    let mut desk = Desk::full(120, 40);
    desk.press("r");
    assert_eq!(desk.model.focus, Pane::Remediation);
    assert_eq!(desk.model.remediation.suggestions[0].playbook, "open-security-groups");
    desk.press("enter");
    assert_eq!(desk.took(), ["Check"]);
    assert!(desk.model.remediation.plan.is_some() && desk.model.zoom, "a plan has the room to be read");
    desk.press("esc");
    assert!(desk.model.remediation.plan.is_none() && !desk.model.zoom);
}

#[test]
fn enter_on_a_plan_offers_arming_first_and_does_nothing_else() {
    let mut desk = contain();
    desk.took();
    desk.press("enter");
    assert!(matches!(desk.model.overlays.last(), Some(Overlay::Arming(_))));
    desk.press("esc u v X enter esc");
    assert_eq!(desk.took(), Vec::<String>::new());
}

#[test]
fn a_run_is_confirmed_away_from_cancel_and_goes_to_the_next_decision() {
    let mut desk = contain();
    desk.arm().took();
    desk.press("enter enter");
    assert_eq!(desk.took(), Vec::<String>::new(), "enter on Cancel does nothing");
    desk.press("enter tab enter");
    let (_, command, typed) = desk.driven().unwrap();
    assert_eq!(command, Command::Run { steps: vec!["evidence".into()] }, "the next one is by hand");
    assert_eq!(typed, "");
    assert!(desk.model.remediation.is_running());
    desk.press("enter u space s esc");
    assert!(
        desk.model.overlays.is_empty() && desk.driven().is_none(),
        "one command at a time, and the plan stays open"
    );
}

#[test]
fn steps_by_hand_are_acknowledged_with_a_note() {
    let mut desk = contain();
    desk.arm();
    desk.press("enter tab enter");
    let (generation, ..) = desk.driven().unwrap();
    desk.tell(generation, &["evidence"], None, true).press("enter");
    assert!(
        matches!(desk.model.overlays.last(), Some(Overlay::Reason(reason)) if matches!(reason.about, stanch::app::overlay::About::ByHand(_)))
    );
    desk.press("enter");
    assert!(desk.driven().is_none(), "a note is wanted");
    desk.type_text("no agent on it").press("enter");
    let (_, command, _) = desk.driven().unwrap();
    assert_eq!(command, Command::Acknowledge { step: "memory".into(), note: "no agent on it".into() });
}

#[test]
fn what_cannot_be_undone_runs_alone_and_only_when_the_id_was_typed() {
    let mut desk = contain();
    desk.arm();
    let steps = desk.run().plan.steps;
    for (at, step) in steps.iter().enumerate() {
        let leave_out = !step.beyond;
        if leave_out || step.id == "terminate" {
            desk.press("space");
        }
        if at + 1 < steps.len() {
            desk.press("j");
        }
    }
    desk.press("enter");
    assert!(
        matches!(desk.model.overlays.last(), Some(Overlay::Confirm(confirm)) if matches!(&confirm.consent, Consent::Typed { expected, .. } if expected == WEB))
    );
    desk.type_text("i-0abc").press("enter tab enter");
    assert!(desk.driven().is_none(), "a part of the id is not enough");
    desk.press("ctrl-u").type_text(WEB).press("enter");
    let (_, command, typed) = desk.driven().unwrap();
    assert_eq!((command, typed.as_str()), (Command::Run { steps: vec!["terminate".into()] }, WEB));
}

#[test]
fn a_pasted_id_confirms_nothing() {
    let mut desk = contain();
    desk.arm();
    for _ in 0..20 {
        desk.press("j");
    }
    desk.press("space");
    let steps = desk.model.remediation.plan.as_mut().unwrap();
    steps.steps.iter_mut().for_each(|step| step.left_out = step.id != "terminate");
    desk.press("enter");
    desk.send(stanch::app::Message::Input(stanch::app::Input::Paste(WEB.into())));
    desk.press("enter");
    assert!(desk.driven().is_none());
}

#[test]
fn a_failed_run_shows_where_and_can_be_run_again_or_undone() {
    let mut desk = contain();
    desk.arm();
    desk.press("enter tab enter");
    let (generation, ..) = desk.driven().unwrap();
    let fault = Fault::new(FaultKind::Throttled, "ec2:ModifyNetworkInterfaceAttribute", "slow down");
    let done = [
        "evidence",
        "memory",
        "protect",
        "shutdown",
        "volumes",
        "tag",
        "snapshot",
        "scaling",
        "standby",
        "deregister",
        "profile",
        "sessions-or-not",
    ];
    desk.tell(generation, &done, Some(("isolate", fault)), true);
    assert_eq!((status(&desk, "protect"), status(&desk, "isolate")), (StepStatus::Done, StepStatus::Partly));
    assert!(desk.model.notices.latest().unwrap().text.contains("throttled"));
    assert!(!desk.model.remediation.is_running());
    desk.press("enter tab enter");
    let (_, command, _) = desk.driven().unwrap();
    assert_eq!(command, Command::Run { steps: vec!["isolate".into(), "verify".into()] });
}

#[test]
fn undo_is_confirmed_and_takes_everything_back() {
    let mut desk = contain();
    desk.arm();
    desk.press("enter tab enter");
    let (generation, ..) = desk.driven().unwrap();
    desk.tell(generation, &["evidence", "protect", "tag"], None, true);
    desk.press("u");
    assert!(desk.driven().is_none());
    desk.press("tab enter");
    let (_, command, _) = desk.driven().unwrap();
    assert_eq!(command, Command::Undo { step: None });
}

#[test]
fn a_stale_report_changes_nothing() {
    let mut desk = contain();
    desk.arm();
    desk.press("enter tab enter");
    let (generation, ..) = desk.driven().unwrap();
    desk.tell(generation + 1, &["evidence"], None, true);
    assert_eq!(status(&desk, "evidence"), StepStatus::Pending);
    assert!(desk.model.remediation.is_running());
}

#[test]
fn quitting_while_a_step_runs_asks_first() {
    let mut desk = contain();
    desk.arm();
    desk.press("enter tab enter");
    desk.took();
    desk.press("ctrl-c");
    assert_eq!(desk.took(), Vec::<String>::new());
    desk.press("tab enter");
    assert_eq!(desk.took(), ["Quit"]);
}

#[test]
fn disarming_waits_for_a_running_step() {
    let mut desk = contain();
    desk.arm();
    desk.press("enter tab enter");
    desk.took();
    desk.press("W");
    assert!(desk.model.armed.is_some() && desk.took().is_empty());
    desk.press("X");
    assert_eq!(desk.took(), ["StopRun"]);
}

#[test]
fn capital_y_copies_the_plan_as_commands() {
    let mut desk = contain();
    desk.took();
    desk.press("Y");
    let copied = desk.took().remove(0);
    assert!(copied.contains("aws ec2 ") && copied.contains("--instance-id"), "{copied}");
    desk.press("y");
    assert_eq!(desk.took(), [format!("Copy {WEB}")]);
}

#[test]
fn a_plan_of_which_something_is_in_force_is_not_closed_by_accident() {
    let mut desk = contain();
    desk.arm();
    desk.press("enter tab enter");
    let (generation, ..) = desk.driven().unwrap();
    desk.tell(generation, &["evidence", "protect"], None, true);
    desk.press("esc");
    assert!(matches!(desk.model.overlays.last(), Some(Overlay::Confirm(_))));
    desk.press("enter");
    assert!(desk.model.remediation.plan.is_some());
    desk.press("esc tab enter");
    assert!(desk.model.remediation.plan.is_none());
}

#[test]
fn what_was_changed_is_read_again_at_once() {
    let mut desk = contain();
    desk.arm();
    desk.press("enter tab enter");
    let (generation, ..) = desk.driven().unwrap();
    desk.effects.clear();
    desk.tell(generation, &["evidence"], None, true);
    assert!(desk.effects.iter().any(|effect| matches!(effect, Effect::ReadInstance { id, .. } if id == WEB)));
}

#[test]
fn the_event_that_a_plan_is_made_from_goes_into_its_case() {
    let mut desk = contain();
    desk.arm().took();
    assert!(desk.model.events.pinned.is_empty());
    desk.press("enter tab enter");
    let Some(Effect::Drive { cause: Some(cause), .. }) = desk.effects.pop() else { panic!("a run with its cause") };
    assert_eq!((cause.event.id.as_str(), cause.findings.len()), ("open", 1));
    assert!(cause.sentence.contains("22") && cause.raw.contains("AuthorizeSecurityGroupIngress"), "{}", cause.sentence);
    assert!(desk.model.events.pinned.contains(&cause.slot), "it is pinned, and not a second time");

    // A plan for an instance that was looked up has no such event.
    let mut desk = Desk::full(200, 50);
    while desk.selected() != "StopLogging" {
        desk.press("j");
    }
    desk.press("I G enter r enter");
    assert!(desk.model.remediation.plan.as_ref().is_none_or(|plan| plan.cause.is_none()));
    assert!(desk.model.remediation.awaited.as_ref().is_none_or(|awaited| awaited.cause.is_none()));
}
