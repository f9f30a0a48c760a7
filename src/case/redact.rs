//! Secrets are taken out of what leaves a case.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// What stands where a secret stood.
pub const MARK: &str = "[redacted]";

/// Keys whose values are secrets wherever they stand, lower case, without `-` and `_`.
const SECRET_KEYS: [&str; 14] = [
    "secretaccesskey",
    "sessiontoken",
    "securitytoken",
    "password",
    "passworddata",
    "masteruserpassword",
    "privatekey",
    "keymaterial",
    "secretstring",
    "secretbinary",
    "userdata",
    "authorization",
    "plaintext",
    "samlassertion",
];

static IN_TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    // PEM blocks; session tokens (long base64 that begins as STS's do); tokens of GitHub, GitLab and
    // Slack; JSON Web Tokens; passwords in URLs; user data; secrets after a telling name.
    Regex::new(concat!(
        r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
        r"|\b(?:FwoG|IQoJ|AQoD)[A-Za-z0-9+/=]{60,}",
        r"|\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,})",
        r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
        r"|://[^\s/:@]+:[^\s/@]+@",
        r#"|(?i:\buser-?data)["']?(?:\s*[=:]\s*|\s+)["']?[A-Za-z0-9+/=]{16,}"#,
        r#"|(?i:secret_?access_?key|session_?token|password|passwd|authorization)["']?\s*[=:]\s*["']?[^\s"',;&]{4,}"#,
    ))
    .ok()
});

/// The text without secrets.
pub fn text(text: &str) -> String {
    match &*IN_TEXT {
        Some(pattern) => pattern.replace_all(text, MARK).into_owned(),
        // The pattern is fixed and tested; should it fail all the same, nothing leaves.
        None => MARK.into(),
    }
}

/// The key tells that a secret stands behind it.
fn is_secret(key: &str) -> bool {
    let plain = key.to_ascii_lowercase().replace(['-', '_'], "");
    SECRET_KEYS.contains(&plain.as_str())
}

/// The value of a field without secrets; the field is told by its path:
/// `requestParameters.userData`.
pub fn field(path: &str, value: &str) -> String {
    if path.split('.').any(is_secret) { MARK.into() } else { text(value) }
}

/// The value without secrets: whole values behind telling keys, and what the
/// text of others holds.
pub fn value(value: &Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(key, inner)| {
                    let secret = is_secret(key) && !inner.is_null();
                    (key.clone(), if secret { Value::String(MARK.into()) } else { self::value(inner) })
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(self::value).collect()),
        Value::String(inner) => Value::String(text(inner)),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{MARK, text, value};

    #[test]
    fn secrets_behind_telling_keys_are_taken_out() {
        let record = json!({"credentials": {"accessKeyId": "ASIAEXAMPLE", "sessionToken": "abc", "secret_access_key": "x"},
            "userData": "IyEvYmlu", "list": [{"PrivateKey": "k"}], "password": null, "instanceId": "i-1"});
        let clean = value(&record);
        assert_eq!(clean["credentials"]["sessionToken"], MARK);
        assert_eq!(clean["credentials"]["secret_access_key"], MARK);
        assert_eq!(clean["credentials"]["accessKeyId"], "ASIAEXAMPLE");
        assert_eq!(clean["userData"], MARK);
        assert_eq!(clean["list"][0]["PrivateKey"], MARK);
        assert!(clean["password"].is_null());
        assert_eq!(clean["instanceId"], "i-1");
    }

    #[test]
    fn secrets_in_text_are_taken_out() {
        let token = format!("IQoJ{}", "b3JpZ2luX2VjE".repeat(8));
        for secret in [
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG".to_owned(),
            "export PASSWORD='hunter22'".to_owned(),
            format!("token {token} end"),
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----".to_owned(),
            "-----BEGIN PRIVATE KEY-----\ncut short".to_owned(),
        ] {
            let clean = text(&secret);
            assert!(clean.contains(MARK), "{clean}");
            assert!(!clean.contains("hunter22") && !clean.contains("wJalr") && !clean.contains("MIIE"), "{clean}");
        }
        assert_eq!(text("port 22 of sg-9 was opened"), "port 22 of sg-9 was opened");
    }
}
