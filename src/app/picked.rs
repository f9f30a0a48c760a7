//! The selected event, decoded once: what the panes beside the list are about.

use crate::domain::event::Event;
use crate::domain::resource::{Resource, ResourceKind};
use crate::trail::timeline::{Slot, Timeline};

use super::scopes::{ScopeId, Scopes};

/// The selected event, decoded.
#[derive(Debug, Clone)]
pub struct Picked {
    /// Its handle.
    pub slot: Slot,
    /// The event.
    pub event: Event,
    /// Its record as it was.
    pub raw: String,
    /// Its Scope, where one of those that are read holds it.
    pub scope: Option<ScopeId>,
}

impl Picked {
    /// Decodes an event; none where its record can no longer be read.
    pub fn of(timeline: &Timeline, scopes: &Scopes, slot: Slot) -> Option<Self> {
        let event = timeline.event(slot).ok()?;
        let raw = timeline.raw(slot).ok()?;
        let scope = scopes.find(&event.account, &event.region);
        Some(Self { slot, event, raw, scope })
    }

    /// The instances that the event touches or reaches, with the resource that
    /// leads there: named ones first, then the members of a group, the carriers
    /// of a volume and so on.
    pub fn reaches(&self, scopes: &Scopes) -> Reach {
        let named: Vec<&Resource> =
            self.event.resources.iter().filter(|resource| resource.kind == ResourceKind::Instance).collect();
        if !named.is_empty() {
            return Reach { through: None, instances: named.iter().map(|resource| resource.id.clone()).collect() };
        }
        let Some(inventory) = self.scope.and_then(|scope| scopes.inventory(scope)) else { return Reach::default() };
        for resource in &self.event.resources {
            let reached = inventory.reached_by(resource);
            if !reached.is_empty() {
                let mut instances: Vec<_> = reached;
                // Those that the internet may reach come first.
                instances.sort_by_key(|instance| (instance.public_ip.is_empty(), instance.name.clone()));
                return Reach {
                    through: Some(resource.clone()),
                    instances: instances.into_iter().map(|instance| instance.id.clone()).collect(),
                };
            }
        }
        Reach::default()
    }
}

/// The instances that an event is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// What leads to them; none where the event names them itself.
    pub through: Option<Resource>,
    /// Their ids.
    pub instances: Vec<String>,
}
