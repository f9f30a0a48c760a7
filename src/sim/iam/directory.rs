//! The users and roles of the account, with their keys and inline policies.

use crate::sim::call::Call;
use crate::sim::policy::{Ask, Decision, decide};
use crate::sim::principal::Principal;
use crate::sim::scenario::Scenario;
use crate::sim::scenario::spec::{PrincipalKind, ProfileSpec};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// The name of the inline policy that holds what the scenario permits.
const GIVEN: &str = "scenario";

/// Users or roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A user.
    User,
    /// A role.
    Role,
}

impl Kind {
    /// As messages and ARNs name it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::User => "user",
            Kind::Role => "role",
        }
    }
}

/// A user or a role.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Which of the two.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: String,
    /// `AIDA…` or `AROA…`.
    pub unique_id: String,
    /// When it was made.
    pub created: Timestamp,
    /// Its inline policies: name, text as it was put, and document.
    pub policies: Vec<(String, String, Value)>,
    /// Its access keys.
    pub keys: Vec<Key>,
}

/// An access key of a user.
#[derive(Clone, Debug)]
pub struct Key {
    /// `AKIA…`.
    pub id: String,
    /// Whether it can be used.
    pub active: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, for which service and in which Region.
    pub used: Option<(Timestamp, String, String)>,
}

/// All users and roles.
#[derive(Debug, Default)]
pub struct Directory {
    entities: Vec<Entity>,
    /// The instance profiles.
    pub profiles: Vec<ProfileSpec>,
}

impl Entity {
    /// Its ARN.
    pub fn arn(&self, account: &str) -> String {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        format!("arn:aws:iam::{account}:{}{path}{}", self.kind.word(), self.name)
    }

    /// Puts an inline policy, in the place of one of the same name.
    pub fn put(&mut self, name: &str, text: &str, document: Value) {
        self.policies.retain(|(known, ..)| known != name);
        self.policies.push((name.to_owned(), text.to_owned(), document));
    }

    /// Its policies as one value, for a principal to carry.
    fn documents(&self) -> Value {
        self.policies.iter().map(|(_, _, document)| document.clone()).collect()
    }
}

impl Directory {
    /// The users and roles of a scenario that opens at `start`.
    pub fn new(scenario: &Scenario, start: Timestamp) -> Directory {
        let mut directory = Directory { entities: Vec::new(), profiles: scenario.profiles.clone() };
        let year = start - SignedDuration::from_hours(24 * 365);
        for spec in &scenario.principals {
            let kind = match spec.kind {
                PrincipalKind::User => Kind::User,
                PrincipalKind::AssumedRole => Kind::Role,
                _ => continue,
            };
            let principal = spec.principal(&scenario.account.id, start);
            let created = principal.created.min(year);
            let entity = directory.add(kind, &spec.user, &spec.path, &spec.unique_id, created, &spec.policy);
            let key = &spec.access_key_id;
            if key.starts_with("AKIA") && !entity.keys.iter().any(|known| known.id == *key) {
                entity.keys.push(Key { id: key.clone(), active: true, created: principal.created, used: None });
            }
        }
        for profile in &scenario.profiles {
            directory.add(Kind::Role, &profile.role, "/", &profile.role_id, year, &profile.policy);
        }
        directory
    }

    /// The entity of that name, made with what it is given where it is new.
    fn add(
        &mut self,
        kind: Kind,
        name: &str,
        path: &str,
        unique_id: &str,
        created: Timestamp,
        policy: &Value,
    ) -> &mut Entity {
        let index = self.entities.iter().position(|one| one.kind == kind && one.name == name);
        let index = index.unwrap_or_else(|| {
            let mut entity = Entity {
                kind,
                name: name.to_owned(),
                path: path.to_owned(),
                unique_id: unique_id.to_owned(),
                created,
                policies: Vec::new(),
                keys: Vec::new(),
            };
            entity.put(GIVEN, &policy.to_string(), policy.clone());
            self.entities.push(entity);
            self.entities.len() - 1
        });
        &mut self.entities[index]
    }

    /// A user or role by its name.
    pub fn find(&self, kind: Kind, name: &str) -> Option<&Entity> {
        self.entities.iter().find(|one| one.kind == kind && one.name == name)
    }

    /// A user or role by its name, to change.
    pub fn find_mut(&mut self, kind: Kind, name: &str) -> Option<&mut Entity> {
        self.entities.iter_mut().find(|one| one.kind == kind && one.name == name)
    }

    /// The user or role of that ARN.
    pub fn by_arn(&self, account: &str, arn: &str) -> Option<&Entity> {
        self.entities.iter().find(|one| one.arn(account) == arn)
    }

    /// The user that a key belongs to.
    pub fn owner(&self, key: &str) -> Option<&Entity> {
        self.entities.iter().find(|one| one.keys.iter().any(|known| known.id == key))
    }

    /// Gives a user or role this policy and no other; false where there is none of the name.
    pub fn grant(&mut self, name: &str, policy: &Value) -> bool {
        let Some(entity) = self.entities.iter_mut().find(|one| one.name == name) else { return false };
        entity.policies.clear();
        entity.put(GIVEN, &policy.to_string(), policy.clone());
        true
    }

    /// Lets a principal have the policies that its user or role has now.
    pub fn refresh(&self, principal: &mut Principal) {
        if let Some(entity) = self.of(principal) {
            principal.policy = entity.documents();
        }
    }

    fn of(&self, principal: &Principal) -> Option<&Entity> {
        let kind = match principal.kind {
            PrincipalKind::User => Kind::User,
            PrincipalKind::AssumedRole => Kind::Role,
            _ => return None,
        };
        self.find(kind, &principal.name)
    }

    /// Whether a principal's key is known and switched off.
    pub fn is_off(&self, principal: &Principal) -> bool {
        let key = self.key(&principal.access_key_id);
        key.is_some_and(|key| !key.active)
    }

    fn key(&self, id: &str) -> Option<&Key> {
        self.entities.iter().flat_map(|one| &one.keys).find(|key| key.id == id)
    }

    /// Remembers that a key was used.
    pub fn used(&mut self, call: &Call) {
        let id = &call.principal.access_key_id;
        if !id.starts_with("AKIA") {
            return;
        }
        let key = self.entities.iter_mut().flat_map(|one| &mut one.keys).find(|key| key.id == *id);
        if let Some(key) = key.filter(|key| key.used.as_ref().is_none_or(|(at, ..)| *at <= call.time)) {
            key.used = Some((call.time, prefix(call).to_owned(), call.region.clone()));
        }
    }

    /// A call that is only told, as it would go now: `None` where its key is switched
    /// off, refused where a policy has come to deny it.
    pub fn told(&self, mut call: Call) -> Option<Call> {
        if self.is_off(&call.principal) {
            return None;
        }
        let Some(entity) = self.of(&call.principal) else { return Some(call) };
        // What the scenario itself permits or denies is told as the scenario says.
        let put: Vec<Value> = entity
            .policies
            .iter()
            .filter(|(name, ..)| name != GIVEN)
            .map(|(_, _, document)| document.clone())
            .collect();
        if put.is_empty() {
            return Some(call);
        }
        let action = format!("{}:{}", prefix(&call), call.name);
        let issued = ("aws:TokenIssueTime".to_owned(), vec![call.principal.created.to_string()]);
        let context = if entity.kind == Kind::Role { vec![issued] } else { Vec::new() };
        let ask = Ask { action: &action, resource: "*", context: &context };
        if decide(&Value::Array(put), &ask) == Decision::ExplicitDeny {
            let ec2 = call.source.starts_with("ec2.");
            let code = if ec2 { "Client.UnauthorizedOperation" } else { "AccessDenied" };
            let message = format!(
                "User: {} is not authorized to perform: {action} with an explicit deny in an identity-based policy",
                call.principal.arn()
            );
            call.error = Some((code.to_owned(), message));
            call.response_elements = Value::Null;
        }
        Some(call)
    }
}

/// The prefix of a call's IAM action.
fn prefix(call: &Call) -> &str {
    call.source.strip_suffix(".amazonaws.com").unwrap_or(&call.source)
}
