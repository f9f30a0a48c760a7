//! One account in one Region, with the caller identity that reads it.

use serde::{Deserialize, Serialize};

/// Who the credentials belong to, as STS GetCallerIdentity answers, with the
/// account's alias where IAM ListAccountAliases gives one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Caller {
    /// Twelve digits.
    pub account: String,
    /// The caller's ARN, e.g. `arn:aws:sts::123456789012:assumed-role/OnCall/alice`.
    pub arn: String,
    /// The unique id, e.g. `AROA…:alice`.
    pub user_id: String,
    /// The account's alias, where there is one and it may be read.
    pub alias: Option<String>,
}

impl Caller {
    /// The caller as a person says it: `OnCall/alice`, `ci-deploy`, `root`.
    pub fn short(&self) -> &str {
        short_arn(&self.arn)
    }
}

/// The last, telling part of an identity ARN: `OnCall/alice` of an assumed
/// role, `ci-deploy` of a user, `root` of the account itself.
pub fn short_arn(arn: &str) -> &str {
    let tail = arn.rsplit(':').next().unwrap_or(arn);
    match tail.split_once('/') {
        Some(("assumed-role" | "federated-user", rest)) => rest,
        Some((_, rest)) => rest.rsplit('/').next().unwrap_or(rest),
        None => tail,
    }
}

/// One account in one Region, with the caller identity that reads it. Every
/// event, instance, plan and request belongs to exactly one Scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// The profile of the shared configuration that the credentials came from.
    pub profile: Option<String>,
    /// The Region, e.g. `eu-west-1`.
    pub region: String,
    /// Whose credentials read it.
    pub caller: Caller,
}

impl Scope {
    /// `alias 123456789012`, or only the number.
    pub fn account_label(&self) -> String {
        match &self.caller.alias {
            Some(alias) => format!("{alias} {}", self.caller.account),
            None => self.caller.account.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::short_arn;

    #[test]
    fn an_arn_is_shortened_to_what_a_person_calls_it() {
        for (arn, short) in [
            ("arn:aws:sts::123456789012:assumed-role/OnCall/alice", "OnCall/alice"),
            ("arn:aws:iam::123456789012:user/path/ci-deploy", "ci-deploy"),
            ("arn:aws:iam::123456789012:root", "root"),
            ("arn:aws:sts::123456789012:federated-user/bob", "bob"),
        ] {
            assert_eq!(short_arn(arn), short);
        }
    }
}
