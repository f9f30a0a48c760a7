//! IAM's commands: they name no Region.

use super::super::{Call, NOW};
use super::quote;

/// Sets the shell variable that stands for the moment.
const NOW_IS: &str = "NOW=$(date -u +%Y-%m-%dT%H:%M:%SZ)";

fn iam(verb: &str, options: &[(&str, &str)]) -> String {
    super::service("iam", verb, options)
}

pub(super) fn command(call: &Call) -> Option<String> {
    Some(match call {
        Call::GetAccessKeyLastUsed { key } => iam("get-access-key-last-used", &[("access-key-id", key)]),
        Call::ListAccessKeys { user } => iam("list-access-keys", &[("user-name", user)]),
        Call::GetUserPolicy { user, policy } => iam("get-user-policy", &[("user-name", user), ("policy-name", policy)]),
        Call::GetRolePolicy { role, policy } => iam("get-role-policy", &[("role-name", role), ("policy-name", policy)]),
        // Whose the key is, is read when the step runs; the command reads it too.
        Call::UpdateAccessKey { user, key, active } if user.is_empty() => format!(
            "{} --user-name \"$({} --query UserName --output text)\"",
            iam(
                "update-access-key",
                &[("access-key-id", key), ("status", if *active { "Active" } else { "Inactive" })]
            ),
            iam("get-access-key-last-used", &[("access-key-id", key)]),
        ),
        Call::UpdateAccessKey { user, key, active } => iam(
            "update-access-key",
            &[("user-name", user), ("access-key-id", key), ("status", if *active { "Active" } else { "Inactive" })],
        ),
        Call::PutUserPolicy { user, policy, document } => {
            iam("put-user-policy", &[("user-name", user), ("policy-name", policy), ("policy-document", document)])
        }
        Call::DeleteUserPolicy { user, policy } => {
            iam("delete-user-policy", &[("user-name", user), ("policy-name", policy)])
        }
        // The moment is that at which the line runs.
        Call::PutRolePolicy { role, policy, document } if call.is_open() => format!(
            "{NOW_IS} && {} --policy-document {}",
            iam("put-role-policy", &[("role-name", role), ("policy-name", policy)]),
            quote(document).replace(NOW, &format!("'\"{NOW}\"'")),
        ),
        Call::PutRolePolicy { role, policy, document } => {
            iam("put-role-policy", &[("role-name", role), ("policy-name", policy), ("policy-document", document)])
        }
        Call::DeleteRolePolicy { role, policy } => {
            iam("delete-role-policy", &[("role-name", role), ("policy-name", policy)])
        }
        _ => return None,
    })
}
