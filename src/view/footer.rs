//! The footer: the latest notice, or the keys of what has the focus.

use unicode_width::UnicodeWidthStr;

use super::paint::Painter;
use super::theme::Role;
use crate::app::layout::Area;
use crate::app::overlay::{About, Consent, Overlay};
use crate::app::{Action, Model, help};

/// Draws the footer.
pub fn draw(model: &Model, painter: &mut Painter<'_>, area: Area) {
    painter.wash(area, painter.style(Role::Footer));
    if let Some(notice) = model.notices.latest() {
        let (mark, role) = if notice.bad { ("✗ ", Role::Bad) } else { ("● ", Role::Good) };
        let at = painter.text(area.x + 1, area.y, 2, mark, role);
        painter.text(at, area.y, area.width.saturating_sub(at + 1), &notice.text, Role::Strong);
        return;
    }
    let keys: Vec<(String, &str)> = match model.overlays.last() {
        Some(overlay) => of_overlay(overlay),
        None if model.is_typing() => fixed(&[
            ("enter", "keep"),
            ("esc", "as it was"),
            ("tab", "complete"),
            ("up/down", "history"),
            ("ctrl-u", "clear"),
        ]),
        None => help::footer(&model.settings.keymap, &[model.context()]),
    };
    let help = model.settings.keymap.shown(Action::Help);
    let help = if model.is_typing() || !model.overlays.is_empty() { String::new() } else { format!("{help} help") };
    let right = area.x + area.width - 1;
    let end = if help.is_empty() { right } else { painter.right(area.x, right, area.y, &help, Role::Key) };
    let mut at = area.x + 1;
    for (key, word) in keys {
        let wide = (key.width() + 1 + word.width()) as u16;
        if at + wide + 2 > end {
            break;
        }
        at = painter.text(at, area.y, wide, &key, Role::Key);
        at = painter.text(at + 1, area.y, wide, word, Role::Footer) + 2;
    }
}

fn fixed(keys: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    keys.iter().map(|(key, word)| ((*key).to_owned(), *word)).collect()
}

fn of_overlay(overlay: &Overlay) -> Vec<(String, &'static str)> {
    match overlay {
        _ if overlay.is_typing() && matches!(overlay, Overlay::Page(_) | Overlay::Raw(_)) => {
            fixed(&[("enter", "keep"), ("esc", "close")])
        }
        Overlay::Page(_) => {
            fixed(&[("j/k", "scroll"), ("/", "find"), ("n/N", "next"), ("Y", "copy"), ("esc", "close")])
        }
        Overlay::Raw(_) => fixed(&[
            ("j/k", "move"),
            ("enter", "fold"),
            ("/", "find"),
            ("n/N", "next"),
            ("y", "copy value"),
            ("Y", "copy record"),
            ("esc", "close"),
        ]),
        Overlay::Palette(_) => {
            fixed(&[("type", "to find"), ("up/down", "choose"), ("enter", "do it"), ("esc", "close")])
        }
        Overlay::Arming(_) => fixed(&[("enter", "arm"), ("up/down", "another Scope"), ("esc", "stay read-only")]),
        Overlay::Confirm(confirm) => match confirm.consent {
            Consent::Button { .. } => fixed(&[("tab", "other button"), ("enter", "press it"), ("esc", "cancel")]),
            Consent::Typed { .. } => fixed(&[("enter", "confirm"), ("esc", "cancel")]),
        },
        Overlay::Form(form) if form.is_at_end() => {
            fixed(&[("enter", "keep"), ("up/down", "other field"), ("esc", "cancel")])
        }
        Overlay::Form(_) => fixed(&[("enter", "next field"), ("up/down", "other field"), ("esc", "cancel")]),
        Overlay::Reason(reason) => {
            let does = match reason.about {
                About::Skip(_) => "skip it",
                About::ByHand(_) => "it is done",
                About::Leave => "leave it",
                About::Note => "write it down",
            };
            fixed(&[("enter", does), ("esc", "cancel")])
        }
    }
}
