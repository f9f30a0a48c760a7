//! The list of findings, worst first.

use super::number::grouped;
use super::paint::Painter;
use super::theme::Role;
use crate::app::findings::Row;
use crate::app::layout::Area;
use crate::app::time::{clock, clock_and_day};
use crate::app::{Model, Pane};
use crate::domain::finding::Severity;

/// The title: how many of each severity.
pub fn title(model: &Model) -> Vec<(Role, String)> {
    let mut title = vec![(Role::Title, "Findings ".into()), (Role::Strong, grouped(model.findings.len()))];
    if model.findings.groups() < model.findings.len() {
        title.push((Role::Dim, format!(" in {} groups", grouped(model.findings.groups()))));
    }
    let counts = model.findings.counts();
    for severity in Severity::ALL.into_iter().rev() {
        let count = counts[severity as usize];
        if count > 0 {
            title.push((severity.into(), format!("  {} {}", severity.short(), grouped(count))));
        }
    }
    title
}

/// Draws the list within the border.
pub fn draw(model: &Model, painter: &mut Painter<'_>, area: Area) {
    if model.findings.is_empty() {
        let words = "No rule has matched an event that has been read.";
        painter.text(area.x + 3, area.y + 1, area.width.saturating_sub(4), words, Role::Dim);
        return;
    }
    let wide = area.width >= 100;
    let (when, actor, name) = if wide { (15, 22, 34) } else { (10, 14, 0) };
    let title_width = area.width.saturating_sub(3 + 5 + when + actor + name + 1);
    let heads = [("SEV", 5), ("RULE", title_width), ("TIME", when), ("ACTOR", actor), ("EVENT", name)];
    let mut at = area.x + 3;
    for (head, width) in heads {
        painter.text(at, area.y, width, head, Role::Label);
        at += width;
    }
    let rows = usize::from(area.height.saturating_sub(1)).max(1);
    let all = model.findings.rows();
    let cursor = model.events.finding;
    let top = (cursor + 1).saturating_sub(rows).max(cursor.saturating_sub(rows / 2).min(all.saturating_sub(rows)));
    let focused = model.focus == Pane::Events && model.overlays.is_empty();
    for (line, found) in model.findings.rows_from(top).take(rows).enumerate() {
        let y = area.y + 1 + line as u16;
        let finding = &found.listed.finding;
        if top + line == cursor {
            painter.text(area.x + 1, y, 1, "▸", Role::Key);
        }
        let mut at = area.x + 3;
        let below = found.group.is_open && !found.is_group;
        let severity = if below { "" } else { finding.severity.short() };
        painter.text(at, y, 4, severity, finding.severity);
        at += 5;
        rule(painter, at, y, title_width.saturating_sub(1), &found);
        at += title_width;
        if let Some(row) = model.timeline.get(found.listed.slot) {
            let time = if wide { clock_and_day(row.time) } else { clock(row.time) };
            painter.text(at, y, when - 1, &time, Role::Dim);
            at += when;
            painter.text(at, y, actor - 1, row.actor, Role::Plain);
            at += actor;
            painter.text(at, y, name.saturating_sub(1), row.name, Role::Plain);
        }
        if top + line == cursor {
            painter.select(Area::new(area.x, y, area.width, 1), focused);
        }
    }
    painter.more(Area { y: area.y + 1, height: rows as u16, ..area }, top, all);
}

/// The rule's title; of a group how many and since when, of one below it the resource.
fn rule(painter: &mut Painter<'_>, x: u16, y: u16, width: u16, found: &Row<'_>) {
    let finding = &found.listed.finding;
    if found.group.is_open && !found.is_group {
        painter.text(x, y, width, &format!("  {}", found.group.resource), Role::Dim);
        return;
    }
    if !found.is_group {
        painter.text(x, y, width, &finding.title, finding.severity);
        return;
    }
    let mark = if found.group.is_open { "▾" } else { "▸" };
    let count = format!("{mark} ×{} since {}", grouped(found.group.count()), &clock(found.since)[..5]);
    let wide = count.chars().count() as u16;
    let end = painter.text(x, y, width.saturating_sub(wide + 1), &finding.title, finding.severity);
    painter.text(end + 1, y, wide, &count, Role::Key);
}
