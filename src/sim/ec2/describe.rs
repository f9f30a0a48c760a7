//! The actions that list things.

mod places;
mod tables;

pub(super) use places::{instance_type_offerings, instance_types, regions, zones};

use super::phase::Phase;
use super::state::{Region, kind_of};
use super::{Answer, Context};
use crate::sim::service::Refusal;
use serde_json::{Value, json};

pub(super) fn instances(context: &Context<'_>, region: &Region) -> Answer {
    let all: Vec<Value> = region.instances.iter().map(|one| region.show_instance(one)).collect();
    let (page, next) = tables::INSTANCES.page(context, all)?;
    let mut reservations: Vec<Value> = Vec::new();
    for mut instance in page {
        let Some(id) = instance.as_object_mut().and_then(|fields| fields.shift_remove("reservationId")) else {
            continue;
        };
        match reservations.iter_mut().find(|one| one["reservationId"] == id) {
            Some(known) => {
                if let Some(set) = known["instancesSet"].as_array_mut() {
                    set.push(instance);
                }
            }
            None => reservations.push(json!({
                "reservationId": id, "ownerId": region.account, "groupSet": [], "instancesSet": [instance],
            })),
        }
    }
    Ok(json!({"reservationSet": reservations, "nextToken": next}))
}

pub(super) fn instance_status(context: &Context<'_>, region: &Region) -> Answer {
    let all = context.params.flag("IncludeAllInstances")?.unwrap_or_default();
    let asked = context.params.texts("InstanceId");
    let shown = region
        .instances
        .iter()
        .filter(|one| all || one.state.phase == Phase::Running || asked.contains(&one.id.as_str()))
        .map(|one| region.show_status(one, context.now))
        .collect();
    let mut answer = tables::INSTANCE_STATUS.answer(context, shown)?;
    if let (false, Some(set)) = (all, answer["instanceStatusSet"].as_array_mut()) {
        set.retain(|one| one["instanceState"]["name"] == "running");
    }
    Ok(answer)
}

pub(super) fn security_groups(context: &Context<'_>, region: &Region) -> Answer {
    let names = context.params.texts("GroupName");
    if let Some(absent) = names.iter().find(|name| !region.groups.iter().any(|group| group.name == **name)) {
        let message = format!("The security group '{absent}' does not exist");
        return Err(Refusal::new("InvalidGroup.NotFound", message));
    }
    let groups = region.groups.iter().filter(|group| names.is_empty() || names.contains(&group.name.as_str()));
    tables::SECURITY_GROUPS.answer(context, groups.map(|one| region.show_group(one)).collect())
}

pub(super) fn security_group_rules(context: &Context<'_>, region: &Region) -> Answer {
    let mut rules = Vec::new();
    for group in &region.groups {
        rules.extend(group.ingress.iter().map(|rule| region.show_rule(&group.id, rule, false)));
        rules.extend(group.egress.iter().map(|rule| region.show_rule(&group.id, rule, true)));
    }
    tables::SECURITY_GROUP_RULES.answer(context, rules)
}

pub(super) fn network_interfaces(context: &Context<'_>, region: &Region) -> Answer {
    tables::NETWORK_INTERFACES.answer(context, region.interfaces.iter().map(|one| region.show_interface(one)).collect())
}

pub(super) fn volumes(context: &Context<'_>, region: &Region) -> Answer {
    tables::VOLUMES.answer(context, region.volumes.iter().map(|one| region.show_volume(one)).collect())
}

pub(super) fn snapshots(context: &Context<'_>, region: &Region) -> Answer {
    let owners = context.params.texts("Owner");
    let mine = owners.is_empty() || owners.iter().any(|owner| *owner == "self" || *owner == region.account);
    let restorable = context.params.texts("RestorableBy");
    let shown = region
        .snapshots
        .iter()
        .filter(|_| mine)
        .filter(|one| {
            restorable.is_empty()
                || restorable.iter().any(|who| {
                    *who == "self" || *who == region.account || one.shared_with.iter().any(|shared| shared == who)
                })
        })
        .map(|one| region.show_snapshot(one, context.now))
        .collect();
    tables::SNAPSHOTS.answer(context, shown)
}

pub(super) fn images(context: &Context<'_>, region: &Region) -> Answer {
    let params = context.params;
    let owners = params.texts("Owner");
    let asked = params.texts("ImageId");
    let executable = params.texts("ExecutableBy");
    let deprecated = params.flag("IncludeDeprecated")?.unwrap_or_default();
    let shown = region
        .images
        .iter()
        .filter(|image| {
            let owned = |owner: &&str| {
                image.owner == **owner
                    || image.owner_alias.as_deref() == Some(*owner)
                    || *owner == "self" && image.owner == region.account
            };
            owners.is_empty() || owners.iter().any(owned)
        })
        .filter(|image| {
            executable.is_empty()
                || executable.iter().any(|who| match *who {
                    "self" => image.shared_with.contains(&region.account),
                    other => image.shared_with.iter().any(|shared| shared == other),
                })
        })
        .filter(|image| {
            // A deprecated image hides from everyone but its owner and who names it.
            let old = image.deprecated.is_some_and(|at| at <= context.now);
            !old || deprecated || image.owner == region.account || asked.contains(&image.id.as_str())
        })
        .map(|image| region.show_image(image, context.now))
        .collect();
    tables::IMAGES.answer(context, shown)
}

macro_rules! plain {
    ($($action:ident: $list:ident by $show:ident as $table:ident;)*) => {
        $(pub(super) fn $action(context: &Context<'_>, region: &Region) -> Answer {
            tables::$table.answer(context, region.$list.iter().map(|one| region.$show(one)).collect())
        })*
    };
}

plain! {
    vpcs: vpcs by show_vpc as VPCS;
    subnets: subnets by show_subnet as SUBNETS;
    route_tables: route_tables by show_route_table as ROUTE_TABLES;
    network_acls: network_acls by show_network_acl as NETWORK_ACLS;
    internet_gateways: internet_gateways by show_internet_gateway as INTERNET_GATEWAYS;
    nat_gateways: nat_gateways by show_nat_gateway as NAT_GATEWAYS;
    flow_logs: flow_logs by show_flow_log as FLOW_LOGS;
}

pub(super) fn addresses(context: &Context<'_>, region: &Region) -> Answer {
    let asked = context.params.texts("PublicIp");
    if let Some(absent) = asked.iter().find(|ip| !region.addresses.iter().any(|one| one.public_ip == **ip)) {
        return Err(Refusal::new("InvalidAddress.NotFound", format!("Address '{absent}' not found.")));
    }
    let addresses = region.addresses.iter().filter(|one| asked.is_empty() || asked.contains(&one.public_ip.as_str()));
    tables::ADDRESSES.answer(context, addresses.map(|one| region.show_address(one)).collect())
}

pub(super) fn key_pairs(context: &Context<'_>, region: &Region) -> Answer {
    let names = context.params.texts("KeyName");
    if let Some(absent) = names.iter().find(|name| !region.key_pairs.iter().any(|pair| pair.name == **name)) {
        let message = format!("The key pair '{absent}' does not exist");
        return Err(Refusal::new("InvalidKeyPair.NotFound", message));
    }
    let pairs = region.key_pairs.iter().filter(|pair| names.is_empty() || names.contains(&pair.name.as_str()));
    tables::KEY_PAIRS.answer(context, pairs.map(|one| region.show_key_pair(one)).collect())
}

pub(super) fn tags(context: &Context<'_>, region: &Region) -> Answer {
    let mut shown = Vec::new();
    for (id, tags) in region.tagged() {
        shown
            .extend(tags.iter().map(
                |(key, value)| json!({"resourceId": id, "resourceType": kind_of(id), "key": key, "value": value}),
            ));
    }
    tables::TAGS.answer(context, shown)
}
