//! What is drawn: one file per pane, mirroring `app`. Drawing changes nothing.
//!
//! Every text reaches the screen through [`paint::Painter`], which makes it
//! visible first: nothing that AWS or an attacker wrote can move a cursor,
//! change a colour or hide.

mod dialog;
mod events;
mod findings;
mod footer;
mod form;
mod header;
mod histogram;
mod instance;
mod instances;
mod number;
mod overlay;
pub mod paint;
mod remediation;
mod summary;
pub mod theme;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

pub use theme::{Depth, Role, Theme};

use crate::app::layout::{Area, LEAST_COLUMNS, LEAST_ROWS, Layout};
use crate::app::{Model, Pane};
use paint::Painter;

/// Draws the console. The Model's size is what it was told; the frame's is what there is.
pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    let cursor = draw_to(model, theme, frame.buffer_mut());
    if let Some(position) = cursor {
        frame.set_cursor_position(position);
    }
}

/// Draws onto a buffer; answers where the cursor of a text field stands.
pub fn draw_to(model: &Model, theme: &Theme, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let screen = buffer.area;
    let mut painter = Painter::new(buffer, theme);
    let whole = Area::new(0, 0, screen.width, screen.height);
    painter.wash(whole, theme.style(Role::Plain));
    let layout = model.layout();
    if layout == Layout::TooSmall || screen.width < LEAST_COLUMNS || screen.height < LEAST_ROWS {
        small(&mut painter, whole);
        return None;
    }
    header::draw(model, &mut painter, Area::new(0, 0, screen.width, 1));
    let mut cursor = None;
    for pane in Pane::ALL {
        if let Some(area) = layout.pane(pane) {
            let found = draw_pane(model, &mut painter, pane, area, matches!(layout, Layout::Narrow { .. }));
            cursor = cursor.or(found);
        }
    }
    if let Layout::Narrow { lines, .. } = layout {
        for (pane, area) in lines {
            summary::draw(model, &mut painter, pane, area);
        }
    }
    footer::draw(model, &mut painter, Area::new(0, screen.height - 1, screen.width, 1));
    for overlay in &model.overlays {
        cursor = overlay::draw(model, &mut painter, overlay);
    }
    cursor
}

fn draw_pane(model: &Model, painter: &mut Painter<'_>, pane: Pane, area: Area, bare: bool) -> Option<(u16, u16)> {
    let focused = model.focus == pane && model.overlays.is_empty();
    let title = match pane {
        Pane::Events => events::title(model, bare),
        Pane::Instance => instance::title(model),
        Pane::Remediation => remediation::title(model),
    };
    let content = if bare {
        let mut at = area.x + 1;
        for (role, text) in &title {
            // What is of less weight stays whole or goes.
            if *role == Role::Dim
                && usize::from(at) + UnicodeWidthStr::width(&**text) > usize::from(area.x + area.width)
            {
                continue;
            }
            at = painter.text(at, area.y, (area.x + area.width).saturating_sub(at), text, *role);
        }
        if pane == Pane::Events {
            histogram::beside(
                model,
                painter,
                Area::new(at + 1, area.y, (area.x + area.width).saturating_sub(at + 2), 1),
            );
        }
        Area { y: area.y + 1, height: area.height - 1, ..area }
    } else {
        painter.frame(area, &title, focused);
        if pane == Pane::Events {
            let bottom = Area::new(area.x + 2, area.y + area.height - 1, area.width.saturating_sub(4), 1);
            events::coverage(model, painter, bottom);
        }
        area.inner()
    };
    match pane {
        Pane::Events => return events::draw(model, painter, content, bare),
        Pane::Instance => instance::draw(model, painter, content),
        Pane::Remediation => remediation::draw(model, painter, content),
    }
    None
}

fn small(painter: &mut Painter<'_>, whole: Area) {
    let text = format!("stanch needs {LEAST_COLUMNS}×{LEAST_ROWS}; this is {}×{}", whole.width, whole.height);
    let short = format!("needs {LEAST_COLUMNS}×{LEAST_ROWS}");
    let text = if text.chars().count() <= usize::from(whole.width) { text } else { short };
    painter.text(0, whole.height / 2, whole.width, &text, Role::Strong);
}
