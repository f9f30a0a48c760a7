//! Guardrails: what the configuration forbids, makes harder, or limits.
//!
//! They are asked twice: when a plan is bound, and again in front of the
//! Responder, for every call. Both times the answer carries the reason.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::call::Call;
use super::remedy::Remedy;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::scope::Scope;

pub use super::guardrail::{Action, Guardrail, Guardrails};

/// What a call is made for: a remedy, brought about or taken back. Only
/// `respond` can say so: whoever else makes a call cannot pass it off as an undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Serves {
    remedy: Remedy,
    back: bool,
}

impl Serves {
    /// A call that brings a remedy about.
    pub(super) fn forwards(remedy: Remedy) -> Self {
        Self { remedy, back: false }
    }

    /// A call that takes a remedy back.
    pub(super) fn back(remedy: Remedy) -> Self {
        Self { remedy, back: true }
    }

    /// The call can be what it is said to be made for.
    #[cfg(test)]
    pub(super) fn fits(self, call: &Call) -> bool {
        !self.back || takes_back(call, self.remedy)
    }

    /// The remedies whose guardrails a call has to pass. What takes a remedy back
    /// is judged by that remedy alone, if it can be an undo of it at all; any
    /// other by everything that it may be for.
    fn judged_by(serves: Option<Self>, call: &Call) -> Vec<Remedy> {
        match serves {
            Some(Self { remedy, back: true }) if takes_back(call, remedy) => vec![remedy],
            _ => remedies_of(call).to_vec(),
        }
    }
}

/// What the guardrails say of one step or call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "verdict", content = "reason")]
pub enum Verdict {
    /// Nothing stands against it.
    Free,
    /// It must be confirmed by typing, for this reason.
    Confirm(String),
    /// It is refused, for this reason.
    Denied(String),
}

impl Guardrails {
    /// What stands against a remedy on so many objects. The hardest verdict wins.
    pub fn judge(&self, scope: &Scope, remedy: Remedy, tags: &[(String, String)], objects: usize) -> Verdict {
        let mut verdict = Verdict::Free;
        for rail in self.0.iter().filter(|rail| rail.covers(scope, Some(remedy), Some(tags))) {
            match rail.action {
                Action::Deny => return Verdict::Denied(rail.reason.clone()),
                Action::AtMost(most) if objects > most => {
                    return Verdict::Denied(format!("{objects} objects, at most {most}: {}", rail.reason));
                }
                Action::Confirm => verdict = Verdict::Confirm(rail.reason.clone()),
                Action::AtMost(_) => {}
            }
        }
        verdict
    }

    /// Some guardrail looks at tags, so those of a call's instance must be known.
    pub fn need_tags(&self) -> bool {
        self.0.iter().any(|rail| rail.tag.is_some())
    }

    /// What stands against one call: a denial, or a limit that it would break.
    /// `serves` is what it is made for, none where that is not known. `touched`
    /// holds the objects written so far, by guardrail and id.
    pub fn admit(
        &self,
        scope: &Scope,
        call: &Call,
        serves: Option<Serves>,
        tags: Option<&[(String, String)]>,
        touched: &mut BTreeSet<(usize, String)>,
    ) -> Result<(), Fault> {
        if !call.writes() {
            return Ok(());
        }
        let refuse = |reason: String| {
            Fault::new(FaultKind::Refused, call.action(), format!("a guardrail forbids it: {reason}"))
                .with_hint("see [[guardrails]] in the configuration")
        };
        let remedies = Serves::judged_by(serves, call);
        // The group was made by the remedy: its VPC was counted then.
        let own =
            matches!(call, Call::DeleteSecurityGroup { .. }) && serves == Some(Serves::back(Remedy::IsolateNetwork));
        let mut counted = Vec::new();
        for (at, rail) in self.0.iter().enumerate() {
            let covered = if rail.remedy.is_none() {
                rail.covers(scope, None, tags)
            } else {
                remedies.iter().any(|remedy| rail.covers(scope, Some(*remedy), tags))
            };
            if !covered {
                continue;
            }
            match rail.action {
                Action::Deny => return Err(refuse(rail.reason.clone())),
                Action::Confirm => {}
                Action::AtMost(_) if own => {}
                Action::AtMost(most) => {
                    let Some(object) = call.resources().into_iter().next() else { continue };
                    let key = (at, object.id);
                    let so_far = touched.iter().filter(|(rail, _)| *rail == at).count();
                    if !touched.contains(&key) && so_far >= most {
                        return Err(refuse(format!("at most {most} objects: {}", rail.reason)));
                    }
                    counted.push(key);
                }
            }
        }
        touched.extend(counted);
        Ok(())
    }
}

impl Guardrail {
    /// Every condition holds. Tags that are not known count as matching: what
    /// cannot be looked at is not waved through.
    fn covers(&self, scope: &Scope, remedy: Option<Remedy>, tags: Option<&[(String, String)]>) -> bool {
        let account = self.account.as_deref().is_none_or(|pattern| {
            like(pattern, &scope.caller.account)
                || scope.caller.alias.as_deref().is_some_and(|alias| like(pattern, alias))
        });
        let region = self.region.as_deref().is_none_or(|pattern| like(pattern, &scope.region));
        let named =
            self.remedy.as_deref().is_none_or(|pattern| remedy.is_some_and(|remedy| like(pattern, remedy.name())));
        let tagged = self.tag.as_deref().is_none_or(|wanted| {
            let (key, value) = wanted.split_once('=').unwrap_or((wanted, "*"));
            tags.is_none_or(|tags| tags.iter().any(|(k, v)| like(key, k) && like(value, v)))
        });
        account && region && named && tagged
    }
}

/// The call can take the remedy back.
fn takes_back(call: &Call, remedy: Remedy) -> bool {
    use Remedy as R;
    match call {
        Call::SetTerminationProtection { on: true, .. } => remedy == R::Terminate,
        Call::SetTerminationProtection { on: false, .. } => remedy == R::ProtectTermination,
        Call::AuthorizeSecurityGroupRule { .. } => remedy == R::RevokeRules,
        Call::RevokeSecurityGroupRules { .. } => remedy == R::AuthorizeRules,
        Call::StartInstances { .. } => matches!(remedy, R::Stop | R::Resize),
        Call::StopInstances { .. } => matches!(remedy, R::Start | R::Resize),
        Call::TerminateInstances { .. }
        | Call::RebootInstances { .. }
        | Call::CreateSnapshots { .. }
        | Call::CreateImage { .. }
        | Call::CreateSecurityGroup { .. } => false,
        // What sets a value sets the former one, too.
        _ => remedies_of(call).contains(&remedy),
    }
}

/// The remedies that a call may serve, whoever makes it.
fn remedies_of(call: &Call) -> &'static [Remedy] {
    use Remedy as R;
    match call {
        Call::SetTerminationProtection { on: true, .. } => &[R::ProtectTermination],
        Call::SetTerminationProtection { on: false, .. } => &[R::ProtectTermination, R::Terminate],
        Call::SetShutdownBehavior { .. } => &[R::ShutdownBehavior],
        Call::SetDeleteOnTermination { .. } => &[R::KeepVolumes],
        Call::ModifyInstanceMetadataOptions { .. } => &[R::RequireImdsv2],
        Call::CreateTags { .. } | Call::DeleteTags { .. } => &[R::Tag],
        Call::CreateSnapshots { .. } => &[R::SnapshotVolumes],
        Call::CreateSecurityGroup { .. }
        | Call::DeleteSecurityGroup { .. }
        | Call::ModifyNetworkInterfaceAttribute { .. } => &[R::IsolateNetwork],
        Call::RevokeSecurityGroupRules { .. } => &[R::RevokeRules],
        Call::AuthorizeSecurityGroupRule { .. } => &[R::AuthorizeRules],
        Call::DisassociateIamInstanceProfile { .. } | Call::AssociateIamInstanceProfile { .. } => &[R::RemoveProfile],
        Call::StopInstances { .. } => &[R::Stop],
        Call::StartInstances { .. } => &[R::Start],
        Call::RebootInstances { .. } => &[R::Reboot],
        Call::TerminateInstances { .. } => &[R::Terminate],
        Call::ModifySnapshotAttribute { .. } => &[R::UnshareSnapshot],
        Call::SetInstanceType { .. } => &[R::Resize],
        Call::CreateImage { .. } => &[R::CreateImage],
        Call::ModifyImageAttribute { .. } => &[R::UnshareImage],
        Call::CreateNetworkAclEntry { .. } | Call::DeleteNetworkAclEntry { .. } => &[R::DenyAddress],
        Call::SetEncryptionByDefault { .. } => &[R::EncryptByDefault],
        Call::EnterStandby { .. }
        | Call::ExitStandby { .. }
        | Call::DetachInstances { .. }
        | Call::AttachInstances { .. } => &[R::Standby],
        Call::SuspendProcesses { .. } | Call::ResumeProcesses { .. } => &[R::SuspendProcesses],
        Call::DeregisterTargets { .. } | Call::RegisterTargets { .. } => &[R::DeregisterTargets],
        Call::UpdateAccessKey { .. } => &[R::DeactivateKey],
        Call::PutUserPolicy { .. } | Call::DeleteUserPolicy { .. } => &[R::DenyUser],
        Call::PutRolePolicy { .. } | Call::DeleteRolePolicy { .. } => &[R::RevokeSessions],
        _ => &[],
    }
}

/// The text matches a pattern in which `*` stands for any text.
pub(super) fn like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests;
