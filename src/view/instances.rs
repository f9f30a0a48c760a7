//! The list of all instances.

use super::number::grouped;
use super::paint::Painter;
use super::theme::Role;
use crate::app::layout::Area;
use crate::app::prose::{Line, Tone};
use crate::app::scopes::{Part, ScopeState};
use crate::app::time::age;
use crate::app::{Model, Pane};
use crate::domain::instance::InstanceState;

/// The title: how many, how many of them exposed, the order.
pub fn title(model: &Model) -> Vec<(Role, String)> {
    let list = &model.instance.list;
    let exposed = list.entries.iter().filter(|entry| entry.paths > 0).count();
    let mut title = vec![(Role::Title, "Instances ".into()), (Role::Strong, grouped(list.entries.len()))];
    if exposed > 0 {
        title.push((Role::Bad, format!("  {exposed} exposed")));
    }
    title.push((Role::Dim, format!("  by {}", list.sort.word())));
    title
}

/// Draws the list within the border.
pub fn draw(model: &Model, painter: &mut Painter<'_>, area: Area) {
    let list = &model.instance.list;
    if list.entries.is_empty() {
        let unread: Vec<&ScopeState> =
            model.scopes.iter().map(|(_, state)| state).filter(|state| state.inventory.is_none()).collect();
        let words = if model.scopes.is_empty() {
            "Recorded logs have no account behind them: no instance is known."
        } else if unread.iter().any(|state| !state.faults.contains_key(&Part::Fleet)) {
            "Reading EC2 state …"
        } else if !unread.is_empty() {
            "No instance is known: EC2 state could not be read. It is tried again."
        } else {
            "There is no instance in the Regions that are read."
        };
        let lines = Line::new().put(Tone::Dim, words).wrap(area.width.saturating_sub(4));
        for (at, line) in lines.iter().take(usize::from(area.height.saturating_sub(1))).enumerate() {
            painter.line(area.x + 3, area.y + 1 + at as u16, area.width.saturating_sub(4), line);
        }
        return;
    }
    let wide = area.width >= 100;
    let (state, kind, region, up) = if wide { (14, 13, 15, 6) } else { (9, 0, 0, 0) };
    let id = if area.width >= 76 { 21 } else { 12 };
    let open = (area.width / 5).clamp(10, 24);
    let name = area.width.saturating_sub(3 + 9 + id + state + kind + region + up + open + 1);
    let heads = [
        ("NAME", name),
        ("ID", id),
        ("STATE", state),
        ("OPEN", open),
        ("FINDINGS", 9),
        ("TYPE", kind),
        ("REGION", region),
        ("UP", up),
    ];
    let mut at = area.x + 3;
    for (head, width) in heads {
        painter.text(at, area.y, width, head, Role::Label);
        at += width;
    }
    let rows = area.height.saturating_sub(1);
    let top = list.top.max((list.cursor + 1).saturating_sub(usize::from(rows).max(1)));
    let focused = model.focus == Pane::Instance && model.overlays.is_empty();
    for (line, entry) in list.entries.iter().skip(top).take(usize::from(rows)).enumerate() {
        let y = area.y + 1 + line as u16;
        let selected = top + line == list.cursor;
        if selected {
            painter.text(area.x + 1, y, 1, "▸", Role::Key);
        }
        let mut at = area.x + 3;
        let mut cell = |text: &str, width: u16, role: Role| {
            if width > 0 {
                painter.text(at, y, width - 1, text, role);
            }
            at += width;
        };
        let quiet = matches!(entry.state, InstanceState::Terminated | InstanceState::ShuttingDown);
        let plain = if quiet { Role::Dim } else { Role::Plain };
        cell(if entry.name.is_empty() { "-" } else { &entry.name }, name, plain);
        cell(&entry.id, id, plain);
        cell(entry.state.word(), state, if entry.state == InstanceState::Running { Role::Good } else { plain });
        if entry.open.is_empty() {
            cell("-", open, Role::Dim);
        } else {
            cell(&format!("● {}", entry.open), open, Role::Bad);
        }
        match entry.findings {
            Some((severity, count)) => cell(&format!("{} ×{count}", severity.short()), 9, severity.into()),
            None => cell("", 9, Role::Dim),
        }
        cell(&entry.kind, kind, plain);
        cell(&entry.region, region, Role::Dim);
        let launched = entry.launched.map(|at| age(at, model.now)).unwrap_or_default();
        cell(&launched, up, Role::Dim);
        if selected {
            painter.select(Area::new(area.x, y, area.width, 1), focused);
        }
    }
    painter.more(Area { y: area.y + 1, height: rows, ..area }, top, list.entries.len());
}
