//! The EC2 state of the account.

use stanch::domain::instance::{Instance, InstanceState};
use stanch::domain::inventory::Inventory;
use stanch::domain::network::{
    AclEntry, Direction, GroupRule, Interface, InternetGateway, NetworkAcl, Peer, Route, RouteTable, SecurityGroup,
    Subnet, Vpc,
};
use stanch::domain::storage::{Image, Snapshot, Volume};
use stanch::domain::surroundings::{ScalingGroup, Surroundings, Target, TargetGroup};

use super::{ACCOUNT, GROUP, JUMP, QUIET, RULE, WEB, at};

pub fn rule(id: &str, direction: Direction, protocol: &str, ports: Option<(i32, i32)>, peer: &str) -> GroupRule {
    GroupRule {
        id: id.into(),
        group: GROUP.into(),
        direction,
        protocol: protocol.into(),
        from_port: ports.map(|(from, _)| from),
        to_port: ports.map(|(_, to)| to),
        peer: Peer::Cidr(peer.into()),
        description: String::new(),
    }
}

fn instance(id: &str, name: &str, public: &str) -> Instance {
    Instance {
        id: id.into(),
        name: name.into(),
        state: InstanceState::Running,
        state_reason: String::new(),
        kind: "m5.large".into(),
        az: "eu-west-1a".into(),
        vpc: "vpc-0aaaaaaaaaaaaaaaa".into(),
        subnet: "subnet-0bbbbbbbbbbbbbbbb".into(),
        public_ip: public.into(),
        private_ip: "10.0.4.21".into(),
        groups: vec![GROUP.into()],
        interfaces: vec![format!("eni-0{}", &id[3..18])],
        volumes: vec![format!("vol-0{}", &id[3..18])],
        profile: format!("arn:aws:iam::{ACCOUNT}:instance-profile/web-role"),
        profile_association: "iip-assoc-0123456789abcdef0".into(),
        image: "ami-0a1a1a1a1a1a1a1a1".into(),
        key: "ops".into(),
        launched: Some("2026-11-12T09:00:00Z".parse().unwrap()),
        platform: "linux".into(),
        imds: "optional".into(),
        protected: Some(false),
        shutdown_behavior: Some("stop".into()),
        checks: Some((2, 2)),
        auto_scaling_group: "web-asg".into(),
        tags: vec![("Name".into(), name.into()), ("team".into(), "web".into())],
    }
}

pub fn inventory() -> Inventory {
    let mut inventory = Inventory {
        account: ACCOUNT.into(),
        region: "eu-west-1".into(),
        read_at: Some(at("14:01:30")),
        ..Inventory::default()
    };
    for (id, name, public) in [(WEB, "web-7", "198.51.100.7"), (JUMP, "jump-1", ""), (QUIET, "batch-2", "")] {
        let mut one = instance(id, name, public);
        if id == QUIET {
            one.groups = vec!["sg-0eeeeeeeeeeeeeeee".into()];
        }
        let interface = Interface {
            id: one.interfaces[0].clone(),
            instance: id.into(),
            device_index: 0,
            subnet: one.subnet.clone(),
            vpc: one.vpc.clone(),
            private_ip: one.private_ip.clone(),
            public_ip: public.into(),
            ipv6: Vec::new(),
            groups: one.groups.clone(),
            source_dest_check: true,
        };
        inventory.interfaces.insert(interface.id.clone(), interface);
        let volume = Volume {
            id: one.volumes[0].clone(),
            instance: id.into(),
            device: "/dev/xvda".into(),
            size: 8,
            kind: "gp3".into(),
            encrypted: id == JUMP,
            kms_key: String::new(),
            delete_on_termination: true,
            state: "in-use".into(),
            az: "eu-west-1a".into(),
        };
        inventory.volumes.insert(volume.id.clone(), volume);
        inventory.instances.insert(id.into(), one);
    }
    // The web server has a second interface and a second volume.
    let second = Interface {
        id: "eni-0fedcba9876543210".into(),
        device_index: 1,
        public_ip: String::new(),
        private_ip: "10.0.5.9".into(),
        ..inventory.interfaces.values().find(|interface| interface.instance == WEB).unwrap().clone()
    };
    let data = Volume {
        id: "vol-0fedcba9876543210".into(),
        device: "/dev/xvdb".into(),
        size: 100,
        encrypted: true,
        kms_key: format!("arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"),
        delete_on_termination: false,
        ..inventory.volumes.values().find(|volume| volume.instance == WEB).unwrap().clone()
    };
    let web = inventory.instances.get_mut(WEB).unwrap();
    web.interfaces.push(second.id.clone());
    web.volumes.push(data.id.clone());
    inventory.interfaces.insert(second.id.clone(), second);
    inventory.snapshots.insert(
        "snap-01234567890abcdef".into(),
        Snapshot {
            id: "snap-01234567890abcdef".into(),
            volume: data.id.clone(),
            state: "completed".into(),
            started: Some(at("02:00:00")),
            progress: "100%".into(),
            encrypted: true,
            description: "nightly".into(),
        },
    );
    inventory.volumes.insert(data.id.clone(), data);
    let group = |id: &str, name: &str, rules: Vec<GroupRule>| SecurityGroup {
        id: id.into(),
        name: name.into(),
        description: String::new(),
        vpc: "vpc-0aaaaaaaaaaaaaaaa".into(),
        rules,
        tags: Vec::new(),
    };
    let rules = vec![
        rule("sgr-01111111111111111", Direction::Ingress, "tcp", Some((443, 443)), "10.0.0.0/8"),
        rule(RULE, Direction::Ingress, "tcp", Some((22, 22)), "0.0.0.0/0"),
        rule("sgr-02222222222222222", Direction::Egress, "-1", None, "0.0.0.0/0"),
    ];
    inventory.groups.insert(GROUP.into(), group(GROUP, "app-servers", rules));
    let egress = vec![rule("sgr-03333333333333333", Direction::Egress, "-1", None, "0.0.0.0/0")];
    inventory.groups.insert("sg-0eeeeeeeeeeeeeeee".into(), group("sg-0eeeeeeeeeeeeeeee", "batch", egress));
    inventory.images.insert(
        "ami-0a1a1a1a1a1a1a1a1".into(),
        Image {
            id: "ami-0a1a1a1a1a1a1a1a1".into(),
            name: "al2023-ami-2026.04".into(),
            created: Some("2026-04-24T00:00:00Z".parse().unwrap()),
            deprecated: None,
            owner: "amazon".into(),
            public: true,
        },
    );
    inventory.vpcs.insert(
        "vpc-0aaaaaaaaaaaaaaaa".into(),
        Vpc {
            id: "vpc-0aaaaaaaaaaaaaaaa".into(),
            cidr: "10.0.0.0/16".into(),
            is_default: false,
            name: "prod".into(),
            flow_logs: false,
        },
    );
    inventory.subnets.insert(
        "subnet-0bbbbbbbbbbbbbbbb".into(),
        Subnet {
            id: "subnet-0bbbbbbbbbbbbbbbb".into(),
            vpc: "vpc-0aaaaaaaaaaaaaaaa".into(),
            az: "eu-west-1a".into(),
            cidr: "10.0.4.0/24".into(),
            name: "public-a".into(),
        },
    );
    let route = |destination: &str, target: &str| Route {
        destination: destination.into(),
        target: target.into(),
        active: true,
    };
    inventory.route_tables.insert(
        "rtb-0cccccccccccccccc".into(),
        RouteTable {
            id: "rtb-0cccccccccccccccc".into(),
            vpc: "vpc-0aaaaaaaaaaaaaaaa".into(),
            subnets: vec!["subnet-0bbbbbbbbbbbbbbbb".into()],
            is_main: false,
            routes: vec![route("10.0.0.0/16", "local"), route("0.0.0.0/0", "igw-0dddddddddddddddd")],
        },
    );
    let entry = |number, allow| AclEntry {
        number,
        direction: Direction::Ingress,
        protocol: "-1".into(),
        from_port: None,
        to_port: None,
        cidr: "0.0.0.0/0".into(),
        allow,
    };
    inventory.acls.insert(
        "acl-0eeeeeeeeeeeeeeee".into(),
        NetworkAcl {
            id: "acl-0eeeeeeeeeeeeeeee".into(),
            vpc: "vpc-0aaaaaaaaaaaaaaaa".into(),
            subnets: vec!["subnet-0bbbbbbbbbbbbbbbb".into()],
            is_default: true,
            entries: vec![
                entry(100, true),
                entry(32_767, false),
                AclEntry { direction: Direction::Egress, ..entry(100, true) },
            ],
        },
    );
    inventory.gateways.insert(
        "igw-0dddddddddddddddd".into(),
        InternetGateway { id: "igw-0dddddddddddddddd".into(), vpcs: vec!["vpc-0aaaaaaaaaaaaaaaa".into()] },
    );
    inventory.surroundings.insert(WEB.into(), surroundings());
    inventory
}

/// Four instances in a group, behind one target group.
fn surroundings() -> Surroundings {
    let members = [WEB, "i-0000000000000000b", "i-0000000000000000c", "i-0000000000000000d"];
    let arn = format!("arn:aws:elasticloadbalancing:eu-west-1:{ACCOUNT}:targetgroup/tg-web/0123456789abcdef");
    let target = |id: &&str| Target { id: (*id).into(), port: Some(443), zone: String::new(), state: "healthy".into() };
    Surroundings {
        roles: vec!["web-role".into()],
        scaling: Some(ScalingGroup {
            name: "web-asg".into(),
            min: 2,
            max: 6,
            desired: 4,
            members: members.iter().map(|id| ((*id).into(), "InService".into())).collect(),
            ..ScalingGroup::default()
        }),
        targets: vec![TargetGroup { arn, name: "tg-web".into(), targets: members.iter().map(target).collect() }],
        ..Surroundings::default()
    }
}
