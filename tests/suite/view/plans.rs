//! Plans: what fits, what is confirmed, and how a run goes.

use stanch::app::overlay::Overlay;
use stanch::app::{Effect, Message};
use stanch::domain::fault::{Fault, FaultKind};
use stanch::respond::check::{StepCheck, Verdict};
use stanch::respond::plan::StepKind;

use super::{SIZES, picture, pressed, snapshot};
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
            for _ in 0..100 {
                if desk.model.remediation.plan.as_ref().unwrap().cursor < at {
                    desk.press("j");
                }
            }
            let wanted = step.id == "terminate";
            if wanted == step.beyond || (!wanted && !step.beyond) {
                desk.press("space");
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

/// What the pane shows, line by line.
fn lines(desk: &Desk) -> Vec<String> {
    picture(desk, false).lines().map(str::to_owned).collect()
}

#[test]
fn every_line_of_a_plan_can_be_read_with_one_key() {
    for (columns, rows) in [(80, 24), (80, 15), (120, 40), (200, 50)] {
        let mut desk = Desk::full(columns, rows);
        desk.open_plan("compromised-instance");
        let mut read = Vec::new();
        let mut wanted: Vec<String> = Vec::new();
        let mut before = Vec::new();
        for _ in 0..1000 {
            if before == lines(&desk) {
                break;
            }
            before = lines(&desk);
            read.extend(lines(&desk));
            let open = desk.model.remediation.plan.as_ref().unwrap();
            let inner = desk.model.pane_columns(stanch::app::Pane::Remediation) - 2;
            let all = stanch::app::remediation::page::plan(open, &desk.model.settings.keymap, inner);
            let all = all.iter().filter(|row| row.of.is_none_or(|step| step == open.cursor));
            wanted.extend(all.map(|row| row.line.text()).filter(|line| !line.trim().is_empty()));
            desk.press("j");
            assert!(picture(&desk, false).contains('▸'), "the selected step is always seen");
        }
        for line in wanted {
            assert!(read.iter().any(|read| read.contains(line.trim_end())), "{columns}x{rows}: {line}");
        }
        let (last, end) = (desk.model.remediation.plan.as_ref().unwrap().cursor, lines(&desk));
        assert!(end.iter().any(|line| line.contains("up to 5 days idle") || line.contains("tracked")), "{end:#?}");
        let scrolls = desk.model.remediation.plan.as_ref().unwrap().scrolled > 0;
        desk.press("k");
        let at = desk.model.remediation.plan.as_ref().unwrap().cursor;
        assert_eq!(at, if scrolls { last } else { last - 1 }, "first back through the end");
        desk.press("g G G");
        assert_eq!(lines(&desk), end, "the second goes to the very end");
    }
}

#[test]
fn a_plan_says_in_full_where_it_acts_at_every_width() {
    for (columns, rows) in SIZES {
        let mut desk = Desk::full(columns, rows);
        desk.open_plan("compromised-instance");
        for _ in 0..2 {
            let shown = lines(&desk).join("\n");
            let pane = &shown[shown.find("compromised-instance").unwrap()..];
            for wanted in ["i-0abc12de34f567890 web-7", "prod-eu 123456789012", "eu-west-1", "OnCall/alice"] {
                assert!(pane.contains(wanted), "{columns}x{rows}: {wanted}\n{shown}");
            }
            desk.press("z");
        }
    }
}

/// Selects the step that cuts the network.
fn to_isolate(desk: &mut Desk) {
    let at = desk.run().plan.steps.iter().position(|step| step.id == "isolate").unwrap();
    desk.press("g");
    for _ in 0..100 {
        if desk.model.remediation.plan.as_ref().unwrap().cursor < at {
            desk.press("j");
        }
    }
}

#[test]
fn the_state_before_a_step_is_past_once_the_step_has_run() {
    let mut desk = Desk::full(200, 50);
    desk.open_plan("compromised-instance").arm();
    to_isolate(&mut desk);
    let Some(Effect::Check { generation, .. }) =
        desk.effects.iter().rfind(|effect| matches!(effect, Effect::Check { .. }))
    else {
        panic!("it is checked at once")
    };
    let why = "the quarantine group does not exist yet";
    let verdict = (String::new(), String::new(), Verdict::Unknown(why.into()));
    let checks = vec![StepCheck { step: "isolate".into(), calls: vec![verdict] }];
    desk.send(Message::Checked { generation: *generation, checks });
    let before = picture(&desk, false);
    assert!(before.contains("groups eni-0fedcba9876543210 is sg-"), "{before}");
    assert!(before.contains(&format!("cannot be checked beforehand: {why}")), "{before}");
    desk.press("n tab enter");
    let (generation, ..) = desk.driven().unwrap();
    desk.tell(generation, &["isolate"], None, true);
    to_isolate(&mut desk);
    let after = picture(&desk, false);
    assert!(after.contains("groups eni-0fedcba9876543210 was sg-"), "{after}");
    assert!(!after.contains(" is sg-") && !after.contains("beforehand"), "{after}");
}

#[test]
fn all_of_an_undo_is_said_under_its_step_and_before_it_is_confirmed() {
    let mut desk = Desk::full(120, 40);
    desk.open_plan("compromised-instance").arm();
    to_isolate(&mut desk);
    let plan = desk.run().plan;
    let (_, step) = plan.step("isolate").unwrap();
    assert!(step.undo.len() > 1);
    let squeezed =
        |desk: &Desk| picture(desk, false).replace(['┃', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = squeezed(&desk);
    assert!(step.undo.iter().all(|words| shown.contains(words.as_str())), "{:?}\n{shown}", step.undo);
    desk.press("n tab enter");
    let (generation, ..) = desk.driven().unwrap();
    desk.tell(generation, &["isolate"], None, true);
    to_isolate(&mut desk);
    desk.press("U");
    let Some(Overlay::Confirm(asked)) = desk.model.overlays.last() else { panic!("an undo is asked first") };
    let asked: Vec<String> = asked.lines.iter().map(stanch::app::prose::Line::text).collect();
    assert!(asked.iter().any(|line| line.contains(&step.undo.join("; "))), "{asked:#?}");
}

#[test]
fn a_change_that_waits_is_no_failure() {
    use stanch::respond::run::{At, ChangeStatus, Record, Run};
    let mut desk = Desk::full(120, 40);
    desk.open_plan("compromised-instance").arm();
    desk.press("enter tab enter");
    let (generation, ..) = desk.driven().unwrap();
    let plan = desk.run().plan;
    let (step, planned) = plan.step("protect").unwrap();
    let at = At { step, change: 0, back: false };
    let call = planned.changes[0].calls().into_iter().next().unwrap();
    let records = [
        Record::Plan(Box::new(plan.clone())),
        Record::Intent { at, call: Box::new(call) },
        Record::Settled { at, status: ChangeStatus::Waiting(false), fact: None },
    ];
    let now = desk.now;
    let run = Run::of_records(records.iter().map(|record| (record, now))).pop().unwrap();
    desk.send(Message::Run { generation, run: Box::new(run), finished: false, fault: None });
    let shown = picture(&desk, false);
    assert!(shown.contains("◐ i-0abc12de34f567890  waiting"), "{shown}");
    assert!(!shown.contains('✗'), "{shown}");
}

#[test]
fn what_is_done_by_hand_shows_its_command_and_what_does_not_apply_calls_none() {
    let mut desk = Desk::full(120, 40);
    desk.open_plan("compromised-instance");
    let plan = desk.run().plan;
    let at = plan.steps.iter().position(|step| step.kind == StepKind::ByHand && !step.cli.is_empty()).unwrap();
    for _ in 0..at {
        desk.press("j");
    }
    let shown = picture(&desk, false);
    assert!(shown.contains(&format!("$ {}", &plan.steps[at].cli[0][..40])), "{shown}");
    let view = desk.model.remediation.plan.as_ref().unwrap();
    for (step, view) in plan.steps.iter().zip(&view.steps) {
        let nothing = view.calls.starts_with("nothing");
        assert!(!(step.not_applicable.is_some() && nothing), "{}", step.id);
    }
}

#[test]
fn why_a_plan_is_carried_out_is_asked_in_a_form() {
    snapshot("form_why", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.open_plan("compromised-instance").only_arm();
        desk.press("enter").type_text("paged: user data replaced").press("enter").type_text("INC-47");
        desk
    });
}

#[test]
fn what_a_step_leaves_to_choose_is_filled_in_and_what_is_wrong_is_told_in_place() {
    snapshot("form_choices", |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.open_plan("compromised-instance");
        let (at, _) = desk.run().plan.step("standby").map(|(at, step)| (at, step.id.clone())).unwrap();
        desk.press("g").press(&"j ".repeat(at)).press("e ctrl-u").type_text("half").press("enter enter");
        desk
    });
}
