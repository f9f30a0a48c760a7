//! The one line that stands for a pane in the narrow layout.

use super::paint::Painter;
use super::theme::Role;
use super::{events, instance, remediation};
use crate::app::layout::Area;
use crate::app::{Action, Model, Pane};

/// Draws the line of a pane, with the key that leads there.
pub fn draw(model: &Model, painter: &mut Painter<'_>, pane: Pane, area: Area) {
    let line = match pane {
        Pane::Events => events::summary(model),
        Pane::Instance => instance::summary(model),
        Pane::Remediation => remediation::summary(model),
    };
    let action = if pane == Pane::Remediation { Action::Remediate } else { Action::NextPane };
    let key = model.settings.keymap.shown(action);
    let end = painter.right(area.x, area.x + area.width - 1, area.y, &key, Role::Key);
    painter.line(area.x + 1, area.y, end.saturating_sub(area.x + 2), &line);
}
