use super::{Exposure, Paths, exposures, is_public};
use crate::domain::instance::{Instance, InstanceState};
use crate::domain::inventory::Inventory;
use crate::domain::network::{
    AclEntry, Direction, GroupRule, Interface, NetworkAcl, Peer, Route, RouteTable, SecurityGroup,
};

fn instance() -> Instance {
    Instance {
        id: "i-0000000000000001a".into(),
        name: "web-7".into(),
        state: InstanceState::Running,
        state_reason: String::new(),
        kind: "m5.large".into(),
        az: "eu-west-1a".into(),
        vpc: "vpc-1".into(),
        subnet: "subnet-1".into(),
        public_ip: "198.51.100.9".into(),
        private_ip: "10.0.0.9".into(),
        groups: vec!["sg-1".into()],
        interfaces: vec!["eni-1".into(), "eni-2".into()],
        volumes: vec![],
        profile: String::new(),
        profile_association: String::new(),
        image: "ami-1".into(),
        key: String::new(),
        launched: None,
        platform: "linux".into(),
        imds: "optional".into(),
        protected: None,
        shutdown_behavior: None,
        checks: None,
        auto_scaling_group: String::new(),
        tags: vec![],
    }
}

fn interface(id: &str, public_ip: &str, groups: &[&str]) -> Interface {
    Interface {
        id: id.into(),
        instance: "i-0000000000000001a".into(),
        device_index: 0,
        subnet: "subnet-1".into(),
        vpc: "vpc-1".into(),
        private_ip: "10.0.0.9".into(),
        public_ip: public_ip.into(),
        ipv6: vec![],
        groups: groups.iter().map(ToString::to_string).collect(),
        source_dest_check: true,
    }
}

fn rule(id: &str, protocol: &str, port: Option<i32>, peer: Peer) -> GroupRule {
    GroupRule {
        id: id.into(),
        group: "sg-1".into(),
        direction: Direction::Ingress,
        protocol: protocol.into(),
        from_port: port,
        to_port: port,
        peer,
        description: String::new(),
    }
}

fn entry(number: i32, allow: bool, protocol: &str, port: Option<i32>, cidr: &str) -> AclEntry {
    AclEntry {
        number,
        direction: Direction::Ingress,
        protocol: protocol.into(),
        from_port: port,
        to_port: port,
        cidr: cidr.into(),
        allow,
    }
}

/// The same of traffic that goes out.
fn out(number: i32, allow: bool, protocol: &str, port: Option<i32>, cidr: &str) -> AclEntry {
    AclEntry { direction: Direction::Egress, ..entry(number, allow, protocol, port, cidr) }
}

/// An instance with a public address, an open group, a route out and an open ACL.
fn open_to_the_world() -> Inventory {
    let mut inventory = Inventory::default();
    inventory.instances.insert("i-0000000000000001a".into(), instance());
    inventory.interfaces.insert("eni-1".into(), interface("eni-1", "198.51.100.9", &["sg-1"]));
    inventory.interfaces.insert("eni-2".into(), interface("eni-2", "", &["sg-1"]));
    inventory.groups.insert(
        "sg-1".into(),
        SecurityGroup {
            id: "sg-1".into(),
            name: "app".into(),
            description: String::new(),
            vpc: "vpc-1".into(),
            rules: vec![
                rule("sgr-1", "tcp", Some(22), Peer::Cidr("0.0.0.0/0".into())),
                rule("sgr-2", "tcp", Some(443), Peer::Cidr("10.0.0.0/8".into())),
                rule("sgr-3", "-1", None, Peer::Group("sg-1".into())),
            ],
            tags: vec![],
        },
    );
    inventory.route_tables.insert(
        "rtb-1".into(),
        RouteTable {
            id: "rtb-1".into(),
            vpc: "vpc-1".into(),
            subnets: vec![],
            is_main: true,
            routes: vec![Route { destination: "0.0.0.0/0".into(), target: "igw-1".into(), active: true }],
        },
    );
    inventory.acls.insert(
        "acl-1".into(),
        NetworkAcl {
            id: "acl-1".into(),
            vpc: "vpc-1".into(),
            subnets: vec!["subnet-1".into()],
            is_default: true,
            entries: vec![
                entry(100, true, "-1", None, "0.0.0.0/0"),
                entry(32767, false, "-1", None, "0.0.0.0/0"),
                out(100, true, "-1", None, "0.0.0.0/0"),
            ],
        },
    );
    inventory
}

/// The paths to the one instance, which are the same however they are looked up.
fn found(inventory: &Inventory) -> Vec<Exposure> {
    let instance = &inventory.instances["i-0000000000000001a"];
    let paths = exposures(inventory, instance);
    assert_eq!(Paths::of(inventory).to(instance), paths);
    paths
}

#[test]
fn a_public_address_a_route_an_acl_and_an_open_rule_make_a_path() {
    let paths = found(&open_to_the_world());
    assert_eq!(paths.len(), 1, "only the interface with a public address, only the public block: {paths:?}");
    assert_eq!(paths[0].sentence(), "internet → 22/tcp via igw-1, sg-1 (sgr-1)");
    assert_eq!((paths[0].interface.as_str(), paths[0].address.as_str()), ("eni-1", "198.51.100.9"));
}

#[test]
fn without_a_public_address_there_is_no_path() {
    let mut inventory = open_to_the_world();
    inventory.interfaces.insert("eni-1".into(), interface("eni-1", "", &["sg-1"]));
    assert_eq!(found(&inventory), vec![]);
}

#[test]
fn a_subnet_that_routes_through_a_nat_gateway_is_not_reached() {
    let mut inventory = open_to_the_world();
    inventory.route_tables.insert(
        "rtb-2".into(),
        RouteTable {
            id: "rtb-2".into(),
            vpc: "vpc-1".into(),
            subnets: vec!["subnet-1".into()],
            is_main: false,
            routes: vec![Route { destination: "0.0.0.0/0".into(), target: "nat-1".into(), active: true }],
        },
    );
    assert_eq!(found(&inventory), vec![]);
}

#[test]
fn a_blackhole_route_leads_nowhere() {
    let mut inventory = open_to_the_world();
    if let Some(table) = inventory.route_tables.get_mut("rtb-1") {
        table.routes[0].active = false;
    }
    assert_eq!(found(&inventory), vec![]);
}

#[test]
fn a_network_acl_decides_by_its_lowest_entry() {
    let mut inventory = open_to_the_world();
    let entries = |mut entries: Vec<AclEntry>, inventory: &mut Inventory| {
        entries.push(out(100, true, "-1", None, "0.0.0.0/0"));
        if let Some(acl) = inventory.acls.get_mut("acl-1") {
            acl.entries = entries;
        }
    };
    entries(
        vec![entry(50, false, "6", Some(22), "0.0.0.0/0"), entry(100, true, "-1", None, "0.0.0.0/0")],
        &mut inventory,
    );
    assert_eq!(found(&inventory), vec![], "a lower deny of the whole rule closes it");
    entries(
        vec![entry(50, false, "6", Some(22), "203.0.113.7/32"), entry(100, true, "-1", None, "0.0.0.0/0")],
        &mut inventory,
    );
    let paths = found(&inventory);
    assert_eq!(paths.len(), 1, "a deny of one address leaves the rest of the internet in");
    assert_eq!(paths[0].sentence(), "internet → 22/tcp via igw-1, sg-1 (sgr-1)");
    entries(vec![], &mut inventory);
    assert_eq!(found(&inventory), vec![], "an ACL without a matching entry denies");
}

/// What is told of an instance whose group admits so much and whose ACL has these entries.
fn told(protocol: &str, port: Option<i32>, entries: Vec<AclEntry>) -> Vec<String> {
    let mut inventory = open_to_the_world();
    if let Some(group) = inventory.groups.get_mut("sg-1") {
        group.rules = vec![rule("sgr-1", protocol, port, Peer::Cidr("0.0.0.0/0".into()))];
    }
    if let Some(acl) = inventory.acls.get_mut("acl-1") {
        acl.entries = entries;
    }
    let mut told: Vec<String> =
        found(&inventory).iter().map(|path| path.sentence().replace(" via igw-1, sg-1 (sgr-1)", "")).collect();
    told.sort();
    told
}

#[test]
fn what_a_network_acl_leaves_of_a_rule_is_told_and_no_more() {
    let all_out = || out(100, true, "-1", None, "0.0.0.0/0");
    let any = "0.0.0.0/0";
    let inside = vec![entry(90, true, "6", Some(22), "10.0.0.0/8"), entry(100, true, "6", Some(443), any), all_out()];
    assert_eq!(told("tcp", Some(22), inside.clone()), [""; 0], "22 is open from inside alone");
    assert_eq!(told("-1", None, inside), ["internet → 443/tcp"]);
    let denied = vec![entry(90, false, "6", Some(22), any), entry(100, true, "-1", None, any), all_out()];
    assert_eq!(
        told("-1", None, denied),
        ["internet → 0–21/tcp", "internet → 23–65535/tcp", "internet → all udp", "internet → icmp"]
    );
    let office = vec![entry(90, true, "6", None, "198.51.100.0/24"), all_out()];
    assert_eq!(told("tcp", Some(22), office), ["198.51.100.0/24 → 22/tcp"]);
}

#[test]
fn where_no_answer_gets_out_there_is_no_path() {
    let all_in = || entry(100, true, "-1", None, "0.0.0.0/0");
    assert_eq!(told("tcp", Some(22), vec![all_in()]), [""; 0]);
    assert_eq!(told("tcp", Some(22), vec![all_in(), out(100, true, "6", Some(443), "0.0.0.0/0")]), [""; 0]);
    let ephemeral = AclEntry { to_port: Some(65_535), ..out(100, true, "6", Some(1024), "0.0.0.0/0") };
    assert_eq!(told("tcp", Some(22), vec![all_in(), ephemeral]), ["internet → 22/tcp"]);
}

#[test]
fn routes_that_lead_out_together_make_a_path_and_a_narrow_one_makes_a_narrow_path() {
    let mut inventory = open_to_the_world();
    let route = |destination: &str, target: &str| Route {
        destination: destination.into(),
        target: target.into(),
        active: true,
    };
    let routes = |routes: Vec<Route>, inventory: &mut Inventory| {
        if let Some(table) = inventory.route_tables.get_mut("rtb-1") {
            table.routes = routes;
        }
    };
    routes(vec![route("0.0.0.0/1", "igw-1"), route("128.0.0.0/1", "igw-1")], &mut inventory);
    assert_eq!(found(&inventory)[0].sentence(), "internet → 22/tcp via igw-1, sg-1 (sgr-1)");
    routes(vec![route("0.0.0.0/0", "nat-1"), route("203.0.113.0/24", "igw-1")], &mut inventory);
    assert_eq!(found(&inventory)[0].sentence(), "203.0.113.0/24 → 22/tcp via igw-1, sg-1 (sgr-1)");
}

#[test]
fn an_unknown_network_acl_is_said_to_be_unknown() {
    let mut inventory = open_to_the_world();
    inventory.acls.clear();
    let paths = found(&inventory);
    assert!(!paths[0].acl_checked);
    assert!(paths[0].sentence().ends_with("network ACL not known"));
}

#[test]
fn an_ipv6_rule_needs_an_ipv6_address_and_route() {
    let mut inventory = open_to_the_world();
    if let Some(group) = inventory.groups.get_mut("sg-1") {
        group.rules = vec![rule("sgr-6", "tcp", Some(80), Peer::Cidr("::/0".into()))];
    }
    assert_eq!(found(&inventory), vec![]);
    if let Some(interface) = inventory.interfaces.get_mut("eni-1") {
        interface.ipv6 = vec!["2001:db8::9".into()];
    }
    if let Some(table) = inventory.route_tables.get_mut("rtb-1") {
        table.routes.push(Route { destination: "::/0".into(), target: "igw-1".into(), active: true });
    }
    if let Some(acl) = inventory.acls.get_mut("acl-1") {
        acl.entries.push(entry(101, true, "-1", None, "::/0"));
        acl.entries.push(out(101, true, "-1", None, "::/0"));
    }
    assert_eq!(found(&inventory)[0].address, "2001:db8::9");
}

#[test]
fn the_whole_internet_comes_before_a_part_of_it() {
    let mut inventory = open_to_the_world();
    if let Some(group) = inventory.groups.get_mut("sg-1") {
        group.rules.insert(0, rule("sgr-0", "tcp", Some(8080), Peer::Cidr("203.0.113.0/24".into())));
    }
    let rules: Vec<String> = found(&inventory).into_iter().map(|path| path.rule).collect();
    assert_eq!(rules, ["sgr-1", "sgr-0"]);
}

#[test]
fn private_blocks_are_not_the_internet() {
    for (block, public) in [
        ("0.0.0.0/0", true),
        ("203.0.113.7/32", true),
        ("10.0.0.0/8", false),
        ("192.168.4.0/24", false),
        ("100.64.1.0/24", false),
        ("::/0", true),
        ("fd00::/8", false),
        ("not a block", false),
    ] {
        assert_eq!(is_public(block), public, "{block}");
    }
}
