//! Inline policies of users and roles.

use super::directory::Kind;
use super::{Answer, absent, named, paged};
use crate::sim::account::Account;
use crate::sim::service::{Refusal, Request};
use crate::sim::wire::query::Params;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The most that the inline policies of a user may hold, white space not counted; a
/// role may hold five times as much.
const MOST: usize = 2_048;

pub(super) fn put(account: &mut Account, request: &Request, kind: Kind) -> Answer {
    let params = Params(&request.params);
    let name = params.must_have("PolicyName")?;
    let text = params.must_have("PolicyDocument")?;
    let document = document(text)?;
    let entity = named(account, request, kind)?;
    let most = if kind == Kind::User { MOST } else { 5 * MOST };
    let others = entity.policies.iter().filter(|(known, ..)| known != name).map(|(_, text, _)| text.as_str());
    let size: usize = others.chain([text]).map(|text| text.chars().filter(|one| !one.is_whitespace()).count()).sum();
    if size > most {
        let message = format!("Maximum policy size of {most} bytes exceeded for {} {}", kind.word(), entity.name);
        return Err(Refusal::new("LimitExceeded", message).status(409));
    }
    entity.put(name, text, document);
    Ok(Value::Null)
}

/// A policy document with statements that say what they do and to what.
fn document(text: &str) -> Result<Value, Refusal> {
    let wrong = |message: &str| Refusal::new("MalformedPolicyDocument", message);
    let document: Value = serde_json::from_str(text).map_err(|_| wrong("Syntax errors in policy."))?;
    let statements: Vec<&Value> = crate::sim::policy::each(&document["Statement"]).collect();
    if !document.is_object() || statements.is_empty() {
        return Err(wrong("Syntax errors in policy."));
    }
    for statement in statements {
        if !matches!(statement["Effect"].as_str(), Some("Allow" | "Deny")) {
            return Err(wrong("Syntax errors in policy."));
        }
        if statement.get("Action").is_none() && statement.get("NotAction").is_none() {
            return Err(wrong("Policy statement must contain actions."));
        }
        if statement.get("Resource").is_none() && statement.get("NotResource").is_none() {
            return Err(wrong("Policy statement must contain resources."));
        }
        if statement.get("Principal").is_some() {
            return Err(wrong("Policy document should not specify a principal."));
        }
    }
    Ok(document)
}

fn no_policy(kind: Kind, name: &str) -> Refusal {
    absent(&format!("{} policy", kind.word()), name)
}

pub(super) fn get(account: &mut Account, request: &Request, kind: Kind) -> Answer {
    let name = Params(&request.params).must_have("PolicyName")?;
    let entity = named(account, request, kind)?;
    let (_, text, _) = entity.policies.iter().find(|(known, ..)| known == name).ok_or_else(|| no_policy(kind, name))?;
    let field = if kind == Kind::User { "UserName" } else { "RoleName" };
    Ok(json!({field: entity.name, "PolicyName": name, "PolicyDocument": escaped(text)}))
}

pub(super) fn delete(account: &mut Account, request: &Request, kind: Kind) -> Answer {
    let name = Params(&request.params).must_have("PolicyName")?;
    let entity = named(account, request, kind)?;
    let before = entity.policies.len();
    entity.policies.retain(|(known, ..)| known != name);
    if entity.policies.len() == before { Err(no_policy(kind, name)) } else { Ok(Value::Null) }
}

pub(super) fn list(account: &mut Account, request: &Request, kind: Kind) -> Answer {
    let entity = named(account, request, kind)?;
    let mut names: Vec<&str> = entity.policies.iter().map(|(name, ..)| name.as_str()).collect();
    names.sort_unstable();
    let shown = names.into_iter().map(|name| json!(name)).collect();
    paged(request, "PolicyNames", shown)
}

/// A document as IAM hands it out: every byte that is not unreserved in RFC 3986 escaped.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
