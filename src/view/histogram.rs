//! The histogram of the event list: the height of a bar is its number of
//! events, its colour the worst severity; a critical or high bar is also told
//! by a mark under `--ascii` and without colour, by the list itself.

use super::paint::Painter;
use super::theme::Role;
use crate::app::Model;
use crate::app::layout::Area;
use crate::domain::finding::Severity;
use crate::trail::histogram::Bar;

const STEPS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Draws the histogram over the whole row.
pub fn draw(model: &Model, painter: &mut Painter<'_>, area: Area) {
    let columns = fit(&model.events.bars, usize::from(area.width));
    let most = columns.iter().map(|bar| bar.count).max().unwrap_or(0).max(1);
    for (at, bar) in columns.iter().enumerate() {
        let step = if bar.count == 0 { 0 } else { (bar.count as usize * 7).div_ceil(most as usize).min(7) };
        let role = match bar.worst {
            Some(severity) if bar.count > 0 => severity.into(),
            _ if bar.count == 0 => Role::Border,
            _ => Role::Bar,
        };
        let style = painter.style(role);
        painter.styled(area.x + at as u16, area.y, 1, STEPS[step], style);
    }
    let selected = model.selected().and_then(|slot| model.timeline.time(slot)).filter(|_| !model.events.follow);
    if let Some(at) = selected.and_then(|time| model.events.place_of(time, columns.len())) {
        painter.select(Area { x: area.x + at as u16, width: 1, ..area }, true);
    }
}

/// Draws a short histogram behind the title of the narrow layout, where there is room.
pub fn beside(model: &Model, painter: &mut Painter<'_>, area: Area) {
    if area.width >= 8 && area.width < 1000 {
        let width = area.width.min(40);
        draw(model, painter, Area { x: area.x + area.width - width, width, ..area });
    }
}

/// The bars summed to so many columns.
fn fit(bars: &[Bar], columns: usize) -> Vec<Bar> {
    let mut fitted: Vec<Bar> = vec![Bar { count: 0, worst: None::<Severity> }; columns];
    if columns == 0 || bars.is_empty() {
        return fitted;
    }
    if columns > bars.len() {
        for (at, slot) in fitted.iter_mut().enumerate() {
            *slot = bars[at * bars.len() / columns];
        }
        return fitted;
    }
    for (at, bar) in bars.iter().enumerate() {
        let slot = &mut fitted[at * columns / bars.len()];
        slot.count += bar.count;
        slot.worst = slot.worst.max(bar.worst);
    }
    fitted
}

#[cfg(test)]
mod tests {
    use super::fit;
    use crate::domain::finding::Severity;
    use crate::trail::histogram::Bar;

    #[test]
    fn no_event_is_lost_when_bars_are_summed_to_fewer_columns() {
        let bars: Vec<Bar> = (0..240).map(|at| Bar { count: 1, worst: (at == 7).then_some(Severity::High) }).collect();
        for columns in [1, 7, 66, 239, 240] {
            let fitted = fit(&bars, columns);
            assert_eq!(fitted.len(), columns);
            assert_eq!(fitted.iter().map(|bar| bar.count).sum::<u32>(), 240);
            assert_eq!(fitted.iter().filter(|bar| bar.worst == Some(Severity::High)).count(), 1);
        }
        assert_eq!(fit(&[], 3).len(), 3);
    }
}
