//! The forms of the open plan: why it is carried out, and what its steps leave
//! to choose. What is given is bound into the plan; nothing is done by it.

use super::super::effect::Effect;
use super::super::form::{Entry, Form, Subject};
use super::super::input::{Chord, Key};
use super::super::overlay::Overlay;
use super::super::{Action, Model};
use super::plans;
use crate::respond::plan::{Options, Step};
use crate::respond::remedy::Remedy;

/// The most that a tag's value takes (EC2 API reference, Tag).
const LONGEST_TICKET: usize = 256;

/// Asks why the open plan is carried out, and then goes on with what the user
/// was about to do.
pub fn ask_why(model: &mut Model, then: Option<Action>) {
    let Some(plan) = &model.remediation.plan else { return };
    if plan.run.has_run() {
        let key = model.settings.keymap.shown(Action::Note);
        let words = format!("a step has run: its reason and its ticket stand; {key} writes a note into the case");
        return model.notices.say(words, model.now);
    }
    let bound = &plan.run.plan;
    let entries = vec![
        Entry::new("Reason", "in your words, for the journal and the report", &bound.reason),
        Entry::new("Ticket", "what the steps that tag write as stanch:ticket", &bound.ticket),
    ];
    let form = Form::new(Subject::Why(then), &format!("{}  {}", bound.playbook, bound.label), entries);
    model.overlays.push(Overlay::Form(form));
}

/// Asks for what the selected step leaves to choose.
pub fn ask_choices(model: &mut Model) {
    let Some(plan) = &model.remediation.plan else { return };
    let Some(step) = plan.steps.get(plan.cursor) else { return };
    if step.choices.is_empty() {
        return model.notices.say("the selected step leaves nothing to choose", model.now);
    }
    if !plan.run.is_untouched(plan.cursor) {
        let words = "the selected step has begun or was left out: what it does can no longer be chosen";
        return model.notices.say(words, model.now);
    }
    let entries = step.choices.iter().map(|choice| Entry::new(&choice.name, &choice.may, &choice.value)).collect();
    let form = Form::new(Subject::Choices(step.id.clone()), &step.title, entries);
    model.overlays.push(Overlay::Form(form));
}

/// A chord for the form on top; the action to go on with, once it is filled in.
pub fn key(model: &mut Model, chord: Chord, out: &mut Vec<Effect>) -> Option<Action> {
    let Some(Overlay::Form(form)) = model.overlays.last_mut() else { return None };
    match chord.key {
        Key::Esc => {
            model.overlays.pop();
        }
        Key::Tab | Key::Down => form.turn(true),
        Key::BackTab | Key::Up => form.turn(false),
        Key::Enter if !form.is_at_end() => form.turn(true),
        Key::Enter => {
            let form = form.clone();
            let taken = match &form.subject {
                Subject::Why(then) => reasoned(model, &form, out).map(|()| *then),
                Subject::Choices(step) => chosen(model, step, &form, out).map(|()| None),
            };
            match taken {
                Ok(then) => {
                    model.overlays.pop();
                    return then;
                }
                Err(wrong) => {
                    if let Some(Overlay::Form(form)) = model.overlays.last_mut() {
                        form.wrong = Some(wrong);
                    }
                }
            }
        }
        _ => {
            if form.field().is_some_and(|field| field.take(chord)) {
                form.wrong = None;
            }
        }
    }
    None
}

/// The reason and the ticket were given, or left empty.
fn reasoned(model: &mut Model, form: &Form, out: &mut Vec<Effect>) -> Result<(), String> {
    let Some(plan) = &model.remediation.plan else { return Ok(()) };
    let bound = &plan.run.plan;
    let (reason, ticket) = (form.text(0), form.text(1));
    if ticket.chars().count() > LONGEST_TICKET {
        return Err(format!("a ticket has at most {LONGEST_TICKET} characters: it becomes the value of a tag"));
    }
    if (&reason, &ticket) != (&bound.reason, &bound.ticket) {
        let options = Options { reason, ticket, ..bound.options(&model.settings.guardrails) };
        let tags = |_: usize, step: &Step| step.remedy == Some(Remedy::Tag);
        let bound = plans::bound_again(model, &options, tags, false)?;
        plans::amend(model, bound, out)?;
    }
    if let Some(plan) = &mut model.remediation.plan {
        plan.asked_why = true;
    }
    Ok(())
}

/// What a step leaves to choose was given. A value that the step cannot take
/// changes nothing, and is told.
fn chosen(model: &mut Model, id: &str, form: &Form, out: &mut Vec<Effect>) -> Result<(), String> {
    let Some(plan) = &model.remediation.plan else { return Ok(()) };
    let Some((at, step)) = plan.run.plan.step(id) else { return Ok(()) };
    let mut options = plan.run.plan.options(&model.settings.guardrails);
    let mut given = false;
    for (place, choice) in step.choices.iter().enumerate() {
        let (name, text) = (format!("{id}.{}", choice.name), form.text(place));
        given |= !text.is_empty();
        if text.is_empty() {
            options.choices.remove(&name);
        } else if text != choice.value {
            options.choices.insert(name, text);
        }
    }
    if options.choices == plan.run.plan.choices {
        return Ok(());
    }
    let bound = plans::bound_again(model, &options, |place, _| place == at, true)?;
    let step = &bound.steps[at];
    if let Some(why) = step.not_applicable.as_ref().filter(|_| given) {
        return Err(why.clone());
    }
    let (beyond, title) = (step.beyond, step.title.clone());
    plans::amend(model, bound, out)?;
    let Some(plan) = &mut model.remediation.plan else { return Ok(()) };
    // What could not run for want of it was left out of the run; it is in it from now on.
    plan.steps[at].left_out = beyond;
    let keymap = &model.settings.keymap;
    let (alone, with) = (keymap.shown(Action::RunStep), keymap.shown(Action::ChooseStep));
    let words = if beyond {
        format!("'{title}' is bound anew: {alone} runs it alone, {with} takes it into the run")
    } else {
        format!("'{title}' is bound anew")
    };
    model.notices.say(words, model.now);
    Ok(())
}
