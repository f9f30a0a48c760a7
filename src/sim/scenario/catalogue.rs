//! The catalogue of calls that a scenario can write into the trail without making
//! them: how CloudTrail records each.
//!
//! Templates are JSON text in which `${word}` stands for something that fits the
//! account. The built-in catalogue is `assets/scenarios/calls.toml`; a scenario may
//! bring its own under `[calls]`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ScenarioError;
use super::names::wrong;

/// How a call is recorded.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Whether it only reads.
    #[serde(default)]
    pub read: bool,
    /// `requestParameters`; left out: null.
    pub request: Option<String>,
    /// `responseElements`; left out: null.
    pub response: Option<String>,
    /// `additionalEventData`; left out: none.
    pub additional: Option<String>,
    /// The record's own `resources`: `TYPE ARN`, or an ARN alone.
    #[serde(default)]
    pub arns: Vec<String>,
    /// Whether `arns` only say what a refusal names.
    #[serde(default)]
    pub arns_in_refusal_only: bool,
    /// The host that the client named, where it is not the usual one.
    pub host: Option<String>,
    /// The service that makes the call on the principal's behalf.
    pub via: Option<String>,
    /// Whether it is a sign-in to the console.
    #[serde(default)]
    pub signin: bool,
    /// `apiVersion`, where the record has one.
    pub api_version: Option<String>,
    /// Whether a refused call keeps its parameters in the record.
    #[serde(default)]
    pub keeps_request_when_denied: bool,
}

/// Templates by `service.Name`.
pub type Catalogue = BTreeMap<String, Template>;

/// The built-in catalogue.
pub fn builtin() -> Result<Catalogue, ScenarioError> {
    toml::from_str(include_str!("../../../assets/scenarios/calls.toml"))
        .map_err(|error| ScenarioError::Syntax(format!("in the catalogue of calls: {error}")))
}

/// A call's service and name: `ec2.RunInstances`.
pub fn split<'a>(call: &'a str, at: &str) -> Result<(&'a str, &'a str), ScenarioError> {
    call.split_once('.')
        .filter(|(service, name)| !service.is_empty() && !name.is_empty())
        .ok_or_else(|| wrong(at, format!("'{call}' is not a call: write it like ec2.RunInstances")))
}
