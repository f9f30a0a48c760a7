//! Who did it.

use serde::{Deserialize, Serialize};

/// What kind of identity an event was made with, from `userIdentity.type` of
/// the CloudTrail record (CloudTrail user guide, "userIdentity element").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActorKind {
    /// The account's root user.
    Root,
    /// An IAM user.
    User,
    /// A session of an assumed role.
    Role,
    /// A session of GetFederationToken.
    Federated,
    /// A session opened with a web identity or SAML assertion.
    WebIdentity,
    /// An IAM Identity Center user.
    IdentityCenter,
    /// An AWS service.
    Service,
    /// Another AWS account.
    Account,
    /// The record names no identity, or one of a type that is not known.
    Unknown,
}

/// Who did it: the identity of one event, however the record wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// The kind of identity.
    pub kind: ActorKind,
    /// The name that the columns show: `alice`, `OnCall/alice`, `root`,
    /// `autoscaling.amazonaws.com`; never empty (`-` where nothing is known).
    pub name: String,
    /// The identity's ARN, empty where the record has none.
    pub arn: String,
    /// The account that the identity belongs to, empty where unknown.
    pub account: String,
    /// The access key id, empty where the record has none.
    pub access_key: String,
    /// The role behind a session, by ARN; empty for others.
    pub issuer: String,
    /// The session was opened with a second factor; none where the record does not say.
    pub mfa: Option<bool>,
    /// The service that called on the identity's behalf (`invokedBy`), empty for none.
    pub invoked_by: String,
    /// The source identity of the session chain, empty for none.
    pub source_identity: String,
}

impl Actor {
    /// An identity of which nothing is known.
    pub fn unknown() -> Self {
        Self {
            kind: ActorKind::Unknown,
            name: "-".into(),
            arn: String::new(),
            account: String::new(),
            access_key: String::new(),
            issuer: String::new(),
            mfa: None,
            invoked_by: String::new(),
            source_identity: String::new(),
        }
    }
}
