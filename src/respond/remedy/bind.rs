//! A remedy bound to its target over the Inventory: what it will change.

use std::collections::{BTreeMap, BTreeSet};

use super::Remedy;
use crate::domain::instance::{Instance, InstanceState};
use crate::domain::inventory::Inventory;
use crate::domain::network::{Direction, GroupRule};
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::call::{Call, QUARANTINE};
use crate::respond::change::{Change, Mode};
use crate::respond::fact::Fact;
use crate::respond::plan::Options;
use crate::respond::probe::Probe;

/// The tag by which a quarantine group is known as ours.
pub const QUARANTINE_TAG: &str = "stanch:quarantine";

/// The tag that a snapshot of a case bears.
const CASE_TAG: &str = "stanch:case";

/// The name of the quarantine group of a VPC.
pub fn quarantine_name(vpc: &str) -> String {
    format!("stanch-quarantine-{vpc}")
}

impl Remedy {
    /// The changes that the remedy makes to the target; or why it does not apply.
    pub fn changes(self, target: &Resource, inventory: &Inventory, options: &Options) -> Result<Vec<Change>, String> {
        if !self.targets().contains(&target.kind) {
            return Err(format!("{self} is not for {}", target.id));
        }
        match self {
            Self::RevokeRules => revoke_rules(target, inventory, options),
            Self::AuthorizeRules => {
                Err("nothing was revoked that could be put back: undo the step that revoked".into())
            }
            Self::UnshareSnapshot => Ok(unshare_snapshot(target)),
            Self::DeactivateKey => Ok(super::identity::deactivate_key(target, options)),
            Self::DenyUser => super::identity::deny_user(target, options),
            Self::RevokeSessions => super::identity::revoke_sessions(target, options),
            _ => {
                let instance = inventory
                    .instances
                    .get(&target.id)
                    .ok_or_else(|| format!("{} is not among the instances of {}", target.id, inventory.region))?;
                if matches!(instance.state, InstanceState::Terminated | InstanceState::ShuttingDown) {
                    return Err(format!("{} is {}", instance.id, instance.state));
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
    ) -> Result<Vec<Change>, String> {
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
            Self::SnapshotVolumes => vec![snapshots(instance, options)?],
            Self::IsolateNetwork => isolate(instance, inventory)?,
            Self::RemoveProfile => {
                if instance.profile.is_empty() {
                    return Err("no instance profile is on it".into());
                }
                let before =
                    Fact::Profile { arn: instance.profile.clone(), association: instance.profile_association.clone() };
                let before = Some(before).filter(|_| !instance.profile_association.is_empty());
                vec![Change::set(Probe::Profile { instance: id.clone() }, before, Fact::Absent)]
            }
            Self::Stop => vec![power("stopped")],
            Self::Start => vec![power("running")],
            Self::Reboot => {
                if instance.state != InstanceState::Running {
                    return Err(format!("{id} is {}, not running", instance.state));
                }
                let mut change = power("running").stays("a restart cannot be taken back");
                change.mode = Mode::Once(Call::RebootInstances { instance: id.clone() });
                vec![change]
            }
            Self::Terminate => {
                let mut kept = snapshots(instance, options)?;
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
            | Self::DeactivateKey
            | Self::DenyUser
            | Self::RevokeSessions => return Err(format!("{self} is not for {id}")),
        })
    }
}

fn keep_volumes(instance: &Instance, inventory: &Inventory) -> Result<Vec<Change>, String> {
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
    if changes.is_empty() { Err("no EBS volume is attached".into()) } else { Ok(changes) }
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

fn snapshots(instance: &Instance, options: &Options) -> Result<Change, String> {
    if instance.volumes.is_empty() {
        return Err("no EBS volume is attached".into());
    }
    let probe = Probe::Snapshots {
        instance: instance.id.clone(),
        volumes: instance.volumes.clone(),
        tag: (CASE_TAG.to_owned(), options.case.clone()),
        description: format!("Evidence of {}, case {}", instance.id, options.case),
    };
    let wanted = instance.volumes.iter().map(|volume| (volume.clone(), String::new())).collect();
    Ok(Change::set(probe, None, Fact::Snapshots(wanted)).stays("snapshots are evidence"))
}

/// The quarantine group of each VPC, then every interface into it.
fn isolate(instance: &Instance, inventory: &Inventory) -> Result<Vec<Change>, String> {
    let interfaces: Vec<_> = inventory.interfaces_of(instance).collect();
    if interfaces.len() < instance.interfaces.len() || interfaces.is_empty() {
        return Err(format!(
            "{} of the {} interfaces could be read; all must be known",
            interfaces.len(),
            instance.interfaces.len()
        ));
    }
    let vpcs: BTreeSet<&str> = interfaces.iter().map(|interface| interface.vpc.as_str()).collect();
    if vpcs.len() > 1 {
        return Err("its interfaces lie in more than one VPC: isolate each by hand".into());
    }
    let mut changes = Vec::new();
    let mut group = QUARANTINE.to_owned();
    for vpc in vpcs {
        let name = quarantine_name(vpc);
        let found = inventory.groups.values().find(|group| {
            group.vpc == vpc && group.name == name && group.tags.iter().any(|(key, _)| key == QUARANTINE_TAG)
        });
        let before = match found {
            Some(found) => {
                group.clone_from(&found.id);
                Fact::Group { id: found.id.clone(), rules: found.rules.clone() }
            }
            None => Fact::Absent,
        };
        let wanted = Fact::Group { id: found.map(|found| found.id.clone()).unwrap_or_default(), rules: Vec::new() };
        let tags = BTreeMap::from([(QUARANTINE_TAG.to_owned(), vpc.to_owned())]);
        let mut change =
            Change::set(Probe::Quarantine { vpc: vpc.to_owned(), group_name: name, tags }, Some(before), wanted);
        if found.is_some() {
            change = change.stays("the quarantine group was there before");
        }
        changes.push(change);
    }
    for interface in interfaces {
        let probe = Probe::InterfaceGroups { interface: interface.id.clone(), instance: instance.id.clone() };
        let before = Fact::List(interface.groups.clone());
        changes.push(Change::set(probe, Some(before), Fact::List(vec![group.clone()])));
    }
    Ok(changes)
}

/// The rules that the plan was asked for by id; else those that let the whole
/// internet in.
fn revoke_rules(target: &Resource, inventory: &Inventory, options: &Options) -> Result<Vec<Change>, String> {
    let named: BTreeSet<&str> = options
        .focus
        .iter()
        .chain([target])
        .filter(|resource| resource.kind == ResourceKind::SecurityGroupRule)
        .map(|resource| resource.id.as_str())
        .collect();
    let wide_open = |rule: &&GroupRule| rule.direction == Direction::Ingress && rule.peer.is_world();
    let groups = inventory
        .groups
        .values()
        .filter(|group| group.id == target.id || group.rules.iter().any(|rule| rule.id == target.id));
    let rules: Vec<&GroupRule> = groups.flat_map(|group| &group.rules).collect();
    if rules.is_empty() && !inventory.groups.contains_key(&target.id) {
        return Err(format!("{} is not among the groups of {}", target.id, inventory.region));
    }
    let mut chosen: Vec<&GroupRule> = rules.iter().copied().filter(|rule| named.contains(rule.id.as_str())).collect();
    if chosen.is_empty() {
        chosen = rules.iter().copied().filter(wide_open).collect();
    }
    if chosen.is_empty() {
        return Err(format!("no rule of {} lets the whole internet in", target.id));
    }
    Ok(chosen
        .into_iter()
        .map(|rule| Change::set(Probe::Rule { rule: rule.clone() }, Some(Fact::Rule(rule.clone())), Fact::Absent))
        .collect())
}

/// The accounts that it is shared with are read when the step runs.
fn unshare_snapshot(target: &Resource) -> Vec<Change> {
    let wanted = Fact::Sharing { public: false, accounts: BTreeSet::new() };
    vec![Change::set(Probe::Sharing { snapshot: target.id.clone() }, None, wanted)]
}
