//! AWS Security Token Service: who the caller is.

use super::service::{Done, Refusal, Request, Traits};
use serde_json::{Value, json};

/// What is known of an action; `None` where the service does not offer it.
pub fn traits(request: &Request) -> Option<Traits> {
    // GetCallerIdentity needs no permission, and no policy can take it away.
    (request.action == "GetCallerIdentity").then(|| Traits { read_only: true, ..Traits::default() })
}

/// Carries out a request.
pub fn act(request: &Request) -> Result<Done, Refusal> {
    let who = &request.principal;
    let answer = json!({"Arn": who.arn(), "UserId": who.user_id(), "Account": who.account});
    Ok(Done { answer, recorded: Value::Null })
}
