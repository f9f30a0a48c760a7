//! The remedies on keys, users and roles.

use jiff::Timestamp;
use serde_json::json;

use crate::domain::inventory::Inventory;
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::change::Change;
use crate::respond::fact::Fact;
use crate::respond::options::Options;
use crate::respond::probe::Probe;

/// The name of the policy that denies a user everything.
const DENY_POLICY: &str = "StanchDenyAll";

/// The name that AWS's own console gives the policy that revokes older sessions
/// (IAM user guide, "Revoking IAM role temporary security credentials").
const REVOKE_POLICY: &str = "AWSRevokeOlderSessions";

/// Whose the key is, is read when the step runs.
pub(super) fn deactivate_key(target: &Resource, options: &Options) -> Vec<Change> {
    let user = focus(options, ResourceKind::User).unwrap_or_default();
    let wanted = Fact::Key { user, active: Some(false) };
    vec![Change::set(Probe::AccessKey { key: target.id.clone() }, None, wanted)]
}

pub(super) fn deny_user(target: &Resource, options: &Options) -> Result<Vec<Change>, String> {
    let user = if target.kind == ResourceKind::User {
        name(&target.id)
    } else {
        focus(options, ResourceKind::User)
            .ok_or("whose key it is is not known: name the user as the target".to_owned())?
    };
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Deny", "Action": "*", "Resource": "*" }],
    });
    let probe = Probe::UserPolicy { user, policy: DENY_POLICY.into() };
    Ok(vec![Change::set(probe, None, Fact::Policy(document.to_string()))])
}

/// Denies every session of the role that was opened before the plan was made.
pub(super) fn revoke_sessions(
    target: &Resource,
    inventory: &Inventory,
    options: &Options,
) -> Result<Vec<Change>, String> {
    let role = if target.kind == ResourceKind::Role {
        name(&target.id)
    } else {
        let around = inventory.surroundings.get(&target.id);
        if inventory.instances.get(&target.id).is_some_and(|instance| instance.profile.is_empty()) {
            return Err("no instance profile is on it, so it has no role".into());
        }
        around
            .and_then(|around| around.roles.first().cloned())
            .or_else(|| focus(options, ResourceKind::Role))
            .ok_or("which role the profile gives could not be read: name the role with --focus".to_owned())?
    };
    let probe = Probe::RolePolicy { role, policy: REVOKE_POLICY.into() };
    Ok(vec![Change::set(probe, None, Fact::Policy(older_sessions(options.at)))])
}

fn older_sessions(before: Timestamp) -> String {
    let condition =
        json!({ "DateLessThan": { "aws:TokenIssueTime": before.strftime("%Y-%m-%dT%H:%M:%SZ").to_string() } });
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": condition }],
    })
    .to_string()
}

fn focus(options: &Options, kind: ResourceKind) -> Option<String> {
    options.focus.iter().find(|resource| resource.kind == kind).map(|resource| name(&resource.id))
}

/// The name of an identity, of its ARN or of itself.
fn name(id: &str) -> String {
    id.rsplit('/').next().unwrap_or(id).to_owned()
}
