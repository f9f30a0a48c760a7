//! All that the account holds and that changes: EC2 in each Region, the trails, the
//! records, who has which key.

use super::balancing::state::Balancing;
use super::call::Call;
use super::cloudtrail::{Pace, Trails};
use super::dice::Dice;
use super::ec2::{build, store::Store};
use super::iam::directory::Directory;
use super::limits::Limits;
use super::principal::Principal;
use super::recorder::Recorder;
use super::scaling::state::Scaling;
use super::scenario::Scenario;
use super::scenario::spec::{AccountSpec, PrincipalKind};
use super::service::Request;
use super::wire::Incoming;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// The state of the account.
#[derive(Debug)]
pub struct Account {
    /// Its number, alias and Regions.
    pub spec: AccountSpec,
    /// Everyone who acts in it.
    pub principals: Vec<Principal>,
    /// The users and roles, with their keys and policies.
    pub directory: Directory,
    /// EC2 in each enabled Region.
    pub ec2: BTreeMap<String, Store>,
    /// Load balancing in each enabled Region.
    pub balancing: BTreeMap<String, Balancing>,
    /// Auto Scaling in each enabled Region.
    pub scaling: BTreeMap<String, Scaling>,
    /// The trails.
    pub trails: Trails,
    /// The records that CloudTrail tells of.
    pub recorder: Recorder,
    /// How often CloudTrail may be asked.
    pub pace: Pace,
    /// How often EC2 may be asked.
    pub limits: Limits,
    caller: usize,
    dice: Dice,
}

impl Account {
    /// The account of a scenario that opens at `start`.
    pub fn new(scenario: &Scenario, seed: u64, start: Timestamp, lag: Option<SignedDuration>) -> Account {
        let spec = scenario.account.clone();
        let ec2 = spec
            .regions
            .iter()
            .map(|name| (name.clone(), Store::new(build::region(scenario, name, seed, start), lag)))
            .collect();
        let regions = || spec.regions.iter().cloned();
        Account {
            balancing: regions().map(|name| (name.clone(), Balancing::new(scenario, &name, start))).collect(),
            scaling: regions().map(|name| (name.clone(), Scaling::new(scenario, &name, seed, start))).collect(),
            principals: scenario.principals.iter().map(|one| one.principal(&spec.id, start)).collect(),
            caller: scenario.principals.iter().position(|one| one.name == spec.caller).unwrap_or_default(),
            ec2,
            directory: Directory::new(scenario, start),
            trails: Trails::new(scenario, start),
            recorder: Recorder::new(seed, start),
            pace: Pace::new(),
            limits: Limits::default(),
            dice: Dice::new(seed, "requests"),
            spec,
        }
    }

    /// A request of a client, with the caller that its key belongs to. A key that the
    /// scenario does not know is the on-call engineer's.
    pub fn request(&self, incoming: Incoming, now: Timestamp) -> Request {
        let known = self.principals.iter().find(|one| {
            one.access_key_id == incoming.access_key
                && !one.access_key_id.is_empty()
                && matches!(one.kind, PrincipalKind::User | PrincipalKind::AssumedRole | PrincipalKind::Root)
        });
        let mut principal = known.or_else(|| self.principals.get(self.caller)).cloned().unwrap_or_else(|| self.root());
        self.directory.refresh(&mut principal);
        Request {
            service: incoming.service,
            action: incoming.action,
            params: incoming.params,
            region: incoming.region,
            principal,
            ip: self.spec.outside_ip.clone(),
            agent: incoming.agent,
            now,
        }
    }

    /// A new request id.
    pub fn request_id(&mut self) -> String {
        self.dice.uuid()
    }

    /// Keeps a call for CloudTrail.
    pub fn record(&mut self, call: Call) {
        self.directory.used(&call);
        self.recorder.record(call);
    }

    fn root(&self) -> Principal {
        Principal { kind: PrincipalKind::Root, account: self.spec.id.clone(), ..Principal::default() }
    }
}
