//! The policy that ends the sessions of a role: what was opened before a moment
//! is denied everything.

use jiff::Timestamp;
use serde_json::{Value, json};

/// The name that AWS's own console gives the policy that revokes older sessions
/// (IAM user guide, "Revoking IAM role temporary security credentials").
pub const POLICY: &str = "AWSRevokeOlderSessions";

/// The policy's document; the moment as IAM writes it, or what stands for it.
pub fn document(before: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Deny",
            "Action": ["*"],
            "Resource": ["*"],
            "Condition": { "DateLessThan": { "aws:TokenIssueTime": before } },
        }],
    })
    .to_string()
}

/// A moment as the document names it: in whole seconds.
pub fn word(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Before which moment a document denies every session everything, whoever wrote
/// it; none where it does not.
pub fn ended_before(document: &str) -> Option<Timestamp> {
    let document: Value = serde_json::from_str(document).ok()?;
    listed(&document["Statement"]).filter_map(denied_before).max()
}

fn denied_before(statement: &Value) -> Option<Timestamp> {
    let all = |key: &str| listed(&statement[key]).any(|one| one == "*");
    // A condition beside it would let some sessions live.
    let only = |value: &Value| value.as_object().is_some_and(|keys| keys.len() == 1);
    let condition = &statement["Condition"];
    let dates = &condition["DateLessThan"];
    if statement["Effect"] != "Deny" || !all("Action") || !all("Resource") || !only(condition) || !only(dates) {
        return None;
    }
    listed(&dates["aws:TokenIssueTime"]).filter_map(|one| one.as_str()?.parse().ok()).max()
}

/// The items of a list; of what is no list, itself.
fn listed(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}

#[cfg(test)]
mod tests {
    use super::{document, ended_before, word};

    #[test]
    fn the_moment_is_read_back_from_what_was_written() {
        let moment = "2026-11-24T14:02:07Z".parse().unwrap();
        assert_eq!(word(moment), "2026-11-24T14:02:07Z");
        assert_eq!(ended_before(&document(&word(moment))), Some(moment));
    }

    #[test]
    fn the_moment_is_read_however_the_policy_is_written() {
        let plain = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*",
            "Condition":{"DateLessThan":{"aws:TokenIssueTime":["2026-11-24T14:02:07.500Z"]}}}}"#;
        assert_eq!(ended_before(plain), Some("2026-11-24T14:02:07.5Z".parse().unwrap()));
    }

    #[test]
    fn a_policy_that_lets_some_sessions_live_ends_none() {
        let whole = document("2026-11-24T14:02:07Z");
        assert_eq!(ended_before(&whole.replace("Deny", "Allow")), None);
        assert_eq!(ended_before(&whole.replace(r#""Action":["*"]"#, r#""Action":["s3:*"]"#)), None);
        let narrowed = whole.replace(r#""Condition":{"#, r#""Condition":{"StringEquals":{"aws:username":"x"},"#);
        assert_eq!(ended_before(&narrowed), None);
        assert_eq!(ended_before("no policy"), None);
        assert_eq!(ended_before(&document("$NOW")), None);
    }
}
