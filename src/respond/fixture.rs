//! For tests: an account in a few maps, that answers every call, and fails on demand.

#![expect(
    clippy::missing_panics_doc,
    clippy::new_without_default,
    clippy::unnecessary_wraps,
    reason = "what a test builds may fail loudly"
)]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;

use super::call::{Answer, Association, Call, FoundGroup, InstanceAttribute, InstanceReading, VolumeReading};
use super::plan::{Options, Plan};
use super::playbook::Catalogue;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::instance::{Instance, InstanceState};
use crate::domain::inventory::Inventory;
use crate::domain::network::{Direction, GroupRule, Interface, Peer, Route, RouteTable, SecurityGroup};
use crate::domain::resource::Resource;
use crate::domain::scope::{Caller, Scope};
use crate::domain::storage::{Snapshot, Volume};

/// The instance of the fixture: two interfaces, two volumes, a profile.
pub const WEB: &str = "i-0abc12de34f567890";
/// The profile's ARN.
pub const PROFILE: &str = "arn:aws:iam::123456789012:instance-profile/web-role";

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
    inventory
}

/// A plan of a built-in playbook for a target of the fixture.
pub fn plan(playbook: &str, target: &str) -> Plan {
    let catalogue = Catalogue::builtin();
    let options = Options { case: "case-1".into(), reason: "drill".into(), at: start(), ..Options::default() };
    let target = Resource::of_id(target).unwrap();
    super::plan::bind(catalogue.get(playbook).unwrap(), &target, &inventory(), &scope(), &options).unwrap()
}

/// The account itself.
#[derive(Debug, Clone)]
pub struct World {
    /// Termination protection and shutdown behaviour.
    pub protected: bool,
    /// What a shutdown does.
    pub shutdown: String,
    /// The state.
    pub state: InstanceState,
    /// Metadata tokens.
    pub tokens: String,
    /// Tags of the instance.
    pub tags: BTreeMap<String, String>,
    /// Volumes: device, and whether it goes.
    pub volumes: BTreeMap<String, (String, bool)>,
    /// Groups of each interface.
    pub interfaces: BTreeMap<String, Vec<String>>,
    /// Groups: VPC, name, tags.
    pub groups: BTreeMap<String, (String, String, BTreeMap<String, String>)>,
    /// All rules.
    pub rules: Vec<GroupRule>,
    /// The profile's association.
    pub profile: Option<Association>,
    /// Snapshots with their tags.
    pub snapshots: Vec<(Snapshot, BTreeMap<String, String>)>,
    /// Snapshots' sharing: everybody, accounts.
    pub sharing: BTreeMap<String, (bool, BTreeSet<String>)>,
    /// Keys: user and whether it is active.
    pub keys: BTreeMap<String, (String, bool)>,
    /// Inline policies by identity and name.
    pub policies: BTreeMap<(String, String), String>,
    /// Faults to come: the action, on the `n`th time that it is called from now.
    pub faults: Vec<(&'static str, u32, Fault)>,
    /// The calls that came, in order.
    pub calls: Vec<Call>,
    /// So many readings after a write still show the state before.
    pub lag: u32,
    behind: VecDeque<(Box<World>, u32)>,
    made: u32,
}

impl World {
    /// The account as [`inventory`] reads it.
    pub fn new() -> Self {
        let read = inventory();
        let web = &read.instances[WEB];
        Self {
            protected: false,
            shutdown: "terminate".into(),
            state: InstanceState::Running,
            tokens: "optional".into(),
            tags: web.tags.iter().cloned().collect(),
            volumes: read
                .volumes
                .values()
                .map(|volume| (volume.id.clone(), (volume.device.clone(), volume.delete_on_termination)))
                .collect(),
            interfaces: read.interfaces.values().map(|one| (one.id.clone(), one.groups.clone())).collect(),
            groups: read
                .groups
                .values()
                .map(|group| (group.id.clone(), (group.vpc.clone(), group.name.clone(), BTreeMap::new())))
                .collect(),
            rules: read.groups.values().flat_map(|group| group.rules.clone()).collect(),
            profile: Some(Association {
                id: "iip-assoc-1".into(),
                profile: PROFILE.into(),
                state: "associated".into(),
            }),
            snapshots: vec![],
            sharing: BTreeMap::from([("snap-11111111".into(), (true, BTreeSet::from(["999999999999".into()])))]),
            keys: BTreeMap::from([("AKIAIOSFODNN7EXAMPLE".into(), ("ci-deploy".into(), true))]),
            policies: BTreeMap::new(),
            faults: vec![],
            calls: vec![],
            lag: 0,
            behind: VecDeque::new(),
            made: 0,
        }
    }

    /// The `n`th call of an action from now on fails.
    pub fn fail(&mut self, action: &'static str, n: u32, kind: FaultKind) {
        self.faults.push((action, n, Fault::new(kind, action, "made to fail")));
    }

    /// The state without what was called and is to fail: for comparing.
    pub fn settled(&self) -> Self {
        let mut plain = self.clone();
        plain.calls.clear();
        plain.faults.clear();
        plain.behind.clear();
        plain.made = 0;
        plain.lag = 0;
        plain
    }

    /// Readings show the state as it is from now on.
    pub fn catch_up(&mut self) {
        self.behind.clear();
    }

    /// The writing calls that came.
    pub fn writes(&self) -> Vec<&'static str> {
        self.calls.iter().filter(|call| call.writes()).map(Call::operation).collect()
    }

    /// Answers a call.
    pub fn answer(&mut self, call: &Call) -> Result<Answer, Fault> {
        self.calls.push(call.clone());
        let action = call.action();
        if let Some(at) = self.faults.iter().position(|(name, ..)| *name == action) {
            if self.faults[at].1 <= 1 {
                let fault = self.faults.remove(at).2;
                // A lost answer: the call itself was carried out.
                if fault.kind == FaultKind::Timeout && call.writes() {
                    let _ = self.write(call);
                }
                return Err(fault);
            }
            self.faults[at].1 -= 1;
        }
        if call.writes() {
            if self.lag > 0 {
                let mut before = self.clone();
                before.behind.clear();
                self.behind.push_back((Box::new(before), self.lag));
            }
            return self.write(call);
        }
        let old = self.behind.front_mut().map(|(old, left)| {
            *left -= 1;
            (old.clone(), *left == 0)
        });
        match old {
            Some((old, over)) => {
                if over {
                    self.behind.pop_front();
                }
                old.read(call)
            }
            None => self.read(call),
        }
    }

    fn read(&self, call: &Call) -> Result<Answer, Fault> {
        Ok(match call {
            Call::DescribeInstances { instance } => Answer::Instance(Box::new(InstanceReading {
                id: instance.clone(),
                state: self.state,
                tokens: self.tokens.clone(),
                tags: self.tags.clone(),
                volumes: self
                    .volumes
                    .iter()
                    .map(|(id, (device, delete))| VolumeReading {
                        id: id.clone(),
                        device: device.clone(),
                        delete_on_termination: *delete,
                    })
                    .collect(),
            })),
            Call::DescribeInstanceAttribute { attribute, .. } => Answer::Value(match attribute {
                InstanceAttribute::TerminationProtection => Some(self.protected.to_string()),
                InstanceAttribute::ShutdownBehavior => Some(self.shutdown.clone()),
                InstanceAttribute::UserData => None,
            }),
            Call::DescribeNetworkInterfaces { interface } => Answer::Ids(self.interfaces[interface].clone()),
            Call::DescribeSecurityGroups { vpc, group_name } => Answer::Groups(
                self.groups
                    .iter()
                    .filter(|(_, (of, name, _))| of == vpc && name == group_name)
                    .map(|(id, (_, name, tags))| FoundGroup { id: id.clone(), name: name.clone(), tags: tags.clone() })
                    .collect(),
            ),
            Call::DescribeSecurityGroupRules { group } => {
                Answer::Rules(self.rules.iter().filter(|rule| rule.group == *group).cloned().collect())
            }
            Call::DescribeIamInstanceProfileAssociations { .. } => {
                Answer::Associations(self.profile.iter().cloned().collect())
            }
            Call::DescribeSnapshots { volumes, tag: (key, value) } => Answer::Snapshots(
                self.snapshots
                    .iter()
                    .filter(|(snapshot, tags)| volumes.contains(&snapshot.volume) && tags.get(key) == Some(value))
                    .map(|(snapshot, _)| snapshot.clone())
                    .collect(),
            ),
            Call::DescribeSnapshotAttribute { snapshot } => {
                let (public, accounts) = self.sharing[snapshot].clone();
                Answer::Sharing { public, accounts: accounts.into_iter().collect() }
            }
            Call::GetAccessKeyLastUsed { key } => Answer::Value(self.keys.get(key).map(|(user, _)| user.clone())),
            Call::ListAccessKeys { user } => Answer::Keys(
                self.keys.iter().filter(|(_, (of, _))| of == user).map(|(key, (_, on))| (key.clone(), *on)).collect(),
            ),
            Call::GetUserPolicy { user: of, policy } | Call::GetRolePolicy { role: of, policy } => {
                Answer::Value(self.policies.get(&(of.clone(), policy.clone())).cloned())
            }
            other => panic!("{other:?} reads nothing"),
        })
    }

    fn write(&mut self, call: &Call) -> Result<Answer, Fault> {
        let wrong = |why: &str| Err(Fault::new(FaultKind::WrongState, call.action(), why));
        self.made += 1;
        match call.clone() {
            Call::SetTerminationProtection { on, .. } => self.protected = on,
            Call::SetShutdownBehavior { behavior, .. } => self.shutdown = behavior,
            Call::SetDeleteOnTermination { volume, delete, .. } => {
                self.volumes.get_mut(&volume).unwrap().1 = delete;
            }
            Call::ModifyInstanceMetadataOptions { tokens, .. } => self.tokens = tokens,
            Call::CreateTags { tags, .. } => self.tags.extend(tags),
            Call::DeleteTags { keys, .. } => self.tags.retain(|key, _| !keys.contains(key)),
            Call::CreateSnapshots { tags, description, .. } => {
                for (n, volume) in self.volumes.keys().enumerate() {
                    let snapshot = Snapshot {
                        id: format!("snap-{:08x}", self.made * 16 + n as u32),
                        volume: volume.clone(),
                        state: "pending".into(),
                        started: None,
                        progress: "0%".into(),
                        encrypted: false,
                        description: description.clone(),
                    };
                    self.snapshots.push((snapshot, tags.clone()));
                }
            }
            Call::CreateSecurityGroup { vpc, group_name, tags, .. } => {
                let id = format!("sg-{:08x}", 0x9000_0000 + self.made);
                for (n, block) in ["0.0.0.0/0", "::/0"].into_iter().enumerate() {
                    let mut rule =
                        rule(&format!("sgr-{:08x}", self.made * 16 + n as u32), &id, Direction::Egress, None, block);
                    rule.description = String::new();
                    self.rules.push(rule);
                }
                self.groups.insert(id.clone(), (vpc, group_name, tags));
                return Ok(Answer::Made(id));
            }
            Call::DeleteSecurityGroup { group } => {
                if self.interfaces.values().any(|groups| groups.contains(&group)) {
                    return wrong("resource has a dependent object");
                }
                self.groups.remove(&group);
                self.rules.retain(|rule| rule.group != group);
            }
            Call::RevokeSecurityGroupRules { rules, .. } => self.rules.retain(|rule| !rules.contains(&rule.id)),
            Call::AuthorizeSecurityGroupRule { mut rule } => {
                rule.id = format!("sgr-{:08x}", 0x7000_0000 + self.made);
                self.rules.push(rule);
            }
            Call::ModifyNetworkInterfaceAttribute { interface, groups, .. } => {
                if !groups.iter().all(|group| self.groups.contains_key(group)) {
                    return Err(Fault::new(FaultKind::NotFound, call.action(), "no such group"));
                }
                self.interfaces.insert(interface, groups);
            }
            Call::DisassociateIamInstanceProfile { association, .. } => {
                if self.profile.as_ref().is_none_or(|held| held.id != association) {
                    return Err(Fault::new(FaultKind::NotFound, call.action(), "no such association"));
                }
                self.profile = None;
            }
            Call::AssociateIamInstanceProfile { profile, .. } => {
                let id = format!("iip-assoc-{}", self.made + 1);
                self.profile = Some(Association { id: id.clone(), profile, state: "associated".into() });
                return Ok(Answer::Made(id));
            }
            Call::StopInstances { .. } => self.state = InstanceState::Stopped,
            Call::StartInstances { .. } => self.state = InstanceState::Running,
            Call::RebootInstances { .. } => {}
            Call::TerminateInstances { .. } => {
                if self.protected {
                    return wrong("the instance may not be terminated");
                }
                self.state = InstanceState::Terminated;
            }
            Call::ModifySnapshotAttribute { snapshot, add, public, accounts } => {
                let shared = self.sharing.get_mut(&snapshot).unwrap();
                if public {
                    shared.0 = add;
                }
                for account in accounts {
                    if add {
                        shared.1.insert(account)
                    } else {
                        shared.1.remove(&account)
                    };
                }
            }
            Call::UpdateAccessKey { key, active, .. } => self.keys.get_mut(&key).unwrap().1 = active,
            Call::PutUserPolicy { user: of, policy, document } | Call::PutRolePolicy { role: of, policy, document } => {
                self.policies.insert((of, policy), document);
            }
            Call::DeleteUserPolicy { user: of, policy } | Call::DeleteRolePolicy { role: of, policy } => {
                self.policies.remove(&(of, policy));
            }
            other => panic!("{other:?} writes nothing"),
        }
        Ok(Answer::Taken)
    }
}
