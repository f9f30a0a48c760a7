//! Who calls: an IAM user, a role session, a service or the root user, with the
//! permissions it has.

use super::policy::{Ask, Decision};
use super::scenario::spec::PrincipalKind;
use jiff::Timestamp;
use serde_json::Value;

/// Someone who calls the account's services.
#[derive(Clone, Debug, Default)]
pub struct Principal {
    /// What kind of principal it is.
    pub kind: PrincipalKind,
    /// The user's or the role's name, or the service (`autoscaling.amazonaws.com`).
    pub name: String,
    /// The account it belongs to.
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
    /// When the key or the session was made.
    pub created: Timestamp,
    /// The service that calls on its behalf.
    pub invoked_by: Option<String>,
    /// Its permissions: an IAM policy document, or a list of them.
    pub policy: Value,
}

impl Principal {
    /// The ARN as GetCallerIdentity tells it; empty for a service.
    pub fn arn(&self) -> String {
        let Principal { account, name, path, .. } = self;
        let path = if path.is_empty() { "/" } else { path };
        match self.kind {
            PrincipalKind::User => format!("arn:aws:iam::{account}:user{path}{name}"),
            PrincipalKind::AssumedRole => {
                format!("arn:aws:sts::{account}:assumed-role/{name}/{}", self.session.as_deref().unwrap_or_default())
            }
            PrincipalKind::Root => format!("arn:aws:iam::{account}:root"),
            PrincipalKind::Service | PrincipalKind::Account => String::new(),
        }
    }

    /// The ARN of the user or role that carries the permissions.
    pub fn issuer_arn(&self) -> String {
        match self.kind {
            PrincipalKind::AssumedRole => {
                let path = if self.path.is_empty() { "/" } else { &self.path };
                format!("arn:aws:iam::{}:role{path}{}", self.account, self.name)
            }
            _ => self.arn(),
        }
    }

    /// The `UserId` of GetCallerIdentity: a session's name stands after the role's id.
    pub fn user_id(&self) -> String {
        match (&self.kind, &self.session) {
            (PrincipalKind::AssumedRole, Some(session)) => format!("{}:{session}", self.unique_id),
            (PrincipalKind::Root, _) => self.account.clone(),
            _ => self.unique_id.clone(),
        }
    }

    /// Whether its permissions let it do what is asked. The root user and the
    /// services themselves may do everything.
    pub fn allows(&self, ask: &Ask<'_>) -> Decision {
        match self.kind {
            PrincipalKind::Root | PrincipalKind::Service | PrincipalKind::Account => Decision::Allowed,
            PrincipalKind::User | PrincipalKind::AssumedRole => super::policy::decide(&self.policy, ask),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_principal_has_its_own_arn() {
        let mut who =
            Principal { name: "alice".to_owned(), account: "111122223333".to_owned(), ..Principal::default() };
        assert_eq!(who.arn(), "arn:aws:iam::111122223333:user/alice");
        who.path = "/people/".to_owned();
        assert_eq!(who.arn(), "arn:aws:iam::111122223333:user/people/alice");
        who.kind = PrincipalKind::AssumedRole;
        who.session = Some("ci".to_owned());
        who.unique_id = "AROAX".to_owned();
        assert_eq!(who.arn(), "arn:aws:sts::111122223333:assumed-role/alice/ci");
        assert_eq!(who.issuer_arn(), "arn:aws:iam::111122223333:role/people/alice");
        assert_eq!(who.user_id(), "AROAX:ci");
    }
}
