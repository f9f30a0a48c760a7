//! Stories of what a person says of a plan: why it is carried out, and what its
//! steps leave to choose.

use stanch::app::message::Message;
use stanch::app::overlay::{Consent, Overlay};
use stanch::app::scopes::ScopeId;
use stanch::app::{Effect, Input};
use stanch::respond::plan::Step;
use stanch::respond::run::{Command, Run, StepStatus};

use crate::desk::Desk;
use crate::world::{WEB, inventory};

fn contain() -> Desk {
    let mut desk = Desk::full(200, 50);
    desk.open_plan("compromised-instance").only_arm();
    desk.effects.clear();
    desk
}

fn step(desk: &Desk, id: &str) -> Step {
    desk.run().plan.step(id).unwrap().1.clone()
}

fn status(desk: &Desk, id: &str) -> StepStatus {
    desk.model.remediation.plan.as_ref().unwrap().steps.iter().find(|step| step.id == id).unwrap().status
}

fn notice(desk: &Desk) -> String {
    desk.model.notices.latest().map(|notice| notice.text.clone()).unwrap_or_default()
}

/// Moves to a step of the open plan.
fn go_to(desk: &mut Desk, id: &str) {
    desk.press("g");
    let (at, _) = desk.run().plan.step(id).map(|(at, step)| (at, step.id.clone())).unwrap();
    for _ in 0..at {
        desk.press("j");
    }
}

fn is_form(desk: &Desk) -> bool {
    matches!(desk.model.overlays.last(), Some(Overlay::Form(_)))
}

/// Why the form on top does not take what was typed.
fn wrong(desk: &Desk) -> String {
    match desk.model.overlays.last() {
        Some(Overlay::Form(form)) => form.wrong.clone().unwrap_or_default(),
        other => panic!("no form is open, but {other:?}"),
    }
}

/// The run that was given out with the last command.
fn driven(desk: &mut Desk) -> (u64, Run, Command) {
    match desk.effects.pop() {
        Some(Effect::Drive { generation, run, command, .. }) => (generation, *run, command),
        other => panic!("no command was given out, but {other:?}"),
    }
}

#[test]
fn why_is_asked_before_the_first_step_and_may_stay_empty_with_two_keys() {
    for first in ["enter", "n"] {
        let mut desk = contain();
        desk.press(first);
        assert!(is_form(&desk), "{first}");
        desk.press("enter enter");
        assert!(matches!(desk.model.overlays.last(), Some(Overlay::Confirm(_))), "{first}: on to the consent");
        desk.press("tab enter");
        let (_, run, _) = driven(&mut desk);
        assert_eq!((run.plan.reason.as_str(), run.plan.ticket.as_str()), ("", ""));
        assert!(!run.plan.suggested.is_empty(), "the program's own why is kept apart");
    }
}

#[test]
fn esc_runs_nothing_and_it_is_asked_again() {
    let mut desk = contain();
    desk.press("enter").type_text("half a").press("esc");
    assert!(desk.model.overlays.is_empty() && desk.took().is_empty());
    assert_eq!(desk.run().plan.reason, "");
    desk.press("enter");
    assert!(is_form(&desk));
}

#[test]
fn what_is_said_goes_into_the_plan_and_its_tags_and_is_asked_once() {
    let mut desk = contain();
    desk.press("enter").type_text("paged: data replaced").press("enter").type_text("INC-4711").press("enter");
    assert_eq!(desk.took(), ["Check"], "what is bound anew is checked anew");
    let tags = step(&desk, "tag").cli.join(" ");
    assert!(tags.contains("stanch:ticket") && tags.contains("INC-4711"), "{tags}");
    desk.press("tab enter");
    let (generation, run, command) = driven(&mut desk);
    assert_eq!((run.plan.reason.as_str(), run.plan.ticket.as_str()), ("paged: data replaced", "INC-4711"));
    assert_eq!(command, Command::Run { steps: vec!["evidence".into()] });
    desk.tell(generation, &["evidence"], None, true).press("enter");
    assert!(!is_form(&desk), "it was said");
}

#[test]
fn why_can_be_said_before_arming_and_changed_until_a_step_has_run() {
    let mut desk = Desk::full(200, 50);
    desk.open_plan("compromised-instance");
    desk.press("w").type_text("first").press("enter enter w");
    desk.send(Message::Input(Input::Paste(" and last\n".into()))).press("enter enter");
    assert_eq!(desk.run().plan.reason, "first and last");
    desk.only_arm().press("enter");
    assert!(matches!(desk.model.overlays.last(), Some(Overlay::Confirm(_))), "it was said already");
    desk.press("tab enter");
    let (generation, ..) = driven(&mut desk);
    desk.tell(generation, &["evidence"], None, true).press("w");
    assert!(desk.model.overlays.is_empty() && notice(&desk).contains("stand"), "{}", notice(&desk));
}

#[test]
fn a_ticket_that_no_tag_can_hold_is_told_in_place() {
    let mut desk = contain();
    desk.press("w enter").type_text(&"x".repeat(257)).press("enter");
    assert!(wrong(&desk).contains("at most 256"), "{}", wrong(&desk));
    desk.press("backspace");
    assert_eq!(wrong(&desk), "");
    desk.press("enter");
    assert_eq!(desk.run().plan.ticket.len(), 256);
}

#[test]
fn e_sets_what_a_step_leaves_to_choose_and_binds_it_anew() {
    let mut desk = contain();
    go_to(&mut desk, "deny");
    desk.press("e ctrl-u").type_text("somewhere").press("enter");
    assert!(wrong(&desk).contains("'somewhere' is no address"), "{}", wrong(&desk));
    assert!(desk.took().is_empty() && desk.run().plan.choices.is_empty(), "nothing is changed by a wrong one");
    desk.press("ctrl-u").type_text("198.51.100.0/24").press("enter");
    assert!(desk.model.overlays.is_empty());
    assert_eq!(desk.took(), ["Check"]);
    let deny = step(&desk, "deny");
    assert!(deny.cli.iter().all(|line| line.contains("198.51.100.0/24")) && !deny.cli.is_empty(), "{:?}", deny.cli);
    assert_eq!(deny.choices[0].value, "198.51.100.0/24");
    assert_eq!(desk.run().plan.choices["deny.address"], "198.51.100.0/24");
    assert!(notice(&desk).contains("n runs it alone"), "{}", notice(&desk));
    desk.press("n enter enter");
    assert!(
        matches!(desk.model.overlays.last(), Some(Overlay::Confirm(confirm)) if matches!(confirm.consent, Consent::Button { .. }))
    );
    desk.press("tab enter");
    let (_, run, command) = driven(&mut desk);
    assert_eq!(command, Command::Run { steps: vec!["deny".into()] });
    assert_eq!(run.plan.choices["deny.address"], "198.51.100.0/24");
}

#[test]
fn an_emptied_field_is_as_without_a_choice() {
    let mut desk = contain();
    go_to(&mut desk, "deny");
    let before = step(&desk, "deny");
    desk.press("e ctrl-u").type_text("198.51.100.9").press("enter e ctrl-u enter");
    assert!(desk.model.overlays.is_empty() && desk.run().plan.choices.is_empty());
    assert_eq!(step(&desk, "deny"), before);
}

#[test]
fn a_step_that_waits_for_a_choice_in_the_middle_of_a_run_goes_on_with_it() {
    let mut desk = Desk::full(200, 50);
    let mut state = inventory();
    let group = state.surroundings.get_mut(WEB).unwrap().scaling.as_mut().unwrap();
    group.min = group.desired;
    desk.send(Message::Inventory { scope: ScopeId(0), result: Ok(Box::new(state)) });
    desk.open_plan("compromised-instance").arm();
    desk.press("enter tab enter");
    let (generation, run, _) = driven(&mut desk);
    let before = ["evidence", "memory", "protect", "shutdown", "volumes", "tag", "snapshot", "scaling"];
    desk.tell(generation, &before, None, true);
    go_to(&mut desk, "standby");
    desk.press("enter");
    assert!(notice(&desk).contains("e sets capacity and leave"), "{}", notice(&desk));
    desk.press("e ctrl-u").type_text("keep").press("enter enter");
    assert!(desk.model.overlays.is_empty(), "{}", wrong(&desk));
    assert_eq!((status(&desk, "standby"), status(&desk, "protect")), (StepStatus::Pending, StepStatus::Done));
    assert_eq!(step(&desk, "protect"), run.plan.step("protect").unwrap().1.clone(), "what has run stays what it was");
    desk.press("enter tab enter");
    let (_, run, command) = driven(&mut desk);
    assert_eq!(command, Command::Run { steps: vec!["standby".into(), "deregister".into(), "profile".into()] });
    assert_eq!(run.plan.choices["standby.capacity"], "keep");
    let checked = run.plan.step("verify").unwrap().1;
    let standby = run.plan.step("standby").unwrap().1;
    assert!(checked.changes.iter().any(|change| change.probe == standby.changes[0].probe), "it is verified too");
}

#[test]
fn what_has_run_can_no_longer_be_chosen_and_what_leaves_no_choice_says_so() {
    let mut desk = contain();
    desk.press("w enter enter");
    go_to(&mut desk, "protect");
    desk.press("e");
    assert!(notice(&desk).contains("nothing to choose"), "{}", notice(&desk));
    go_to(&mut desk, "standby");
    desk.press("n tab enter");
    let (generation, ..) = driven(&mut desk);
    desk.press("e w");
    assert!(desk.model.overlays.is_empty(), "not while it runs");
    desk.tell(generation, &["standby"], None, true);
    go_to(&mut desk, "standby");
    desk.press("e");
    assert!(desk.model.overlays.is_empty() && notice(&desk).contains("has begun"), "{}", notice(&desk));
}

#[test]
fn a_narrower_rule_is_put_in_the_place_of_an_open_one() {
    let mut desk = Desk::full(200, 50);
    desk.open_plan("open-security-groups").arm();
    assert_eq!(status(&desk, "replace"), StepStatus::Undecided);
    go_to(&mut desk, "replace");
    desk.press("n");
    assert!(notice(&desk).contains("e sets rule"), "{}", notice(&desk));
    desk.press("e").type_text("in tcp 22").press("enter");
    assert!(wrong(&desk).contains("is no rule"), "{}", wrong(&desk));
    desk.press("ctrl-u").type_text("in tcp 22 10.0.0.0/8").press("enter");
    assert_eq!(status(&desk, "replace"), StepStatus::Pending);
    desk.press("n tab enter tab enter");
    let (_, run, command) = driven(&mut desk);
    assert_eq!(command, Command::Run { steps: vec!["replace".into()] });
    let cli = run.plan.step("replace").unwrap().1.cli.join("\n");
    assert!(cli.contains("authorize-security-group-ingress") && cli.contains("10.0.0.0/8"), "{cli}");
}
