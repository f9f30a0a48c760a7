//! Stories of arming: the only way to be able to change anything.

use stanch::app::overlay::Overlay;
use stanch::app::{Effect, Message, Mode, ScopeId, Settings};
use stanch::domain::fault::{Fault, FaultKind};

use crate::desk::Desk;
use crate::world::scopes;

fn asked(desk: &mut Desk) -> u64 {
    match desk.effects.pop() {
        Some(Effect::Arm { generation, .. }) => generation,
        other => panic!("arming was asked for, not {other:?}"),
    }
}

#[test]
fn arming_wants_the_account_typed_and_reads_the_caller_again() {
    let mut desk = Desk::full(120, 40);
    desk.press("W enter").type_text("prod").press("enter");
    assert_eq!(desk.took(), Vec::<String>::new(), "a part of the alias arms nothing");
    desk.type_text("-eu").press("enter");
    let generation = asked(&mut desk);
    assert!(desk.model.armed.is_none(), "not before the caller was read again");
    desk.send(Message::Armed { scope: ScopeId(0), generation, result: Ok(scopes()[0].caller.clone()) });
    assert_eq!(desk.model.armed.as_ref().unwrap().caller.arn, scopes()[0].caller.arn);
    assert!(desk.model.overlays.is_empty());
    desk.press("W");
    assert_eq!((desk.took(), desk.model.armed.is_none()), (vec!["Disarm".to_owned()], true));
}

#[test]
fn another_caller_than_the_one_shown_is_refused() {
    let mut desk = Desk::full(120, 40);
    desk.press("W").type_text("123456789012").press("enter");
    let generation = asked(&mut desk);
    let mut other = scopes()[0].caller.clone();
    other.account = "999999999999".into();
    desk.send(Message::Armed { scope: ScopeId(0), generation, result: Ok(other) });
    assert_eq!((desk.took(), desk.model.armed.is_none()), (vec!["Disarm".to_owned()], true));
    let Some(Overlay::Arming(arming)) = desk.model.overlays.last() else { panic!("it says why") };
    assert!(arming.wrong.as_ref().unwrap().contains("999999999999"));
}

#[test]
fn a_caller_that_cannot_be_read_arms_nothing() {
    let mut desk = Desk::full(120, 40);
    desk.press("W").type_text("123456789012").press("enter");
    let generation = asked(&mut desk);
    let fault = Fault::new(FaultKind::Expired, "sts:GetCallerIdentity", "expired").with_hint("run `aws sso login`");
    desk.send(Message::Armed { scope: ScopeId(0), generation, result: Err(fault) });
    assert!(desk.model.armed.is_none());
}

#[test]
fn an_answer_after_esc_arms_nothing_and_drops_the_responder() {
    let mut desk = Desk::full(120, 40);
    desk.press("W").type_text("123456789012").press("enter");
    let generation = asked(&mut desk);
    desk.press("esc");
    assert_eq!(desk.took(), ["Disarm"]);
    desk.send(Message::Armed { scope: ScopeId(0), generation, result: Ok(scopes()[0].caller.clone()) });
    assert_eq!((desk.took(), desk.model.armed.is_none()), (vec!["Disarm".to_owned()], true));
}

#[test]
fn a_console_that_only_reads_offers_no_arming() {
    let settings = Settings { may_arm: false, ..Settings::default() };
    let mut desk = Desk::start(Mode::Live, 120, 40, settings);
    desk.press("W");
    assert!(desk.model.overlays.is_empty());
    assert!(desk.model.notices.latest().unwrap().text.contains("--write"));
}
