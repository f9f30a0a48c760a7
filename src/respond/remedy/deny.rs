//! Denying one address in the network ACLs around a target.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::Unfit;
use crate::domain::inventory::Inventory;
use crate::domain::network::{AclEntry, Direction, NetworkAcl};
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::change::Change;
use crate::respond::fact::Fact;
use crate::respond::options::Options;
use crate::respond::probe::Probe;

/// The highest number that an entry can have (EC2 API reference, CreateNetworkAclEntry).
const LAST: i32 = 32_766;

/// One entry a direction in every ACL around the target.
pub(super) fn deny_address(target: &Resource, inventory: &Inventory, options: &Options) -> Result<Vec<Change>, Unfit> {
    let block = block(options)?;
    let acls = acls(target, inventory);
    if acls.is_empty() {
        return Err(format!("no network ACL around {} is known", target.id).into());
    }
    let mut changes = Vec::new();
    for acl in acls {
        for direction in [Direction::Ingress, Direction::Egress] {
            let entry = entry(acl, direction, block)?;
            let before = acl.entries.iter().find(|known| known.number == entry.number && known.direction == direction);
            let before = before.map_or(Fact::Absent, |known| Fact::Entry(known.clone()));
            let probe = Probe::AclEntry { acl: acl.id.clone(), number: entry.number, direction };
            changes.push(Change::set(probe, Some(before), Fact::Entry(entry)));
        }
    }
    Ok(changes)
}

/// The network ACLs of the subnets that the target lies in.
pub fn acls<'a>(target: &Resource, inventory: &'a Inventory) -> Vec<&'a NetworkAcl> {
    let carries = |groups: &[String]| match target.kind {
        ResourceKind::SecurityGroup => groups.contains(&target.id),
        ResourceKind::SecurityGroupRule => groups
            .iter()
            .filter_map(|id| inventory.groups.get(id))
            .any(|group| group.rules.iter().any(|rule| rule.id == target.id)),
        _ => false,
    };
    let subnets: BTreeSet<&str> = match target.kind {
        ResourceKind::Subnet => BTreeSet::from([target.id.as_str()]),
        ResourceKind::NetworkAcl => return inventory.acls.get(&target.id).into_iter().collect(),
        _ => inventory
            .interfaces
            .values()
            .filter(|interface| interface.instance == target.id || carries(&interface.groups))
            .map(|interface| interface.subnet.as_str())
            .collect(),
    };
    inventory.acls.values().filter(|acl| acl.subnets.iter().any(|subnet| subnets.contains(subnet.as_str()))).collect()
}

/// The address that the event came from.
pub(super) fn of_event(options: &Options) -> Option<&str> {
    let address = options.focus.iter().find(|resource| resource.kind == ResourceKind::Address);
    address.map(|resource| resource.id.as_str())
}

/// The address that was chosen, or that the event came from.
fn block(options: &Options) -> Result<IpNet, Unfit> {
    let missing =
        || Unfit::Undecided("which address is to be denied is not chosen: give it as address=203.0.113.7".to_owned());
    let text = options.choice("address").or_else(|| of_event(options)).ok_or_else(missing)?;
    let block = match text.parse::<IpNet>() {
        Ok(block) => block.trunc(),
        Err(_) => text.parse::<IpAddr>().map(IpNet::from).map_err(|_| format!("'{text}' is no address"))?,
    };
    if block.prefix_len() == 0 {
        return Err(format!("{block} is everybody: deny an address or a block").into());
    }
    Ok(block)
}

/// The entry that denies the block: the one that is there, else one of the
/// lowest free number. Entries count in order, so an earlier one that allows any
/// of it would make it useless.
fn entry(acl: &NetworkAcl, direction: Direction, block: IpNet) -> Result<AclEntry, String> {
    let own: Vec<&AclEntry> = acl.entries.iter().filter(|entry| entry.direction == direction).collect();
    let wanted = |number: i32| AclEntry {
        number,
        direction,
        protocol: "-1".into(),
        from_port: None,
        to_port: None,
        cidr: block.to_string(),
        allow: false,
    };
    let there = own.iter().find(|entry| ***entry == wanted(entry.number)).map(|entry| entry.number);
    let free = (1..=LAST).find(|number| !own.iter().any(|entry| entry.number == *number));
    let number = there.or(free).ok_or_else(|| format!("{} has no free number", acl.id))?;
    let first = own.iter().find(|entry| {
        entry.allow && entry.number < number && entry.cidr.parse::<IpNet>().is_ok_and(|other| overlap(other, block))
    });
    match first {
        Some(entry) => Err(format!(
            "entry {} of {} allows {} before any free number: renumber it first",
            entry.number, acl.id, entry.cidr
        )),
        None => Ok(wanted(number)),
    }
}

fn overlap(a: IpNet, b: IpNet) -> bool {
    a.contains(&b) || b.contains(&a)
}
