//! Networks, interfaces and security groups as the wire shows them.

use super::super::state::{Interface, Region};
use super::{dns, tags, time, zone_id};
use crate::sim::dice::Dice;
use crate::sim::scenario::spec::{
    AddressSpec, FlowLogSpec, GroupSpec, InternetGatewaySpec, NatGatewaySpec, NetworkAclSpec, PeerSpec, RouteTableSpec,
    RuleSpec, SubnetSpec, VpcSpec,
};
use serde_json::{Map, Value, json};

/// An id that belongs to another: the same each time it is shown.
fn derived(prefix: &str, of: &str) -> String {
    format!("{prefix}-0{}", Dice::new(0, &format!("{prefix} {of}")).hex(16))
}

impl Region {
    /// Ids and names of groups.
    pub fn show_group_names(&self, ids: &[String]) -> Value {
        let name = |id: &String| self.group(id).map(|group| group.name.clone()).unwrap_or_default();
        ids.iter().map(|id| json!({"groupId": id, "groupName": name(id)})).collect()
    }

    fn show_link(&self, interface: &Interface, whole: bool) -> Value {
        let Some(ip) = &interface.public_ip else { return Value::Null };
        let elastic = self.addresses.iter().find(|address| address.public_ip == *ip);
        let mut link = json!({
            "publicIp": ip,
            "publicDnsName": dns("ec2", &self.name, ip),
            "ipOwnerId": if elastic.is_some() { self.account.as_str() } else { "amazon" },
        });
        if let (true, Some(elastic), Some(fields)) = (whole, elastic, link.as_object_mut()) {
            fields.insert("allocationId".to_owned(), json!(elastic.allocation_id));
            fields.insert("associationId".to_owned(), json!(elastic.association_id));
        }
        link
    }

    fn show_addresses(&self, interface: &Interface, whole: bool) -> Value {
        json!([{
            "privateIpAddress": interface.private_ip,
            "privateDnsName": dns("ip", &self.name, &interface.private_ip),
            "primary": true,
            "association": self.show_link(interface, whole),
        }])
    }

    /// An interface as it stands inside an instance.
    pub fn show_instance_interface(&self, interface: &Interface) -> Value {
        json!({
            "networkInterfaceId": interface.id,
            "subnetId": interface.subnet,
            "vpcId": interface.vpc,
            "description": interface.description,
            "ownerId": self.account,
            "status": "in-use",
            "macAddress": interface.mac,
            "privateIpAddress": interface.private_ip,
            "privateDnsName": dns("ip", &self.name, &interface.private_ip),
            "sourceDestCheck": interface.source_dest_check,
            "groupSet": self.show_group_names(&interface.groups),
            "attachment": {
                "attachmentId": interface.attachment,
                "deviceIndex": interface.index,
                "status": "attached",
                "attachTime": time(interface.since),
                "deleteOnTermination": interface.delete_on_termination,
                "networkCardIndex": 0,
            },
            "association": self.show_link(interface, false),
            "privateIpAddressesSet": self.show_addresses(interface, false),
            "ipv6AddressesSet": [],
            "interfaceType": "interface",
        })
    }

    /// An interface by itself.
    pub fn show_interface(&self, interface: &Interface) -> Value {
        let attachment = json!({
            "attachmentId": interface.attachment,
            "instanceId": interface.instance,
            "instanceOwnerId": self.account,
            "deviceIndex": interface.index,
            "status": "attached",
            "attachTime": time(interface.since),
            "deleteOnTermination": interface.delete_on_termination,
            "networkCardIndex": 0,
        });
        let attached = !interface.instance.is_empty();
        json!({
            "networkInterfaceId": interface.id,
            "subnetId": interface.subnet,
            "vpcId": interface.vpc,
            "availabilityZone": interface.zone,
            "availabilityZoneId": zone_id(&interface.zone),
            "description": interface.description,
            "ownerId": self.account,
            "requesterManaged": false,
            "status": if attached { "in-use" } else { "available" },
            "macAddress": interface.mac,
            "privateIpAddress": interface.private_ip,
            "privateDnsName": dns("ip", &self.name, &interface.private_ip),
            "sourceDestCheck": interface.source_dest_check,
            "groupSet": self.show_group_names(&interface.groups),
            "attachment": if attached { attachment } else { Value::Null },
            "association": self.show_link(interface, true),
            "tagSet": tags(&interface.tags),
            "privateIpAddressesSet": self.show_addresses(interface, true),
            "ipv6AddressesSet": [],
            "interfaceType": "interface",
        })
    }

    /// A security group with its rules put together by protocol and ports.
    pub fn show_group(&self, group: &GroupSpec) -> Value {
        json!({
            "ownerId": self.account,
            "groupId": group.id,
            "groupName": group.name,
            "groupDescription": group.description,
            "vpcId": group.vpc,
            "ipPermissions": self.show_permissions(&group.ingress),
            "ipPermissionsEgress": self.show_permissions(&group.egress),
            "tagSet": tags(&group.tags),
            "securityGroupArn": self.arn(&group.id),
        })
    }

    /// Rules put together by protocol and ports, as `ipPermissions` shows them.
    pub fn show_permissions(&self, rules: &[RuleSpec]) -> Value {
        let mut permissions: Vec<(&RuleSpec, [Vec<Value>; 4])> = Vec::new();
        for rule in rules {
            let known = permissions
                .iter()
                .position(|(one, _)| (&one.protocol, one.from, one.to) == (&rule.protocol, rule.from, rule.to));
            let index = known.unwrap_or_else(|| {
                permissions.push((rule, <[Vec<Value>; 4]>::default()));
                permissions.len() - 1
            });
            let Some((_, [groups, v4, v6, lists])) = permissions.get_mut(index) else { continue };
            let description = Some(&rule.description).filter(|text| !text.is_empty());
            match &rule.peer {
                PeerSpec::Cidr4(range) => v4.push(json!({"cidrIp": range, "description": description})),
                PeerSpec::Cidr6(range) => v6.push(json!({"cidrIpv6": range, "description": description})),
                PeerSpec::PrefixList(id) => lists.push(json!({"prefixListId": id, "description": description})),
                PeerSpec::Group(id) => {
                    groups.push(json!({"userId": self.account, "groupId": id, "description": description}));
                }
            }
        }
        let show = |(rule, [groups, v4, v6, lists]): (&RuleSpec, [Vec<Value>; 4])| {
            let mut fields = Map::new();
            fields.insert("ipProtocol".to_owned(), json!(rule.protocol));
            if rule.protocol != "-1" {
                fields.insert("fromPort".to_owned(), json!(rule.from));
                fields.insert("toPort".to_owned(), json!(rule.to));
            }
            fields.insert("groups".to_owned(), groups.into());
            fields.insert("ipRanges".to_owned(), v4.into());
            fields.insert("ipv6Ranges".to_owned(), v6.into());
            fields.insert("prefixListIds".to_owned(), lists.into());
            Value::Object(fields)
        };
        permissions.into_iter().map(show).collect()
    }

    /// One rule of a group, as DescribeSecurityGroupRules shows it.
    pub fn show_rule(&self, group: &str, rule: &RuleSpec, egress: bool) -> Value {
        let mut shown = json!({
            "securityGroupRuleId": rule.id,
            "groupId": group,
            "groupOwnerId": self.account,
            "isEgress": egress,
            "ipProtocol": rule.protocol,
            "fromPort": rule.from,
            "toPort": rule.to,
            "description": Some(&rule.description).filter(|text| !text.is_empty()),
            "tagSet": [],
            "securityGroupRuleArn": self.arn(&rule.id),
        });
        let (name, value) = match &rule.peer {
            PeerSpec::Cidr4(range) => ("cidrIpv4", json!(range)),
            PeerSpec::Cidr6(range) => ("cidrIpv6", json!(range)),
            PeerSpec::PrefixList(id) => ("prefixListId", json!(id)),
            PeerSpec::Group(id) => {
                let vpc = self.group(id).map(|group| group.vpc.as_str());
                ("referencedGroupInfo", json!({"groupId": id, "userId": self.account, "vpcId": vpc}))
            }
        };
        if let Some(fields) = shown.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
        shown
    }

    /// A VPC.
    pub fn show_vpc(&self, vpc: &VpcSpec) -> Value {
        json!({
            "vpcId": vpc.id,
            "ownerId": self.account,
            "state": "available",
            "cidrBlock": vpc.cidr,
            "cidrBlockAssociationSet": [{
                "cidrBlock": vpc.cidr,
                "associationId": derived("vpc-cidr-assoc", &vpc.id),
                "cidrBlockState": {"state": "associated"},
            }],
            "dhcpOptionsId": derived("dopt", &self.name),
            "instanceTenancy": "default",
            "isDefault": vpc.default,
            "tagSet": tags(&vpc.tags),
        })
    }

    /// A subnet.
    pub fn show_subnet(&self, subnet: &SubnetSpec) -> Value {
        let default = self.vpcs.iter().any(|vpc| vpc.id == subnet.vpc && vpc.default);
        let used = self.interfaces.iter().filter(|interface| interface.subnet == subnet.id).count();
        json!({
            "subnetId": subnet.id,
            "subnetArn": self.arn(&subnet.id),
            "state": "available",
            "ownerId": self.account,
            "vpcId": subnet.vpc,
            "cidrBlock": subnet.cidr,
            "ipv6CidrBlockAssociationSet": [],
            // AWS keeps five addresses of each subnet for itself.
            "availableIpAddressCount": room(&subnet.cidr).saturating_sub(5 + used as u64),
            "availabilityZone": subnet.az,
            "availabilityZoneId": zone_id(&subnet.az),
            "defaultForAz": default,
            "mapPublicIpOnLaunch": subnet.public,
            "assignIpv6AddressOnCreation": false,
            "enableDns64": false,
            "ipv6Native": false,
            "tagSet": tags(&subnet.tags),
        })
    }

    /// A route table.
    pub fn show_route_table(&self, table: &RouteTableSpec) -> Value {
        let routes: Vec<Value> = table
            .routes
            .iter()
            .map(|(destination, target)| {
                let gateway = if target.starts_with("nat-") { "natGatewayId" } else { "gatewayId" };
                let block = if destination.contains(':') { "destinationIpv6CidrBlock" } else { "destinationCidrBlock" };
                let origin = if target == "local" { "CreateRouteTable" } else { "CreateRoute" };
                json!({block: destination, gateway: target, "state": "active", "origin": origin})
            })
            .collect();
        let association = |main: bool, subnet: Option<&String>| {
            json!({
                "routeTableAssociationId": derived("rtbassoc", subnet.unwrap_or(&table.id)),
                "routeTableId": table.id,
                "main": main,
                "subnetId": subnet,
                "associationState": {"state": "associated"},
            })
        };
        let mut associations: Vec<Value> = Vec::new();
        if table.main {
            associations.push(association(true, None));
        }
        associations.extend(table.subnets.iter().map(|subnet| association(false, Some(subnet))));
        json!({
            "routeTableId": table.id,
            "vpcId": table.vpc,
            "ownerId": self.account,
            "routeSet": routes,
            "associationSet": associations,
            "propagatingVgwSet": [],
            "tagSet": tags(&table.tags),
        })
    }

    /// A network ACL, with the entries that close it.
    pub fn show_network_acl(&self, acl: &NetworkAclSpec) -> Value {
        let mut entries: Vec<Value> = acl
            .entries
            .iter()
            .map(|entry| {
                let block = if entry.cidr.contains(':') { "ipv6CidrBlock" } else { "cidrBlock" };
                json!({
                    block: entry.cidr,
                    "egress": entry.egress,
                    "protocol": entry.protocol,
                    "ruleAction": if entry.allow { "allow" } else { "deny" },
                    "ruleNumber": entry.number,
                    "portRange": entry.ports.map(|(from, to)| json!({"from": from, "to": to})),
                    "icmpTypeCode": entry.icmp.map(|(kind, code)| json!({"type": kind, "code": code})),
                })
            })
            .collect();
        for egress in [true, false] {
            entries.push(json!({
                "cidrBlock": "0.0.0.0/0", "egress": egress, "protocol": "-1", "ruleAction": "deny", "ruleNumber": 32767,
            }));
        }
        json!({
            "networkAclId": acl.id,
            "vpcId": acl.vpc,
            "ownerId": self.account,
            "default": acl.default,
            "entrySet": entries,
            "associationSet": acl.subnets.iter().map(|subnet| json!({
                "networkAclAssociationId": derived("aclassoc", subnet),
                "networkAclId": acl.id,
                "subnetId": subnet,
            })).collect::<Vec<_>>(),
            "tagSet": tags(&acl.tags),
        })
    }

    /// An internet gateway.
    pub fn show_internet_gateway(&self, gateway: &InternetGatewaySpec) -> Value {
        json!({
            "internetGatewayId": gateway.id,
            "ownerId": self.account,
            "attachmentSet": [{"vpcId": gateway.vpc, "state": "available"}],
            "tagSet": tags(&gateway.tags),
        })
    }

    /// A NAT gateway.
    pub fn show_nat_gateway(&self, gateway: &NatGatewaySpec) -> Value {
        let allocation = self.addresses.iter().find(|address| address.public_ip == gateway.public_ip);
        json!({
            "natGatewayId": gateway.id,
            "vpcId": gateway.vpc,
            "subnetId": gateway.subnet,
            "state": "available",
            "connectivityType": "public",
            "createTime": time(self.at(-90 * 86_400)),
            "natGatewayAddressSet": [{
                "publicIp": gateway.public_ip,
                "allocationId": allocation.map(|address| address.allocation_id.as_str()),
                "networkInterfaceId": derived("eni", &gateway.id),
                "isPrimary": true,
                "status": "succeeded",
            }],
            "tagSet": tags(&gateway.tags),
        })
    }

    /// An elastic address.
    pub fn show_address(&self, address: &AddressSpec) -> Value {
        let interface = address.interface.as_deref();
        let private = self.interfaces.iter().find(|one| Some(one.id.as_str()) == interface).map(|one| &one.private_ip);
        json!({
            "publicIp": address.public_ip,
            "allocationId": address.allocation_id,
            "associationId": Some(&address.association_id).filter(|id| !id.is_empty()),
            "instanceId": address.instance,
            "networkInterfaceId": interface,
            "networkInterfaceOwnerId": interface.map(|_| self.account.as_str()),
            "privateIpAddress": private,
            "domain": "vpc",
            "publicIpv4Pool": "amazon",
            "networkBorderGroup": self.name,
            "tagSet": tags(&address.tags),
        })
    }

    /// A flow log.
    pub fn show_flow_log(&self, log: &FlowLogSpec) -> Value {
        let bucket = log.destination.starts_with("arn:aws:s3:::");
        json!({
            "flowLogId": log.id,
            "flowLogStatus": "ACTIVE",
            "resourceId": log.resource,
            "trafficType": log.traffic,
            "creationTime": time(self.at(-60 * 86_400)),
            "deliverLogsStatus": "SUCCESS",
            "logDestinationType": if bucket { "s3" } else { "cloud-watch-logs" },
            "logDestination": bucket.then_some(&log.destination),
            "logGroupName": (!bucket).then_some(&log.destination),
            "logFormat": "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}",
            "maxAggregationInterval": 600,
            "tagSet": tags(&log.tags),
        })
    }
}

/// How many addresses a range holds.
fn room(cidr: &str) -> u64 {
    let bits = cidr.rsplit_once('/').and_then(|(_, bits)| bits.parse::<u32>().ok()).unwrap_or(32);
    1 << 32_u32.saturating_sub(bits).min(32)
}
