//! Identity policies: whether a document allows an action on a resource.
//!
//! Effect, Action, NotAction, Resource, NotResource and the condition operators
//! that identity policies are commonly written with. An operator that is not known
//! never matches, so that a statement nobody understands allows nothing; a Deny
//! with such a condition holds. It knows no boundaries, no service control
//! policies and no resource policies.

mod condition;

use serde_json::Value;

/// What is asked of the policies.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// `ec2:StopInstances`.
    pub action: &'a str,
    /// The resource's ARN, `*` where the action has none.
    pub resource: &'a str,
    /// Condition keys, in any case, with their values.
    pub context: &'a [(String, Vec<String>)],
}

/// What the policies answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it and none denies it.
    Allowed,
    /// A statement denies it.
    ExplicitDeny,
    /// No statement allows it.
    ImplicitDeny,
}

impl Decision {
    /// Whether the call may go on.
    pub fn allowed(self) -> bool {
        self == Decision::Allowed
    }

    /// As SimulatePrincipalPolicy spells it.
    pub fn word(self) -> &'static str {
        match self {
            Decision::Allowed => "allowed",
            Decision::ExplicitDeny => "explicitDeny",
            Decision::ImplicitDeny => "implicitDeny",
        }
    }
}

/// Evaluates one policy document, or a list of documents.
pub fn decide(policy: &Value, ask: &Ask<'_>) -> Decision {
    let mut decision = Decision::ImplicitDeny;
    for document in each(policy) {
        for statement in each(&document["Statement"]) {
            let denies = statement["Effect"] == "Deny";
            if !applies(statement, ask, denies) {
                continue;
            }
            if denies {
                return Decision::ExplicitDeny;
            }
            if statement["Effect"] == "Allow" {
                decision = Decision::Allowed;
            }
        }
    }
    decision
}

/// The condition keys that the answer to what is asked depends on.
pub fn keys(policy: &Value, ask: &Ask<'_>) -> Vec<String> {
    let statements = each(policy).flat_map(|document| each(&document["Statement"]));
    let meant = statements.filter(|statement| speaks(statement, ask));
    let operators = meant.filter_map(|statement| statement["Condition"].as_object()).flat_map(|block| block.values());
    operators.filter_map(Value::as_object).flat_map(|keys| keys.keys().cloned()).collect()
}

/// Whether a statement is of the action and the resource.
fn speaks(statement: &Value, ask: &Ask<'_>) -> bool {
    let action = match (&statement["Action"], &statement["NotAction"]) {
        (Value::Null, Value::Null) => false,
        (Value::Null, not) => !any(not, |pattern| same_action(pattern, ask.action)),
        (these, _) => any(these, |pattern| same_action(pattern, ask.action)),
    };
    let resource = match (&statement["Resource"], &statement["NotResource"]) {
        (Value::Null, Value::Null) => false,
        (Value::Null, not) => !any(not, |pattern| like(pattern, ask.resource)),
        (these, _) => any(these, |pattern| like(pattern, ask.resource)),
    };
    action && resource
}

/// Whether a statement speaks of what is asked. `unknown` is the answer to a
/// condition that is not understood.
fn applies(statement: &Value, ask: &Ask<'_>, unknown: bool) -> bool {
    speaks(statement, ask) && condition::holds(&statement["Condition"], ask.context, unknown)
}

fn same_action(pattern: &str, action: &str) -> bool {
    like(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase())
}

/// Whether one of a string or a list of strings passes.
fn any(value: &Value, test: impl Fn(&str) -> bool) -> bool {
    each(value).filter_map(Value::as_str).any(test)
}

/// The items of a list; IAM writes lists of one as the one itself.
pub fn each(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Null => [].iter(),
        Value::Array(items) => items.iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

/// Whether a text matches a pattern with `*` and `?`, the whole of it, by letter.
pub fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                back = Some((p, t));
                p += 1;
            }
            Some(&letter) if letter == '?' || letter == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match back {
                Some((star, from)) => {
                    back = Some((star, from + 1));
                    p = star + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&letter| letter == '*')
}

#[cfg(test)]
mod tests;
