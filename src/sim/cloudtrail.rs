//! The CloudTrail service: its actions over the recorder and the trails, in the
//! words of its awsJson 1.1 API.
//!
//! Authorization comes before, recording after; neither is done here. Names, errors
//! and shapes are those of AWS's model `cloudtrail-2013-11-01`.

mod lookup;
mod pace;
mod trails;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

pub use pace::Pace;
pub use trails::Trails;

use super::camel::written_out;
use super::recorder::Recorder;

/// A request to the service.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The action: the last part of `X-Amz-Target`.
    pub action: &'a str,
    /// The body, a JSON object.
    pub body: &'a Value,
    /// The Region of the endpoint.
    pub region: &'a str,
    /// When it is asked.
    pub now: Timestamp,
    /// The account's id.
    pub account: &'a str,
}

/// An error answer: `{"__type": code, "message": message}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The error's name.
    pub code: &'static str,
    /// What it says.
    pub message: String,
    /// The HTTP status; the service answers 400 to every mistake of a client.
    pub status: u16,
}

impl Refusal {
    /// A mistake of the client.
    pub fn new(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { code, message: message.into(), status: 400 }
    }
}

/// The actions that are served.
pub const ACTIONS: [&str; 8] = [
    "LookupEvents",
    "DescribeTrails",
    "GetTrailStatus",
    "GetTrail",
    "ListTrails",
    "GetEventSelectors",
    "StartLogging",
    "StopLogging",
];

/// Whether an action only reads.
pub fn is_read(action: &str) -> bool {
    !matches!(action, "StartLogging" | "StopLogging")
}

/// Carries out a request.
pub fn handle(recorder: &Recorder, trails: &mut Trails, pace: &mut Pace, query: &Query<'_>) -> Result<Value, Refusal> {
    if !ACTIONS.contains(&query.action) {
        return Err(Refusal::new("UnknownOperationException", format!("The operation {} is not known", query.action)));
    }
    if !pace.take(query.action, query.region, query.now) {
        return Err(Refusal::new("ThrottlingException", "Rate exceeded"));
    }
    if !query.body.is_object() {
        return Err(Refusal::new("SerializationException", "The request is not a JSON object"));
    }
    match query.action {
        "LookupEvents" => lookup::lookup_events(recorder, trails, query),
        "DescribeTrails" => trails.describe(query),
        "GetTrailStatus" => trails.status(query),
        "GetTrail" => trails.get(query),
        "ListTrails" => trails.list(query),
        "GetEventSelectors" => trails.selectors(query),
        action => trails.switch(query, action == "StartLogging"),
    }
}

/// The parameters of a request as its own record shows them: field names begin
/// small, times are written out; null where there are none.
pub fn recorded_parameters(body: &Value) -> Value {
    match recorded("", body) {
        Value::Object(fields) if fields.is_empty() => Value::Null,
        value => value,
    }
}

fn recorded(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut written = Map::new();
            for (key, value) in fields {
                written.insert(decapitalised(key), recorded(key, value));
            }
            Value::Object(written)
        }
        Value::Array(items) => items.iter().map(|item| recorded("", item)).collect(),
        Value::Number(number) if matches!(key, "StartTime" | "EndTime") => number
            .as_f64()
            .and_then(|seconds| Timestamp::from_second(seconds as i64).ok())
            .map_or(Value::Null, |time| json!(written_out(time))),
        other => other.clone(),
    }
}

fn decapitalised(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
