//! What is drawn, at three sizes: each pane and overlay as a picture that is
//! looked at before it is accepted.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use stanch::app::Model;
use stanch::view::{Depth, Theme, draw};

use crate::desk::Desk;

mod always;
mod pictures;
mod plans;
mod whole;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];

/// The buffer that a Model is drawn to.
pub fn drawn(model: &Model, theme: &Theme, columns: u16, rows: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| draw(model, theme, frame)).unwrap();
    terminal.backend().buffer().clone()
}

fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            if skip > 0 {
                skip -= 1;
                continue;
            }
            line.push_str(symbol);
            skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn picture(desk: &Desk, ascii: bool) -> String {
    let theme = Theme::builtin("dark", Depth::True, ascii).unwrap();
    text(&drawn(&desk.model, &theme, desk.model.columns, desk.model.rows))
}

fn snapshot(name: &str, at_size: impl Fn(u16, u16) -> Desk) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (columns, rows) in SIZES {
            let desk = at_size(columns, rows);
            insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), picture(&desk, false));
        }
    });
}

fn pressed(keys: &'static str) -> impl Fn(u16, u16) -> Desk {
    move |columns, rows| {
        let mut desk = Desk::full(columns, rows);
        desk.press(keys);
        desk
    }
}
