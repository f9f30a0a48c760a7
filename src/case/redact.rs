//! Secrets are taken out of what leaves a case.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

/// What stands where a secret stood.
pub const MARK: &str = "[redacted]";

/// Keys whose values are secrets wherever they stand, lower case, without `-` and `_`.
const SECRET_KEYS: [&str; 8] = [
    "passworddata",
    "keymaterial",
    "secretstring",
    "secretbinary",
    "userdata",
    "plaintext",
    "samlassertion",
    "xapikey",
];

/// The same for keys that may have words before these: `MasterUserPassword`, `X-Amz-Security-Token`.
const SECRET_ENDINGS: [&str; 10] = [
    "secretaccesskey",
    "secretkey",
    "sessiontoken",
    "securitytoken",
    "password",
    "passphrase",
    "privatekey",
    "clientsecret",
    "authorization",
    "refreshtoken",
];

/// The names of the same in text, however their words are joined.
const NAMES: &str = concat!(
    "(?:secret[ _.-]?access[ _.-]?key|secret[_-]?key|(?:session|security)[ _.-]?token",
    "|(?:refresh|access|auth)[_-]?token|pass(?:word|wd|phrase)|private[_-]?key|client[_-]?secret|secret[_-]?(?:string|binary)|key[_-]?material",
    "|x-api-key|saml[_-]?assertion)"
);

/// A quotation mark, also as JSON in JSON, a URL and HTML write it.
const QUOTE: &str = r#"(?:\\*["']|%22|&quot;)"#;

/// What stands between a name and its value.
const IS: &str = r"\s*(?:=>|:=|=|:|%3D|%3A)\s*";

/// A value between quotation marks, however often they are escaped; also one that is cut short.
const QUOTED: &str =
    concat!(r#"(?:\\+"[^"\\]*(?:\\+[^"\\][^"\\]*)*(?:\\+")?"#, r#"|"[^"\\]*(?:\\.[^"\\]*)*"?"#, r#"|'[^']*'?)"#);

/// A value up to the next gap.
const BARE: &str = r#"(?:[^\s"',;&<\\]|\\+[^"'\\\s])+"#;

/// How credentials in a header are presented, before the credentials themselves.
const SCHEME: &str = r"(?:(?:basic|bearer|token|negotiate|ntlm|apikey|aws4-hmac-sha256)(?:\s+|%20|\+))";

static IN_TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    // What is in a group tells what the secret is, and stays.
    let forms = [
        // PEM blocks.
        r"(?s:-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z))".to_owned(),
        // Headers: the scheme and what follows it.
        format!(r"((?i:authorization{QUOTE}?{IS})){QUOTED}"),
        format!(r"((?i:authorization{QUOTE}?{IS}))(?i:digest\s+[^\r\n]*|{SCHEME}?{BARE})"),
        r"\b((?i:bearer)(?:\s+|%20))[A-Za-z0-9._~+/=%-]{16,}".to_owned(),
        r"((?i:signature)(?:=|%3D|%3d))[A-Za-z0-9+/=%]{16,}".to_owned(),
        // A telling name and its value; in XML; after a flag, or in a file without a sign between them.
        format!(r"((?i:{NAMES}{QUOTE}?{IS}))(?:{QUOTED}|{BARE})"),
        format!(r"((?i:<(?:\w+:)?[\w-]*{NAMES}>))[^<]+"),
        format!(r"(--[\w-]*(?i:{NAMES})\s+)(?:{QUOTED}|{BARE})"),
        r"((?i:secret_?access_?key)\s+)[A-Za-z0-9/+=]{40}".to_owned(),
        format!(
            r"\b((?i:user-?data){QUOTE}?(?:{IS}(?:\{{\s*{QUOTE}value{QUOTE}{IS})?|\s+){QUOTE}?)[A-Za-z0-9+/=]{{16,}}"
        ),
        // Session tokens (long base64 that begins as STS's do), also as a URL writes them.
        r"\b(?:FwoG|IQoJ|AQoD)(?:[A-Za-z0-9+/=_-]|%[0-9A-Fa-f]{2}){40,}".to_owned(),
        // Tokens of GitHub, GitLab and Slack; JSON Web Tokens; passwords in URLs.
        r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,})".to_owned(),
        r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*".to_owned(),
        r"://[^\s/:@]+:[^\s/@]+@".to_owned(),
    ];
    Regex::new(&forms.join("|")).ok()
});

/// The text without secrets.
pub fn text(text: &str) -> String {
    let Some(pattern) = &*IN_TEXT else {
        // The pattern is fixed and tested; should it fail all the same, nothing leaves.
        return MARK.into();
    };
    let told = |found: &Captures<'_>| {
        let name = found.iter().skip(1).flatten().next().map_or("", |name| name.as_str());
        format!("{name}{MARK}")
    };
    pattern.replace_all(text, told).into_owned()
}

/// The key tells that a secret stands behind it.
fn is_secret(key: &str) -> bool {
    let plain = key.to_ascii_lowercase().replace(['-', '_'], "");
    SECRET_KEYS.contains(&plain.as_str()) || SECRET_ENDINGS.iter().any(|ending| plain.ends_with(ending))
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
mod tests;
