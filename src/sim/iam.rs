//! AWS Identity and Access Management: the account's alias, and what a principal's
//! policies would answer.

use super::account::Account;
use super::policy::Ask;
use super::scenario::spec::PrincipalKind;
use super::service::{Done, Need, Refusal, Request, Traits, common_context};
use super::wire::query::{Params, null};
use serde_json::{Value, json};

/// What is known of an action; `None` where the service does not offer it.
pub fn traits(request: &Request) -> Option<Traits> {
    let mut need = Need::of(request);
    let recorded = match request.action.as_str() {
        "ListAccountAliases" => Value::Null,
        "SimulatePrincipalPolicy" => {
            let params = Params(&request.params);
            params.text("PolicySourceArn").unwrap_or("*").clone_into(&mut need.resource);
            super::camel::parameters(&request.params, &[])
        }
        _ => return None,
    };
    Some(Traits { read_only: true, limit: None, needs: vec![need], recorded })
}

/// Carries out a request.
pub fn act(account: &Account, request: &Request) -> Result<Done, Refusal> {
    let answer = match request.action.as_str() {
        "ListAccountAliases" => {
            let aliases: Vec<&str> =
                Some(account.spec.alias.as_str()).filter(|alias| !alias.is_empty()).into_iter().collect();
            json!({"AccountAliases": aliases, "IsTruncated": false})
        }
        _ => simulate(account, request)?,
    };
    Ok(Done { answer, recorded: Value::Null })
}

/// SimulatePrincipalPolicy: each action on each resource.
fn simulate(account: &Account, request: &Request) -> Result<Value, Refusal> {
    let params = Params(&request.params);
    let source = params.must_have("PolicySourceArn")?;
    let principal = account
        .principals
        .iter()
        .find(|one| {
            matches!(one.kind, PrincipalKind::User | PrincipalKind::AssumedRole)
                && (one.issuer_arn() == source || one.arn() == source && one.kind == PrincipalKind::User)
        })
        .ok_or_else(|| {
            if source.starts_with("arn:aws:iam::") && (source.contains(":user/") || source.contains(":role/")) {
                let name = source.rsplit('/').next().unwrap_or_default();
                let kind = if source.contains(":user/") { "user" } else { "role" };
                Refusal::new("NoSuchEntity", format!("The {kind} with name {name} cannot be found.")).status(404)
            } else {
                Refusal::new(
                    "InvalidInput",
                    format!("Invalid Entity Arn: {source} does not clearly define entity type and name."),
                )
            }
        })?;
    let actions = params.texts("ActionNames");
    if actions.is_empty() {
        return Err(null("ActionNames"));
    }
    let mut resources = params.texts("ResourceArns");
    if resources.is_empty() {
        resources.push("*");
    }
    let mut asked = request.clone();
    asked.principal = principal.clone();
    let mut context = common_context(&asked);
    for entry in params.structures("ContextEntries") {
        if let Some(key) = entry.text("ContextKeyName") {
            context.retain(|(name, _)| !name.eq_ignore_ascii_case(key));
            let values = entry.texts("ContextKeyValues").into_iter().map(str::to_owned).collect();
            context.push((key.to_owned(), values));
        }
    }
    let mut results = Vec::new();
    for action in actions {
        for resource in &resources {
            let decision = principal.allows(&Ask { action, resource, context: &context });
            results.push(json!({
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": decision.word(),
                "MatchedStatements": [],
                "MissingContextValues": [],
            }));
        }
    }
    Ok(json!({"IsTruncated": false, "EvaluationResults": results}))
}
