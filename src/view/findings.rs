//! The list of findings, worst first.

use super::number::grouped;
use super::paint::Painter;
use super::theme::Role;
use crate::app::event::last_part;
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
    let columns = Columns::of(area.width, wide);
    let Columns { rule: title, resource, when, actor, name } = columns;
    let heads =
        [("SEV", 5), ("RULE", title), ("RESOURCE", resource), ("TIME", when), ("ACTOR", actor), ("EVENT", name)];
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
        rule(painter, at, y, title.saturating_sub(1), &found, resource == 0);
        at += title;
        if !below {
            painter.text(at, y, resource.saturating_sub(1), last_part(&found.group.resource), Role::Plain);
        }
        at += resource;
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

/// How wide the columns of the list are.
struct Columns {
    rule: u16,
    resource: u16,
    when: u16,
    actor: u16,
    name: u16,
}

impl Columns {
    /// The rule has what its title needs; then the resource has room, then the event.
    fn of(width: u16, wide: bool) -> Self {
        let (when, actor) = if wide { (15, 20) } else { (9, (width / 6).clamp(11, 14)) };
        let free = width.saturating_sub(3 + 5 + when + actor + 1);
        let rule = free.min(46);
        let rest = free - rule;
        let resource = if rest < 12 { 0 } else { rest.min(40) };
        let rest = rest - resource;
        let name = if rest < 16 { 0 } else { rest.min(34) };
        Self { rule: rule + rest - name, resource, when, actor, name }
    }
}

/// The rule's title; of a group how many and since when; the resource where it
/// has no column of its own and room is left, and of a finding below its group always.
fn rule(painter: &mut Painter<'_>, x: u16, y: u16, width: u16, found: &Row<'_>, beside: bool) {
    let finding = &found.listed.finding;
    if found.group.is_open && !found.is_group {
        painter.text(x, y, width, &format!("  {}", found.group.resource), Role::Dim);
        return;
    }
    let mark = if found.group.is_open { "▾" } else { "▸" };
    let count = if found.is_group {
        format!("{mark} ×{} since {}", grouped(found.group.count()), &clock(found.since)[..5])
    } else {
        String::new()
    };
    let wide = if count.is_empty() { 0 } else { count.chars().count() as u16 + 1 };
    let mut end = painter.text(x, y, width.saturating_sub(wide), &finding.title, finding.severity);
    if wide > 0 {
        end = painter.text(end + 1, y, wide - 1, &count, Role::Key);
    }
    let left = (x + width).saturating_sub(end + 2);
    if beside && left >= 8 {
        painter.text(end + 2, y, left, last_part(&found.group.resource), Role::Dim);
    }
}

#[cfg(test)]
mod tests {
    use super::Columns;

    #[test]
    fn a_wider_list_never_says_less_of_the_rule() {
        let mut before = 0;
        for width in 58..240 {
            let columns = Columns::of(width, width >= 100);
            let Columns { rule, resource, when, actor, name } = columns;
            assert_eq!(3 + 5 + rule + resource + when + actor + name + 1, width);
            assert!(rule >= before.min(46), "{width}: {rule} after {before}");
            before = rule;
        }
    }
}
