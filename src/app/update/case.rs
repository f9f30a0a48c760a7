//! The page of the open case: opened, and kept up with what is written to the case.

use super::super::overlay::Overlay;
use super::super::page::{Page, PageKind};
use super::super::{Model, case};

/// Opens the page.
pub fn open(model: &mut Model) {
    let lines = case::lines(model);
    let width = model.overlay_area().width.saturating_sub(2);
    model.overlays.push(Overlay::Page(Page::new(PageKind::Case, "Case", lines, width)));
}

/// The case was written to: its page, where it is open, shows it.
pub fn refresh(model: &mut Model) {
    let open = |overlay: &Overlay| matches!(overlay, Overlay::Page(page) if page.kind == PageKind::Case);
    let Some(at) = model.overlays.iter().position(open) else { return };
    let lines = case::lines(model);
    let area = model.overlay_area();
    if let Some(Overlay::Page(page)) = model.overlays.get_mut(at) {
        page.renew(lines, area.width.saturating_sub(2));
        page.scroll(0, usize::from(area.height));
    }
}
