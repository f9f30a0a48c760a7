//! Arming: the deliberate step from reading to being able to change something.
//!
//! It shows account, alias, Region and caller, and wants the account's id or
//! alias typed. The caller is then read again and compared with what was shown.

use super::field::Field;
use super::scopes::ScopeId;
use crate::domain::scope::{Caller, Scope};

/// The arming overlay.
#[derive(Debug, Clone)]
pub struct Arming {
    /// The Scope that is to be armed.
    pub scope: ScopeId,
    /// What is typed.
    pub field: Field,
    /// The generation of the effect that is under way.
    pub asked: Option<u64>,
    /// Why what was typed does not do.
    pub wrong: Option<String>,
}

impl Arming {
    /// Asks for a Scope.
    pub fn new(scope: ScopeId) -> Self {
        Self { scope, field: Field::default(), asked: None, wrong: None }
    }

    /// What is typed names the account: its twelve digits, or its alias.
    pub fn confirms(&self, scope: &Scope) -> bool {
        let typed = self.field.text().trim();
        !typed.is_empty() && (typed == scope.caller.account || scope.caller.alias.as_deref() == Some(typed))
    }
}

/// Why a caller that was just read is not the one that was shown; none where it is.
pub fn changed(shown: &Caller, read: &Caller) -> Option<String> {
    if shown.account != read.account {
        return Some(format!("the credentials now belong to account {}, not {}", read.account, shown.account));
    }
    (shown.arn != read.arn).then(|| format!("the credentials now belong to {}, not {}", read.arn, shown.arn))
}

#[cfg(test)]
mod tests {
    use super::super::field::Field;
    use super::super::scopes::ScopeId;
    use super::{Arming, changed};
    use crate::domain::scope::{Caller, Scope};

    fn scope() -> Scope {
        let caller = Caller {
            account: "123456789012".into(),
            arn: "arn:aws:sts::123456789012:assumed-role/OnCall/alice".into(),
            user_id: "AROA:alice".into(),
            alias: Some("prod-eu".into()),
        };
        Scope { profile: None, region: "eu-west-1".into(), caller }
    }

    #[test]
    fn only_the_whole_account_or_its_alias_confirms() {
        let mut arming = Arming::new(ScopeId(0));
        for (typed, confirms) in
            [("", false), ("1234", false), ("prod", false), ("y", false), ("prod-eu", true), (" 123456789012 ", true)]
        {
            arming.field = Field::new(typed);
            assert_eq!(arming.confirms(&scope()), confirms, "{typed}");
        }
    }

    #[test]
    fn a_changed_identity_is_told() {
        let shown = scope().caller;
        let mut read = shown.clone();
        assert_eq!(changed(&shown, &read), None);
        read.arn = "arn:aws:iam::123456789012:user/bob".into();
        assert!(changed(&shown, &read).unwrap().contains("user/bob"));
        read.account = "999999999999".into();
        assert!(changed(&shown, &read).unwrap().contains("999999999999"));
    }
}
