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

/// What a word on the command line means as that which narrows a playbook's
/// target. One that means nothing to it is refused: what was to be narrowed must
/// not become wider.
pub fn narrower(playbook: &Playbook, word: &str) -> Result<Resource, Failure> {
    let kinds = playbook.narrowed_by();
    let address = || {
        let found = word.parse::<ipnet::IpNet>().is_ok() || word.parse::<std::net::IpAddr>().is_ok();
        found.then(|| Resource::new(ResourceKind::Address, word))
    };
    let user = || {
        // What a user's name may hold (IAM API reference, CreateUser).
        let plain = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        let name = kinds.contains(&ResourceKind::User) && (1..=64).contains(&word.len()) && word.chars().all(plain);
        name.then(|| Resource::new(ResourceKind::User, word))
    };
    let found = Resource::of_id(word).or_else(address).or_else(|| identity(word)).or_else(user);
    found.filter(|found| kinds.contains(&found.kind)).ok_or_else(|| {
        let what: Vec<&str> = kinds.iter().map(|kind| written(*kind)).collect();
        let what = if what.is_empty() { "nothing".to_owned() } else { what.join(", ") };
        let (word, name) = (visible(word), &playbook.name);
        Failure::Usage(format!("--focus {word}: nothing was done: it does not narrow {name}, which takes {what}"))
    })
}

/// The identity that an ARN names; of a role's session, the role.
fn identity(arn: &str) -> Option<Resource> {
    let rest = arn.strip_prefix("arn:")?.splitn(5, ':').nth(4)?;
    match rest.split_once('/')? {
        ("role", name) if !name.is_empty() => Some(Resource::new(ResourceKind::Role, arn)),
        ("user", name) if !name.is_empty() => Some(Resource::new(ResourceKind::User, arn)),
        ("assumed-role", session) => {
            let (head, role) = (arn.strip_suffix(rest)?, session.split('/').next()?);
            let role = format!("{}role/{role}", head.replacen(":sts:", ":iam:", 1));
            Some(Resource::new(ResourceKind::Role, role))
        }
        _ => None,
    }
}

/// How that which narrows is written.
fn written(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::SecurityGroupRule => "a rule (sgr-…)",
        ResourceKind::Address => "an address (203.0.113.7)",
        ResourceKind::User => "a user (its name or ARN)",
        ResourceKind::Role => "a role (its ARN)",
        _ => "an id",
    }
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

#[cfg(test)]
mod tests {
    use super::{Failure, Resource, ResourceKind, narrower};
    use crate::respond::playbook::Catalogue;

    fn read(playbook: &str, word: &str) -> Result<Resource, String> {
        narrower(Catalogue::builtin().get(playbook).unwrap(), word).map_err(|failure| match failure {
            Failure::Usage(why) => why,
            other => panic!("{other:?} is no usage error"),
        })
    }

    #[test]
    fn what_narrows_a_playbook_is_read_as_what_it_is() {
        let kind = |playbook: &str, word: &str| read(playbook, word).unwrap().kind;
        assert_eq!(kind("open-security-groups", "sgr-0deadbeef0deadbee"), ResourceKind::SecurityGroupRule);
        assert_eq!(kind("open-security-groups", "203.0.113.0/24"), ResourceKind::Address);
        assert_eq!(kind("leaked-key", "ci-deploy"), ResourceKind::User);
        assert_eq!(kind("leaked-key", "arn:aws:iam::123456789012:user/ci/ci-deploy"), ResourceKind::User);
        let session = read("leaked-key", "arn:aws:sts::123456789012:assumed-role/web-role/i-0abc").unwrap();
        assert_eq!(session, Resource::new(ResourceKind::Role, "arn:aws:iam::123456789012:role/web-role"));
    }

    #[test]
    fn what_cannot_narrow_a_playbook_is_refused_and_never_dropped() {
        for (playbook, word) in [
            ("open-security-groups", "sgr_0deadbeef typo"),
            ("open-security-groups", "sgr_0deadbeef"),
            ("open-security-groups", "i-0abc12de34f567890"),
            ("leaked-key", "arn:aws:iam::123456789012:user"),
            ("compromised-instance", "ci-deploy"),
        ] {
            let why = read(playbook, word).unwrap_err();
            assert!(why.contains(word) && why.contains(playbook), "{why}");
        }
        let why = read("open-security-groups", "sgr_0deadbeef").unwrap_err();
        assert!(why.contains("which takes a rule (sgr-…), an address (203.0.113.7)"), "{why}");
        assert!(read("public-snapshot", "ci-deploy").unwrap_err().contains("which takes nothing"));
    }
}
