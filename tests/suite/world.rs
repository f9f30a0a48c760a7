//! A small account with an attack in it: records, findings and EC2 state.

use jiff::Timestamp;
use serde_json::{Value, json};
use stanch::domain::finding::{Finding, Severity};
use stanch::domain::instance::{Instance, InstanceState};
use stanch::domain::inventory::Inventory;
use stanch::domain::network::{
    AclEntry, Direction, GroupRule, Interface, InternetGateway, NetworkAcl, Peer, Route, RouteTable, SecurityGroup,
    Subnet, Vpc,
};
use stanch::domain::scope::{Caller, Scope};
use stanch::domain::storage::{Image, Snapshot, Volume};
use stanch::domain::surroundings::{ScalingGroup, Surroundings, Target, TargetGroup};

pub const ACCOUNT: &str = "123456789012";
pub const WEB: &str = "i-0abc12de34f567890";
pub const JUMP: &str = "i-0bcd23ef45a678901";
pub const QUIET: &str = "i-0cde34fa56b789012";
pub const GROUP: &str = "sg-0a1b2c3d4e5f60718";
pub const RULE: &str = "sgr-04c0ffee04c0ffee0";
pub const KEY: &str = "AKIAIOSFODNN7LEAKED1";

pub fn at(text: &str) -> Timestamp {
    format!("2026-11-24T{text}Z").parse().unwrap()
}

pub fn scopes() -> Vec<Scope> {
    let caller = Caller {
        account: ACCOUNT.into(),
        arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/OnCall/alice"),
        user_id: "AROAEXAMPLE:alice".into(),
        alias: Some("prod-eu".into()),
    };
    ["eu-west-1", "us-east-1"]
        .map(|region| Scope { profile: Some("prod".into()), region: region.into(), caller: caller.clone() })
        .into()
}

fn user(name: &str, key: &str) -> Value {
    json!({"type": "IAMUser", "userName": name, "arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
        "accountId": ACCOUNT, "accessKeyId": key, "principalId": format!("AIDA{name}")})
}

fn role(role: &str, session: &str, key: &str) -> Value {
    json!({"type": "AssumedRole", "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"),
        "accountId": ACCOUNT, "accessKeyId": key, "principalId": format!("AROA{role}:{session}"),
        "sessionContext": {"sessionIssuer": {"type": "Role", "userName": role,
            "arn": format!("arn:aws:iam::{ACCOUNT}:role/{role}")}, "attributes": {"mfaAuthenticated": "true"}}})
}

/// One record as CloudTrail writes it.
#[derive(Clone)]
pub struct Record(Value);

impl Record {
    #[expect(clippy::needless_pass_by_value, reason = "tables read better with values")]
    pub fn new(id: &str, time: &str, name: &str, service: &str, identity: Value) -> Self {
        Self(json!({
            "eventVersion": "1.11", "eventID": id, "eventTime": format!("2026-11-24T{time}Z"), "eventName": name,
            "eventSource": format!("{service}.amazonaws.com"), "awsRegion": "eu-west-1",
            "recipientAccountId": ACCOUNT, "userIdentity": identity, "sourceIPAddress": "10.0.4.17",
            "userAgent": "HashiCorp/1.0 Terraform/1.9", "readOnly": false, "eventType": "AwsApiCall",
            "requestParameters": null, "responseElements": null, "managementEvent": true,
            "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"}
        }))
    }

    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.0[key] = value;
        self
    }

    pub fn leaked(self) -> Self {
        self.with("sourceIPAddress", json!("203.0.113.7"))
            .with("userAgent", json!("aws-cli/2.31.0 md/awscrt#0.27 ua/2.1 os/linux"))
    }

    pub fn text(&self) -> String {
        self.0.to_string()
    }
}

/// The records of the attack and of the ordinary work around it.
pub fn records() -> Vec<String> {
    let ci = || user("ci-deploy", KEY);
    let mut all = Vec::new();
    for minute in 5..58 {
        let quiet = Record::new(
            &format!("work-{minute:02}"),
            &format!("13:{minute:02}:30"),
            if minute % 3 == 0 { "CreateTags" } else { "PutObject" },
            if minute % 3 == 0 { "ec2" } else { "s3" },
            role("Terraform", "plan", "ASIAEXAMPLETERRAFORM"),
        );
        all.push(quiet.with("requestParameters", json!({"bucketName": "prod-state", "key": "terraform.tfstate"})));
    }
    for (at, second) in (10..24).enumerate() {
        let read = Record::new(&format!("look-{at:02}"), &format!("13:58:{second}"), "DescribeInstances", "ec2", ci());
        all.push(read.leaked().with("readOnly", json!(true)));
    }
    let whoami = Record::new("whoami", "13:58:04", "GetCallerIdentity", "sts", ci());
    all.push(whoami.leaked().with("readOnly", json!(true)));
    all.push(
        Record::new("stop-logging", "13:59:03", "StopLogging", "cloudtrail", ci())
            .leaked()
            .with("errorCode", json!("AccessDenied"))
            .with(
                "errorMessage",
                json!(format!(
                    "User: arn:aws:iam::{ACCOUNT}:user/ci-deploy is not authorized to perform: cloudtrail:StopLogging"
                )),
            )
            .with("requestParameters", json!({"name": "main"})),
    );
    let service = json!({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"});
    all.push(
        Record::new("scale-in", "14:00:40", "TerminateInstances", "ec2", service)
            .with("sourceIPAddress", json!("autoscaling.amazonaws.com"))
            .with("userAgent", json!("autoscaling.amazonaws.com"))
            .with("requestParameters", json!({"instancesSet": {"items": [{"instanceId": "i-0ff1122334455667a"}]}})),
    );
    all.push(
        Record::new("dry", "14:00:58", "RunInstances", "ec2", ci())
            .leaked()
            .with("errorCode", json!("Client.DryRunOperation"))
            .with("errorMessage", json!("Request would have succeeded, but DryRun flag is set"))
            .with("requestParameters", json!({"instanceType": "p4d.24xlarge"})),
    );
    all.push(
        Record::new("user-data", "14:01:12", "ModifyInstanceAttribute", "ec2", ci())
            .leaked()
            .with("requestParameters", json!({"instanceId": WEB, "userData": "<sensitiveDataRemoved>"}))
            .with("responseElements", json!({"_return": true})),
    );
    all.push(
        Record::new("open", "14:01:58", "AuthorizeSecurityGroupIngress", "ec2", ci())
            .leaked()
            .with(
                "requestParameters",
                json!({"groupId": GROUP, "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22,
                    "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}),
            )
            .with(
                "responseElements",
                json!({"_return": true, "securityGroupRuleSet": {"items": [{"securityGroupRuleId": RULE,
                    "groupId": GROUP, "cidrIpv4": "0.0.0.0/0", "fromPort": 22, "toPort": 22}]}}),
            ),
    );
    all.iter().map(Record::text).collect()
}

pub fn finding(event: &str, title: &str, severity: Severity, because: &[(&str, &str)]) -> Finding {
    Finding {
        rule_id: format!("rule-{title}"),
        title: title.into(),
        severity,
        event_id: event.into(),
        origin: "ours".into(),
        because: because.iter().map(|(field, value)| ((*field).into(), (*value).into())).collect(),
        count: 1,
    }
}

pub fn findings() -> Vec<Finding> {
    vec![
        finding(
            "open",
            "Security group opened to the world",
            Severity::Critical,
            &[
                ("eventName", "AuthorizeSecurityGroupIngress"),
                ("requestParameters.ipPermissions.items.ipRanges.items.cidrIp", "0.0.0.0/0"),
            ],
        ),
        finding(
            "user-data",
            "User data of an instance changed",
            Severity::High,
            &[("eventName", "ModifyInstanceAttribute")],
        ),
        finding(
            "stop-logging",
            "Trail stopped or tried to",
            Severity::Medium,
            &[("eventName", "StopLogging"), ("errorCode", "AccessDenied")],
        ),
    ]
}

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
            entries: vec![entry(100, true), entry(32_767, false)],
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
