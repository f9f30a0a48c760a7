//! Who calls: the identity behind a request, with its permissions.

use jiff::Timestamp;
use serde_json::Value;

use super::scenario::spec::PrincipalKind;

/// An identity that makes calls.
#[derive(Clone, Debug, Default)]
pub struct Principal {
    /// What kind of identity it is.
    pub kind: PrincipalKind,
    /// The user or role name, or the service (`autoscaling.amazonaws.com`).
    pub name: String,
    /// The account's id.
    pub account: String,
    /// `AIDA…` of a user, `AROA…` of a role.
    pub unique_id: String,
    /// The path of the user or role.
    pub path: String,
    /// The session name of an assumed role.
    pub session: Option<String>,
    /// The access key, empty where there is none.
    pub access_key_id: String,
    /// Whether the session was opened with a second factor.
    pub mfa: bool,
    /// When the session was opened.
    pub created: Timestamp,
    /// The service that calls on its behalf.
    pub invoked_by: Option<String>,
    /// Its permissions, as an IAM policy document.
    pub policy: Value,
}

impl Principal {
    /// The ARN under which CloudTrail and STS name it; empty for a service.
    pub fn arn(&self) -> String {
        let account = &self.account;
        let path = if self.path.is_empty() { "/" } else { &self.path };
        match self.kind {
            PrincipalKind::Root => format!("arn:aws:iam::{account}:root"),
            PrincipalKind::User => format!("arn:aws:iam::{account}:user{path}{}", self.name),
            PrincipalKind::AssumedRole => format!(
                "arn:aws:sts::{account}:assumed-role/{}/{}",
                self.name,
                self.session.as_deref().unwrap_or_default()
            ),
            PrincipalKind::Service => String::new(),
        }
    }
}
