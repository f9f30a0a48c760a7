//! IAM's part of the calls.

use aws_sdk_iam::types as iam;

use super::{Sdk, all, sent};
use crate::domain::fault::{Fault, FaultKind};
use crate::respond::call::{Answer, Call};

impl Sdk {
    pub(super) async fn iam(&self, call: &Call) -> Result<Answer, Fault> {
        let client = &self.iam;
        match call {
            Call::GetAccessKeyLastUsed { key } => {
                let answer = sent!(self, call, client.get_access_key_last_used().access_key_id(key))?;
                return Ok(Answer::Value(answer.user_name));
            }
            Call::ListAccessKeys { user } => {
                let keys = all!(self, call, client.list_access_keys().user_name(user))?;
                let keys = keys
                    .into_iter()
                    .filter_map(|key| Some((key.access_key_id?, key.status == Some(iam::StatusType::Active))));
                return Ok(Answer::Keys(keys.collect()));
            }
            Call::GetUserPolicy { user, policy } => {
                let answer = sent!(self, call, client.get_user_policy().user_name(user).policy_name(policy));
                return absent_or(answer.map(|answer| document(&answer.policy_document)));
            }
            Call::GetRolePolicy { role, policy } => {
                let answer = sent!(self, call, client.get_role_policy().role_name(role).policy_name(policy));
                return absent_or(answer.map(|answer| document(&answer.policy_document)));
            }
            Call::UpdateAccessKey { user, key, active } => {
                let status = if *active { iam::StatusType::Active } else { iam::StatusType::Inactive };
                sent!(self, call, client.update_access_key().user_name(user).access_key_id(key).status(status))?;
            }
            Call::PutUserPolicy { user, policy, document } => {
                let request = client.put_user_policy().user_name(user).policy_name(policy);
                sent!(self, call, request.policy_document(document))?;
            }
            Call::DeleteUserPolicy { user, policy } => {
                sent!(self, call, client.delete_user_policy().user_name(user).policy_name(policy))?;
            }
            Call::PutRolePolicy { role, policy, document } => {
                let request = client.put_role_policy().role_name(role).policy_name(policy);
                sent!(self, call, request.policy_document(document))?;
            }
            Call::DeleteRolePolicy { role, policy } => {
                sent!(self, call, client.delete_role_policy().role_name(role).policy_name(policy))?;
            }
            other => return Err(Fault::new(FaultKind::Invalid, other.action(), "IAM has no such call here")),
        }
        Ok(Answer::Taken)
    }
}

/// That there is no such policy is an answer, not a fault.
fn absent_or(document: Result<String, Fault>) -> Result<Answer, Fault> {
    match document {
        Ok(document) => Ok(Answer::Value(Some(document))),
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(Answer::Value(None)),
        Err(fault) => Err(fault),
    }
}

/// IAM answers policy documents URL-encoded (RFC 3986; IAM API reference, GetUserPolicy).
pub(super) fn document(encoded: &str) -> String {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match (first, after) {
            (b'%', [high, low, ..]) => char::from(*high).to_digit(16).zip(char::from(*low).to_digit(16)),
            _ => None,
        };
        if let Some((high, low)) = escaped {
            bytes.push((high * 16 + low) as u8);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
