//! The words between the way of a request and the services: what is asked, what it
//! needs, what was done, and what is refused.

use super::limits::Limit;
use super::principal::Principal;
use super::scenario::script::Act;
use super::wire::query::Params;
use super::wire::{Protocol, Service, query};
use jiff::Timestamp;
use serde_json::Value;

/// An error answer: the code and message that AWS gives, and the HTTP status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `InvalidInstanceID.NotFound`.
    pub code: String,
    /// What it says.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
}

impl Refusal {
    /// A mistake of the client, HTTP 400.
    pub fn new(code: &str, message: impl Into<String>) -> Refusal {
        Refusal { code: code.to_owned(), message: message.into(), status: 400 }
    }

    /// The same with another HTTP status.
    pub fn status(mut self, status: u16) -> Refusal {
        self.status = status;
        self
    }
}

/// A request that is understood.
#[derive(Clone, Debug)]
pub struct Request {
    /// The service asked.
    pub service: Service,
    /// The action's name.
    pub action: String,
    /// The parameters as a tree.
    pub params: Value,
    /// The Region asked.
    pub region: String,
    /// Who asks.
    pub principal: Principal,
    /// From which address.
    pub ip: String,
    /// With which program.
    pub agent: String,
    /// When.
    pub now: Timestamp,
}

impl Request {
    /// What a step of the scenario asks for; `None` where it names no service.
    pub fn of_act(act: Act) -> Option<Request> {
        let service = Service::named(&act.service)?;
        let params = if service.protocol() == Protocol::Json { act.json } else { query::tree(&act.params) };
        Some(Request {
            service,
            action: act.action,
            params,
            region: act.region,
            principal: act.principal,
            ip: act.ip,
            agent: act.agent,
            now: act.at,
        })
    }

    /// Whether it only asks whether it may.
    pub fn dry_run(&self) -> bool {
        self.service == Service::Ec2 && matches!(Params(&self.params).flag("DryRun"), Ok(Some(true)))
    }

    /// `ec2:StopInstances`.
    pub fn permission(&self) -> String {
        format!("{}:{}", self.service.prefix(), self.action)
    }
}

/// What a service knows of one of its actions before it is carried out.
#[derive(Clone, Debug, Default)]
pub struct Traits {
    /// Whether it only reads.
    pub read_only: bool,
    /// How often it may be asked, where the limit is not the service's own business.
    pub limit: Option<Limit>,
    /// The permissions that it needs, with their resources and the keys of each.
    pub needs: Vec<Need>,
    /// The parameters as CloudTrail shows them.
    pub recorded: Value,
}

/// A permission that a request needs.
#[derive(Clone, Debug)]
pub struct Need {
    /// `ec2:StopInstances`.
    pub action: String,
    /// The resource's ARN, or `*`.
    pub resource: String,
    /// Condition keys of this resource.
    pub context: Vec<(String, Vec<String>)>,
}

impl Need {
    /// A permission on everything.
    pub fn of(request: &Request) -> Need {
        Need { action: request.permission(), resource: "*".to_owned(), context: Vec::new() }
    }
}

/// What a service did.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// The answer as the wire shows it, without an envelope.
    pub answer: Value,
    /// The answer as CloudTrail shows it; null for reads.
    pub recorded: Value,
}
