//! The Responder behind the guardrails: every call that changes something is
//! judged here once more, whoever asks for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;

use super::{Pending, Responder};
use crate::domain::fault::Fault;
use crate::domain::resource::{Resource, ResourceKind};
use crate::domain::scope::Scope;
use crate::respond::call::{Answer, Call};
use crate::respond::guard::{Guardrails, Serves};

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

    async fn make(
        &self,
        call: &Call,
        target: &Resource,
        serves: Option<Serves>,
        dry_run: bool,
    ) -> Result<Answer, Fault> {
        if call.writes() && !dry_run && !self.rails.0.is_empty() {
            let tags = self.tags(call, target).await;
            let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
            self.rails.admit(&self.scope, call, serves, tags.as_deref(), &mut touched)?;
        }
        self.inner.call(call, target, serves, dry_run).await
    }

    /// The tags of the instances that the call is about: the target of its plan,
    /// and one that it names. None where some cannot be read, which counts as
    /// matching; empty where it is about no instance.
    async fn tags(&self, call: &Call, target: &Resource) -> Option<Tags> {
        let mut all = Tags::new();
        if !self.rails.need_tags() {
            return Some(all);
        }
        let of_plan = Some(target).filter(|target| target.kind == ResourceKind::Instance).map(|target| &target.id);
        let named = call.instance();
        let instances: BTreeSet<&String> = of_plan.into_iter().chain(&named).collect();
        for instance in instances {
            all.extend(self.tags_of(instance).await?);
        }
        Some(all)
    }

    /// The tags of an instance, read once: a change of the console's own tags
    /// must not open a way around a guardrail.
    async fn tags_of(&self, instance: &str) -> Option<Tags> {
        let known = self.tags.lock().unwrap_or_else(PoisonError::into_inner).get(instance).cloned();
        if known.is_some() {
            return known;
        }
        let read = Call::DescribeInstances { instance: instance.to_owned() };
        let whole = Resource::new(ResourceKind::Instance, instance);
        let Ok(Answer::Instance(found)) = self.inner.call(&read, &whole, None, false).await else { return None };
        let tags: Tags = found.tags.into_iter().collect();
        self.tags.lock().unwrap_or_else(PoisonError::into_inner).insert(instance.to_owned(), tags.clone());
        Some(tags)
    }
}

impl Responder for Guarded {
    fn call<'a>(
        &'a self,
        call: &'a Call,
        target: &'a Resource,
        serves: Option<Serves>,
        dry_run: bool,
    ) -> Pending<'a, Answer> {
        self.make(call, target, serves, dry_run).boxed()
    }

    fn simulate<'a>(&'a self, actions: &'a [String], resource: &'a str) -> Pending<'a, Vec<(String, bool)>> {
        self.inner.simulate(actions, resource)
    }
}

#[cfg(test)]
mod tests;
