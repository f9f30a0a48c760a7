//! What of a plan is on the screen: where it acts, said in the title or
//! beneath it, and which of its rows show.

use unicode_width::UnicodeWidthStr;

use super::PlanView;
use super::page::{Row, plan};
use crate::app::layout::Layout;
use crate::app::prose::{Line, Tone, wrapped};
use crate::app::{Model, Pane};

/// An open plan as its pane holds it.
#[derive(Debug, Clone)]
pub struct Sight {
    /// What the title has no room for: the target, the account, the Region, the caller.
    pub place: Vec<Line>,
    /// All rows of the plan.
    pub rows: Vec<Row>,
    /// The first row that shows.
    pub top: usize,
    /// How many rows show.
    pub height: usize,
    /// The first row of the selected step.
    first: usize,
    /// The first row that shows before anything is scrolled.
    rest: usize,
    /// Behind the last row that belongs to the selected step; the end of the plan goes with the last.
    end: usize,
}

/// What the title says besides the playbook and where the plan stands.
pub fn in_title(model: &Model, open: &PlanView) -> Vec<String> {
    let area = model.layout().pane(Pane::Remediation).unwrap_or_default();
    let border = if matches!(model.layout(), Layout::Narrow { .. }) { 1 } else { 4 };
    let room = usize::from(area.width.saturating_sub(border));
    let head = open.run.plan.playbook.width() + 2 + open.standing().width();
    let mut words = beneath_at_most(model, open);
    while !words.is_empty() && head + words.iter().map(|words| words.width() + 2).sum::<usize>() > room {
        words.pop();
    }
    words
}

/// The target, and where it is acted on by whom.
fn beneath_at_most(model: &Model, open: &PlanView) -> Vec<String> {
    let mut words = vec![open.run.plan.label.clone()];
    if let Some(state) = model.scopes.get(open.scope) {
        let scope = &state.scope;
        words.push(format!("{}  {}  {}", scope.account_label(), scope.region, scope.caller.short()));
    }
    words
}

impl Sight {
    /// The plan in a pane of so many columns and rows; its last row is for the keys.
    pub fn of(model: &Model, open: &PlanView, width: u16, rows: u16) -> Self {
        let said = in_title(model, open).len();
        let place = beneath_at_most(model, open).split_off(said).join("  ");
        let place = if place.is_empty() {
            Vec::new()
        } else {
            wrapped(vec![Line::new().put(Tone::Plain, &place).hanging(2)], width)
        };
        let height = usize::from(rows).saturating_sub(1 + place.len()).max(1);
        let rows = plan(open, &model.settings.keymap, width);
        let first = rows.iter().position(|row| row.of == Some(open.cursor)).unwrap_or(0);
        let end = if open.cursor + 1 >= open.steps.len() {
            rows.len()
        } else {
            rows.iter().rposition(|row| row.of == Some(open.cursor)).unwrap_or(first) + 1
        };
        // The selected step shows whole, or its head and what fits below it.
        let rest = end.saturating_sub(height).min(first);
        let top = (rest + open.scrolled).min(end.saturating_sub(height).max(rest));
        Self { place, rows, top, height, first, rest, end }
    }

    /// The rows that show. The head of the selected step stays where it would be
    /// scrolled away: what a key acts on is always seen.
    pub fn shown(&self) -> impl Iterator<Item = &Row> {
        let stays = self.rows.get(self.first).filter(|_| self.top > self.first);
        let rows = self.rows.iter().skip(self.top + usize::from(stays.is_some()));
        stays.into_iter().chain(rows).take(self.height)
    }

    /// How far the selected step is scrolled.
    pub fn scrolled(&self) -> usize {
        self.top - self.rest
    }

    /// How many rows of the selected step stand below the screen.
    pub fn below(&self) -> usize {
        self.end.saturating_sub(self.top + self.height)
    }
}
