//! The instance pane: the pages of one instance, or the list of all.
//!
//! ```text
//! ╭ Instance i-0abc12de34f567890  web-7 ─────────────────╮
//! │ running  m5.large  eu-west-1a  up 12d  checks 2/2    │
//! │ Exposure  internet → 22/tcp via igw-1, sg-9 (sgr-4)  │
//! ```

use super::instances;
use super::paint::Painter;
use super::theme::Role;
use crate::app::fault::faults_lines;
use crate::app::instance::{PageName, View};
use crate::app::layout::Area;
use crate::app::prose::{Line, Tone, wrapped};
use crate::app::scopes::Part;
use crate::app::{Action, Model};

/// The title: which instance, of how many that the event reaches.
pub fn title(model: &Model) -> Vec<(Role, String)> {
    let pane = &model.instance;
    if pane.view == View::All {
        return instances::title(model);
    }
    let Some(subject) = &pane.subject else { return vec![(Role::Title, "Instance".into())] };
    let mut title = vec![(Role::Title, "Instance ".into()), (Role::Strong, subject.id.clone())];
    let known = model.scopes.instance(&subject.id);
    if let Some((_, instance)) = known.filter(|(_, instance)| !instance.name.is_empty()) {
        title.push((Role::Plain, format!("  {}", instance.name)));
    }
    let count = pane.reach.instances.len();
    if count > 1
        && let Some(at) = pane.reach.instances.iter().position(|id| *id == subject.id)
    {
        title.push((Role::Dim, format!("  {} of {count}", at + 1)));
    }
    title
}

/// Draws the pane within its border.
pub fn draw(model: &Model, painter: &mut Painter<'_>, area: Area) {
    let inner = Area { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let faults = fleet_faults(model, inner.width);
    let needed = match model.instance.view {
        View::All => model.instance.list.entries.len() + 1,
        View::One => model.instance.lines.len() + usize::from(model.instance.subject.is_some()),
    };
    let rows = painter.above(inner, &faults, needed, &model.settings.keymap.shown(Action::Zoom));
    let inner = Area { y: inner.y + rows, height: inner.height - rows, ..inner };
    let area = Area { y: area.y + rows, height: area.height - rows, ..area };
    if model.instance.view == View::All {
        return instances::draw(model, painter, area);
    }
    if model.instance.subject.is_none() {
        let lines = wrapped(model.instance.lines.clone(), inner.width);
        return painter.page(inner, &lines, 0);
    }
    tabs(model, painter, inner);
    let page = Area { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    painter.page(page, &model.instance.lines, model.instance.offset);
}

/// What fails in reading EC2 state, unless the pages say it already.
fn fleet_faults(model: &Model, width: u16) -> Vec<Line> {
    let own = model.instance.subject.as_ref().and_then(|subject| model.scopes.get(subject.scope?));
    let mut faults = model.scopes.faults(Part::Fleet);
    faults.retain(|(scope, _)| {
        let said = own.is_some_and(|state| state.inventory.is_none() && *scope == Some(&state.scope));
        !(said && model.instance.view == View::One)
    });
    let faults: Vec<_> =
        faults.into_iter().map(|(scope, fault)| (scope.map(|scope| scope.region.as_str()), fault)).collect();
    wrapped(faults_lines(&faults), width)
}

/// The names of the pages; the one that shows stands in brackets.
fn tabs(model: &Model, painter: &mut Painter<'_>, area: Area) {
    let total: usize = PageName::ALL.iter().map(|page| page.word().len() + 1).sum();
    let short = total + 2 > usize::from(area.width);
    let mut x = area.x;
    for page in PageName::ALL {
        let left = (area.x + area.width).saturating_sub(x);
        let word = page.word();
        if page == model.instance.page {
            x = painter.text(x, area.y, left, &format!("[{word}]"), Role::Title);
        } else {
            let word = if short { &word[..word.len().min(4)] } else { word };
            x = painter.text(x, area.y, left, word, Role::Dim);
        }
        x += 1;
    }
}

/// The one line that stands for the pane in the narrow layout.
pub fn summary(model: &Model) -> Line {
    let mut line = Line::new().put(Tone::Heading, "Instance").put(Tone::Plain, "  ");
    let Some(subject) = &model.instance.subject else {
        return line.put(Tone::Dim, "the selected event reaches none that is known");
    };
    match model.scopes.instance(&subject.id) {
        None => {
            line.push(Tone::Strong, &subject.id);
            line.push(Tone::Dim, "  nothing else is known of it");
        }
        Some((scope, instance)) => {
            let id = if instance.name.is_empty() {
                instance.id.clone()
            } else {
                format!("{}… {}", &instance.id[..instance.id.len().min(6)], instance.name)
            };
            line.push(Tone::Strong, &id);
            line.push(Tone::Plain, &format!(" {}", instance.state));
            let paths = model.scopes.get(scope).and_then(|state| state.exposures.get(&instance.id));
            match paths.and_then(|paths| paths.first()) {
                Some(path) => line.push(Tone::Bad, &format!(", {} open to the internet", path.ports)),
                None => line.push(Tone::Good, ", no path from the internet"),
            }
            let more = model.instance.reach.instances.len();
            if more > 1 {
                line.push(Tone::Dim, &format!("  1 of {more}"));
            }
        }
    }
    line
}
