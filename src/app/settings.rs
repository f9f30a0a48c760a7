//! What the console starts with.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::keymap::Keymap;
use crate::domain::scope::Scope;
use crate::domain::window::Window;
use crate::respond::guard::Guardrails;
use crate::respond::playbook::Catalogue;
use crate::trail::timeline::Retention;

/// Where the events come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Live AWS.
    Live,
    /// Recorded logs: there is no account behind them.
    Recorded,
    /// A simulated account.
    Demo,
}

/// What the configuration says that concerns the console.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How far back a live console looks at first.
    pub window: Window,
    /// The filter in force at first, in the filter language.
    pub filter: String,
    /// Saved filters by name: `@name` stands for one, and they stand in the history of the filter bar.
    pub saved_filters: BTreeMap<String, String>,
    /// The keys.
    pub keymap: Keymap,
    /// Arming is offered.
    pub may_arm: bool,
    /// A new critical finding rings the bell.
    pub bell: bool,
    /// A new critical finding sends a desktop notification.
    pub notify: bool,
    /// How many events are kept.
    pub retention: Retention,
    /// What the configuration forbids, makes harder, or limits.
    pub guardrails: Guardrails,
    /// The case that everything goes into; none to open one when it is needed.
    pub case: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            window: Window::HOUR,
            filter: String::new(),
            saved_filters: BTreeMap::new(),
            keymap: Keymap::default(),
            may_arm: true,
            bell: true,
            notify: true,
            retention: Retention::default(),
            guardrails: Guardrails::default(),
            case: None,
        }
    }
}

/// What a console starts with.
#[derive(Debug, Clone)]
pub struct Start {
    /// Where the events come from.
    pub mode: Mode,
    /// The time.
    pub now: Timestamp,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The Scopes, as far as they are known already.
    pub scopes: Vec<Scope>,
    /// Where requests go in place of AWS's own endpoints.
    pub endpoint: Option<String>,
    /// What the configuration says.
    pub settings: Settings,
    /// The playbooks.
    pub catalogue: Arc<Catalogue>,
}
