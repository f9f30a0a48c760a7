//! The header, always: which account, which Regions, who, READ-ONLY or ARMED,
//! how fresh, what fails, what is not AWS's own endpoint.
//!
//! ```text
//!  stanch  prod-eu 123456789012  eu-west-1 +us-east-1  OnCall/alice     READ-ONLY  ● live  newest 3m ago  14:02Z
//! ```

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use super::paint::Painter;
use super::theme::Role;
use crate::app::layout::Area;
use crate::app::time::{age, clock};
use crate::app::{Mode, Model};

type Piece = (Role, Cow<'static, str>);

/// Draws the header. Account, Region and caller are never cut for the sake of
/// the rest: what stands at the right gives way, word by word.
pub fn draw(model: &Model, painter: &mut Painter<'_>, area: Area) {
    painter.wash(area, painter.style(Role::Header));
    let wide = area.width >= 110;
    let left = left(model, wide);
    let columns = |pieces: &[Piece]| pieces.iter().map(|(_, text)| UnicodeWidthStr::width(&**text)).sum::<usize>();
    let room = usize::from(area.width).saturating_sub(columns(&left) + 2);
    let first = if wide { 0 } else { 2 };
    let fitting = (first..=4).map(|brevity| right(model, brevity)).find(|pieces| columns(pieces) <= room);
    let right = fitting.unwrap_or_else(|| right(model, 4));
    let start = area.width.saturating_sub(columns(&right) as u16 + 1);
    painter.pieces(area.x, area.y, start.saturating_sub(1), left);
    painter.pieces(start, area.y, area.width - start, right);
}

fn left(model: &Model, wide: bool) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = vec![(Role::Header, " ".into())];
    if wide {
        pieces.push((Role::Header, "stanch  ".into()));
    }
    let scopes: Vec<_> = model.scopes.iter().map(|(_, state)| &state.scope).collect();
    if model.mode == Mode::Recorded {
        pieces.push((Role::Header, "recorded logs".into()));
    } else if scopes.is_empty() {
        pieces.push((Role::Dim, "finding out who the caller is …".into()));
    }
    let mut accounts: Vec<(String, Vec<&str>, &str)> = Vec::new();
    for scope in scopes {
        let label = scope.account_label();
        match accounts.iter_mut().find(|(known, ..)| *known == label) {
            Some((_, regions, _)) => regions.push(&scope.region),
            None => accounts.push((label, vec![&scope.region], scope.caller.short())),
        }
    }
    for (at, (label, regions, caller)) in accounts.iter().enumerate() {
        if at > 0 {
            pieces.push((Role::Dim, " | ".into()));
        }
        pieces.push((Role::Title, label.clone().into()));
        let gap = if wide { "  " } else { " " };
        let regions = match regions.as_slice() {
            [one] => (*one).to_owned(),
            [first, rest @ ..] if wide && rest.len() <= 2 => format!("{first} +{}", rest.join(" +")),
            [first, rest @ ..] => format!("{first}+{}", rest.len()),
            [] => String::new(),
        };
        pieces.push((Role::Header, format!("{gap}{regions}{gap}").into()));
        pieces.push((Role::Header, (*caller).to_owned().into()));
    }
    if let Some(endpoint) = &model.endpoint {
        pieces.push((Role::Warn, format!("  not AWS: {endpoint}").into()));
    }
    pieces
}

/// What stands at the right, in full at brevity 0, down to marks alone at 4.
fn right(model: &Model, brevity: u8) -> Vec<Piece> {
    let wide = brevity < 2;
    let mut pieces: Vec<Piece> = Vec::new();
    let faults = model.scopes.all_faults();
    if let Some((scope, _, fault)) = faults.first() {
        let place = scope.map_or(String::new(), |scope| format!(" {}", scope.region));
        let more = if faults.len() > 1 { format!(" +{}", faults.len() - 1) } else { String::new() };
        let words =
            if wide { format!("✗{place} {}{more}  ", fault.kind.word()) } else { format!("✗{}  ", faults.len()) };
        pieces.push((Role::Bad, words.into()));
    }
    if model.mode != Mode::Recorded {
        match &model.armed {
            Some(armed) => {
                let region = model.scopes.get(armed.scope).map_or("", |state| state.scope.region.as_str());
                let words =
                    if wide { format!(" ARMED {} {region} ", armed.caller.account) } else { " ARMED ".to_owned() };
                pieces.push((Role::Armed, words.into()));
            }
            None => pieces.push((Role::ReadOnly, "READ-ONLY".into())),
        }
        pieces.push((Role::Header, "  ".into()));
    }
    match model.mode {
        Mode::Recorded => pieces.push((Role::Header, "■ recorded".into())),
        Mode::Live => pieces.push((Role::Header, if wide { "● live" } else { "●" }.into())),
        Mode::Demo => pieces.push((Role::Warn, if wide { "● demo account" } else { "● demo" }.into())),
    }
    let newest = model.timeline.order().last().and_then(|slot| model.timeline.time(slot));
    if let Some(newest) = newest.filter(|_| brevity < 4) {
        let words = match (model.mode, wide) {
            (Mode::Recorded, _) => format!("  to {}", day_and_clock(newest)),
            (_, true) => format!("  newest {} ago", age(newest, model.now)),
            (_, false) => format!(" {} ago", age(newest, model.now)),
        };
        pieces.push((Role::Header, words.into()));
    }
    if model.mode != Mode::Recorded && brevity < 3 {
        pieces.push((Role::Header, format!("  {}Z", &clock(model.now)[..5]).into()));
    }
    pieces
}

fn day_and_clock(at: jiff::Timestamp) -> String {
    let text = at.to_string();
    format!("{} {}Z", text.get(..10).unwrap_or(""), &clock(at)[..5])
}
