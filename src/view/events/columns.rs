//! The columns of the event list: where they stand, and an event in them.

use unicode_width::UnicodeWidthStr;

use crate::app::event::{error_word, last_part};
use crate::app::time::clock;
use crate::domain::actor::ActorKind;
use crate::domain::event::Access;
use crate::trail::timeline::Row;
use crate::view::paint::Painter;
use crate::view::theme::Role;

/// Where the columns of the list stand.
pub struct Columns {
    compact: bool,
    actor: u16,
    event: u16,
    target: u16,
    region: u16,
    width: u16,
}

impl Columns {
    /// The columns of a list that is so wide.
    pub fn of(width: u16) -> Self {
        let compact = width < 100;
        // Mark, time, severity and gaps.
        let fixed = if compact { 2 + 1 + 9 + 5 } else { 2 + 1 + 10 + 5 };
        let free = width.saturating_sub(fixed + 1);
        let region = if free >= 110 { 15 } else { 0 };
        let free = free - region;
        let actor = (free * 24 / 100).clamp(11, 34);
        let target = (free * 26 / 100).clamp(11, 46);
        let event = free.saturating_sub(actor + target);
        Self { compact, actor, event, target, region, width }
    }

    /// Draws their names.
    pub fn head(&self, painter: &mut Painter<'_>, x: u16, y: u16) {
        let mut at = x + 3;
        let time = if self.compact { 9 } else { 10 };
        let mut column = |name: &str, width: u16| {
            painter.text(at, y, width, name, Role::Label);
            at += width;
        };
        column("TIME", time);
        column("SEV", 5);
        column("ACTOR", self.actor);
        column("EVENT", self.event);
        if self.region > 0 {
            column("REGION", self.region);
        }
        column("TARGET", self.target);
    }

    /// Draws an event, marked where it is selected or pinned.
    pub fn row(&self, painter: &mut Painter<'_>, x: u16, y: u16, event: &Row<'_>, selected: bool, pinned: bool) {
        let tone = match event.severity {
            Some(severity) => severity.into(),
            None if event.access == Access::Read || event.dry_run => Role::Dim,
            None => Role::Plain,
        };
        let mark = match (selected, pinned) {
            (true, _) => "▸",
            (false, true) => "•",
            (false, false) => " ",
        };
        painter.text(x + 1, y, 1, mark, Role::Key);
        let mut at = x + 3;
        painter.text(at, y, 8, &clock(event.time), if event.severity.is_some() { tone } else { Role::Dim });
        at += if self.compact { 9 } else { 10 };
        if let Some(severity) = event.severity {
            painter.text(at, y, 4, severity.short(), severity);
        }
        at += 5;
        self.actor(painter, at, y, event, tone);
        at += self.actor;
        self.event(painter, at, y, event, tone);
        at += self.event;
        if self.region > 0 {
            painter.text(at, y, self.region - 1, event.region, Role::Dim);
            at += self.region;
        }
        let left = (x + self.width).saturating_sub(at + 1).min(self.target);
        painter.text(at, y, left, last_part(event.target), tone);
    }

    fn actor(&self, painter: &mut Painter<'_>, x: u16, y: u16, event: &Row<'_>, tone: Role) {
        let key = event.access_key.starts_with("AKIA");
        let gap = if self.compact { "⚿" } else { " ⚿" };
        let room = self.actor.saturating_sub(1 + if key { gap.chars().count() as u16 } else { 0 });
        let name = match event.actor_kind {
            ActorKind::Service => event.actor.trim_end_matches(".amazonaws.com"),
            _ => event.actor,
        };
        let role = if event.is_root() { Role::Bad } else { tone };
        let end = painter.text(x, y, room, name, role);
        if key {
            painter.text(end, y, 2, gap, tone);
        }
    }

    /// The letter, the name, and what became of the call; the mark stays when the name must be cut.
    fn event(&self, painter: &mut Painter<'_>, x: u16, y: u16, event: &Row<'_>, tone: Role) {
        let room = self.event.saturating_sub(1);
        let mut letter = [0; 4];
        painter.text(x, y, 1, event.access.letter().encode_utf8(&mut letter), tone);
        let mark = if event.dry_run {
            " dry-run".to_owned()
        } else if event.error.is_empty() {
            String::new()
        } else {
            format!(" ✗{}", error_word(event.error))
        };
        let wide = UnicodeWidthStr::width(&*mark) as u16;
        // What is left by the name, at least a word of it.
        let left = room.saturating_sub(2 + event.name.len() as u16);
        let mark_room = wide.min(left.max(9)).min(room / 2);
        let end = painter.text(x + 2, y, room.saturating_sub(2 + mark_room), event.name, tone);
        let role = if event.dry_run { Role::Dim } else { Role::Bad };
        painter.text(end, y, mark_room, &mark, role);
    }
}
