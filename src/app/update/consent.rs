//! Questions before a run: what is shown, how it is answered, which command it becomes.

use super::super::Model;
use super::super::effect::Effect;
use super::super::field::Field;
use super::super::overlay::{Confirm, Consent, Question};
use super::super::prose::{Line, Tone};
use super::super::remediation::{Check, PlanView};
use super::focus::leave;
use super::plans;
use crate::respond::change::{Change, Undo};
use crate::respond::plan::{Confirm as Asks, Step};
use crate::respond::remedy::Risk;
use crate::respond::run::Command;

/// The command that a question is about.
fn asked(plan: &PlanView, question: &Question) -> Option<Command> {
    let id = |at: &usize| plan.steps.get(*at).map(|step| step.id.clone());
    Some(match question {
        Question::Run(steps) => Command::Run { steps: steps.iter().filter_map(id).collect() },
        Question::Retry(step, object) => Command::Retry { step: id(step)?, change: *object },
        Question::Undo(None) => Command::Undo { step: None },
        Question::Undo(Some(step)) => Command::Undo { step: Some(id(step)?) },
        Question::Quit | Question::ClosePlan => return None,
    })
}

pub(super) fn confirmation(model: &Model, plan: &PlanView, steps: &[usize], question: Question) -> Confirm {
    let undoing = matches!(question, Question::Undo(_));
    let mut lines = Vec::new();
    if let Some(state) = model.scopes.get(plan.scope) {
        let scope = &state.scope;
        lines.push(
            Line::labelled("Account")
                .put(Tone::Strong, &scope.account_label())
                .put(Tone::Plain, &format!("  {}", scope.region)),
        );
        lines.push(Line::labelled("As").put(Tone::Plain, &scope.caller.arn));
    }
    lines.push(Line::labelled("Target").put(Tone::Strong, &plan.run.plan.label));
    if !undoing {
        let (reason, ticket) = plan.why();
        lines.push(
            Line::labelled("Reason").put(Tone::Plain, reason).put(Tone::Dim, "  ticket ").put(Tone::Plain, ticket),
        );
    }
    lines.push(Line::new());
    for at in steps {
        let step = &plan.steps[*at];
        let words = if undoing { &step.undoing.join("; ") } else { &step.calls };
        let mut line = Line::new().put(Tone::Dim, &format!("{:>2} ", at + 1)).put(Tone::Strong, &step.title).hanging(3);
        if !words.is_empty() {
            line.push(Tone::Dim, &format!("  {words}"));
        }
        if !undoing && matches!(step.check, Check::Denied(_)) {
            line.push(Tone::Bad, "  the permission check says DENIED");
        }
        lines.push(line);
        if !undoing {
            lines.extend(final_words(&plan.run.plan.steps[*at]));
        }
    }
    if let Question::Retry(at, object) = question
        && let Some(object) = plan.steps[at].objects.get(object)
    {
        lines.push(
            Line::new()
                .put(Tone::Plain, "   only ")
                .put(Tone::Strong, &object.id)
                .put(Tone::Dim, &format!("  {}", object.note))
                .hanging(3),
        );
    }
    let asks = asked(plan, &question).map_or(Asks::Choice, |command| plan.run.confirmation(&command, false));
    let consent = match asks {
        Asks::Typing(expected) => Consent::Typed { expected, field: Field::default() },
        Asks::Twice => {
            lines.push(Line::new().put(Tone::Warn, "It changes who may do what: it is asked twice."));
            Consent::Button { chosen: false, more: 1 }
        }
        Asks::Choice | Asks::Nothing => Consent::Button { chosen: false, more: 0 },
    };
    let count = if steps.len() == 1 { "1 step".to_owned() } else { format!("{} steps", steps.len()) };
    let (title, verb) = match question {
        Question::Undo(_) => (format!("Undo {count}?"), "Undo"),
        Question::Retry(..) => ("Try one object again?".to_owned(), "Try"),
        _ => (format!("Run {count}?"), "Run"),
    };
    Confirm { question, title, lines, verb, consent }
}

/// What of a step that destroys cannot be taken back, a line each.
fn final_words(step: &Step) -> Vec<Line> {
    let stays = |change: &Change| match &change.undo {
        Undo::Stays(why) if change.writes() && step.risk == Risk::Destructive => Some(why.clone()),
        _ => None,
    };
    let whys = step.changes.iter().filter_map(stays);
    whys.map(|why| Line::new().put(Tone::Bad, &format!("   {why}")).hanging(3)).collect()
}

/// A question was answered with yes; with what was typed for it.
pub fn answered(model: &mut Model, question: Question, typed: String, out: &mut Vec<Effect>) {
    match question {
        Question::Quit => out.push(Effect::Quit),
        Question::ClosePlan => leave(model),
        other => {
            let command = model.remediation.plan.as_ref().and_then(|plan| asked(plan, &other));
            if let Some(command) = command {
                plans::command(model, command, typed, out);
            }
        }
    }
}
