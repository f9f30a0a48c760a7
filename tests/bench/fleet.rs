//! Exposure of a big fleet: 10,000 instances with groups, volumes and interfaces.

use std::time::Duration;

use stanch::domain::exposure::Paths;
use stanch::domain::instance::{Instance, InstanceState};
use stanch::domain::inventory::Inventory;
use stanch::domain::network::{
    AclEntry, Direction, GroupRule, Interface, InternetGateway, NetworkAcl, Peer, Route, RouteTable, SecurityGroup,
};

use super::table::Table;
use super::{best, ms};

const INSTANCES: usize = 10_000;
const SUBNETS: usize = 60;
const GROUPS: usize = 400;

/// Computes every path from the internet to every instance.
pub fn measure(table: &mut Table) {
    let inventory = fleet();
    let mut found = 0;
    let time = best(5, || {
        let paths = Paths::of(&inventory);
        found = inventory.instances.values().map(|instance| paths.to(instance).len()).sum();
    });
    let must = time < Duration::from_millis(100);
    table.add(format!("exposure of {INSTANCES} instances"), ms(time), format!("{found} paths"), "100 ms", Some(must));
}

fn fleet() -> Inventory {
    let mut fleet = Inventory { account: "123456789012".into(), region: "eu-west-1".into(), ..Inventory::default() };
    let subnet = |number: usize| format!("subnet-{:017x}", number % SUBNETS);
    let vpc = || "vpc-00000000000000001".to_owned();
    let entry = AclEntry {
        number: 100,
        direction: Direction::Ingress,
        protocol: "-1".into(),
        from_port: None,
        to_port: None,
        cidr: "0.0.0.0/0".into(),
        allow: true,
    };
    for number in 0..SUBNETS {
        let route = |destination: &str, target: &str| Route {
            destination: destination.into(),
            target: target.into(),
            active: true,
        };
        let out = if number.is_multiple_of(2) { "igw-00000000000000001" } else { "nat-00000000000000001" };
        fleet.route_tables.insert(
            format!("rtb-{number:017x}"),
            RouteTable {
                id: format!("rtb-{number:017x}"),
                vpc: vpc(),
                subnets: vec![subnet(number)],
                is_main: false,
                routes: vec![route("10.0.0.0/8", "local"), route("0.0.0.0/0", out)],
            },
        );
        fleet.acls.insert(
            format!("acl-{number:017x}"),
            NetworkAcl {
                id: format!("acl-{number:017x}"),
                vpc: vpc(),
                subnets: vec![subnet(number)],
                is_default: false,
                entries: vec![entry.clone(), AclEntry { direction: Direction::Egress, ..entry.clone() }],
            },
        );
    }
    fleet.gateways.insert(
        "igw-00000000000000001".into(),
        InternetGateway { id: "igw-00000000000000001".into(), vpcs: vec![vpc()] },
    );
    for number in 0..GROUPS {
        let id = format!("sg-{number:017x}");
        let rule = |rule: usize| GroupRule {
            id: format!("sgr-{number:08x}{rule:09x}"),
            group: id.clone(),
            direction: if rule == 0 { Direction::Egress } else { Direction::Ingress },
            protocol: "tcp".into(),
            from_port: Some(22 + rule as i32),
            to_port: Some(22 + rule as i32),
            peer: Peer::Cidr(if (number + rule).is_multiple_of(5) {
                "0.0.0.0/0".into()
            } else {
                format!("10.{rule}.0.0/16")
            }),
            description: String::new(),
        };
        let group = SecurityGroup {
            id: id.clone(),
            name: format!("group-{number}"),
            description: String::new(),
            vpc: vpc(),
            rules: (0..8).map(rule).collect(),
            tags: Vec::new(),
        };
        fleet.groups.insert(id.clone(), group);
    }
    for number in 0..INSTANCES {
        let id = format!("i-{number:017x}");
        let groups: Vec<String> = (0..3).map(|at| format!("sg-{:017x}", (number + at * 7) % GROUPS)).collect();
        let public = if number.is_multiple_of(3) {
            format!("198.51.{}.{}", number >> 8 & 255, number & 255)
        } else {
            String::new()
        };
        let interface = Interface {
            id: format!("eni-{number:017x}"),
            instance: id.clone(),
            device_index: 0,
            subnet: subnet(number),
            vpc: vpc(),
            private_ip: format!("10.0.{}.{}", number >> 8 & 255, number & 255),
            public_ip: public.clone(),
            ipv6: Vec::new(),
            groups: groups.clone(),
            source_dest_check: true,
        };
        fleet.instances.insert(id.clone(), instance(id, number, &interface, groups, public));
        fleet.interfaces.insert(interface.id.clone(), interface);
    }
    fleet
}

fn instance(id: String, number: usize, interface: &Interface, groups: Vec<String>, public_ip: String) -> Instance {
    Instance {
        id,
        name: format!("node-{number}"),
        state: InstanceState::Running,
        state_reason: String::new(),
        kind: "m5.large".into(),
        az: "eu-west-1a".into(),
        vpc: interface.vpc.clone(),
        subnet: interface.subnet.clone(),
        public_ip,
        private_ip: interface.private_ip.clone(),
        groups,
        interfaces: vec![interface.id.clone()],
        volumes: vec![format!("vol-{number:017x}")],
        profile: String::new(),
        profile_association: String::new(),
        image: "ami-00000000000000001".into(),
        key: String::new(),
        launched: None,
        platform: "linux".into(),
        imds: "required".into(),
        protected: Some(false),
        shutdown_behavior: None,
        checks: None,
        auto_scaling_group: String::new(),
        tags: Vec::new(),
    }
}
