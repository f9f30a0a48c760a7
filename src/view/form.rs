//! A form: each field with its name, and under it what may be given.
//!
//! ```text
//! ╭ Why it is done ────────────────────────────────────────────╮
//! │ compromised-instance  i-0abc12de34f567890 web-7            │
//! │ Reason    > paged: a replaced user data                    │
//! │             in your words, for the journal and the report  │
//! ```

use super::dialog::{entry, open};
use super::paint::Painter;
use super::theme::Role;
use crate::app::Model;
use crate::app::form::{Form, Subject};
use crate::app::layout::Area;
use crate::app::prose::{Line, Tone, wrapped};

/// Columns that a field's name takes.
const NAME: u16 = 11;

/// Draws the form; answers where the cursor of its focused field stands.
pub fn draw(model: &Model, painter: &mut Painter<'_>, form: &Form) -> Option<(u16, u16)> {
    let width = model.columns.saturating_sub(4).min(96);
    let (title, told) = match form.subject {
        Subject::Why(_) => ("Why it is done", "Enter passes a field; both may stay empty, and the case then says so."),
        Subject::Choices(_) => (
            "What is left to choose",
            "Nothing is done by it: the step is bound anew. An empty field is as without one.",
        ),
    };
    let head = vec![Line::new().put(Tone::Strong, &form.title), Line::new().put(Tone::Dim, told), Line::new()];
    let head = wrapped(head, width.saturating_sub(4));
    let status = form.wrong.as_ref().map(|wrong| Line::new().put(Tone::Bad, wrong)).unwrap_or_default();
    let status = wrapped(vec![status], width.saturating_sub(4));
    let hints: Vec<Vec<Line>> = form
        .entries
        .iter()
        .map(|entry| wrapped(vec![Line::new().put(Tone::Dim, &entry.may)], width.saturating_sub(4 + NAME + 2)))
        .collect();
    let rows = head.len() + hints.iter().map(|hint| hint.len() + 1).sum::<usize>() + status.len();
    let screen = Area::new(0, 1, model.columns, model.rows.saturating_sub(2));
    let inner = open(painter, screen.centred(width, rows as u16 + 2), &[(Role::Title, title.to_owned())]);
    let body = Area { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let end = body.y + body.height;
    let mut y = body.y;
    let mut cursor = None;
    let say = |painter: &mut Painter<'_>, y: &mut u16, x: u16, lines: &[Line]| {
        for line in lines {
            if *y < end {
                painter.line(body.x + x, *y, body.width.saturating_sub(x), line);
            }
            *y += 1;
        }
    };
    say(painter, &mut y, 0, &head);
    for (at, (field, hint)) in form.entries.iter().zip(&hints).enumerate() {
        let focused = at == form.at;
        if y < end {
            painter.text(body.x, y, NAME, &field.name, if focused { Role::Strong } else { Role::Plain });
            let area = Area::new(body.x + NAME, y, body.width.saturating_sub(NAME), 1);
            let place = entry(painter, area, if focused { "> " } else { "  " }, &field.field);
            cursor = cursor.or(focused.then_some(place));
        }
        y += 1;
        say(painter, &mut y, NAME + 2, hint);
    }
    say(painter, &mut y, 0, &status);
    cursor
}
