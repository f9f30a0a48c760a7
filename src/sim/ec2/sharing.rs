//! With whom a snapshot or an image is shared: accounts, and `all` for everybody.

use crate::sim::service::Refusal;
use crate::sim::wire::query::Params;
use serde_json::{Value, json};

/// What a request changes about it.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Who is added.
    pub add: Vec<String>,
    /// Who is removed.
    pub remove: Vec<String>,
}

impl Changes {
    /// The changes that a request asks for, in either of the two ways of asking: under
    /// the permission's own name, or with an operation and lists; `None` where it asks
    /// for none.
    ///
    /// # Errors
    /// Where an account is no account, or an operation no operation.
    pub fn of(params: Params<'_>, permission: &str) -> Result<Option<Changes>, Refusal> {
        let named = |entries: Vec<Params<'_>>| -> Vec<String> {
            let who = |one: &Params<'_>| one.text("UserId").or_else(|| one.text("Group")).map(str::to_owned);
            entries.iter().filter_map(who).collect()
        };
        let mut add = named(params.structures(&format!("{permission}.Add")));
        let mut remove = named(params.structures(&format!("{permission}.Remove")));
        let listed = params.texts("UserId").into_iter().chain(params.texts("UserGroup")).map(str::to_owned);
        match params.text("OperationType") {
            Some("add") => add.extend(listed),
            Some("remove") => remove.extend(listed),
            Some(other) => {
                let message = format!("Value ({other}) for parameter operationType is invalid.");
                return Err(Refusal::new("InvalidParameterValue", message));
            }
            None => {}
        }
        for who in add.iter().chain(&remove) {
            let account = who.len() == 12 && who.bytes().all(|byte| byte.is_ascii_digit());
            if !account && who != "all" {
                let message = format!("Invalid attribute item value \"{who}\"");
                return Err(Refusal::new("InvalidAMIAttributeItemValue", message));
            }
        }
        Ok((!add.is_empty() || !remove.is_empty()).then_some(Changes { add, remove }))
    }

    /// Carries them out; who is there already is not added twice.
    pub fn apply(self, shared_with: &mut Vec<String>) {
        shared_with.retain(|who| !self.remove.contains(who));
        for who in self.add {
            if !shared_with.contains(&who) {
                shared_with.push(who);
            }
        }
    }

    /// The keys under which policies are asked about them.
    pub fn context(&self) -> Vec<(String, Vec<String>)> {
        let mut context = Vec::new();
        for (word, list) in [("Add", &self.add), ("Remove", &self.remove)] {
            let (groups, accounts): (Vec<String>, Vec<String>) = list.iter().cloned().partition(|who| who == "all");
            for (key, values) in [("group", groups), ("userId", accounts)] {
                if !values.is_empty() {
                    context.push((format!("ec2:{word}/{key}"), values));
                }
            }
        }
        context
    }
}

/// As the attribute of a snapshot or an image shows it.
pub fn show(shared_with: &[String]) -> Value {
    shared_with
        .iter()
        .map(|who| match who.as_str() {
            "all" => json!({"group": "all"}),
            account => json!({"userId": account}),
        })
        .collect()
}
