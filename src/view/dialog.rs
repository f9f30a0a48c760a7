//! What overlays are made of: a frame, a text field, a box with both.

use super::paint::Painter;
use super::theme::Role;
use crate::app::Model;
use crate::app::field::Field;
use crate::app::layout::Area;
use crate::app::prose::{Line, wrapped};

/// An empty frame with a title; answers the area within.
pub fn open(painter: &mut Painter<'_>, area: Area, title: &[(Role, String)]) -> Area {
    painter.clear(area);
    painter.frame(area, title, true);
    area.inner()
}

/// A text field with a mark before it; answers where the cursor stands.
pub fn entry(painter: &mut Painter<'_>, area: Area, mark: &str, field: &Field) -> (u16, u16) {
    let style = painter.style(Role::Field);
    painter.text(area.x, area.y, area.width, &" ".repeat(usize::from(area.width)), Role::Plain);
    painter.wash(area, style);
    let at = painter.text(area.x, area.y, area.width, mark, Role::Key);
    let width = usize::from((area.x + area.width).saturating_sub(at));
    let scroll = field.scroll(width);
    let text: String = field.text().chars().skip(scroll).collect();
    painter.styled(at, area.y, width as u16, &text, style);
    (at + field.column().saturating_sub(scroll) as u16, area.y)
}

/// A box in the middle of the screen: lines, a field, a line of status.
pub fn dialog(
    model: &Model,
    painter: &mut Painter<'_>,
    title: &str,
    lines: Vec<Line>,
    field: Option<&Field>,
    status: &Line,
) -> (Area, Option<(u16, u16)>) {
    let width = (model.columns.saturating_sub(4)).min(96);
    let lines = wrapped(lines, width.saturating_sub(4));
    let status = wrapped(vec![status.clone()], width.saturating_sub(4));
    let rows = lines.len() as u16 + 1 + if field.is_some() { status.len() as u16 + 1 } else { 1 };
    let screen = Area::new(0, 1, model.columns, model.rows.saturating_sub(2));
    let area = screen.centred(width, rows + 2);
    let inner = open(painter, area, &[(Role::Title, title.to_owned())]);
    let body = Area { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let under = 1 + if field.is_some() { status.len() as u16 } else { 0 };
    painter.page(Area { height: body.height.saturating_sub(under), ..body }, &lines, 0);
    let mut cursor = None;
    if let Some(field) = field {
        let y = body.y + body.height - under;
        cursor = Some(entry(painter, Area { y, height: 1, ..body }, "> ", field));
        for (at, line) in status.iter().enumerate() {
            painter.line(body.x, y + 1 + at as u16, body.width, line);
        }
    }
    (inner, cursor)
}
