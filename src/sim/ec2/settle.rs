//! What time does by itself: instances arrive in the states they are on the way to,
//! with what follows from it.

use super::phase::{Phase, State};
use super::state::Region;
use jiff::{SignedDuration, Timestamp};

/// How long a terminated instance is still shown.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

impl Region {
    /// Brings the Region to `now`.
    pub fn settle(&mut self, now: Timestamp) {
        let due: Vec<(usize, Timestamp, Phase)> = self
            .instances
            .iter()
            .enumerate()
            .filter_map(|(index, instance)| {
                instance.state.next.filter(|(at, _)| *at <= now).map(|(at, phase)| (index, at, phase))
            })
            .collect();
        for (index, at, phase) in due {
            let Some(instance) = self.instances.get_mut(index) else { continue };
            instance.state = State::steady(phase, at);
            let id = instance.id.clone();
            match phase {
                Phase::Stopped => self.release_addresses(&id),
                Phase::Terminated => self.bury(&id),
                _ => {}
            }
        }
        self.associations.retain(|association| association.gone.is_none_or(|gone| gone > now));
        self.instances
            .retain(|instance| instance.state.phase != Phase::Terminated || instance.state.since + REMEMBERED > now);
    }

    /// A stopped instance loses the public addresses that are not elastic.
    fn release_addresses(&mut self, instance: &str) {
        let elastic: Vec<String> = self.addresses.iter().map(|address| address.public_ip.clone()).collect();
        for interface in self.interfaces.iter_mut().filter(|interface| interface.instance == instance) {
            if interface.public_ip.as_ref().is_some_and(|ip| !elastic.contains(ip)) {
                interface.public_ip = None;
            }
        }
    }

    /// A terminated instance gives up its interfaces, volumes, addresses and profile.
    fn bury(&mut self, id: &str) {
        self.interfaces.retain(|interface| interface.instance != id || !interface.delete_on_termination);
        for interface in self.interfaces.iter_mut().filter(|interface| interface.instance == id) {
            interface.instance.clear();
            interface.public_ip = None;
        }
        for address in self.addresses.iter_mut().filter(|address| address.instance.as_deref() == Some(id)) {
            address.instance = None;
            address.interface = None;
            address.association_id.clear();
        }
        self.associations.retain(|association| association.instance != id);
        if let Some(instance) = self.instance_mut(id) {
            let volumes = std::mem::take(&mut instance.volumes);
            let deleted: Vec<&String> =
                volumes.iter().filter(|one| one.delete_on_termination).map(|one| &one.volume).collect();
            self.volumes.retain(|volume| !deleted.contains(&&volume.id));
        }
    }
}
