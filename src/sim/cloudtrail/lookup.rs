//! LookupEvents: its rules and its answer.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::super::dice::Dice;
use super::super::recorder::{Attribute, Position, Question, Recorder, Stored};
use super::trails::Trails;
use super::{Query, Refusal};

/// How far back LookupEvents sees.
const DAYS: i64 = 90;

/// The most events of a page.
const PAGE: i64 = 50;

pub fn lookup_events(recorder: &Recorder, trails: &Trails, query: &Query<'_>) -> Result<Value, Refusal> {
    trails.check_region(query.region)?;
    let body = query.body;
    let limit = page_size(body)?;
    let attribute = attribute(body)?;
    let start = instant(body, "StartTime")?;
    let end = instant(body, "EndTime")?;
    if let (Some(start), Some(end)) = (start, end)
        && start > end
    {
        return Err(Refusal::new(
            "InvalidTimeRangeException",
            "The start time is after the end time; give a start time that is not later than the end time.",
        ));
    }
    let insight = category(body)?;
    let fingerprint = fingerprint(query);
    let behind = match body.get("NextToken") {
        None | Some(Value::Null) => None,
        Some(token) => Some(opened(token, &fingerprint)?),
    };
    if insight {
        // Insights are not switched on in a simulated account.
        return Ok(json!({ "Events": [] }));
    }
    let oldest = ago(query.now);
    let question = Question {
        region: query.region,
        now: query.now,
        from: start.unwrap_or(oldest).max(oldest),
        to: end.unwrap_or(query.now),
        attribute: attribute.as_ref().map(|(attribute, value)| (*attribute, value.as_str())),
        behind,
        limit,
    };
    let (found, more) = recorder.lookup(&question);
    let mut answer = Map::new();
    answer.insert("Events".to_owned(), found.iter().map(|stored| envelope(stored, query.account)).collect());
    if let (true, Some(last)) = (more, found.last()) {
        answer.insert("NextToken".to_owned(), sealed(&last.position, &fingerprint).into());
    }
    Ok(Value::Object(answer))
}

fn ago(now: Timestamp) -> Timestamp {
    now.saturating_sub(SignedDuration::from_secs(DAYS * 86_400)).unwrap_or(now)
}

fn page_size(body: &Value) -> Result<usize, Refusal> {
    match body.get("MaxResults") {
        None | Some(Value::Null) => Ok(PAGE as usize),
        Some(value) => match value.as_i64() {
            Some(count) if (1..=PAGE).contains(&count) => Ok(count as usize),
            Some(_) => Err(Refusal::new(
                "InvalidMaxResultsException",
                "A value between 1 and 50 must be specified for MaxResults.",
            )),
            None => Err(Refusal::new("SerializationException", "MaxResults is not a whole number")),
        },
    }
}

fn attribute(body: &Value) -> Result<Option<(Attribute, String)>, Refusal> {
    let refusal = |why: &str| Refusal::new("InvalidLookupAttributesException", why);
    let list = match body.get("LookupAttributes") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(Refusal::new("SerializationException", "LookupAttributes is not a list")),
    };
    let only = match list.as_slice() {
        [] => return Ok(None),
        [only] => only,
        _ => return Err(refusal("You can specify only one lookup attribute.")),
    };
    let key = only.get("AttributeKey").and_then(Value::as_str).unwrap_or_default();
    let Some(attribute) = Attribute::named(key) else {
        return Err(refusal(&format!("The attribute key '{key}' is not valid.")));
    };
    let value = only.get("AttributeValue").and_then(Value::as_str).unwrap_or_default();
    if value.is_empty() {
        return Err(refusal("The attribute value is missing."));
    }
    // '_', blank, ',' and line breaks count twice towards the limit.
    let weight: usize = value.chars().map(|letter| if matches!(letter, '_' | ' ' | ',' | '\n') { 2 } else { 1 }).sum();
    if weight > 2_000 {
        return Err(refusal("The attribute value is longer than 2000 characters."));
    }
    Ok(Some((attribute, value.to_owned())))
}

fn instant(body: &Value, key: &str) -> Result<Option<Timestamp>, Refusal> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => {
            let seconds = number.as_f64().unwrap_or(f64::NAN);
            // Whole seconds: events have no finer time.
            let time = (seconds.abs() < 1e11)
                .then(|| Timestamp::from_second(seconds.floor() as i64).ok())
                .flatten()
                .filter(|time| time.as_second() >= 0);
            time.map(Some).ok_or_else(|| {
                Refusal::new("InvalidTimeRangeException", format!("{key} is outside the range of possible values."))
            })
        }
        Some(_) => Err(Refusal::new("SerializationException", format!("{key} is not a number of seconds"))),
    }
}

fn category(body: &Value) -> Result<bool, Refusal> {
    match body.get("EventCategory") {
        None | Some(Value::Null) => Ok(false),
        Some(Value::String(text)) if text == "insight" => Ok(true),
        Some(_) => Err(Refusal::new(
            "InvalidEventCategoryException",
            "The event category is not valid: the only one that can be given is 'insight'.",
        )),
    }
}

/// What a token is bound to: everything that was asked but the page and its size.
fn fingerprint(query: &Query<'_>) -> String {
    let asked = ["LookupAttributes", "StartTime", "EndTime", "EventCategory"]
        .map(|key| query.body.get(key).cloned().unwrap_or(Value::Null));
    let key = format!("{} {} {}", query.account, query.region, json!(asked));
    Dice::new(0, &key).hex(16)
}

fn sealed(position: &Position, fingerprint: &str) -> String {
    let inner = json!([fingerprint, position.time.to_string(), position.id, position.copy]);
    BASE64_STANDARD.encode(inner.to_string())
}

fn opened(token: &Value, fingerprint: &str) -> Result<Position, Refusal> {
    let invalid = || {
        Refusal::new(
            "InvalidNextTokenException",
            "The token is not valid, or was passed with other parameters than those of the call that returned it.",
        )
    };
    let text = token.as_str().ok_or_else(invalid)?;
    let bytes = BASE64_STANDARD.decode(text).map_err(|_| invalid())?;
    let (bound, time, id, copy): (String, String, String, u8) =
        serde_json::from_slice(&bytes).map_err(|_| invalid())?;
    if bound != fingerprint {
        return Err(invalid());
    }
    Ok(Position { time: time.parse().map_err(|_| invalid())?, id, copy })
}

/// An event as LookupEvents wraps it.
fn envelope(stored: &Stored, account: &str) -> Value {
    let call = &stored.call;
    let mut event = Map::new();
    let mut put = |key: &str, value: Value| event.insert(key.to_owned(), value);
    put("EventId", stored.position.id.clone().into());
    put("EventName", call.name.clone().into());
    put("ReadOnly", if call.read_only { "true" } else { "false" }.into());
    if let Some(key) = stored.access_key_id() {
        put("AccessKeyId", key.into());
    }
    put("EventTime", call.time.as_second().into());
    put("EventSource", call.source.clone().into());
    if let Some(name) = stored.username() {
        put("Username", name.into());
    }
    let resources = stored.resources();
    let listed = resources.iter().map(|(kind, name)| json!({ "ResourceType": kind, "ResourceName": name }));
    put("Resources", listed.collect());
    put("CloudTrailEvent", stored.record(account).into());
    Value::Object(event)
}
