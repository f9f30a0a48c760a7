//! The pane as lines: the suggestions, or the plan with its steps, what each
//! calls, how it is undone, whether it is permitted, and how it stands.

use super::{Check, PlanView, StepView, mark};
use crate::app::action::Action;
use crate::app::keymap::Keymap;
use crate::app::prose::{Line, Tone, cut};
use crate::app::time::clock_and_day;
use crate::respond::run::StepStatus;

/// A line of the pane, and the step or suggestion that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The place of the step or suggestion that selecting this line selects.
    pub of: Option<usize>,
    /// It is the first line of it.
    pub head: bool,
    /// The line.
    pub line: Line,
}

fn row(of: Option<usize>, head: bool, line: Line) -> Row {
    Row { of, head, line }
}

/// What the columns of a step have no room for, in full.
fn hidden(step: &StepView, title: usize, calls: usize, undo: usize) -> Vec<(Tone, String)> {
    let fits = |text: &str, columns: usize| unicode_width::UnicodeWidthStr::width(text) < columns;
    let mut said = Vec::new();
    if !fits(&step.title, title) {
        said.push((Tone::Strong, step.title.clone()));
    }
    if !fits(&step.calls, calls) {
        said.push((Tone::Plain, format!("calls {}", if step.calls.is_empty() { "nothing" } else { &step.calls })));
    }
    if step.writes && (step.undoing.len() > 1 || !fits(&step.undo, undo)) {
        let label = |at: usize| if at == 0 { "undo  " } else { "      " };
        said.extend(step.undoing.iter().enumerate().map(|(at, words)| (Tone::Plain, label(at).to_owned() + words)));
    }
    if step.writes && calls == 0 {
        said.push((risk_tone(&step.risk), format!("risk  {}", step.risk)));
    }
    said
}

fn padded(text: &str, columns: usize) -> String {
    let shown = cut(text, columns.saturating_sub(1)).into_owned();
    let wide = unicode_width::UnicodeWidthStr::width(shown.as_str());
    shown + &" ".repeat(columns.saturating_sub(wide))
}

fn status_tone(status: StepStatus) -> Tone {
    match status {
        StepStatus::Done | StepStatus::Already => Tone::Good,
        StepStatus::Running | StepStatus::Undone | StepStatus::Open | StepStatus::Undecided => Tone::Warn,
        StepStatus::Failed | StepStatus::Partly | StepStatus::Drifted | StepStatus::Refused | StepStatus::NotKnown => {
            Tone::Bad
        }
        StepStatus::Pending | StepStatus::ByHand => Tone::Plain,
        StepStatus::Skipped | StepStatus::NotApplicable => Tone::Dim,
    }
}

fn check_word(check: &Check) -> (Tone, &'static str) {
    match check {
        Check::Open => (Tone::Dim, "not checked"),
        Check::Allowed => (Tone::Good, "allowed"),
        Check::Denied(_) => (Tone::Bad, "DENIED"),
        Check::Unknown(_) => (Tone::Warn, "not checkable"),
    }
}

fn risk_tone(risk: &str) -> Tone {
    match risk {
        "none" | "reversible" => Tone::Dim,
        "destructive" => Tone::Bad,
        _ => Tone::Warn,
    }
}

/// The rows of a plan at a width, with the keys that it names.
pub fn plan(plan: &PlanView, keymap: &Keymap, width: u16) -> Vec<Row> {
    let width = usize::from(width);
    let wide = width >= 96;
    let narrow = width < 62;
    let mut rows = Vec::new();
    let (calls, undo, check, risk) = if wide { (width * 27 / 100, width * 19 / 100, 14, 12) } else { (0, 0, 12, 0) };
    let last = if plan.begun() { 15 } else { check };
    let title = width.saturating_sub(7 + calls + undo + last + risk);
    if wide {
        let head = Line::new().put(Tone::Plain, "       ").put(Tone::Label, &padded("STEP", title));
        let head = head.put(Tone::Label, &padded("CALLS", calls)).put(Tone::Label, &padded("UNDO", undo));
        let state = if plan.begun() { "STATE" } else { "CHECK" };
        rows.push(row(None, false, head.put(Tone::Label, &padded(state, last)).put(Tone::Label, "RISK")));
    }
    for (at, step) in plan.steps.iter().enumerate() {
        let selected = at == plan.cursor;
        let tone = if step.left_out { Tone::Dim } else { status_tone(step.status) };
        let mark = if step.left_out { "–" } else { mark(step.status) };
        let mut line = Line::new()
            .put(Tone::Key, if selected { "▸ " } else { "  " })
            .put(tone, &format!("{mark} "))
            .put(Tone::Dim, &format!("{:<3}", at + 1))
            .put(if step.left_out { Tone::Dim } else { Tone::Strong }, &padded(&step.title, title));
        if wide {
            line.push(Tone::Plain, &padded(&step.calls, calls));
            line.push(Tone::Dim, &padded(&step.undo, undo));
        }
        let (tone, word) = state(plan, step);
        line.push(tone, &padded(&word, last));
        if wide {
            line.push(risk_tone(&step.risk), &step.risk);
        }
        rows.push(row(Some(at), true, line));
        let hidden = if selected && !narrow { hidden(step, title, calls, undo) } else { Vec::new() };
        let key = keymap.shown(Action::SetChoices);
        for line in below(step, selected && !narrow, &hidden, plan.object, &key) {
            rows.extend(line.wrap(width as u16).into_iter().map(|line| row(Some(at), false, line)));
        }
    }
    let mut tail = vec![Line::new()];
    let bound = &plan.run.plan;
    for (at, words) in bound.blast_radius.iter().enumerate() {
        let label = if at == 0 { "Blast radius  " } else { "              " };
        tail.push(Line::new().put(Tone::Label, label).put(Tone::Plain, words).hanging(14));
    }
    for (at, survivor) in bound.survivors.iter().enumerate() {
        let words = survivor.sentence();
        let label = if at == 0 { "May survive   " } else { "              " };
        tail.push(Line::new().put(Tone::Label, label).put(Tone::Warn, &words).hanging(14));
    }
    let (reason, ticket) = plan.why();
    let mut why = Line::new().put(Tone::Label, "Reason        ").put(Tone::Plain, reason);
    why = why.put(Tone::Label, "  Ticket ").put(Tone::Plain, ticket);
    if !plan.run.has_run() {
        why = why.put(Tone::Dim, "  ").put(Tone::Key, &keymap.shown(Action::Why)).put(Tone::Dim, " says why");
    }
    tail.push(why.hanging(14));
    if !bound.suggested.is_empty() {
        tail.push(Line::new().put(Tone::Label, "Suggested     ").put(Tone::Dim, &bound.suggested).hanging(14));
    }
    if plan.begun() {
        tail.push(Line::new().put(Tone::Label, "Case          ").put(Tone::Plain, &bound.case));
    }
    rows.extend(tail.into_iter().flat_map(|line| line.wrap(width as u16)).map(|line| row(None, false, line)));
    rows
}

/// What the last column says of a step: how it stands once the plan has begun, else the check.
fn state(plan: &PlanView, step: &StepView) -> (Tone, String) {
    if step.status == StepStatus::NotApplicable {
        return (Tone::Dim, step.status.word().into());
    }
    if step.left_out {
        return (Tone::Dim, "left out".into());
    }
    if step.refused.is_some() {
        return (Tone::Bad, "REFUSED".into());
    }
    if plan.begun() || step.status == StepStatus::Undecided {
        return (status_tone(step.status), step.status.word().into());
    }
    if !step.writes {
        return (Tone::Dim, "–".into());
    }
    let (tone, word) = check_word(&step.check);
    (tone, word.into())
}

/// The lines under a step: always what went wrong and how each object stands;
/// for the selected one also what it calls and how it is undone.
fn below(step: &StepView, selected: bool, hidden: &[(Tone, String)], chosen: usize, key: &str) -> Vec<Line> {
    use StepStatus::{NotApplicable, Pending, Refused, Undecided};
    let mut lines = Vec::new();
    let indent = "       ";
    let bad = matches!(
        step.status,
        StepStatus::Failed | StepStatus::Partly | StepStatus::Drifted | StepStatus::Open | StepStatus::NotKnown
    );
    let mut say = |tone: Tone, text: &str| {
        lines.push(Line::new().put(Tone::Plain, indent).put(tone, text).hanging(if tone == Tone::FieldText {
            9
        } else {
            7
        }));
    };
    if let Some(why) = &step.refused {
        say(Tone::Bad, &format!("a guardrail refuses it: {why}"));
    }
    match &step.check {
        Check::Denied(why) => say(Tone::Bad, why),
        Check::Unknown(why) if selected && step.waits() => {
            say(Tone::Warn, &format!("cannot be checked beforehand: {why}"));
        }
        _ => {}
    }
    if !step.note.is_empty() {
        let tone = if bad { Tone::Bad } else { Tone::Dim };
        say(tone, &step.note);
    }
    let can_choose = !step.choices.is_empty() && matches!(step.status, Pending | Undecided | NotApplicable | Refused);
    if can_choose && (selected || step.status == Undecided) {
        for choice in &step.choices {
            let value = if choice.value.is_empty() { "not chosen" } else { &choice.value };
            say(Tone::Plain, &format!("{} {value}  ({key} sets it: {})", choice.name, choice.may));
        }
    }
    let mixed = step.objects.iter().any(|object| Some(&object.word) != step.objects.first().map(|first| &first.word));
    // Which one is tried again is of interest only where one failed.
    let failed = selected && step.objects.len() > 1 && step.objects.iter().any(|object| !object.well);
    if mixed || bad || (selected && step.objects.iter().any(|object| object.word != "pending")) {
        for (at, object) in step.objects.iter().enumerate() {
            let (sign, tone) = match object.word.as_str() {
                "pending" => (" ", Tone::Plain),
                "calling" | "waiting" => ("◐", Tone::Warn),
                _ if object.well => ("✔", Tone::Plain),
                _ => ("✗", Tone::Bad),
            };
            say(
                tone,
                &format!(
                    "{}{sign} {}  {}  {}",
                    if failed && at == chosen { "▸" } else { "" },
                    object.id,
                    object.word,
                    object.note
                ),
            );
        }
    }
    if selected {
        for (tone, text) in hidden {
            say(*tone, text);
        }
        for detail in &step.details {
            say(Tone::Dim, detail);
        }
        // The commands of reads are for copying; those of changes, and of what is done by hand, are for reading.
        let legible = step.writes || step.by_hand;
        for command in step.cli.lines().take(2).filter(|_| legible) {
            say(Tone::FieldText, &format!("$ {command}"));
        }
        let more = step.cli.lines().count().saturating_sub(2);
        if more > 0 && legible {
            say(Tone::Dim, &format!("… {more} more, all by copying the plan"));
        }
    }
    lines
}

/// The rows of the suggestions at a width.
pub fn suggestions(model: &crate::app::Model, width: u16) -> Vec<Row> {
    let pane = &model.remediation;
    let mut rows = Vec::new();
    let offered = pane.offered();
    for (at, case) in pane.interrupted.iter().take(offered).enumerate() {
        let bound = &case.run.plan;
        let head = Line::new()
            .put(Tone::Key, if at == pane.cursor { "▸ " } else { "  " })
            .put(Tone::Warn, "interrupted ")
            .put(Tone::Strong, &bound.playbook)
            .put(Tone::Dim, &format!("  {}", bound.target.id));
        rows.push(row(Some(at), true, head));
        let when = format!("    {} by {}: ", clock_and_day(case.last), case.by);
        let why = Line::new().put(Tone::Dim, &when).put(Tone::Plain, &case.standing()).hanging(4);
        rows.extend(why.wrap(width).into_iter().map(|line| row(Some(at), false, line)));
    }
    for (at, suggestion) in pane.suggestions.iter().enumerate() {
        let at = at + offered;
        let selected = at == pane.cursor;
        let head = Line::new()
            .put(Tone::Key, if selected { "▸ " } else { "  " })
            .put(Tone::Strong, &suggestion.playbook)
            .put(Tone::Dim, &format!("  {}", suggestion.target.id));
        rows.push(row(Some(at), true, head));
        let why = Line::new().put(Tone::Plain, "    ").put(Tone::Plain, &suggestion.why).hanging(4);
        rows.extend(why.wrap(width).into_iter().map(|line| row(Some(at), false, line)));
    }
    rows
}
