//! VPCs with all that belongs to them, and security groups.

use std::net::Ipv4Addr;

use super::super::file::{self, File};
use super::super::names::{self, Names, Place, wrong};
use super::super::spec::{
    AclEntrySpec, FlowLogSpec, GroupSpec, InternetGatewaySpec, NatGatewaySpec, NetworkAclSpec, PeerSpec,
    RouteTableSpec, RuleSpec, SubnetSpec, VpcSpec,
};
use super::super::{Scenario, ScenarioError};
use super::{check_region, tags};

pub fn resolve(file: &File, scenario: &mut Scenario, names: &mut Names) -> Result<(), ScenarioError> {
    for raw in &file.vpc {
        vpc(raw, scenario, names)?;
    }
    // Groups may name one another: first all ids, then the rules.
    for raw in &file.group {
        let at = format!("group '{}'", raw.name);
        let vpc = names.get("vpc", &raw.vpc, &at)?.clone();
        let place = Place { id: names::id("sg", &raw.name), region: vpc.region, vpc: vpc.id };
        names.add("group", &raw.name, place)?;
    }
    for raw in &file.group {
        let at = format!("group '{}'", raw.name);
        let place = names.get("group", &raw.name, &at)?.clone();
        let everything = vec!["all to 0.0.0.0/0".to_owned()];
        let spec = GroupSpec {
            ingress: rules(&raw.ingress, "from", &raw.name, names)?,
            egress: rules(raw.egress.as_ref().unwrap_or(&everything), "to", &raw.name, names)?,
            id: place.id,
            name: raw.name.clone(),
            description: raw.description.clone(),
            vpc: place.vpc,
            region: place.region,
            tags: tags(&raw.name, &raw.tags),
        };
        scenario.groups.push(spec);
    }
    Ok(())
}

fn vpc(raw: &file::Vpc, scenario: &mut Scenario, names: &mut Names) -> Result<(), ScenarioError> {
    let at = format!("vpc '{}'", raw.name);
    check_region(&scenario.account, &raw.region, &at)?;
    let id = names::id("vpc", &raw.name);
    let place = |id: String| Place { id, region: raw.region.clone(), vpc: names::id("vpc", &raw.name) };
    names.add("vpc", &raw.name, place(id.clone()))?;
    check_cidr(&raw.cidr, &at)?;
    scenario.vpcs.push(VpcSpec {
        id: id.clone(),
        name: raw.name.clone(),
        region: raw.region.clone(),
        cidr: raw.cidr.clone(),
        default: raw.default,
        tags: tags(&raw.name, &raw.tags),
    });
    let (mut public, mut private) = (Vec::new(), Vec::new());
    for subnet in &raw.subnet {
        let at = format!("subnet '{}'", subnet.name);
        check_cidr(&subnet.cidr, &at)?;
        if subnet.az.len() != 1 || !subnet.az.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Err(wrong(at, format!("az '{}' is not the letter of a zone", subnet.az)));
        }
        let spec = SubnetSpec {
            id: names::id("subnet", &subnet.name),
            name: subnet.name.clone(),
            vpc: id.clone(),
            region: raw.region.clone(),
            az: format!("{}{}", raw.region, subnet.az),
            cidr: subnet.cidr.clone(),
            public: subnet.public,
            tags: tags(&subnet.name, &std::collections::BTreeMap::new()),
        };
        names.add("subnet", &subnet.name, place(spec.id.clone()))?;
        if subnet.public { &mut public } else { &mut private }.push(spec.id.clone());
        scenario.subnets.push(spec);
    }
    routes(raw, &id, public, private, scenario, names)?;
    acls(raw, &id, scenario, names)?;
    if let Some(destination) = &raw.flow_logs {
        scenario.flow_logs.push(FlowLogSpec {
            id: names::id("fl", &raw.name),
            region: raw.region.clone(),
            resource: id.clone(),
            destination: destination.clone(),
            traffic: "ALL".to_owned(),
            tags: tags(&format!("{}-flow", raw.name), &std::collections::BTreeMap::new()),
        });
    }
    let default = format!("default.{}", raw.name);
    let group = names::id("sg", &default);
    let rule = |side: &str, peer: PeerSpec| RuleSpec {
        id: names::id("sgr", &format!("{default} {side}")),
        protocol: "-1".to_owned(),
        from: -1,
        to: -1,
        peer,
        description: String::new(),
    };
    scenario.groups.push(GroupSpec {
        ingress: vec![rule("in", PeerSpec::Group(group.clone()))],
        egress: vec![rule("out", PeerSpec::default())],
        id: group.clone(),
        name: "default".to_owned(),
        description: "default VPC security group".to_owned(),
        vpc: id,
        region: raw.region.clone(),
        tags: Vec::new(),
    });
    names.add("group", &default, place(group))
}

fn routes(
    raw: &file::Vpc,
    vpc: &str,
    public: Vec<String>,
    private: Vec<String>,
    scenario: &mut Scenario,
    names: &Names,
) -> Result<(), ScenarioError> {
    let at = format!("vpc '{}'", raw.name);
    let none = std::collections::BTreeMap::new();
    let local = (raw.cidr.clone(), "local".to_owned());
    let table = |name: String, main: bool, subnets: Vec<String>, routes: Vec<(String, String)>| RouteTableSpec {
        id: names::id("rtb", &name),
        vpc: vpc.to_owned(),
        region: raw.region.clone(),
        main,
        subnets,
        routes,
        tags: tags(&name, &none),
    };
    scenario.route_tables.push(table(format!("{}-main", raw.name), true, Vec::new(), vec![local.clone()]));
    if !public.is_empty() {
        let gateway = names::id("igw", &raw.name);
        let everywhere = ("0.0.0.0/0".to_owned(), gateway.clone());
        scenario.route_tables.push(table(
            format!("{}-public", raw.name),
            false,
            public,
            vec![local.clone(), everywhere],
        ));
        scenario.internet_gateways.push(InternetGatewaySpec {
            id: gateway,
            vpc: vpc.to_owned(),
            region: raw.region.clone(),
            tags: tags(&raw.name, &none),
        });
    }
    let mut private_routes = vec![local];
    if let Some(subnet) = &raw.nat {
        let Some(public_ip) = raw.nat_ip.clone() else {
            return Err(wrong(at, "a NAT gateway needs nat_ip, its address"));
        };
        let id = names::id("nat", &raw.name);
        private_routes.push(("0.0.0.0/0".to_owned(), id.clone()));
        scenario.nat_gateways.push(NatGatewaySpec {
            id,
            vpc: vpc.to_owned(),
            subnet: names.get("subnet", subnet, &at)?.id.clone(),
            region: raw.region.clone(),
            public_ip,
            tags: tags(&format!("{}-nat", raw.name), &none),
        });
    }
    if !private.is_empty() {
        scenario.route_tables.push(table(format!("{}-private", raw.name), false, private, private_routes));
    }
    Ok(())
}

fn acls(raw: &file::Vpc, vpc: &str, scenario: &mut Scenario, names: &Names) -> Result<(), ScenarioError> {
    let mut left: Vec<String> = Vec::new();
    for subnet in &raw.subnet {
        left.push(names::id("subnet", &subnet.name));
    }
    for acl in &raw.acl {
        let at = format!("acl '{}'", acl.name);
        let mut subnets = Vec::new();
        for subnet in &acl.subnets {
            let id = names.get("subnet", subnet, &at)?.id.clone();
            left.retain(|other| *other != id);
            subnets.push(id);
        }
        let entries: Result<Vec<AclEntrySpec>, ScenarioError> =
            acl.entries.iter().map(|line| acl_entry(line, &at)).collect();
        scenario.network_acls.push(NetworkAclSpec {
            id: names::id("acl", &acl.name),
            vpc: vpc.to_owned(),
            region: raw.region.clone(),
            default: false,
            subnets,
            entries: entries?,
            tags: tags(&acl.name, &std::collections::BTreeMap::new()),
        });
    }
    let open = |egress| AclEntrySpec {
        number: 100,
        egress,
        protocol: "-1".to_owned(),
        allow: true,
        cidr: "0.0.0.0/0".to_owned(),
        ports: None,
        icmp: None,
    };
    scenario.network_acls.push(NetworkAclSpec {
        id: names::id("acl", &format!("default.{}", raw.name)),
        vpc: vpc.to_owned(),
        region: raw.region.clone(),
        default: true,
        subnets: left,
        entries: vec![open(false), open(true)],
        tags: Vec::new(),
    });
    Ok(())
}

/// `100 in allow tcp 443 10.0.0.0/16`; `all` needs no ports.
fn acl_entry(line: &str, at: &str) -> Result<AclEntrySpec, ScenarioError> {
    let usage = || wrong(at, format!("'{line}' is not an entry: write it like '100 in allow tcp 443 10.0.0.0/16'"));
    let words: Vec<&str> = line.split_whitespace().collect();
    let (number, side, verdict, protocol, ports, cidr) = match words.as_slice() {
        [number, side, verdict, protocol, ports, cidr] => (number, side, verdict, protocol, Some(*ports), cidr),
        [number, side, verdict, protocol, cidr] => (number, side, verdict, protocol, None, cidr),
        _ => return Err(usage()),
    };
    let ports = match ports {
        None => None,
        Some(text) => {
            let (low, high) = text.split_once('-').unwrap_or((text, text));
            Some((low.parse().map_err(|_| usage())?, high.parse().map_err(|_| usage())?))
        }
    };
    check_cidr(cidr, at)?;
    Ok(AclEntrySpec {
        number: number.parse().map_err(|_| usage())?,
        egress: match *side {
            "in" => false,
            "out" => true,
            _ => return Err(usage()),
        },
        protocol: match *protocol {
            "all" => "-1",
            "tcp" => "6",
            "udp" => "17",
            "icmp" => "1",
            _ => return Err(usage()),
        }
        .to_owned(),
        allow: match *verdict {
            "allow" => true,
            "deny" => false,
            _ => return Err(usage()),
        },
        cidr: (*cidr).to_owned(),
        ports,
        icmp: (*protocol == "icmp").then_some((-1, -1)),
    })
}

fn rules(lines: &[String], preposition: &str, group: &str, names: &Names) -> Result<Vec<RuleSpec>, ScenarioError> {
    lines.iter().map(|line| rule(line, preposition, group, names)).collect()
}

/// `tcp 443 from 0.0.0.0/0 # why`, `udp 53-60 to …`, `all from group-name`.
fn rule(line: &str, preposition: &str, group: &str, names: &Names) -> Result<RuleSpec, ScenarioError> {
    let at = format!("group '{group}'");
    let usage = || {
        wrong(
            at.clone(),
            format!(
                "'{line}' is not a rule: write it like 'tcp 443 {preposition} 10.0.0.0/16 # why', or 'all {preposition} GROUP'"
            ),
        )
    };
    let (body, description) = line.split_once('#').unwrap_or((line, ""));
    let words: Vec<&str> = body.split_whitespace().collect();
    let (protocol, ports, word, peer) = match words.as_slice() {
        ["all", word, peer] => ("-1", "", word, *peer),
        ["icmp", word, peer] => ("icmp", "", word, *peer),
        [protocol @ ("tcp" | "udp"), ports, word, peer] => (*protocol, *ports, word, *peer),
        _ => return Err(usage()),
    };
    if *word != preposition {
        return Err(usage());
    }
    let (from, to) = if ports.is_empty() {
        (-1, -1)
    } else {
        let (low, high) = ports.split_once('-').unwrap_or((ports, ports));
        (low.parse().map_err(|_| usage())?, high.parse().map_err(|_| usage())?)
    };
    let peer = if peer.starts_with("pl-") {
        PeerSpec::PrefixList(peer.to_owned())
    } else if peer.contains(':') && peer.contains('/') {
        PeerSpec::Cidr6(peer.to_owned())
    } else if peer.contains('/') {
        check_cidr(peer, &at)?;
        PeerSpec::Cidr4(peer.to_owned())
    } else {
        PeerSpec::Group(names.get("group", peer, &at)?.id.clone())
    };
    Ok(RuleSpec {
        id: names::id("sgr", &format!("{group} {body}")),
        protocol: protocol.to_owned(),
        from,
        to,
        peer,
        description: description.trim().to_owned(),
    })
}

fn check_cidr(cidr: &str, at: &str) -> Result<(), ScenarioError> {
    cidr_base(cidr).map(|_| ()).ok_or_else(|| wrong(at, format!("'{cidr}' is not an IPv4 range like 10.0.0.0/16")))
}

/// The first address of a range.
pub fn cidr_base(cidr: &str) -> Option<Ipv4Addr> {
    let (base, length) = cidr.split_once('/')?;
    (length.parse::<u8>().ok()? <= 32).then_some(())?;
    base.parse().ok()
}
