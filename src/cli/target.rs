//! The target of a remediation: which thing it is, and in which Scope it lies.

use futures_util::future::join_all;

use super::failure::Failure;
use super::out::say;
use crate::domain::fault::Fault;
use crate::domain::inventory::Inventory;
use crate::domain::resource::{Resource, ResourceKind, kind_of_id};
use crate::domain::text::visible;
use crate::port::Ports;
use crate::respond::playbook::Playbook;

/// The resource that an id or a name on the command line means to a playbook.
pub fn resource(playbook: &Playbook, target: &str) -> Result<Resource, Failure> {
    if let Some(resource) = Resource::of_id(target) {
        return Ok(resource);
    }
    // A name has no prefix: the playbook's first kind that goes by name.
    let by_name = playbook.targets.iter().find(|kind| {
        matches!(
            kind,
            ResourceKind::User
                | ResourceKind::Role
                | ResourceKind::Trail
                | ResourceKind::KeyPair
                | ResourceKind::Bucket
                | ResourceKind::AutoScalingGroup
                | ResourceKind::InstanceProfile
        )
    });
    by_name.map(|kind| Resource::new(*kind, target)).ok_or_else(|| {
        Failure::Usage(format!(
            "{} is no id that {1} takes; see 'stanch playbooks {1}'",
            visible(target),
            playbook.name
        ))
    })
}

/// What an id, an address or an ARN on the command line means as that which narrows a target.
pub fn narrower(id: &str) -> Option<Resource> {
    let address = || {
        let found = id.parse::<ipnet::IpNet>().is_ok() || id.parse::<std::net::IpAddr>().is_ok();
        found.then(|| Resource::new(ResourceKind::Address, id))
    };
    let identity = || {
        let kind = match id.split(':').nth(5)?.split('/').next()? {
            "role" => ResourceKind::Role,
            "user" => ResourceKind::User,
            _ => return None,
        };
        Some(Resource::new(kind, id))
    };
    Resource::of_id(id).or_else(address).or_else(identity)
}

/// The Scope that holds the target, with its EC2 state; the first Scope for
/// what lies in no Region.
pub async fn find(ports: Vec<Ports>, target: &Resource) -> Result<(Ports, Inventory), Failure> {
    let watched: Vec<Ports> = ports.into_iter().filter(|ports| ports.watch_fleet).collect();
    let answers = join_all(watched.iter().map(|ports| ports.fleet.inventory())).await;
    let regional = kind_of_id(&target.id).is_some_and(|kind| kind != ResourceKind::AccessKey);
    let mut failed: Vec<(String, Fault)> = Vec::new();
    let mut places = Vec::new();
    for (ports, answer) in watched.into_iter().zip(answers) {
        places.push(format!("{} {}", ports.scope.caller.account, ports.scope.region));
        match answer {
            Ok(inventory) if !regional || holds(&inventory, target) => {
                for (operation, fault) in &inventory.missing {
                    say(&format!("stanch: {operation} could not be read: {fault}"));
                }
                let inventory = fresh(&ports, inventory, target).await?;
                return Ok((ports, inventory));
            }
            Ok(_) => {}
            Err(fault) => failed.push((ports.scope.region.clone(), fault)),
        }
    }
    match failed.into_iter().next() {
        Some((region, fault)) => Err(Failure::Failed(format!("{region}: {fault}"))),
        None => Err(Failure::Failed(format!(
            "{} is not in {}; name its Region with --region and its account with --profile",
            visible(&target.id),
            places.join(", ")
        ))),
    }
}

/// An instance is read afresh, with its attributes, so that the plan shows the
/// state as it is.
async fn fresh(ports: &Ports, mut inventory: Inventory, target: &Resource) -> Result<Inventory, Failure> {
    if target.kind == ResourceKind::Instance {
        inventory.merge(ports.fleet.instance(&target.id).await?);
    }
    Ok(inventory)
}

fn holds(inventory: &Inventory, target: &Resource) -> bool {
    let id = target.id.as_str();
    match target.kind {
        ResourceKind::Instance => inventory.instances.contains_key(id),
        ResourceKind::SecurityGroup => inventory.groups.contains_key(id),
        ResourceKind::SecurityGroupRule => {
            inventory.groups.values().any(|group| group.rules.iter().any(|rule| rule.id == id))
        }
        ResourceKind::Interface => inventory.interfaces.contains_key(id),
        ResourceKind::Volume => inventory.volumes.contains_key(id),
        ResourceKind::Snapshot => inventory.snapshots.contains_key(id),
        ResourceKind::Image => inventory.images.contains_key(id),
        ResourceKind::Vpc => inventory.vpcs.contains_key(id),
        ResourceKind::Subnet => inventory.subnets.contains_key(id),
        _ => true,
    }
}
