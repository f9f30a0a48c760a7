//! What is drawn over the panes: texts, raw records, the palette, arming,
//! confirmations.

use super::dialog::{dialog, entry, open};
use super::form;
use super::paint::Painter;
use super::theme::Role;
use crate::app::Model;
use crate::app::arming::Arming;
use crate::app::field::Field;
use crate::app::layout::{Area, overlay as overlay_area};
use crate::app::overlay::{About, Confirm, Consent, Overlay, Reason};
use crate::app::page::Page;
use crate::app::palette::Palette;
use crate::app::prose::{Line, Tone};
use crate::app::raw::Raw;

/// Draws an overlay; answers where the cursor of its text field stands.
pub fn draw(model: &Model, painter: &mut Painter<'_>, overlay: &Overlay) -> Option<(u16, u16)> {
    let area = overlay_area(model.columns, model.rows);
    match overlay {
        Overlay::Page(page) => text(painter, area, page),
        Overlay::Raw(raw) => record(painter, area, raw),
        Overlay::Palette(palette) => Some(choose(model, painter, area, palette)),
        Overlay::Arming(arming) => arm(model, painter, arming),
        Overlay::Confirm(confirm) => ask(model, painter, confirm),
        Overlay::Reason(reason) => why(model, painter, reason),
        Overlay::Form(form) => form::draw(model, painter, form),
    }
}

fn text(painter: &mut Painter<'_>, area: Area, page: &Page) -> Option<(u16, u16)> {
    let mut title = vec![(Role::Title, page.title.clone())];
    let found = page.find.sentence();
    if !found.is_empty() {
        title.push((Role::Warn, format!("  {found}")));
    }
    let inner = open(painter, area, &title);
    let body = Area { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    painter.page(Area { width: body.width + 1, ..body }, &page.lines, page.offset);
    let height = usize::from(body.height);
    let offset = page.offset.min(page.lines.len().saturating_sub(height));
    for hit in page.find.hits.iter().filter(|hit| (offset..offset + height).contains(hit)) {
        let style = painter.style(Role::Match);
        painter.wash(Area::new(body.x, body.y + (hit - offset) as u16, body.width, 1), style);
    }
    find_field(painter, area, page.find.field.as_ref())
}

fn record(painter: &mut Painter<'_>, area: Area, raw: &Raw) -> Option<(u16, u16)> {
    let mut title = vec![(Role::Title, raw.title.clone())];
    let found = raw.find.sentence();
    if !found.is_empty() {
        title.push((Role::Warn, format!("  {found}")));
    }
    let inner = open(painter, area, &title);
    for line in 0..inner.height {
        let row = raw.offset + usize::from(line);
        let Some((text, hit)) = raw.line(row) else { break };
        let y = inner.y + line;
        painter.line(inner.x + 1, y, inner.width.saturating_sub(2), text);
        if hit {
            painter.wash(Area::new(inner.x + 1, y, inner.width - 2, 1), painter.style(Role::Match));
        }
        if row == raw.cursor {
            painter.text(inner.x, y, 1, "▸", Role::Key);
            painter.select(Area::new(inner.x, y, inner.width, 1), true);
        }
    }
    painter.more(inner, raw.offset, raw.len());
    find_field(painter, area, raw.find.field.as_ref())
}

/// The search field of a text stands on the bottom border.
fn find_field(painter: &mut Painter<'_>, area: Area, field: Option<&Field>) -> Option<(u16, u16)> {
    let field = field?;
    let y = area.y + area.height - 1;
    let width = area.width.saturating_sub(4);
    Some(entry(painter, Area::new(area.x + 2, y, width, 1), "/ ", field))
}

fn choose(model: &Model, painter: &mut Painter<'_>, area: Area, palette: &Palette) -> (u16, u16) {
    let area = Area { width: area.width.min(90), ..area };
    let area = Area { x: (model.columns - area.width) / 2, height: area.height.min(24), ..area };
    let inner = open(painter, area, &[(Role::Title, "Do".into())]);
    let cursor =
        entry(painter, Area { x: inner.x + 1, width: inner.width - 2, height: 1, ..inner }, ": ", &palette.field);
    let list = Area { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    if palette.found.is_empty() {
        painter.text(list.x + 2, list.y, list.width - 3, "no action or page has such a name", Role::Dim);
    }
    let rows = usize::from(list.height).max(1);
    let top = (palette.cursor + 1).saturating_sub(rows);
    for (line, action) in palette.found.iter().skip(top).take(rows).enumerate() {
        let y = list.y + line as u16;
        let described = action.entry();
        let keys: Vec<String> = model.settings.keymap.chords(*action).iter().map(ToString::to_string).collect();
        let selected = top + line == palette.cursor;
        if selected {
            painter.text(list.x, y, 1, "▸", Role::Key);
        }
        painter.text(list.x + 2, y, 18, described.name, Role::Strong);
        painter.text(list.x + 20, y, 12, &keys.join(" "), Role::Key);
        painter.text(list.x + 33, y, list.width.saturating_sub(34), described.help, Role::Plain);
        if selected {
            painter.select(Area::new(list.x, y, list.width, 1), true);
        }
    }
    painter.more(list, top, palette.found.len());
    cursor
}

fn arm(model: &Model, painter: &mut Painter<'_>, arming: &Arming) -> Option<(u16, u16)> {
    let state = model.scopes.get(arming.scope)?;
    let scope = &state.scope;
    let mut lines = vec![
        Line::new().put(Tone::Strong, "Once armed, steps of a plan can change this account:"),
        Line::new(),
        Line::labelled("Account").put(Tone::Strong, &scope.caller.account),
        Line::labelled("Alias")
            .put(Tone::Strong, scope.caller.alias.as_deref().unwrap_or("none, or it may not be read")),
        Line::labelled("Region").put(Tone::Strong, &scope.region),
        Line::labelled("As").put(Tone::Strong, &scope.caller.arn),
        Line::labelled("Profile").put(Tone::Plain, scope.profile.as_deref().unwrap_or("the default credentials")),
    ];
    if let Some(endpoint) = &model.endpoint {
        lines.push(Line::labelled("Endpoint").put(Tone::Warn, endpoint));
    }
    lines.push(Line::new());
    let what = if scope.caller.alias.is_some() { "the account's id or alias" } else { "the account's id" };
    lines.push(Line::of(&format!("Nothing is changed by arming. To arm, type {what}:")));
    let status = if arming.asked.is_some() {
        Line::new().put(Tone::Warn, "Reading again who the caller is …")
    } else if let Some(wrong) = &arming.wrong {
        Line::new().put(Tone::Bad, wrong)
    } else if model.scopes.len() > 1 {
        Line::new().put(Tone::Dim, &format!("up/down: another of {} Scopes", model.scopes.len()))
    } else {
        Line::new()
    };
    let (_, cursor) = dialog(model, painter, "Arm", lines, Some(&arming.field), &status);
    cursor
}

fn why(model: &Model, painter: &mut Painter<'_>, reason: &Reason) -> Option<(u16, u16)> {
    let (title, verb, question) = match reason.about {
        About::ByHand(_) => {
            ("By hand", "Done or decided: ", "What was done or decided? The note goes into the journal.")
        }
        About::Skip(_) => ("Skip a step", "Skip ", "Why? The reason goes into the journal."),
        About::Leave => ("Leave it", "Leave as it stands: ", "Why? The reason goes into the journal."),
        About::Note => ("Note", "Case: ", "The note goes into the journal."),
    };
    let lines = vec![Line::new().put(Tone::Plain, verb).put(Tone::Strong, &reason.title), Line::of(question)];
    let status = Line::new().put(Tone::Dim, "enter: write it down   esc: cancel");
    dialog(model, painter, title, lines, Some(&reason.field), &status).1
}

fn ask(model: &Model, painter: &mut Painter<'_>, confirm: &Confirm) -> Option<(u16, u16)> {
    match &confirm.consent {
        Consent::Typed { expected, field } => {
            let mut lines = confirm.lines.clone();
            lines.push(Line::new());
            lines.push(
                Line::new().put(Tone::Plain, "To go on, type ").put(Tone::Strong, expected).put(Tone::Plain, ":"),
            );
            let status = if confirm.is_given() {
                Line::new().put(Tone::Warn, &format!("enter: {}", confirm.verb.to_lowercase()))
            } else {
                Line::new().put(Tone::Dim, "esc: cancel")
            };
            dialog(model, painter, &confirm.title, lines, Some(field), &status).1
        }
        Consent::Button { chosen, more } => {
            let mut lines = confirm.lines.clone();
            if *more > 0 {
                lines.push(Line::new().put(Tone::Dim, "The first of two times."));
            }
            let (area, _) = dialog(model, painter, &confirm.title, lines, None, &Line::new());
            let y = area.y + area.height - 1;
            let mut x = area.x + 1;
            for (word, focused) in [("Cancel", !chosen), (confirm.verb, *chosen)] {
                let text = if focused { format!("▸[ {word} ]") } else { format!(" [ {word} ]") };
                let end = painter.text(x, y, area.width, &text, if focused { Role::Title } else { Role::Dim });
                if focused {
                    painter.select(Area::new(x, y, end - x, 1), true);
                }
                x = end + 3;
            }
            None
        }
    }
}
