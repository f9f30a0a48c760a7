//! A move within a list or a text: what every pane and every overlay understands.

use super::super::Action;

/// A move within a list or a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// By lines.
    Lines(isize),
    /// By half a page, times.
    Half(isize),
    /// By a page, times.
    Page(isize),
    /// To the first line.
    Top,
    /// To the last line.
    Bottom,
}

impl Motion {
    /// The move that an action is, if it is one.
    pub fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::Down => Self::Lines(1),
            Action::Up => Self::Lines(-1),
            Action::HalfDown => Self::Half(1),
            Action::HalfUp => Self::Half(-1),
            Action::PageDown => Self::Page(1),
            Action::PageUp => Self::Page(-1),
            Action::Top => Self::Top,
            Action::Bottom => Self::Bottom,
            _ => return None,
        })
    }

    /// Lines to move by, where so many are on the screen.
    pub fn rows(self, height: usize) -> isize {
        let height = height.max(2) as isize;
        match self {
            Self::Lines(lines) => lines,
            Self::Half(times) => times * (height / 2),
            Self::Page(times) => times * (height - 1),
            Self::Top => isize::MIN / 2,
            Self::Bottom => isize::MAX / 2,
        }
    }

    /// Lines to move by from a place in so many.
    pub fn rows_in(self, at: usize, total: usize, height: usize) -> isize {
        match self {
            Self::Top => -(at as isize),
            Self::Bottom => total.saturating_sub(at) as isize,
            other => other.rows(height),
        }
    }
}
