//! The only way onto the screen: every text that is painted is made visible
//! first, cut to its columns, and has ASCII stand-ins where the terminal wants them.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::theme::{Role, Theme};
use crate::app::layout::Area;
use crate::app::prose::{Line, cut};
use crate::domain::text::visible;

/// A buffer, a theme, and the ways of writing with them.
pub struct Painter<'a> {
    buffer: &'a mut Buffer,
    /// The styles.
    pub theme: &'a Theme,
}

impl<'a> Painter<'a> {
    /// Paints onto a buffer.
    pub fn new(buffer: &'a mut Buffer, theme: &'a Theme) -> Self {
        Self { buffer, theme }
    }

    /// Writes a text of at most so many columns; answers the column behind it.
    pub fn text(&mut self, x: u16, y: u16, columns: u16, text: &str, role: impl Into<Role>) -> u16 {
        let style = self.theme.style(role);
        self.styled(x, y, columns, text, style)
    }

    /// Writes a text in a style; answers the column behind it.
    pub fn styled(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) -> u16 {
        let screen = self.buffer.area;
        if y < screen.top() || y >= screen.bottom() || x >= screen.right() {
            return x;
        }
        let columns = usize::from(columns.min(screen.right() - x));
        let shown = visible(text);
        let shown = cut(&shown, columns);
        let shown = if self.theme.ascii { stand_ins(&shown) } else { shown };
        self.buffer.set_stringn(x, y, &shown, columns, style).0
    }

    /// Writes a text that ends at a column (exclusive), if it fits from `left` on; answers where it begins.
    pub fn right(&mut self, left: u16, right: u16, y: u16, text: &str, role: impl Into<Role>) -> u16 {
        let wide = visible(text).width() as u16;
        if left + wide > right {
            return right;
        }
        self.text(right - wide, y, wide, text, role);
        right - wide
    }

    /// Writes pieces one behind the other in so many columns; answers the column behind them.
    pub fn pieces<'t>(
        &mut self,
        x: u16,
        y: u16,
        columns: u16,
        pieces: impl IntoIterator<Item = (Role, Cow<'t, str>)>,
    ) -> u16 {
        let end = x + columns;
        let mut at = x;
        for (role, text) in pieces {
            if at >= end {
                break;
            }
            at = self.text(at, y, end - at, &text, role);
        }
        at
    }

    /// Writes a line of a page.
    pub fn line(&mut self, x: u16, y: u16, columns: u16, line: &Line) -> u16 {
        self.pieces(x, y, columns, line.pieces.iter().map(|piece| (piece.tone.into(), Cow::Borrowed(&*piece.text))))
    }

    /// Writes lines from the top of an area, from an offset on, as many as fit;
    /// marks in the last column where more stands above or below.
    pub fn page(&mut self, area: Area, lines: &[Line], offset: usize) {
        let rows = usize::from(area.height);
        let offset = offset.min(lines.len().saturating_sub(rows));
        for (row, line) in lines.iter().skip(offset).take(rows).enumerate() {
            self.line(area.x, area.y + row as u16, area.width, line);
        }
        self.more(area, offset, lines.len());
    }

    /// Marks on the right border where a page has more above or below.
    pub fn more(&mut self, area: Area, offset: usize, total: usize) {
        let x = area.x + area.width;
        if area.height == 0 || x >= self.buffer.area.right() {
            return;
        }
        if offset > 0 {
            self.text(x, area.y, 1, "▲", Role::Dim);
        }
        if offset + usize::from(area.height) < total {
            self.text(x, area.y + area.height - 1, 1, "▼", Role::Dim);
        }
    }

    /// Writes lines above what needs so many rows, which keeps half of the area;
    /// says where some are left out, and which key gives room. Answers how many rows it took.
    pub fn above(&mut self, area: Area, lines: &[Line], needed: usize, zoom: &str) -> u16 {
        let kept = needed.min(usize::from(area.height / 2)) as u16;
        let rows = (lines.len().min(usize::from(u16::MAX)) as u16).min((area.height - kept).max(3)).min(area.height);
        let whole = usize::from(rows) == lines.len();
        let told = usize::from(rows) - usize::from(!whole && rows > 0);
        for (at, line) in lines.iter().take(told).enumerate() {
            self.line(area.x, area.y + at as u16, area.width, line);
        }
        if !whole && rows > 0 {
            let words = format!("  … {} lines more; {zoom} gives room", lines.len() - told);
            self.text(area.x, area.y + rows - 1, area.width, &words, Role::Dim);
        }
        rows
    }

    /// Lays a style over cells without touching their text.
    pub fn wash(&mut self, area: Area, style: Style) {
        self.buffer.set_style(rect(area), style);
    }

    /// Takes the foreground colours of a row away where the wash needs them gone.
    pub fn select(&mut self, area: Area, focused: bool) {
        let role = if focused { Role::Selection } else { Role::SelectionIdle };
        let style = self.theme.style(role);
        if style.add_modifier.contains(Modifier::REVERSED) {
            // Colours under a reversal would give every cell its own ground.
            self.buffer.set_style(rect(area), Style::reset().add_modifier(Modifier::BOLD));
        }
        self.buffer.set_style(rect(area), style);
    }

    /// Empties an area.
    pub fn clear(&mut self, area: Area) {
        let plain = self.theme.style(Role::Plain);
        for y in area.y..(area.y + area.height).min(self.buffer.area.bottom()) {
            for x in area.x..(area.x + area.width).min(self.buffer.area.right()) {
                self.buffer[(x, y)].reset();
                self.buffer[(x, y)].set_style(plain);
            }
        }
    }

    /// Draws a border with a title; a focused one stands out by its strokes and title too.
    pub fn frame(&mut self, area: Area, title: &[(Role, String)], focused: bool) {
        if area.width < 4 || area.height < 2 {
            return;
        }
        let role = if focused { Role::BorderFocus } else { Role::Border };
        let (h, v, corners) = if focused {
            ("━", "┃", ["┏", "┓", "┗", "┛"])
        } else {
            ("─", "│", ["╭", "╮", "╰", "╯"])
        };
        let (right, bottom) = (area.x + area.width - 1, area.y + area.height - 1);
        let rule = h.repeat(usize::from(area.width - 2));
        for (y, left_corner, right_corner) in [(area.y, corners[0], corners[1]), (bottom, corners[2], corners[3])] {
            self.text(area.x, y, 1, left_corner, role);
            self.text(area.x + 1, y, area.width - 2, &rule, role);
            self.text(right, y, 1, right_corner, role);
        }
        for y in area.y + 1..bottom {
            self.text(area.x, y, 1, v, role);
            self.text(right, y, 1, v, role);
        }
        if !title.is_empty() {
            let end = right - 1;
            let mut at = self.text(area.x + 1, area.y, end - area.x - 1, " ", role);
            for (role, text) in title {
                // What is of less weight stays whole or goes.
                if *role == Role::Dim && at + text.width() as u16 > end {
                    continue;
                }
                at = self.text(at, area.y, end.saturating_sub(at), text, *role);
            }
            self.text(at, area.y, end.saturating_sub(at).min(1), " ", role);
        }
    }

    /// A style of the theme.
    pub fn style(&self, role: impl Into<Role>) -> Style {
        self.theme.style(role)
    }
}

/// The rectangle of an area.
pub fn rect(area: Area) -> Rect {
    Rect::new(area.x, area.y, area.width, area.height)
}

/// The text with an ASCII stand-in for every symbol, column for column.
fn stand_ins(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => out.push(c),
            '▸' | '→' | '›' => out.push('>'),
            '←' => out.push('<'),
            '⚿' => out.push('k'),
            '✗' | '×' => out.push('x'),
            '✔' | '✓' | '▼' | '↓' | '▾' => out.push('v'),
            '●' | '•' | '▇' => out.push('*'),
            '○' => out.push('o'),
            '◐' => out.push('%'),
            '…' => out.push('~'),
            '·' | '–' | '─' | '━' | '—' | '▄' => out.push('-'),
            '│' | '┃' => out.push('|'),
            '╭' | '╮' | '╰' | '╯' | '┏' | '┓' | '┗' | '┛' | '├' | '┤' | '▆' => out.push('+'),
            '▁' => out.push('_'),
            '▂' => out.push('.'),
            '▃' => out.push(':'),
            '▅' => out.push('='),
            '█' | '■' => out.push('#'),
            '▲' | '↑' => out.push('^'),
            other => {
                let mut buffer = [0; 4];
                for _ in 0..UnicodeWidthStr::width(&*other.encode_utf8(&mut buffer)) {
                    out.push('?');
                }
            }
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::stand_ins;

    #[test]
    fn stand_ins_keep_the_columns() {
        for text in ["▸ ci-deploy ⚿ ✗denied …", "▁▂▃▄▅▆▇█", "日本 → igw", "╭─╮"] {
            let plain = stand_ins(text);
            assert!(plain.is_ascii(), "{plain}");
            assert_eq!(plain.width(), text.width(), "{text}");
        }
    }
}
