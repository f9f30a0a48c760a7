//! For tests: an account in a few maps, that answers every call, and fails on demand.

#![expect(
    clippy::missing_panics_doc,
    clippy::new_without_default,
    clippy::unnecessary_wraps,
    reason = "what a test builds may fail loudly"
)]

use jiff::Timestamp;

use super::plan::{Options, Plan};
use super::playbook::Catalogue;
use crate::domain::instance::{Instance, InstanceState};
use crate::domain::inventory::Inventory;
use crate::domain::network::{
    AclEntry, Direction, GroupRule, Interface, NetworkAcl, Peer, Route, RouteTable, SecurityGroup,
};
use crate::domain::resource::Resource;
use crate::domain::scope::{Caller, Scope};
use crate::domain::storage::Volume;
use crate::domain::surroundings::{ScalingGroup, Surroundings, Target, TargetGroup};

pub mod every;
mod reads;
pub mod specimen;
mod world;
mod writes;

pub use world::World;

/// The instance of the fixture: two interfaces, two volumes, a profile.
pub const WEB: &str = "i-0abc12de34f567890";
/// The profile's ARN.
pub const PROFILE: &str = "arn:aws:iam::123456789012:instance-profile/web-role";

/// The target group that the Auto Scaling group fills.
pub const TG_WEB: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/tg-web/1111111111111111";
/// A target group that is filled by hand.
pub const TG_API: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/tg-api/2222222222222222";
/// The network ACL.
pub const ACL: &str = "acl-11111111";

/// The Scope of the fixture.
pub fn scope() -> Scope {
    let caller = Caller {
        account: "123456789012".into(),
        arn: "arn:aws:sts::123456789012:assumed-role/OnCall/alice".into(),
        user_id: "AROA1:alice".into(),
        alias: Some("prod-eu".into()),
    };
    Scope { profile: None, region: "eu-west-1".into(), caller }
}

/// The instant at which the fixture begins.
pub fn start() -> Timestamp {
    "2026-11-24T14:02:07Z".parse().unwrap()
}

/// A rule.
pub fn rule(id: &str, group: &str, direction: Direction, port: Option<i32>, block: &str) -> GroupRule {
    GroupRule {
        id: id.into(),
        group: group.into(),
        direction,
        protocol: if port.is_some() { "tcp" } else { "-1" }.into(),
        from_port: port,
        to_port: port,
        peer: Peer::Cidr(block.into()),
        description: "set by hand".into(),
    }
}

/// An instance of the fixture.
pub fn instance(id: &str, name: &str) -> Instance {
    Instance {
        id: id.into(),
        name: name.into(),
        state: InstanceState::Running,
        state_reason: String::new(),
        kind: "m5.large".into(),
        az: "eu-west-1a".into(),
        vpc: "vpc-11111111".into(),
        subnet: "subnet-11111111".into(),
        public_ip: String::new(),
        private_ip: "10.0.0.5".into(),
        groups: vec!["sg-11111111".into(), "sg-22222222".into()],
        interfaces: vec!["eni-11111111".into(), "eni-22222222".into()],
        volumes: vec!["vol-11111111".into(), "vol-22222222".into()],
        profile: PROFILE.into(),
        profile_association: "iip-assoc-1".into(),
        image: "ami-11111111".into(),
        key: String::new(),
        launched: None,
        platform: "linux".into(),
        imds: "optional".into(),
        protected: Some(false),
        shutdown_behavior: Some("terminate".into()),
        checks: None,
        auto_scaling_group: String::new(),
        tags: vec![("Name".into(), name.into()), ("stanch:status".into(), "watched".into())],
    }
}

/// The Inventory that the account would be read as.
pub fn inventory() -> Inventory {
    let mut inventory =
        Inventory { account: "123456789012".into(), region: "eu-west-1".into(), ..Inventory::default() };
    inventory.instances.insert(WEB.into(), instance(WEB, "web-7"));
    let mut other = instance("i-0000000000000000b", "web-8");
    other.interfaces = vec![];
    other.volumes = vec![];
    other.groups = vec!["sg-11111111".into()];
    inventory.instances.insert(other.id.clone(), other);
    for (index, id) in ["eni-11111111", "eni-22222222"].into_iter().enumerate() {
        let groups = if index == 0 { vec!["sg-11111111", "sg-22222222"] } else { vec!["sg-22222222"] };
        let interface = Interface {
            id: id.into(),
            instance: WEB.into(),
            device_index: index as i32,
            subnet: "subnet-11111111".into(),
            vpc: "vpc-11111111".into(),
            private_ip: "10.0.0.5".into(),
            public_ip: if index == 0 { "203.0.113.20".into() } else { String::new() },
            ipv6: vec![],
            groups: groups.into_iter().map(str::to_owned).collect(),
            source_dest_check: true,
        };
        inventory.interfaces.insert(id.into(), interface);
    }
    for (id, device) in [("vol-11111111", "/dev/xvda"), ("vol-22222222", "/dev/xvdb")] {
        let volume = Volume {
            id: id.into(),
            instance: WEB.into(),
            device: device.into(),
            size: 8,
            kind: "gp3".into(),
            encrypted: false,
            kms_key: String::new(),
            delete_on_termination: device == "/dev/xvda",
            state: "in-use".into(),
            az: "eu-west-1a".into(),
        };
        inventory.volumes.insert(id.into(), volume);
    }
    for (id, rules) in [
        (
            "sg-11111111",
            vec![
                rule("sgr-00000001", "sg-11111111", Direction::Ingress, Some(22), "0.0.0.0/0"),
                rule("sgr-00000002", "sg-11111111", Direction::Egress, None, "0.0.0.0/0"),
            ],
        ),
        ("sg-22222222", vec![rule("sgr-00000003", "sg-22222222", Direction::Ingress, Some(5432), "10.0.0.0/16")]),
    ] {
        let group = SecurityGroup {
            id: id.into(),
            name: "app".into(),
            description: String::new(),
            vpc: "vpc-11111111".into(),
            rules,
            tags: vec![],
        };
        inventory.groups.insert(id.into(), group);
    }
    let table = RouteTable {
        id: "rtb-11111111".into(),
        vpc: "vpc-11111111".into(),
        subnets: vec![],
        is_main: true,
        routes: vec![Route { destination: "0.0.0.0/0".into(), target: "igw-11111111".into(), active: true }],
    };
    inventory.route_tables.insert(table.id.clone(), table);
    inventory.acls.insert(ACL.into(), acl());
    inventory.surroundings.insert(WEB.into(), surroundings());
    inventory
}

/// The network ACL of the fixture's subnet, as EC2 makes one.
fn acl() -> NetworkAcl {
    let entry = |number, direction, allow| AclEntry {
        number,
        direction,
        protocol: "-1".into(),
        from_port: None,
        to_port: None,
        cidr: "0.0.0.0/0".into(),
        allow,
    };
    let both = [Direction::Ingress, Direction::Egress];
    NetworkAcl {
        id: ACL.into(),
        vpc: "vpc-11111111".into(),
        subnets: vec!["subnet-11111111".into()],
        is_default: true,
        entries: both.into_iter().flat_map(|way| [entry(100, way, true), entry(32_767, way, false)]).collect(),
    }
}

/// Four instances in a group, behind two target groups of which the Auto Scaling
/// group fills the first.
fn surroundings() -> Surroundings {
    let members = [WEB, "i-0000000000000000b", "i-0000000000000000c", "i-0000000000000000d"];
    let target =
        |id: &str, port| Target { id: id.into(), port: Some(port), zone: String::new(), state: "healthy".into() };
    let group = |arn: &str, name: &str, port, of: &[&str]| TargetGroup {
        arn: arn.into(),
        name: name.into(),
        targets: of.iter().map(|id| target(id, port)).collect(),
    };
    Surroundings {
        roles: vec!["web-role".into()],
        scaling: Some(ScalingGroup {
            name: "web".into(),
            min: 2,
            max: 6,
            desired: 4,
            members: members.iter().map(|id| ((*id).into(), "InService".into())).collect(),
            suspended: ["ScheduledActions".to_owned()].into(),
            classic_balancers: vec![],
        }),
        targets: vec![group(TG_WEB, "tg-web", 80, &members), group(TG_API, "tg-api", 8080, &members[..2])],
        unread: [].into(),
    }
}

/// A plan of a built-in playbook for a target of the fixture.
pub fn plan(playbook: &str, target: &str) -> Plan {
    plan_over(playbook, target, &inventory())
}

/// The same over an Inventory of its own.
pub fn plan_over(playbook: &str, target: &str, inventory: &Inventory) -> Plan {
    let catalogue = Catalogue::builtin();
    let options = Options { case: "case-1".into(), reason: "drill".into(), at: start(), ..Options::default() };
    let target = Resource::of_id(target).unwrap();
    super::plan::bind(catalogue.get(playbook).unwrap(), &target, inventory, &scope(), &options).unwrap()
}
