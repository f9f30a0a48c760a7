//! The Scopes that are read, and how each of them is doing: what is known of
//! its events and its EC2 state, and what fails.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::exposure::{Exposure, Paths};
use crate::domain::fault::Fault;
use crate::domain::instance::Instance;
use crate::domain::inventory::Inventory;
use crate::domain::scope::Scope;
use crate::trail::coverage::Coverage;

/// A Scope's place in the list that was told last. The list only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeId(pub u16);

/// What part of the work a fault belongs to: it is drawn there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Reading events.
    Events,
    /// Reading EC2 state.
    Fleet,
    /// Finding out who the caller is.
    Identity,
    /// The case's files.
    Case,
    /// The terminal: clipboard, bell.
    Terminal,
}

/// One Scope and how it is doing.
#[derive(Debug, Clone)]
pub struct ScopeState {
    /// The Scope.
    pub scope: Scope,
    /// What spans of its events are known.
    pub coverage: Coverage,
    /// Its EC2 state, once it has been read.
    pub inventory: Option<Box<Inventory>>,
    /// What was read of single instances before the whole was: of a part alone
    /// nothing can be said of what there is not.
    early: Option<Box<Inventory>>,
    /// The proven paths from the internet to each instance that has one.
    pub exposures: BTreeMap<String, Vec<Exposure>>,
    /// What fails at present, by part.
    pub faults: BTreeMap<Part, Fault>,
    /// Its events have been heard of at least once.
    pub heard: bool,
}

impl ScopeState {
    fn expose(&mut self) {
        let Some(inventory) = &self.inventory else { return };
        let ways = Paths::of(inventory);
        self.exposures = inventory
            .instances
            .values()
            .map(|instance| (instance.id.clone(), ways.to(instance)))
            .filter(|(_, paths)| !paths.is_empty())
            .collect();
    }
}

/// All Scopes, and faults that belong to none.
#[derive(Debug, Clone, Default)]
pub struct Scopes {
    list: Vec<ScopeState>,
    faults: BTreeMap<Part, Fault>,
}

impl Scopes {
    /// The list as told anew: what is known of a Scope stays with its place.
    pub fn set(&mut self, scopes: Vec<Scope>) {
        for (at, scope) in scopes.into_iter().enumerate() {
            match self.list.get_mut(at) {
                Some(state) => state.scope = scope,
                None => self.list.push(ScopeState {
                    scope,
                    coverage: Coverage::default(),
                    inventory: None,
                    early: None,
                    exposures: BTreeMap::new(),
                    faults: BTreeMap::new(),
                    heard: false,
                }),
            }
        }
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = (ScopeId, &ScopeState)> {
        self.list.iter().enumerate().map(|(at, state)| (ScopeId(at as u16), state))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// There is none, as with recorded logs.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// One of them.
    pub fn get(&self, id: ScopeId) -> Option<&ScopeState> {
        self.list.get(usize::from(id.0))
    }

    /// One of them, to change.
    pub fn get_mut(&mut self, id: ScopeId) -> Option<&mut ScopeState> {
        self.list.get_mut(usize::from(id.0))
    }

    /// The Scope of an account in a Region; an empty account matches any.
    pub fn find(&self, account: &str, region: &str) -> Option<ScopeId> {
        self.iter()
            .find(|(_, state)| {
                state.scope.region == region && (account.is_empty() || state.scope.caller.account == account)
            })
            .map(|(id, _)| id)
    }

    /// The inventory of a Scope.
    pub fn inventory(&self, id: ScopeId) -> Option<&Inventory> {
        self.get(id)?.inventory.as_deref()
    }

    /// An instance by id, wherever it is.
    pub fn instance(&self, id: &str) -> Option<(ScopeId, &Instance)> {
        self.iter().find_map(|(scope, state)| Some((scope, state.inventory.as_ref()?.instances.get(id)?)))
    }

    /// Takes the whole EC2 state of a Scope in.
    pub fn know(&mut self, id: ScopeId, inventory: Box<Inventory>) {
        if let Some(state) = self.get_mut(id) {
            let mut inventory = inventory;
            for older in [state.inventory.take(), state.early.take()].into_iter().flatten() {
                inventory.keep_details(*older);
            }
            state.inventory = Some(inventory);
            state.expose();
        }
    }

    /// Takes the answer of one instance into what is known of its Scope; it waits
    /// where nothing is known yet.
    pub fn merge(&mut self, id: ScopeId, part: Inventory) {
        let Some(state) = self.get_mut(id) else { return };
        if let Some(inventory) = &mut state.inventory {
            inventory.merge(part);
            state.expose();
        } else {
            state.early.get_or_insert_default().merge(part);
        }
    }

    /// Notes a fault in its part; in every part of the console where no Scope is named.
    pub fn fail(&mut self, id: Option<ScopeId>, part: Part, fault: Fault) {
        match id.and_then(|id| self.get_mut(id)) {
            Some(state) => state.faults.insert(part, fault),
            None => self.faults.insert(part, fault),
        };
    }

    /// The part works again; true where it had failed.
    pub fn mend(&mut self, id: Option<ScopeId>, part: Part) -> bool {
        match id.and_then(|id| self.get_mut(id)) {
            Some(state) => state.faults.remove(&part).is_some(),
            None => self.faults.remove(&part).is_some(),
        }
    }

    /// What fails in a part, with the Region where one is named.
    pub fn faults(&self, part: Part) -> Vec<(Option<&Scope>, &Fault)> {
        let own = self.faults.get(&part).map(|fault| (None, fault));
        let theirs =
            self.list.iter().filter_map(|state| state.faults.get(&part).map(|fault| (Some(&state.scope), fault)));
        own.into_iter().chain(theirs).collect()
    }

    /// Every fault there is, each once.
    pub fn all_faults(&self) -> Vec<(Option<&Scope>, Part, &Fault)> {
        let own = self.faults.iter().map(|(part, fault)| (None, *part, fault));
        let theirs = self
            .list
            .iter()
            .flat_map(|state| state.faults.iter().map(move |(part, fault)| (Some(&state.scope), *part, fault)));
        own.chain(theirs).collect()
    }

    /// When the oldest of the inventories was read; none where one is missing.
    pub fn inventory_read_at(&self) -> Option<Timestamp> {
        self.list.iter().map(|state| state.inventory.as_ref().and_then(|inventory| inventory.read_at)).min().flatten()
    }
}
