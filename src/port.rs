//! Ports: what the console needs of the outside, in domain words only.
//!
//! One object per Scope implements each; `aws` implements them over the SDK,
//! and tests by hand. No port retries a write, and none reads a clock.

pub mod guarded;

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::domain::fault::Fault;
use crate::domain::inventory::Inventory;
use crate::domain::resource::Resource;
use crate::domain::scope::{Caller, Scope};
use crate::domain::window::Span;
use crate::respond::call::{Answer, Call};
use crate::respond::guard::Serves;

/// A pending answer of a port.
pub type Pending<'a, T> = BoxFuture<'a, Result<T, Fault>>;

/// The one attribute that a LookupEvents request may name (CloudTrail API
/// reference, LookupAttribute). Values match exactly, case-sensitive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the words are CloudTrail's own")]
pub enum Attribute {
    EventId,
    EventName,
    ReadOnly,
    Username,
    ResourceType,
    ResourceName,
    EventSource,
    AccessKeyId,
}

/// One request for one page of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The attribute and its value, or all events.
    pub attribute: Option<(Attribute, String)>,
    /// The span of event times: the same for all pages of a sweep.
    pub span: Span,
    /// The token of the page before; valid only with the same parameters.
    pub token: Option<String>,
}

/// One page of events, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The records, each as the JSON text that CloudTrail keeps, at most 50.
    pub records: Vec<String>,
    /// The token of the next page, none after the last.
    pub token: Option<String>,
}

/// CloudTrail of one Scope. Requests are not retried: whoever asks keeps the pace.
pub trait Trail: Send + Sync {
    /// Asks for one page of events.
    fn lookup(&self, lookup: Lookup) -> Pending<'_, Page>;
}

/// EC2 state of one Scope. Every Describe call is paged to its end.
pub trait Fleet: Send + Sync {
    /// Everything. Parts that may not be read are named in [`Inventory::missing`];
    /// it fails only where the instances themselves cannot be read. The time of
    /// reading is left to the asker, who has a clock.
    fn inventory(&self) -> Pending<'_, Inventory>;

    /// One instance with its interfaces, groups, volumes, attributes and status,
    /// fresh; other parts of the answer are empty.
    fn instance<'a>(&'a self, id: &'a str) -> Pending<'a, Inventory>;

    /// The console output of an instance, decoded; empty where there is none yet.
    fn console_output<'a>(&'a self, id: &'a str) -> Pending<'a, String>;

    /// The names of all Regions that the account has enabled.
    fn regions(&self) -> Pending<'_, Vec<String>>;
}

/// Who the credentials are.
pub trait Identity: Send + Sync {
    /// The caller, with the account's alias where it may be read.
    fn caller(&self) -> Pending<'_, Caller>;
}

/// The only way to change anything in AWS. The console holds none until armed.
pub trait Responder: Send + Sync {
    /// Makes one call for a target, the one of the plan that the call belongs to;
    /// `serves` is the remedy that it is made for, none where it is for none.
    /// `dry_run` asks EC2 whether it would be permitted: a permitted dry run
    /// answers a fault of kind `DryRun`. Calls that have no dry run answer
    /// `Invalid` to it and are not sent.
    fn call<'a>(
        &'a self,
        call: &'a Call,
        target: &'a Resource,
        serves: Option<Serves>,
        dry_run: bool,
    ) -> Pending<'a, Answer>;

    /// Asks IAM whether the caller may perform the actions on the resources
    /// (`iam:SimulatePrincipalPolicy`): for each action, allowed or not.
    fn simulate<'a>(&'a self, actions: &'a [String], resource: &'a str) -> Pending<'a, Vec<(String, bool)>>;
}

/// The ports of one Scope.
#[derive(Clone)]
pub struct Ports {
    /// Whose, and where.
    pub scope: Scope,
    /// Its events.
    pub trail: Arc<dyn Trail>,
    /// Its EC2 state.
    pub fleet: Arc<dyn Fleet>,
    /// The identity behind it, read anew each time it is asked.
    pub identity: Arc<dyn Identity>,
    /// Makes the Responder: called when the Scope is armed, and never before.
    pub arm: Arc<dyn Fn() -> Arc<dyn Responder> + Send + Sync>,
    /// The EC2 state is read in the background; else the Scope is there for the
    /// events of global services alone, until one of its instances is looked at.
    pub watch_fleet: bool,
}

/// What connecting gave.
#[derive(Clone, Default)]
pub struct Connected {
    /// The ports of each Scope that was reached, in the order asked for.
    pub ports: Vec<Ports>,
    /// What was not reached: the profile, and why.
    pub failed: Vec<(String, Fault)>,
    /// Endpoints in the place of AWS's own: the service (or `all`) and the URL.
    pub endpoints: Vec<(String, String)>,
}
