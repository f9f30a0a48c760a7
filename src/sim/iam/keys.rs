//! Access keys: listing them, switching them on and off, and when each was used.

use super::directory::Kind;
use super::{Answer, named, paged};
use crate::sim::account::Account;
use crate::sim::service::{Refusal, Request};
use crate::sim::wire::query::Params;
use jiff::Timestamp;
use serde_json::{Value, json};

fn status(active: bool) -> &'static str {
    if active { "Active" } else { "Inactive" }
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn no_key(id: &str) -> Refusal {
    Refusal::new("NoSuchEntity", format!("The Access Key with id {id} cannot be found.")).status(404)
}

pub(super) fn list(account: &mut Account, request: &Request) -> Answer {
    let user = named(account, request, Kind::User)?;
    let shown: Vec<Value> = user
        .keys
        .iter()
        .map(|key| {
            json!({
                "UserName": user.name,
                "AccessKeyId": key.id,
                "Status": status(key.active),
                "CreateDate": time(key.created),
            })
        })
        .collect();
    paged(request, "AccessKeyMetadata", shown)
}

pub(super) fn update(account: &mut Account, request: &Request) -> Answer {
    let params = Params(&request.params);
    let id = params.must_have("AccessKeyId")?;
    let active = match params.must_have("Status")? {
        "Active" => true,
        "Inactive" => false,
        _ => {
            let message = "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive, Expired]";
            return Err(Refusal::new("ValidationError", message));
        }
    };
    let user = named(account, request, Kind::User)?;
    let key = user.keys.iter_mut().find(|key| key.id == id).ok_or_else(|| no_key(id))?;
    key.active = active;
    Ok(Value::Null)
}

pub(super) fn last_used(account: &mut Account, request: &Request) -> Answer {
    let id = Params(&request.params).must_have("AccessKeyId")?;
    let owner = account.directory.owner(id).ok_or_else(|| no_key(id))?;
    let used = owner.keys.iter().find(|key| key.id == id).and_then(|key| key.used.clone());
    let last = match used {
        Some((at, service, region)) => {
            json!({"LastUsedDate": time(at), "ServiceName": service, "Region": region})
        }
        None => json!({"ServiceName": "N/A", "Region": "N/A"}),
    };
    Ok(json!({"UserName": owner.name, "AccessKeyLastUsed": last}))
}
