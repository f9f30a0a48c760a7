//! Security groups and their rules.

use aws_sdk_ec2::types as ec2;

use super::tag::tags;
use crate::domain::inventory::Inventory;
use crate::domain::network::{Direction, GroupRule, Peer, SecurityGroup};

/// Security groups; their rules come apart, save where the groups' own
/// permissions have to stand in for them.
pub fn groups(inventory: &mut Inventory, groups: Vec<ec2::SecurityGroup>, permissions_stand_in: bool) {
    for group in groups {
        let Some(id) = group.group_id else { continue };
        let mut rules = Vec::new();
        if permissions_stand_in {
            for (direction, permissions) in
                [(Direction::Ingress, group.ip_permissions), (Direction::Egress, group.ip_permissions_egress)]
            {
                for permission in permissions.unwrap_or_default() {
                    rules.extend(permission_rules(&id, direction, permission));
                }
            }
        }
        let vpc = group.vpc_id.unwrap_or_default();
        let group = SecurityGroup {
            id: id.clone(),
            name: group.group_name.unwrap_or_default(),
            description: group.description.unwrap_or_default(),
            vpc,
            rules,
            tags: tags(group.tags),
        };
        inventory.groups.insert(id, group);
    }
}

fn permission_rules(group: &str, direction: Direction, from: ec2::IpPermission) -> Vec<GroupRule> {
    let cidrs = from.ip_ranges.unwrap_or_default().into_iter().map(|range| (range.cidr_ip, range.description));
    let blocks = from.ipv6_ranges.unwrap_or_default().into_iter().map(|range| (range.cidr_ipv6, range.description));
    let lists =
        from.prefix_list_ids.unwrap_or_default().into_iter().map(|list| (list.prefix_list_id, list.description));
    let groups = from.user_id_group_pairs.unwrap_or_default().into_iter().map(|pair| (pair.group_id, pair.description));
    let peers = cidrs
        .chain(blocks)
        .map(|(peer, text)| (peer.map(Peer::Cidr), text))
        .chain(lists.map(|(peer, text)| (peer.map(Peer::PrefixList), text)))
        .chain(groups.map(|(peer, text)| (peer.map(Peer::Group), text)));
    let protocol = from.ip_protocol.unwrap_or_else(|| "-1".into());
    let (from_port, to_port) = (port(from.from_port), port(from.to_port));
    peers
        .filter_map(|(peer, description)| {
            Some(GroupRule {
                id: String::new(),
                group: group.to_owned(),
                direction,
                protocol: protocol.clone(),
                from_port,
                to_port,
                peer: peer?,
                description: description.unwrap_or_default(),
            })
        })
        .collect()
}

/// Rules, into the groups that have them.
pub fn rules(inventory: &mut Inventory, rules: Vec<ec2::SecurityGroupRule>) {
    for rule in rules.into_iter().filter_map(self::rule) {
        if let Some(home) = inventory.groups.get_mut(&rule.group) {
            home.rules.push(rule);
        }
    }
}

/// One rule.
pub fn rule(from: ec2::SecurityGroupRule) -> Option<GroupRule> {
    let peer = from
        .cidr_ipv4
        .or(from.cidr_ipv6)
        .map(Peer::Cidr)
        .or(from.prefix_list_id.map(Peer::PrefixList))
        .or(from.referenced_group_info.and_then(|info| info.group_id).map(Peer::Group))?;
    Some(GroupRule {
        id: from.security_group_rule_id?,
        group: from.group_id?,
        direction: if from.is_egress == Some(true) { Direction::Egress } else { Direction::Ingress },
        protocol: from.ip_protocol.unwrap_or_else(|| "-1".into()),
        from_port: port(from.from_port),
        to_port: port(from.to_port),
        peer,
        description: from.description.unwrap_or_default(),
    })
}

/// EC2 writes -1 for "all" where the domain has none.
fn port(from: Option<i32>) -> Option<i32> {
    from.filter(|port| *port >= 0)
}
