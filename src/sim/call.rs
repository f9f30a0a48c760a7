//! One call that was made: what CloudTrail needs to know of it.

use jiff::Timestamp;
use serde_json::Value;

use super::principal::Principal;

/// What kind of record a call makes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CallKind {
    /// `AwsApiCall`.
    #[default]
    Api,
    /// `AwsConsoleSignIn`.
    ConsoleSignIn,
    /// `AwsServiceEvent` with its `serviceEventDetails`.
    Service(Value),
}

/// One call, served or synthesised.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// When it ended.
    pub time: Timestamp,
    /// `ec2.amazonaws.com`.
    pub source: String,
    /// The name as CloudTrail writes it.
    pub name: String,
    /// The Region whose endpoint served it.
    pub region: String,
    /// Who made it.
    pub principal: Principal,
    /// The source address, or the service it came from.
    pub ip: String,
    /// The user agent, or the service it came from.
    pub agent: String,
    /// The parameters in CloudTrail's own shape; null where it writes null.
    pub request_parameters: Value,
    /// The answer in CloudTrail's own shape; null where it writes null.
    pub response_elements: Value,
    /// `additionalEventData`; null where the record has none.
    pub additional: Value,
    /// Code and message as CloudTrail records them: EC2's carry `Client.`.
    pub error: Option<(String, String)>,
    /// Whether it only reads.
    pub read_only: bool,
    /// The request's id.
    pub request_id: String,
    /// What LookupEvents lists: type (`AWS::EC2::Instance`) and name. Where it is
    /// empty, the recorder reads the resources of a write off its parameters.
    pub resources: Vec<(String, String)>,
    /// The record's own `resources`: type, which may be empty, and ARN.
    pub arn_resources: Vec<(String, String)>,
    /// A given event id; the recorder makes one where there is none.
    pub event_id: Option<String>,
    /// What kind of record it makes.
    pub kind: CallKind,
    /// Whether it was made with a session of the console.
    pub from_console: bool,
    /// The host that the client named; `service.region.amazonaws.com` by default.
    pub endpoint_host: Option<String>,
    /// `apiVersion` where the record has one.
    pub api_version: Option<String>,
}
