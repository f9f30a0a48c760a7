//! Plans: what fits, what is confirmed, and how a run goes.

use stanch::app::{Effect, Message};
use stanch::domain::fault::{Fault, FaultKind};
use stanch::respond::check::{StepCheck, Verdict};

use super::{pressed, snapshot};
use crate::desk::Desk;

#[test]
fn what_fits_the_selection() {
    snapshot("suggestions", pressed("r"));
}

#[test]
fn a_plan_before_it_runs() {
    snapshot("plan", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.open_plan("compromised-instance");
        let Some(Effect::Check { generation, plan, .. }) = desk.effects.pop() else { panic!("it is checked at once") };
        let checks = plan.steps.iter().map(|step| StepCheck {
            step: step.id.clone(),
            calls: vec![(
                "ec2:ModifyNetworkInterfaceAttribute".into(),
                "eni-0fedcba9876543210".into(),
                match step.id.as_str() {
                    "isolate" => Verdict::Denied("not authorized; ask for the role Responder".into()),
                    "profile" => Verdict::Unknown("iam:SimulatePrincipalPolicy is not permitted".into()),
                    _ => Verdict::Allowed,
                },
            )],
        });
        let checks = checks.collect();
        desk.send(Message::Checked { generation, checks });
        desk
    });
}

#[test]
fn a_confirmation_has_the_focus_on_cancel() {
    snapshot("confirm", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.open_plan("compromised-instance").arm();
        desk.press("enter");
        desk
    });
}

#[test]
fn what_cannot_be_undone_is_confirmed_by_typing() {
    snapshot("confirm_typed", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.open_plan("compromised-instance").arm();
        let steps = desk.run().plan.steps;
        for (at, step) in steps.iter().enumerate() {
            let wanted = step.id == "terminate";
            if wanted == step.beyond || (!wanted && !step.beyond) {
                desk.press("space");
            }
            if at + 1 < steps.len() {
                desk.press("j");
            }
        }
        desk.press("enter").type_text("i-0abc");
        desk
    });
}

#[test]
fn a_run_under_way_beside_the_other_panes() {
    snapshot("running", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.open_plan("compromised-instance").arm();
        desk.press("enter tab enter");
        let (generation, ..) = desk.driven().unwrap();
        desk.tell(generation, &["evidence", "memory", "protect"], None, false);
        if desk.model.zoom {
            desk.press("z");
        }
        desk
    });
}

#[test]
fn a_run_that_stopped_shows_each_object() {
    snapshot("stopped", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.open_plan("compromised-instance").arm();
        desk.press("enter tab enter");
        let (generation, ..) = desk.driven().unwrap();
        let fault = Fault::new(FaultKind::Throttled, "ec2:ModifyNetworkInterfaceAttribute", "Request limit exceeded.")
            .with_hint("run the step again: what is done stays done");
        let done = ["evidence", "memory", "protect", "shutdown", "volumes", "tag", "snapshot", "scaling", "profile"];
        desk.tell(generation, &done, Some(("isolate", fault)), true);
        desk.wait(20);
        desk
    });
}
