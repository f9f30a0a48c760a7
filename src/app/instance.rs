//! The instance pane: the machine behind the selected event, page by page.

pub mod network;
mod overview;
pub mod pages;

use jiff::Timestamp;

use super::instances::List;
use super::picked::Reach;
use super::prose::Line;
use super::scopes::ScopeId;
use crate::domain::fault::Fault;

/// One page of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "each page is named by what stands on it")]
pub enum PageName {
    #[default]
    Overview,
    Network,
    Storage,
    Identity,
    Activity,
    Exposure,
    Tags,
    Console,
}

impl PageName {
    /// All pages, in order.
    pub const ALL: [Self; 8] = [
        Self::Overview,
        Self::Network,
        Self::Storage,
        Self::Identity,
        Self::Activity,
        Self::Exposure,
        Self::Tags,
        Self::Console,
    ];

    /// The page's name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Network => "network",
            Self::Storage => "storage",
            Self::Identity => "identity",
            Self::Activity => "activity",
            Self::Exposure => "exposure",
            Self::Tags => "tags",
            Self::Console => "console",
        }
    }

    /// The page so many further on, round the end.
    pub fn step(self, pages: isize) -> Self {
        let count = Self::ALL.len() as isize;
        Self::ALL[(self as isize + pages).rem_euclid(count) as usize]
    }
}

/// The instance that the pane is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Where it is; none where no Scope that is read holds it.
    pub scope: Option<ScopeId>,
    /// `i-…`.
    pub id: String,
}

/// The console output of an instance.
#[derive(Debug, Clone)]
pub struct Output {
    /// Whose.
    pub id: String,
    /// The effect's generation while it is under way.
    pub asked: Option<u64>,
    /// The text, or why it cannot be read; none before the first answer.
    pub text: Option<Result<String, Fault>>,
}

/// What the pane shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// One instance.
    #[default]
    One,
    /// All instances.
    All,
}

/// The instance pane.
#[derive(Debug, Clone, Default)]
pub struct InstancePane {
    /// One or all.
    pub view: View,
    /// The instance; none where the selected event has none.
    pub subject: Option<Subject>,
    /// The instances that the selected event is about.
    pub reach: Reach,
    /// The page.
    pub page: PageName,
    /// Its lines, broken to the pane's width.
    pub lines: Vec<Line>,
    /// What the lines were made for.
    pub made_for: Option<(Option<Subject>, PageName, u16)>,
    /// The first line on the screen.
    pub offset: usize,
    /// When the subject is to be read afresh.
    pub due: Option<Timestamp>,
    /// Console output, once it has been asked for.
    pub output: Option<Output>,
    /// The fresh reading that is under way: the instance and the effect's generation.
    pub reading: Option<(String, u64)>,
    /// Why the last fresh reading of the subject failed.
    pub fault: Option<Fault>,
    /// The list of all instances.
    pub list: List,
}

impl InstancePane {
    /// Scrolls by lines, as far as there are some.
    pub fn scroll(&mut self, lines: isize, height: usize) {
        let last = self.lines.len().saturating_sub(height);
        self.offset = self.offset.min(last).saturating_add_signed(lines).min(last);
    }

    /// The instance's neighbour among those that the event is about.
    pub fn neighbour(&self, forward: bool) -> Option<String> {
        let subject = self.subject.as_ref()?;
        let count = self.reach.instances.len();
        let at = self.reach.instances.iter().position(|id| *id == subject.id)?;
        let next = if forward { at + 1 } else { at + count - 1 } % count;
        self.reach.instances.get(next).filter(|id| **id != subject.id).cloned()
    }
}
