//! A remedy bound to its target over the Inventory: what it will change.

use std::collections::{BTreeMap, BTreeSet};

use super::copy::CASE_TAG;
use super::{Remedy, Unfit, capacity, copy, deny, identity, network};
use crate::domain::instance::{Instance, InstanceState};
use crate::domain::inventory::Inventory;
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::call::Call;
use crate::respond::change::{Change, Mode};
use crate::respond::fact::Fact;
use crate::respond::options::Options;
use crate::respond::probe::Probe;

impl Remedy {
    /// The changes that the remedy makes to the target; or why it does not apply.
    pub fn changes(self, target: &Resource, inventory: &Inventory, options: &Options) -> Result<Vec<Change>, Unfit> {
        if !self.targets().contains(&target.kind) {
            return Err(format!("{self} is not for {}", target.id).into());
        }
        match self {
            Self::RevokeRules => Ok(network::revoke_rules(target, inventory, options)?),
            Self::AuthorizeRules => network::authorize_rules(target, inventory, options),
            Self::UnshareSnapshot => Ok(unshare_snapshot(target)),
            Self::DeactivateKey => Ok(identity::deactivate_key(target, options)?),
            Self::DenyUser => Ok(identity::deny_user(target, options)?),
            Self::RevokeSessions => Ok(identity::revoke_sessions(target, inventory, options)?),
            Self::UnshareImage => Ok(unshare_image(target)),
            Self::DenyAddress => deny::deny_address(target, inventory, options),
            Self::EncryptByDefault => Ok(vec![Change::set(
                Probe::EncryptionByDefault { region: inventory.region.clone() },
                None,
                Fact::Flag(true),
            )]),
            Self::SuspendProcesses if target.kind == ResourceKind::AutoScalingGroup => {
                Ok(capacity::suspend(capacity::name(&target.id), None, options)?)
            }
            _ => {
                let instance = inventory
                    .instances
                    .get(&target.id)
                    .ok_or_else(|| format!("{} is not among the instances of {}", target.id, inventory.region))?;
                if matches!(instance.state, InstanceState::Terminated | InstanceState::ShuttingDown) {
                    return Err(format!("{} is {}", instance.id, instance.state).into());
                }
                self.instance_changes(instance, inventory, options)
            }
        }
    }

    fn instance_changes(
        self,
        instance: &Instance,
        inventory: &Inventory,
        options: &Options,
    ) -> Result<Vec<Change>, Unfit> {
        let id = instance.id.clone();
        let power = |wanted: &str| {
            let before = Some(Fact::word(instance.state.word()));
            Change::set(Probe::Power { instance: id.clone() }, before, Fact::word(wanted))
        };
        Ok(match self {
            Self::ProtectTermination => vec![Change::set(
                Probe::TerminationProtection { instance: id.clone() },
                instance.protected.map(Fact::Flag),
                Fact::Flag(true),
            )],
            Self::ShutdownBehavior => vec![Change::set(
                Probe::ShutdownBehavior { instance: id.clone() },
                instance.shutdown_behavior.as_ref().map(Fact::word),
                Fact::word("stop"),
            )],
            Self::KeepVolumes => keep_volumes(instance, inventory)?,
            Self::RequireImdsv2 => vec![Change::set(
                Probe::MetadataTokens { instance: id.clone() },
                Some(Fact::word(&instance.imds)).filter(|_| !instance.imds.is_empty()),
                Fact::word("required"),
            )],
            Self::Tag => vec![tag(instance, options)],
            Self::SnapshotVolumes => vec![copy::snapshots(instance, options)?],
            Self::IsolateNetwork => network::isolate(instance, inventory)?,
            Self::RemoveProfile => {
                if instance.profile.is_empty() {
                    return Err("no instance profile is on it".to_owned().into());
                }
                // The association's id may not have been read: it is, when the step runs.
                let before =
                    Fact::Profile { arn: instance.profile.clone(), association: instance.profile_association.clone() };
                vec![Change::set(Probe::Profile { instance: id.clone() }, Some(before), Fact::Absent)]
            }
            Self::CreateImage => vec![copy::create_image(instance, options)?],
            Self::Standby => capacity::standby(instance, inventory, options)?,
            Self::DeregisterTargets => capacity::deregister(instance, inventory)?,
            Self::SuspendProcesses => {
                let group = capacity::group_of(instance, inventory)?;
                capacity::suspend(&group.name, Some(group), options)?
            }
            Self::Resize => vec![capacity::resize(instance, options)?],
            Self::Stop => vec![power("stopped")],
            Self::Start => vec![power("running")],
            Self::Reboot => {
                if instance.state != InstanceState::Running {
                    return Err(format!("{id} is {}, not running", instance.state).into());
                }
                let mut change = power("running").stays("a restart cannot be taken back");
                change.mode = Mode::Once(Call::RebootInstances { instance: id.clone() });
                vec![change]
            }
            Self::Terminate => {
                let mut kept = copy::snapshots(instance, options)?;
                kept.mode = Mode::Require("not every volume has a snapshot of this case: snapshot them first".into());
                let unprotect = Change::set(
                    Probe::TerminationProtection { instance: id.clone() },
                    instance.protected.map(Fact::Flag),
                    Fact::Flag(false),
                );
                vec![kept, unprotect, power("terminated").stays("a terminated instance cannot be brought back")]
            }
            Self::RevokeRules
            | Self::AuthorizeRules
            | Self::UnshareSnapshot
            | Self::UnshareImage
            | Self::DenyAddress
            | Self::EncryptByDefault
            | Self::DeactivateKey
            | Self::DenyUser
            | Self::RevokeSessions => return Err(format!("{self} is not for {id}").into()),
        })
    }
}

fn keep_volumes(instance: &Instance, inventory: &Inventory) -> Result<Vec<Change>, Unfit> {
    let changes: Vec<_> = inventory
        .volumes_of(instance)
        .map(|volume| {
            let probe = Probe::DeleteOnTermination {
                instance: instance.id.clone(),
                volume: volume.id.clone(),
                device: volume.device.clone(),
            };
            Change::set(probe, Some(Fact::Flag(volume.delete_on_termination)), Fact::Flag(false))
        })
        .collect();
    match (changes.len(), instance.volumes.len()) {
        (_, 0) => Err("no EBS volume is attached".to_owned().into()),
        (read, all) if read < all => Err(Unfit::unread(read, all, "volumes")),
        _ => Ok(changes),
    }
}

fn tag(instance: &Instance, options: &Options) -> Change {
    let mut wanted = BTreeMap::from([
        ("stanch:status".to_owned(), Some("quarantined".to_owned())),
        (CASE_TAG.to_owned(), Some(options.case.clone())),
    ]);
    if !options.ticket.is_empty() {
        wanted.insert("stanch:ticket".to_owned(), Some(options.ticket.clone()));
    }
    let keys: Vec<String> = wanted.keys().cloned().collect();
    let before = keys.iter().map(|key| (key.clone(), instance.tag(key).map(str::to_owned))).collect();
    let probe = Probe::Tags { instance: instance.id.clone(), keys };
    Change::set(probe, Some(Fact::Tags(before)), Fact::Tags(wanted))
}

/// The accounts that it is shared with are read when the step runs.
fn unshare_snapshot(target: &Resource) -> Vec<Change> {
    let wanted = Fact::Sharing { public: false, accounts: BTreeSet::new() };
    vec![Change::set(Probe::Sharing { snapshot: target.id.clone() }, None, wanted)]
}

fn unshare_image(target: &Resource) -> Vec<Change> {
    let wanted = Fact::Sharing { public: false, accounts: BTreeSet::new() };
    vec![Change::set(Probe::ImageSharing { image: target.id.clone() }, None, wanted)]
}
