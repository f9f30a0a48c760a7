//! Where each pane stands on the screen: arithmetic on cells, the same for
//! drawing, for paging and for the mouse.

use super::Pane;

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// First column.
    pub x: u16,
    /// First row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// A rectangle.
    pub const fn new(x: u16, y: u16, width: u16, height: u16) -> Self {
        Self { x, y, width, height }
    }

    /// The cell lies in it.
    pub fn contains(self, column: u16, row: u16) -> bool {
        (self.x..self.x + self.width).contains(&column) && (self.y..self.y + self.height).contains(&row)
    }

    /// The area within a border of one cell.
    pub fn inner(self) -> Self {
        Self {
            x: self.x + 1,
            y: self.y + 1,
            width: self.width.saturating_sub(2),
            height: self.height.saturating_sub(2),
        }
    }

    /// An area of at most this size in the middle of it.
    pub fn centred(self, width: u16, height: u16) -> Self {
        let (width, height) = (width.min(self.width), height.min(self.height));
        Self { x: self.x + (self.width - width) / 2, y: self.y + (self.height - height) / 2, width, height }
    }
}

/// How the screen is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Less than 60×15: one line that asks for room.
    TooSmall,
    /// One pane with borders over the whole screen.
    One {
        /// Which.
        pane: Pane,
        /// Where.
        area: Area,
    },
    /// The focused pane without borders, the two others a line each.
    Narrow {
        /// The focused pane.
        pane: Pane,
        /// Where it stands.
        area: Area,
        /// The rows of the two others, in pane order.
        lines: [(Pane, Area); 2],
    },
    /// All three: events left, the instance above the remediation right.
    Wide {
        /// The events.
        events: Area,
        /// The instance.
        instance: Area,
        /// The remediation.
        remediation: Area,
    },
}

/// Fewest columns of the three-pane layout.
pub const WIDE: u16 = 120;
/// Fewest columns of any layout.
pub const LEAST_COLUMNS: u16 = 60;
/// Fewest rows of any layout.
pub const LEAST_ROWS: u16 = 15;

impl Layout {
    /// The division of a screen. The header has the first row, the footer the last.
    pub fn of(columns: u16, rows: u16, focus: Pane, zoom: bool) -> Self {
        if columns < LEAST_COLUMNS || rows < LEAST_ROWS {
            return Self::TooSmall;
        }
        let body = Area::new(0, 1, columns, rows - 2);
        if zoom {
            return Self::One { pane: focus, area: body };
        }
        if columns < WIDE {
            let area = Area { height: body.height - 2, ..body };
            let others: Vec<Pane> = Pane::ALL.into_iter().filter(|pane| *pane != focus).collect();
            let line = |index: u16| Area::new(0, area.y + area.height + index, columns, 1);
            return Self::Narrow { pane: focus, area, lines: [(others[0], line(0)), (others[1], line(1))] };
        }
        let right = (columns * 45 / 100).clamp(55, 96);
        let left = columns - right;
        let upper = (body.height / 2).max(10).min(body.height.saturating_sub(4));
        Self::Wide {
            events: Area { width: left, ..body },
            instance: Area::new(left, body.y, right, upper),
            remediation: Area::new(left, body.y + upper, right, body.height - upper),
        }
    }

    /// The whole area of a pane with its borders; none where it is not shown in full.
    pub fn pane(&self, wanted: Pane) -> Option<Area> {
        match self {
            Self::TooSmall => None,
            Self::One { pane, area } | Self::Narrow { pane, area, .. } => (*pane == wanted).then_some(*area),
            Self::Wide { events, instance, remediation } => Some(match wanted {
                Pane::Events => *events,
                Pane::Instance => *instance,
                Pane::Remediation => *remediation,
            }),
        }
    }

    /// The area of a pane without its borders or, in the narrow layout, its title line.
    pub fn content(&self, wanted: Pane) -> Option<Area> {
        let area = self.pane(wanted)?;
        Some(match self {
            Self::Narrow { .. } => Area { y: area.y + 1, height: area.height.saturating_sub(1), ..area },
            _ => area.inner(),
        })
    }

    /// The pane under a cell.
    pub fn at(&self, column: u16, row: u16) -> Option<Pane> {
        if let Self::Narrow { lines, .. } = self
            && let Some((pane, _)) = lines.iter().find(|(_, area)| area.contains(column, row))
        {
            return Some(*pane);
        }
        Pane::ALL.into_iter().find(|pane| self.pane(*pane).is_some_and(|area| area.contains(column, row)))
    }
}

/// The area of an overlay: most of the screen, a margin around it where there is room.
pub fn overlay(columns: u16, rows: u16) -> Area {
    let screen = Area::new(0, 0, columns, rows);
    let width = if columns >= 100 { columns - 8 } else { columns };
    let height = if rows >= 30 { rows - 4 } else { rows.saturating_sub(2) };
    screen.centred(width.min(124), height)
}

#[cfg(test)]
mod tests {
    use super::{Layout, Pane};

    #[test]
    fn three_panes_stand_side_by_side_from_120_columns_on() {
        assert!(matches!(Layout::of(120, 40, Pane::Events, false), Layout::Wide { .. }));
        assert!(matches!(Layout::of(119, 40, Pane::Events, false), Layout::Narrow { .. }));
        assert!(matches!(Layout::of(59, 40, Pane::Events, false), Layout::TooSmall));
        assert!(matches!(Layout::of(80, 14, Pane::Events, false), Layout::TooSmall));
        assert!(matches!(Layout::of(200, 50, Pane::Instance, true), Layout::One { pane: Pane::Instance, .. }));
    }

    #[test]
    fn the_panes_cover_the_body_and_never_overlap() {
        for (columns, rows) in [(60, 15), (80, 24), (119, 40), (120, 15), (120, 40), (240, 70)] {
            for focus in Pane::ALL {
                let layout = Layout::of(columns, rows, focus, false);
                for row in 1..rows - 1 {
                    for column in 0..columns {
                        assert!(layout.at(column, row).is_some(), "{columns}x{rows} {focus:?} at {column},{row}");
                    }
                }
                let cells: u32 = Pane::ALL
                    .into_iter()
                    .filter_map(|pane| layout.pane(pane))
                    .map(|area| u32::from(area.width) * u32::from(area.height))
                    .sum();
                assert!(cells <= u32::from(columns) * u32::from(rows - 2));
            }
        }
    }
}
