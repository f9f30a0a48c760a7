//! Who is on stage: the identities of a scenario at a moment, and the sessions that
//! they open.
//!
//! A role with a session length gets a new session, with a new key, whenever the
//! last one has run out; opening it is itself a call (`AssumeRole`) of the one who
//! assumes it. That call is what ties a session to the person behind it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Scenario;
use super::spec::{InstanceSpec, PrincipalKind, PrincipalSpec};
use crate::sim::call::Call;
use crate::sim::camel::written_out;
use crate::sim::dice::Dice;
use crate::sim::principal::Principal;

/// How long the sessions lasted that came before a fixed one, in seconds.
const EARLIER: i64 = 4 * 3_600;

/// An identity ready to call, and the calls that had to come first.
#[derive(Clone, Debug)]
pub struct Entrance {
    /// The identity.
    pub principal: Principal,
    /// Its address.
    pub ip: String,
    /// Its user agent.
    pub agent: String,
    /// The calls that open its session, oldest first; they end at the moment asked for.
    pub opening: Vec<Call>,
}

/// The account at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// When the simulator opens.
    pub start: Timestamp,
    /// The moment.
    pub now: Timestamp,
}

/// The sessions that are open.
#[derive(Debug, Default)]
pub struct Cast {
    sessions: BTreeMap<String, (Timestamp, String)>,
}

impl PrincipalSpec {
    /// The identity as it is when the simulator opens.
    pub fn principal(&self, account: &str, start: Timestamp) -> Principal {
        Principal {
            kind: self.kind,
            name: self.user.clone(),
            account: account.to_owned(),
            unique_id: self.unique_id.clone(),
            path: self.path.clone(),
            session: self.session.clone(),
            access_key_id: self.access_key_id.clone(),
            mfa: self.mfa,
            created: start.saturating_add(SignedDuration::from_secs(self.created)).unwrap_or(start),
            invoked_by: self.invoked_by.clone(),
            policy: self.policy.clone(),
        }
    }
}

impl Cast {
    /// Brings a principal on stage.
    pub fn enter(&mut self, stage: Stage<'_>, spec: &PrincipalSpec, region: &str, dice: &mut Dice) -> Entrance {
        let mut principal = spec.principal(&stage.scenario.account.id, stage.start);
        let service = spec.invoked_by.clone().or((spec.kind == PrincipalKind::Service).then(|| spec.user.clone()));
        let place = |own: &[String], dice: &mut Dice| {
            dice.pick(own).cloned().or_else(|| service.clone()).unwrap_or_else(|| "AWS Internal".to_owned())
        };
        let ip = place(&spec.ips, dice);
        let agent = place(&spec.agents, dice);
        let mut opening = Vec::new();
        // A session that is fixed has had others before it.
        let earlier = spec.access_key_id.starts_with("ASIA") && stage.now < principal.created;
        if let Some(length) = spec.session_length.or(earlier.then_some(EARLIER)) {
            let is_new = self.session(&spec.name, length, &mut principal, stage.now);
            if is_new && let Some(opener) = &spec.assumed_by {
                opening = self.open(stage, opener, &principal, length, region, dice);
            }
        }
        if spec.invoked_by.is_some() {
            // What a service does with its own credentials is recorded without them.
            principal.access_key_id = String::new();
        }
        Entrance { principal, ip, agent, opening }
    }

    /// Brings the role of an instance on stage, with the credentials that it got
    /// from its metadata service.
    pub fn enter_instance(&mut self, stage: Stage<'_>, instance: &InstanceSpec, dice: &mut Dice) -> Option<Entrance> {
        let scenario = stage.scenario;
        let profile = instance.profile.as_ref()?;
        let profile = scenario.profiles.iter().find(|known| known.name == *profile)?;
        let mut principal = Principal {
            kind: PrincipalKind::AssumedRole,
            name: profile.role.clone(),
            account: scenario.account.id.clone(),
            unique_id: profile.role_id.clone(),
            path: "/".to_owned(),
            session: Some(instance.id.clone()),
            created: stage.now,
            policy: profile.policy.clone(),
            ..Principal::default()
        };
        let length = 6 * 3_600;
        let is_new = self.session(&instance.id, length, &mut principal, stage.now);
        let opening = if is_new {
            self.open(stage, "ec2.amazonaws.com", &principal, length, &instance.region, dice)
        } else {
            Vec::new()
        };
        Some(Entrance {
            principal,
            ip: outward_address(scenario, instance),
            agent: "aws-sdk-go/1.55.5 (go1.22.5; linux; amd64) amazon-ssm-agent/3.3.987.0".to_owned(),
            opening,
        })
    }

    /// Sets the key and the beginning of the current session; true where it is new.
    fn session(&mut self, name: &str, length: i64, principal: &mut Principal, now: Timestamp) -> bool {
        let open = self.sessions.get(name).filter(|(since, _)| now.as_second() - since.as_second() < length).cloned();
        let is_new = open.is_none();
        let (since, key) = open.unwrap_or_else(|| {
            let key = Dice::new(0, &format!("session {name} {}", now.as_second())).iam_id("ASIA");
            (now, key)
        });
        principal.created = since;
        principal.access_key_id.clone_from(&key);
        self.sessions.insert(name.to_owned(), (since, key));
        is_new
    }

    fn open(
        &mut self,
        stage: Stage<'_>,
        opener: &str,
        session: &Principal,
        length: i64,
        region: &str,
        dice: &mut Dice,
    ) -> Vec<Call> {
        let Stage { scenario, now, .. } = stage;
        let path = if session.path.is_empty() { "/" } else { &session.path };
        let role = format!("arn:aws:iam::{}:role{path}{}", session.account, session.name);
        let name = session.session.clone().unwrap_or_default();
        let expiration = now.saturating_add(SignedDuration::from_secs(length)).unwrap_or(now);
        let entrance = match scenario.principals.iter().find(|known| known.name == opener) {
            Some(spec) => self.enter(stage, spec, region, dice),
            None => Entrance {
                principal: Principal {
                    kind: PrincipalKind::Service,
                    name: opener.to_owned(),
                    account: scenario.account.id.clone(),
                    ..Principal::default()
                },
                ip: opener.to_owned(),
                agent: opener.to_owned(),
                opening: Vec::new(),
            },
        };
        let mut calls = entrance.opening;
        calls.push(Call {
            time: now,
            source: "sts.amazonaws.com".to_owned(),
            name: "AssumeRole".to_owned(),
            region: region.to_owned(),
            principal: entrance.principal,
            ip: entrance.ip,
            agent: entrance.agent,
            request_parameters: json!({ "roleArn": role, "roleSessionName": name, "durationSeconds": length }),
            response_elements: json!({
                "credentials": {
                    "accessKeyId": session.access_key_id,
                    "sessionToken": "HIDDEN_DUE_TO_SECURITY_REASONS",
                    "expiration": written_out(expiration),
                },
                "assumedRoleUser": {
                    "assumedRoleId": format!("{}:{name}", session.unique_id),
                    "arn": session.arn(),
                },
            }),
            read_only: true,
            request_id: dice.uuid(),
            arn_resources: vec![("AWS::IAM::Role".to_owned(), role)],
            ..Call::default()
        });
        calls
    }
}

/// The address under which the world sees an instance: its own, or that of the NAT
/// gateway of its VPC.
fn outward_address(scenario: &Scenario, instance: &InstanceSpec) -> String {
    let Some(primary) = instance.interfaces.first() else {
        return "AWS Internal".to_owned();
    };
    if let Some(public) = &primary.public_ip {
        return public.clone();
    }
    let vpc = scenario
        .subnets
        .iter()
        .find(|subnet| subnet.id == primary.subnet)
        .map(|subnet| subnet.vpc.as_str())
        .unwrap_or_default();
    scenario
        .nat_gateways
        .iter()
        .find(|gateway| gateway.vpc == vpc)
        .map_or_else(|| primary.private_ip.clone(), |gateway| gateway.public_ip.clone())
}
