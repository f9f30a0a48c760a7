//! Instances, their status checks and their profiles.

use aws_sdk_ec2::types as ec2;

use super::network::group_ids;
use super::tag::{tag, tags};
use crate::aws::time::timestamp;
use crate::domain::instance::{Instance, InstanceState};
use crate::domain::inventory::Inventory;

/// The tag by which EC2 shows the Auto Scaling group of an instance.
const AUTO_SCALING_TAG: &str = "aws:autoscaling:groupName";

/// Instances, out of their reservations. The account is the reservations' owner.
pub fn instances(inventory: &mut Inventory, reservations: Vec<ec2::Reservation>) {
    for reservation in reservations {
        if let Some(owner) = reservation.owner_id.filter(|_| inventory.account.is_empty()) {
            inventory.account = owner;
        }
        for instance in reservation.instances.unwrap_or_default().into_iter().filter_map(self::instance) {
            inventory.instances.insert(instance.id.clone(), instance);
        }
    }
}

fn instance(from: ec2::Instance) -> Option<Instance> {
    let tags = tags(from.tags);
    let mut interfaces: Vec<(i32, String, Vec<String>)> = from
        .network_interfaces
        .unwrap_or_default()
        .into_iter()
        .filter_map(|interface| {
            let index = interface.attachment.and_then(|attachment| attachment.device_index).unwrap_or(0);
            Some((index, interface.network_interface_id?, group_ids(interface.groups)))
        })
        .collect();
    interfaces.sort();
    let root = from.root_device_name.unwrap_or_default();
    let mut volumes: Vec<(bool, String, String)> = from
        .block_device_mappings
        .unwrap_or_default()
        .into_iter()
        .filter_map(|mapping| {
            let device = mapping.device_name.unwrap_or_default();
            Some((device != root, device, mapping.ebs?.volume_id?))
        })
        .collect();
    volumes.sort();
    let groups = match interfaces.first() {
        Some((_, _, groups)) if !groups.is_empty() => groups.clone(),
        _ => group_ids(from.security_groups),
    };
    let windows = from.platform.as_ref().is_some_and(|platform| platform.as_str().eq_ignore_ascii_case("windows"));
    Some(Instance {
        id: from.instance_id?,
        name: tag(&tags, "Name"),
        state: from
            .state
            .and_then(|state| state.name)
            .map_or(InstanceState::Unknown, |name| InstanceState::of(name.as_str())),
        state_reason: from
            .state_reason
            .and_then(|reason| reason.message)
            .or(from.state_transition_reason)
            .unwrap_or_default(),
        kind: from.instance_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        az: from.placement.and_then(|placement| placement.availability_zone).unwrap_or_default(),
        vpc: from.vpc_id.unwrap_or_default(),
        subnet: from.subnet_id.unwrap_or_default(),
        public_ip: from.public_ip_address.unwrap_or_default(),
        private_ip: from.private_ip_address.unwrap_or_default(),
        groups,
        interfaces: interfaces.into_iter().map(|(_, id, _)| id).collect(),
        volumes: volumes.into_iter().map(|(_, _, id)| id).collect(),
        profile: from.iam_instance_profile.and_then(|profile| profile.arn).unwrap_or_default(),
        profile_association: String::new(),
        image: from.image_id.unwrap_or_default(),
        key: from.key_name.unwrap_or_default(),
        launched: from.launch_time.as_ref().and_then(timestamp),
        platform: if windows { "windows" } else { "linux" }.into(),
        imds: from
            .metadata_options
            .and_then(|options| options.http_tokens)
            .map(|tokens| tokens.as_str().to_owned())
            .unwrap_or_default(),
        protected: None,
        shutdown_behavior: None,
        checks: None,
        auto_scaling_group: tag(&tags, AUTO_SCALING_TAG),
        tags,
    })
}

/// Status checks: instance, system and, where there is one, attached volumes.
pub fn statuses(inventory: &mut Inventory, statuses: Vec<ec2::InstanceStatus>) {
    for status in statuses {
        let checks = [
            status.instance_status.and_then(|summary| summary.status),
            status.system_status.and_then(|summary| summary.status),
            status.attached_ebs_status.and_then(|summary| summary.status),
        ];
        let made: Vec<_> = checks.into_iter().flatten().filter(|word| word.as_str() != "not-applicable").collect();
        let passed = made.iter().filter(|word| word.as_str() == "ok").count();
        if let Some(instance) = status.instance_id.and_then(|id| inventory.instances.get_mut(&id)) {
            instance.checks = (!made.is_empty()).then(|| (small(passed), small(made.len())));
        }
    }
}

/// Associations of instance profiles that are in force or coming to be.
pub fn profile_associations(inventory: &mut Inventory, associations: Vec<ec2::IamInstanceProfileAssociation>) {
    for association in associations {
        let state = association.state.as_ref().map_or("", |state| state.as_str());
        if !matches!(state, "associated" | "associating") {
            continue;
        }
        if let Some(instance) = association.instance_id.and_then(|id| inventory.instances.get_mut(&id)) {
            instance.profile_association = association.association_id.unwrap_or_default();
            if let Some(arn) = association.iam_instance_profile.and_then(|profile| profile.arn) {
                instance.profile = arn;
            }
        }
    }
}

fn small(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}
