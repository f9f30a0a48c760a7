//! SimulatePrincipalPolicy: each action on each resource, under the keys that the
//! request gives and no others.

use super::directory::Entity;
use super::{Answer, absent, paged};
use crate::sim::account::Account;
use crate::sim::policy::{Ask, decide, keys};
use crate::sim::service::{Refusal, Request};
use crate::sim::wire::query::{Params, null};
use serde_json::{Value, json};

pub(super) fn principal_policy(account: &mut Account, request: &Request) -> Answer {
    let params = Params(&request.params);
    let source = params.must_have("PolicySourceArn")?;
    let entity = account.directory.by_arn(&account.spec.id, source).ok_or_else(|| unknown(source))?;
    let actions = params.texts("ActionNames");
    if actions.is_empty() {
        return Err(null("ActionNames"));
    }
    let mut resources = params.texts("ResourceArns");
    if resources.is_empty() {
        resources.push("*");
    }
    let mut context: Vec<(String, Vec<String>)> = Vec::new();
    for entry in params.structures("ContextEntries") {
        if let Some(key) = entry.text("ContextKeyName") {
            let values = entry.texts("ContextKeyValues").into_iter().map(str::to_owned).collect();
            context.push((key.to_owned(), values));
        }
    }
    let mut results = Vec::new();
    for action in actions {
        for resource in &resources {
            results.push(result(entity, &Ask { action, resource, context: &context }));
        }
    }
    paged(request, "EvaluationResults", results)
}

fn result(entity: &Entity, ask: &Ask<'_>) -> Value {
    let documents: Value = entity.policies.iter().map(|(_, _, document)| document.clone()).collect();
    let matched: Vec<Value> = entity
        .policies
        .iter()
        .filter(|(_, _, document)| decide(document, ask) != crate::sim::policy::Decision::ImplicitDeny)
        .map(|(name, ..)| {
            let source = format!("{}_{}_{name}", entity.kind.word(), entity.name);
            json!({"SourcePolicyId": source, "SourcePolicyType": "IAM Policy"})
        })
        .collect();
    let given = |key: &String| ask.context.iter().any(|(known, _)| known.eq_ignore_ascii_case(key));
    let mut missing: Vec<String> = keys(&documents, ask).into_iter().filter(|key| !given(key)).collect();
    missing.sort_unstable();
    missing.dedup();
    json!({
        "EvalActionName": ask.action,
        "EvalResourceName": ask.resource,
        "EvalDecision": decide(&documents, ask).word(),
        "MatchedStatements": matched,
        "MissingContextValues": missing,
    })
}

fn unknown(source: &str) -> Refusal {
    if source.starts_with("arn:aws:iam::") && (source.contains(":user/") || source.contains(":role/")) {
        let kind = if source.contains(":user/") { "user" } else { "role" };
        return absent(kind, source.rsplit('/').next().unwrap_or_default());
    }
    let message = format!("Invalid Entity Arn: {source} does not clearly define entity type and name.");
    Refusal::new("InvalidInput", message)
}
