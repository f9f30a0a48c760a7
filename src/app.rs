//! The state of the console and what changes it.
//!
//! [`update`] is the only code that changes the [`Model`]. It is pure: no
//! clock, no input or output, no task; time is an argument, and what must be
//! done outside comes out as [`Effect`]s. Nothing here names a colour.

pub mod action;
pub mod arming;
pub mod case;
pub mod detail;
pub mod dossier;
pub mod effect;
pub mod event;
pub mod events;
pub mod fault;
pub mod field;
pub mod filter;
pub mod find;
pub mod findings;
pub mod form;
pub mod help;
pub mod input;
pub mod instance;
pub mod instances;
pub mod interrupted;
pub mod keymap;
pub mod layout;
pub mod message;
pub mod notice;
pub mod overlay;
pub mod page;
pub mod palette;
pub mod picked;
pub mod prose;
pub mod raw;
pub mod remediation;
pub mod scopes;
pub mod settings;
pub mod time;
mod update;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

pub use action::Action;
pub use effect::Effect;
pub use input::Input;
pub use message::Message;
pub use scopes::ScopeId;
pub use settings::{Mode, Settings, Start};
pub use update::update;

use crate::domain::scope::Caller;
use crate::respond::playbook::Catalogue;
use crate::trail::session::Sessions;
use crate::trail::timeline::{Slot, Timeline};

/// A region of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pane {
    /// What happened.
    Events,
    /// To which machine.
    Instance,
    /// How to stop it.
    Remediation,
}

impl Pane {
    /// All panes, in the order of `tab`.
    pub const ALL: [Self; 3] = [Self::Events, Self::Instance, Self::Remediation];
}

/// The console may change something in one Scope, as one caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Armed {
    /// Where.
    pub scope: ScopeId,
    /// As whom: read again when it was armed.
    pub caller: Caller,
}

/// All state of the console.
#[derive(Debug, Clone)]
pub struct Model {
    /// Live, recorded or a demo.
    pub mode: Mode,
    /// The time of the last message.
    pub now: Timestamp,
    /// Columns of the terminal.
    pub columns: u16,
    /// Rows of the terminal.
    pub rows: u16,
    /// Where requests go in place of AWS's own endpoints.
    pub endpoint: Option<String>,
    /// What the configuration says.
    pub settings: Settings,
    /// The Scopes that are read.
    pub scopes: scopes::Scopes,
    /// The events.
    pub timeline: Timeline,
    /// Who is behind which session.
    pub sessions: Sessions,
    /// The findings.
    pub findings: findings::Findings,
    /// The playbooks.
    pub catalogue: Arc<Catalogue>,
    /// The pane that has the focus.
    pub focus: Pane,
    /// The focused pane has the whole screen.
    pub zoom: bool,
    /// The events pane.
    pub events: events::Events,
    /// The selected event, decoded.
    pub picked: Option<picked::Picked>,
    /// The detail of the selected event, while it is open.
    pub detail: detail::Detail,
    /// The instance pane.
    pub instance: instance::InstancePane,
    /// The remediation pane.
    pub remediation: remediation::Remediation,
    /// What is drawn over the panes, the last on top.
    pub overlays: Vec<overlay::Overlay>,
    /// Short messages.
    pub notices: notice::Notices,
    /// The load of recorded logs, while it goes on and what it found.
    pub loading: Option<message::Loading>,
    /// Records that came and could not be read.
    pub broken: usize,
    /// Something may be changed in AWS.
    pub armed: Option<Armed>,
    /// The case: what was pinned and done.
    pub case: case::CaseView,
    /// The last generation that was given to an effect.
    generation: u64,
    /// What is derived from events, findings and inventories is older than they are.
    stale: bool,
    version: u64,
}

impl Model {
    /// The console before anything has been heard.
    pub fn new(start: Start) -> Self {
        let live = start.mode != Mode::Recorded;
        let window = live.then_some(start.settings.window);
        let saved = start.settings.saved_filters.clone();
        let filter = filter::Filter::new(&start.settings.filter, true, saved, start.now);
        let mut scopes = scopes::Scopes::default();
        scopes.set(start.scopes);
        Self {
            mode: start.mode,
            now: start.now,
            columns: start.size.0,
            rows: start.size.1,
            endpoint: start.endpoint,
            scopes,
            timeline: Timeline::new(start.settings.retention),
            sessions: Sessions::default(),
            findings: findings::Findings::default(),
            catalogue: start.catalogue,
            focus: Pane::Events,
            zoom: false,
            events: events::Events::new(filter, window, start.now),
            picked: None,
            detail: detail::Detail::default(),
            instance: instance::InstancePane::default(),
            remediation: remediation::Remediation::default(),
            overlays: Vec::new(),
            notices: notice::Notices::default(),
            loading: None,
            broken: 0,
            armed: None,
            case: case::CaseView::default(),
            generation: 0,
            stale: false,
            version: 1,
            settings: start.settings,
        }
    }

    /// Changes when something that is drawn has changed: draw only then.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When the runtime must send a `Tick` even though nothing came: a notice
    /// expires, the minute that the header shows is over, or what came a moment
    /// ago must be listed.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let minute = (self.mode != Mode::Recorded).then(|| {
            let over = self.now.as_second().rem_euclid(60);
            self.now.checked_add(SignedDuration::from_secs(60 - over)).unwrap_or(Timestamp::MAX)
        });
        [minute, self.notices.next_expiry(), self.instance.due, self.events.due].into_iter().flatten().min()
    }

    /// How the screen is divided.
    pub fn layout(&self) -> layout::Layout {
        layout::Layout::of(self.columns, self.rows, self.focus, self.zoom)
    }

    /// Rows of the event list on the screen: without histogram and heading.
    pub fn event_rows(&self) -> usize {
        let rows = self.layout().content(Pane::Events).map_or(1, |area| area.height);
        usize::from(rows.saturating_sub(self.event_head())).max(1)
    }

    /// Rows above the first event: filter bar, histogram, column heads.
    pub fn event_head(&self) -> u16 {
        let bar = self
            .events
            .filter
            .bar
            .as_ref()
            .map_or(0, |bar| 1 + u16::from(!bar.completions.is_empty() || bar.error.is_some()));
        let histogram = u16::from(!matches!(self.layout(), layout::Layout::Narrow { .. }));
        bar + histogram + 1
    }

    /// Rows within a pane, at least one.
    pub fn pane_rows(&self, pane: Pane) -> usize {
        self.layout().content(pane).map_or(1, |area| usize::from(area.height)).max(1)
    }

    /// Columns within a pane; those of the screen where it is not shown in full.
    pub fn pane_columns(&self, pane: Pane) -> u16 {
        self.layout().content(pane).map_or(self.columns, |area| area.width)
    }

    /// The area of an overlay's text, without its border.
    pub fn overlay_area(&self) -> layout::Area {
        layout::overlay(self.columns, self.rows).inner()
    }

    /// The selected event.
    pub fn selected(&self) -> Option<Slot> {
        self.events.selected
    }

    /// A text field has the focus: no single key acts.
    pub fn is_typing(&self) -> bool {
        match self.overlays.last() {
            Some(overlay) => overlay.is_typing(),
            None => self.focus == Pane::Events && self.events.filter.bar.is_some(),
        }
    }

    /// What the focused pane shows, as the keymap and the footer see it.
    pub fn context(&self) -> action::Context {
        use action::Context;
        match self.focus {
            Pane::Events => match self.events.view {
                events::View::List => Context::Events,
                events::View::Detail => Context::Detail,
                events::View::Findings => Context::Findings,
            },
            Pane::Instance => match self.instance.view {
                instance::View::One => Context::Instance,
                instance::View::All => Context::Instances,
            },
            Pane::Remediation if self.remediation.plan.is_some() => Context::Plan,
            Pane::Remediation => Context::Suggestions,
        }
    }

    /// A new generation for an effect.
    fn next_generation(&mut self) -> u64 {
        self.generation += 1;
        self.generation
    }
}
