//! The remedies on keys, users and roles.

use serde_json::json;

use crate::domain::inventory::Inventory;
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::change::Change;
use crate::respond::fact::Fact;
use crate::respond::options::Options;
use crate::respond::probe::Probe;
use crate::respond::sessions;

/// The name of the policy that denies a user everything.
const DENY_POLICY: &str = "StanchDenyAll";

/// Whose the key is, is read when the step runs.
pub(super) fn deactivate_key(target: &Resource, options: &Options) -> Result<Vec<Change>, String> {
    if is_of_a_session(target) {
        return Err(format!(
            "{} is the key of a session, and cannot be turned off: end the sessions of its role, or deny its user",
            target.id
        ));
    }
    let user = focus(options, ResourceKind::User).unwrap_or_default();
    let wanted = Fact::Key { user, active: Some(false) };
    Ok(vec![Change::set(Probe::AccessKey { key: target.id.clone() }, None, wanted)])
}

/// The key is one that a session was given (IAM user guide, "Unique identifiers").
pub fn is_of_a_session(key: &Resource) -> bool {
    key.kind == ResourceKind::AccessKey && key.id.starts_with("ASIA")
}

pub(super) fn deny_user(target: &Resource, options: &Options) -> Result<Vec<Change>, String> {
    let user = if target.kind == ResourceKind::User {
        name(&target.id)
    } else {
        focus(options, ResourceKind::User)
            .ok_or("whose key it is is not known: name the user with --focus".to_owned())?
    };
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Deny", "Action": "*", "Resource": "*" }],
    });
    let probe = Probe::UserPolicy { user, policy: DENY_POLICY.into() };
    Ok(vec![Change::set(probe, None, Fact::Policy(document.to_string()))])
}

/// Denies every session of the role that was opened before the moment when the step runs.
pub(super) fn revoke_sessions(
    target: &Resource,
    inventory: &Inventory,
    options: &Options,
) -> Result<Vec<Change>, String> {
    let role = role_of(target, inventory, options)?;
    let probe = Probe::RolePolicy { role, policy: sessions::POLICY.into() };
    Ok(vec![Change::set(probe, None, Fact::SessionsEnded { before: None })])
}

/// The role whose sessions are meant: the one that is named, else that of the
/// instance's profile; or why none is known.
pub fn role_of(target: &Resource, inventory: &Inventory, options: &Options) -> Result<String, String> {
    let named = [target].into_iter().chain(&options.focus).find(|resource| resource.kind == ResourceKind::Role);
    if let Some(role) = named {
        let account = role.id.split(':').nth(4).unwrap_or_default();
        if !account.is_empty() && account != inventory.account {
            return Err(format!("{} is a role of {account}, not of {}", name(&role.id), inventory.account));
        }
        return Ok(name(&role.id));
    }
    if target.kind == ResourceKind::AccessKey {
        return Err(format!("no role is named of which {} is, or that it assumed: name it with --focus", target.id));
    }
    if inventory.instances.get(&target.id).is_some_and(|instance| instance.profile.is_empty()) {
        return Err("no instance profile is on it now: name the role that it had with --focus".into());
    }
    inventory
        .surroundings
        .get(&target.id)
        .and_then(|around| around.roles.first().cloned())
        .ok_or_else(|| "which role the profile gives could not be read: name the role with --focus".into())
}

fn focus(options: &Options, kind: ResourceKind) -> Option<String> {
    options.focus.iter().find(|resource| resource.kind == kind).map(|resource| name(&resource.id))
}

/// The name of an identity, of its ARN or of itself.
fn name(id: &str) -> String {
    id.rsplit('/').next().unwrap_or(id).to_owned()
}
