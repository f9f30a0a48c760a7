//! The filter bar: the text, how many events it takes, and below it what is wrong
//! with it or how it may go on.

use unicode_width::UnicodeWidthStr;

use crate::app::Model;
use crate::app::filter::Bar;
use crate::app::layout::Area;
use crate::app::prose::{Line, Tone};
use crate::view::number::grouped;
use crate::view::paint::Painter;
use crate::view::theme::Role;

/// Draws the bar; answers where its cursor stands, and how many rows stand below it.
pub fn draw(model: &Model, painter: &mut Painter<'_>, area: Area, bar: &Bar) -> ((u16, u16), u16) {
    painter.wash(area, painter.style(Role::Field));
    let count = format!("{} match", grouped(model.events.shown.len()));
    let end = painter.right(area.x + 20, area.x + area.width, area.y, &count, Role::Dim);
    let at = painter.text(area.x, area.y, 2, "/ ", Role::Key);
    let width = usize::from(end.saturating_sub(at + 1));
    let scroll = bar.field.scroll(width);
    let text: String = bar.field.text().chars().skip(scroll).collect();
    let style = painter.style(Role::Field);
    painter.styled(at, area.y, width as u16, &text, style);
    let below = area.y + 1;
    let mut rows = 0;
    if let Some(error) = &bar.error {
        let column = bar.field.text().get(..error.at).map_or(0, |head| head.chars().count()).saturating_sub(scroll);
        let marks = "^".repeat(error.len.clamp(1, 20));
        let x =
            painter.text(at + column as u16, below, area.width.saturating_sub(2 + column as u16), &marks, Role::Bad);
        let left = (area.x + area.width).saturating_sub(x + 1);
        rows = 1;
        if error.message.width() <= usize::from(left) {
            painter.text(x + 1, below, left, &error.message, Role::Warn);
        } else {
            // Beside the marks it would be cut off: it has the rows below them.
            for line in Line::new().put(Tone::Warn, &error.message).hanging(2).wrap(area.width.saturating_sub(4)) {
                painter.line(area.x + 2, below + rows, area.width.saturating_sub(4), &line);
                rows += 1;
            }
        }
    } else if !bar.completions.is_empty() {
        rows = 1;
        let mut x = painter.text(area.x, below, 6, "  tab ", Role::Dim);
        for (index, completion) in bar.completions.iter().enumerate() {
            let left = (area.x + area.width).saturating_sub(x);
            let role = if index == 0 { Role::Key } else { Role::Plain };
            x = painter.text(x, below, left, &completion.insert, role);
            let left = (area.x + area.width).saturating_sub(x);
            let count = completion.count.map_or_else(|| "  ".to_owned(), |count| format!(" {}  ", grouped(count)));
            x = painter.text(x, below, left, &count, Role::Dim);
        }
    }
    ((at + bar.field.column().saturating_sub(scroll) as u16, area.y), rows)
}
