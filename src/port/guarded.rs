//! The Responder behind the guardrails: every call that changes something is
//! judged here once more, whoever asks for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;

use super::{Pending, Responder};
use crate::domain::fault::Fault;
use crate::domain::scope::Scope;
use crate::respond::call::{Answer, Call};
use crate::respond::guard::Guardrails;

/// Tags of a thing, by key.
type Tags = Vec<(String, String)>;

/// A Responder that refuses what the guardrails forbid. It lives as long as the
/// console is armed: a limit on objects counts that long.
pub struct Guarded {
    inner: Arc<dyn Responder>,
    scope: Scope,
    rails: Guardrails,
    touched: Mutex<BTreeSet<(usize, String)>>,
    tags: Mutex<BTreeMap<String, Tags>>,
}

impl Guarded {
    /// The Responder of a Scope behind the guardrails.
    pub fn new(inner: Arc<dyn Responder>, scope: Scope, rails: Guardrails) -> Self {
        Self { inner, scope, rails, touched: Mutex::default(), tags: Mutex::default() }
    }

    async fn make(&self, call: &Call, dry_run: bool) -> Result<Answer, Fault> {
        if call.writes() && !dry_run && !self.rails.0.is_empty() {
            let tags = self.tags_of(call).await;
            let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
            self.rails.admit(&self.scope, call, tags.as_deref(), &mut touched)?;
        }
        self.inner.call(call, dry_run).await
    }

    /// The tags of the instance that the call is about, read afresh once: a
    /// change of the console's own tags must not open a way around a guardrail.
    /// None where they cannot be read, which counts as matching.
    async fn tags_of(&self, call: &Call) -> Option<Tags> {
        if !self.rails.need_tags() {
            return Some(Vec::new());
        }
        let instance = call.instance()?;
        let known = self.tags.lock().unwrap_or_else(PoisonError::into_inner).get(&instance).cloned();
        if known.is_some() {
            return known;
        }
        let read = Call::DescribeInstances { instance: instance.clone() };
        let Ok(Answer::Instance(found)) = self.inner.call(&read, false).await else { return None };
        let tags: Tags = found.tags.into_iter().collect();
        self.tags.lock().unwrap_or_else(PoisonError::into_inner).insert(instance, tags.clone());
        Some(tags)
    }
}

impl Responder for Guarded {
    fn call<'a>(&'a self, call: &'a Call, dry_run: bool) -> Pending<'a, Answer> {
        self.make(call, dry_run).boxed()
    }

    fn simulate<'a>(&'a self, actions: &'a [String], resource: &'a str) -> Pending<'a, Vec<(String, bool)>> {
        self.inner.simulate(actions, resource)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::FutureExt as _;

    use super::{Guarded, Pending, Responder};
    use crate::domain::fault::FaultKind;
    use crate::respond::call::{Answer, Call};
    use crate::respond::fixture::{WEB, World, scope};
    use crate::respond::guard::{Action, Guardrail, Guardrails};

    struct Account(Mutex<World>);

    impl Responder for Account {
        fn call<'a>(&'a self, call: &'a Call, _: bool) -> Pending<'a, Answer> {
            let answer = self.0.lock().unwrap().answer(call);
            async move { answer }.boxed()
        }

        fn simulate<'a>(&'a self, _: &'a [String], _: &'a str) -> Pending<'a, Vec<(String, bool)>> {
            async { Ok(vec![]) }.boxed()
        }
    }

    fn guarded(tag: Option<&str>, action: Action) -> (Arc<Account>, Guarded) {
        let account = Arc::new(Account(Mutex::new(World::new())));
        let rail = Guardrail {
            account: None,
            region: None,
            tag: tag.map(str::to_owned),
            remedy: None,
            action,
            reason: "change freeze".into(),
        };
        (Arc::clone(&account), Guarded::new(account, scope(), Guardrails(vec![rail])))
    }

    fn stop(instance: &str) -> Call {
        Call::StopInstances { instance: instance.into() }
    }

    #[test]
    fn a_forbidden_call_does_not_reach_the_account_and_a_read_does() {
        let (account, guarded) = guarded(None, Action::Deny);
        let fault = guarded.call(&stop(WEB), false).now_or_never().unwrap().unwrap_err();
        assert_eq!(fault.kind, FaultKind::Refused);
        assert!(account.0.lock().unwrap().calls.is_empty());
        let read = Call::DescribeInstances { instance: WEB.into() };
        assert!(guarded.call(&read, false).now_or_never().unwrap().is_ok());
    }

    #[test]
    fn a_guardrail_on_a_tag_reads_the_tags_itself() {
        let (account, on_name) = guarded(Some("Name=web-*"), Action::Deny);
        assert!(on_name.call(&stop(WEB), false).now_or_never().unwrap().is_err());
        assert!(account.0.lock().unwrap().writes().is_empty());
        let (account, on_other) = guarded(Some("env=prod"), Action::Deny);
        assert!(on_other.call(&stop(WEB), false).now_or_never().unwrap().is_ok());
        assert_eq!(account.0.lock().unwrap().writes(), ["StopInstances"]);
    }

    #[test]
    fn a_limit_holds_as_long_as_the_console_is_armed() {
        let (_, guarded) = guarded(None, Action::AtMost(1));
        assert!(guarded.call(&stop("i-1"), false).now_or_never().unwrap().is_ok());
        assert!(guarded.call(&stop("i-2"), false).now_or_never().unwrap().is_err());
        assert!(guarded.call(&Call::StartInstances { instance: "i-1".into() }, false).now_or_never().unwrap().is_ok());
    }
}
