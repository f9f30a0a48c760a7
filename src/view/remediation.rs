//! The remediation pane: what fits the selection, or the plan step by step.
//!
//! ```text
//! ├ Remediation  contain-instance ─────────────────────────┤
//! │ ✔ 1 Record the state            evidence 7 files      │
//! │ ▸ 3 Snapshot both volumes       ec2:CreateSnapshots   │
//! ```

use super::paint::Painter;
use super::theme::Role;
use crate::app::layout::Area;
use crate::app::prose::{Line, Tone};
use crate::app::remediation::page::{Row, suggestions};
use crate::app::remediation::sight::{Sight, in_title};
use crate::app::{Action, Model, Pane};

/// The title: the playbook, its target, the account and where the plan stands.
pub fn title(model: &Model) -> Vec<(Role, String)> {
    let Some(plan) = &model.remediation.plan else {
        let count = model.remediation.suggestions.len();
        let mut title = vec![(Role::Title, "Remediation".into())];
        match model.remediation.offered() {
            0 => {}
            1 => title.push((Role::Warn, "  1 case interrupted".into())),
            many => title.push((Role::Warn, format!("  {many} cases interrupted"))),
        }
        if count > 0 {
            title.push((Role::Dim, format!("  {count} fit")));
        }
        return title;
    };
    let standing = plan.standing();
    let tone = if plan.running {
        Role::Warn
    } else if standing.starts_with("STOPPED") || standing.starts_with("INTERRUPTED") {
        Role::Bad
    } else if plan.begun() {
        Role::Good
    } else {
        Role::Title
    };
    let mut title = vec![(Role::Title, plan.run.plan.playbook.clone())];
    let mut said = in_title(model, plan).into_iter();
    title.extend(said.next().map(|label| (Role::Strong, format!("  {label}"))));
    title.push((tone, format!("  {standing}")));
    title.extend(said.map(|place| (Role::Dim, format!("  {place}"))));
    title
}

/// Draws the pane within its border.
pub fn draw(model: &Model, painter: &mut Painter<'_>, area: Area) {
    let inner = Area { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    match &model.remediation.plan {
        Some(open) => {
            let sight = Sight::of(model, open, inner.width, inner.height);
            for (at, line) in sight.place.iter().enumerate() {
                painter.line(inner.x, inner.y + at as u16, inner.width, line);
            }
            let list = Area { y: inner.y + sight.place.len() as u16, height: sight.height as u16, ..inner };
            draw_rows(model, painter, list, sight.shown(), open.cursor);
            painter.more(list, sight.top, sight.rows.len());
            painter.line(inner.x, inner.y + inner.height.saturating_sub(1), inner.width, &hint(model));
        }
        None if model.remediation.lines() == 0 => {
            let words = if model.picked.is_none() {
                "Select an event or an instance: what fits it is listed here."
            } else {
                "No playbook fits the selected event; select its instance (I), or another event."
            };
            for (at, line) in Line::new().put(Tone::Dim, words).wrap(inner.width).iter().enumerate() {
                painter.line(inner.x, inner.y + at as u16, inner.width, line);
            }
        }
        None => {
            let rows = suggestions(model, inner.width);
            let cursor = model.remediation.cursor;
            // The selected one shows whole, or its head and what fits below it.
            let first = rows.iter().position(|row| row.of == Some(cursor)).unwrap_or(0);
            let last = rows.iter().rposition(|row| row.of == Some(cursor)).unwrap_or(first);
            let top = (last + 1).saturating_sub(usize::from(inner.height).max(1)).min(first);
            draw_rows(model, painter, inner, rows.iter().skip(top), cursor);
            painter.more(inner, top, rows.len());
        }
    }
}

fn draw_rows<'r>(
    model: &Model,
    painter: &mut Painter<'_>,
    area: Area,
    rows: impl Iterator<Item = &'r Row>,
    cursor: usize,
) {
    let focused = model.focus == Pane::Remediation && model.overlays.is_empty();
    for (y, row) in (area.y..area.y + area.height).zip(rows) {
        painter.line(area.x, y, area.width, &row.line);
        if row.head && row.of == Some(cursor) {
            painter.select(Area::new(area.x, y, area.width, 1), focused);
        }
    }
}

/// The keys of the plan, on its last line.
fn hint(model: &Model) -> Line {
    let key = |action: Action| model.settings.keymap.shown(action);
    let mut line = Line::new();
    let mut say = |action: Action, words: &str| {
        line.push(Tone::Key, &key(action));
        line.push(Tone::Dim, &format!(" {words}  "));
    };
    if model.remediation.is_running() {
        say(Action::CancelRun, "stop after the call under way");
        return line;
    }
    let interrupted = model.remediation.plan.as_ref().is_some_and(|plan| plan.run.is_interrupted());
    if interrupted {
        say(Action::Leave, "leave it so");
    }
    if model.armed.is_none() {
        say(Action::Arm, "arm first: READ-ONLY");
    } else {
        say(Action::RunPlan, if interrupted { "complete" } else { "run" });
        say(Action::Undo, "undo");
        say(Action::RunStep, "one step");
        say(Action::UndoStep, "undo step");
    }
    say(Action::Check, "check");
    say(Action::ChooseStep, "choose");
    say(Action::SkipStep, "skip");
    if model.remediation.plan.as_ref().is_some_and(|plan| !plan.run.has_run()) {
        say(Action::Why, "why");
    }
    say(Action::CopyAll, "copy as CLI");
    line
}

/// The one line that stands for the pane in the narrow layout.
pub fn summary(model: &Model) -> Line {
    let mut line = Line::new().put(Tone::Heading, "Remediate").put(Tone::Plain, " ");
    if let Some(plan) = &model.remediation.plan {
        line.push(Tone::Strong, &format!("{} {}", plan.run.plan.playbook, plan.target()));
        line.push(Tone::Warn, &format!("  {}", plan.standing()));
        return line;
    }
    let offered = model.remediation.offered();
    if offered > 0 {
        let key = model.settings.keymap.shown(Action::Resume);
        let cut_off = model.remediation.interrupted.iter().take(offered).all(|case| case.run.is_interrupted());
        let noun = if offered == 1 { "case" } else { "cases" };
        let words = format!("{offered} {noun} {}", if cut_off { "interrupted" } else { "not finished" });
        line.push(Tone::Warn, &format!("{words} ({key})  "));
    }
    let mut names: Vec<&str> = Vec::new();
    for suggestion in &model.remediation.suggestions {
        if !names.contains(&suggestion.playbook.as_str()) {
            names.push(&suggestion.playbook);
        }
    }
    if names.is_empty() {
        line.push(Tone::Dim, "no playbook fits the selection");
    } else {
        line.push(Tone::Plain, &names.join(", "));
    }
    line
}
