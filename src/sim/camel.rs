//! Parameters and answers of the Query services as CloudTrail writes them: names that
//! begin small, numbers and truth values as such, times written out.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// A name that begins small, as CloudTrail writes it: `vPCZoneIdentifier` too.
pub fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A time as records write it inside parameters: `Jul 3, 2023, 11:42:38 AM`.
pub fn written_out(time: Timestamp) -> String {
    time.strftime("%b %-d, %Y, %-I:%M:%S %p").to_string()
}

/// The parameters of a request, those named in `numbers` as numbers; null where it has none.
pub fn parameters(params: &Value, numbers: &[&str]) -> Value {
    match write("", params, numbers) {
        Value::Object(fields) if fields.is_empty() => Value::Null,
        written => written,
    }
}

/// The answer of a write; null where it says nothing.
pub fn answer(answer: &Value) -> Value {
    parameters(answer, &[])
}

fn write(key: &str, value: &Value, numbers: &[&str]) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (lower(key), write(key, value, numbers)))
                .collect::<Map<_, _>>(),
        ),
        Value::Array(items) => items.iter().map(|item| write(key, item, numbers)).collect(),
        Value::String(text) => match text.as_str() {
            "true" => json!(true),
            "false" => json!(false),
            _ if numbers.contains(&key) => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
            _ if key.ends_with("Time") || key.ends_with("Date") => {
                text.parse::<Timestamp>().map_or_else(|_| json!(text), |time| json!(written_out(time)))
            }
            _ => json!(text),
        },
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_begin_small_and_values_have_their_types() {
        let params = json!({"AutoScalingGroupName": "1", "MaxSize": "4", "HonorCooldown": "true", "Ids": ["a"]});
        assert_eq!(
            parameters(&params, &["MaxSize"]),
            json!({"autoScalingGroupName": "1", "maxSize": 4, "honorCooldown": true, "ids": ["a"]})
        );
        assert_eq!(parameters(&json!({}), &[]), Value::Null);
        assert_eq!(
            answer(&json!({"Activities": [{"StartTime": "2026-11-24T13:00:00Z", "EndTime": null}]})),
            json!({"activities": [{"startTime": "Nov 24, 2026, 1:00:00 PM"}]})
        );
    }
}
