//! Who did it, however the record writes it.

use std::borrow::Cow;

use super::wire::UserIdentity;
use crate::domain::actor::{Actor, ActorKind};
use crate::domain::scope::short_arn;

/// An [`Actor`] borrowed from the record.
#[derive(Debug, Clone)]
pub struct Identity<'a> {
    /// The kind of identity.
    pub kind: ActorKind,
    /// `userIdentity.type`, as written.
    pub written: Cow<'a, str>,
    /// The name that the columns show, never empty.
    pub name: Cow<'a, str>,
    /// The identity's ARN.
    pub arn: Cow<'a, str>,
    /// The identity's account.
    pub account: Cow<'a, str>,
    /// The access key id.
    pub access_key: Cow<'a, str>,
    /// The role behind a session, by ARN.
    pub issuer: Cow<'a, str>,
    /// The session was opened with a second factor.
    pub mfa: Option<bool>,
    /// The service that called on the identity's behalf.
    pub invoked_by: Cow<'a, str>,
    /// The source identity of the session chain.
    pub source_identity: Cow<'a, str>,
    /// When the session was opened (`sessionContext.attributes.creationDate`), as written.
    pub opened: Cow<'a, str>,
}

impl<'a> Identity<'a> {
    /// The identity of a record. `service_event` tells an `AwsServiceEvent`,
    /// whose identity has no type; `source` is its `eventSource`.
    pub(super) fn of(user: UserIdentity<'a>, service_event: bool, source: &Cow<'a, str>) -> Self {
        let context = user.session_context.unwrap_or_default();
        let issuer = context.session_issuer.unwrap_or_default();
        let (arn, user_name, invoked_by) = (user.arn.0, user.user_name.0, user.invoked_by.0);
        let kind = match user.kind.0.as_ref() {
            "Root" => ActorKind::Root,
            "IAMUser" => ActorKind::User,
            "AssumedRole" | "Role" => ActorKind::Role,
            "FederatedUser" => ActorKind::Federated,
            "WebIdentityUser" | "SAMLUser" => ActorKind::WebIdentity,
            "IdentityCenterUser" => ActorKind::IdentityCenter,
            "AWSService" => ActorKind::Service,
            "AWSAccount" => ActorKind::Account,
            "" if service_event || !invoked_by.is_empty() => ActorKind::Service,
            _ => ActorKind::Unknown,
        };
        let principal = user.principal_id.0;
        let attributes = context.attributes.unwrap_or_default();
        let name = match kind {
            ActorKind::Root => Cow::Borrowed("root"),
            ActorKind::User | ActorKind::WebIdentity | ActorKind::Unknown => {
                first([user_name, short(&arn), after_colon(&principal)])
            }
            ActorKind::Role => {
                let session = || match issuer.user_name.0.as_ref() {
                    "" => after_colon(&principal),
                    role => Cow::Owned(format!("{role}/{}", after_colon(&principal))),
                };
                if arn.is_empty() { first([session(), user_name, Cow::Borrowed("")]) } else { short(&arn) }
            }
            ActorKind::Federated => first([short(&arn), user_name, after_colon(&principal)]),
            ActorKind::IdentityCenter => {
                first([user_name, user.on_behalf_of.unwrap_or_default().user_id.0, after_colon(&principal)])
            }
            ActorKind::Service => first([invoked_by.clone(), source.clone(), Cow::Borrowed("")]),
            ActorKind::Account => first([user.account_id.0.clone(), principal, Cow::Borrowed("")]),
        };
        Self {
            kind,
            written: user.kind.0,
            name,
            arn,
            account: user.account_id.0,
            access_key: user.access_key_id.0,
            issuer: if kind == ActorKind::Role { issuer.arn.0 } else { Cow::Borrowed("") },
            mfa: attributes.mfa_authenticated.0,
            invoked_by,
            source_identity: context.source_identity.0,
            opened: attributes.creation_date.0,
        }
    }
}

impl From<&Identity<'_>> for Actor {
    fn from(identity: &Identity<'_>) -> Self {
        Self {
            kind: identity.kind,
            name: identity.name.to_string(),
            arn: identity.arn.to_string(),
            account: identity.account.to_string(),
            access_key: identity.access_key.to_string(),
            issuer: identity.issuer.to_string(),
            mfa: identity.mfa,
            invoked_by: identity.invoked_by.to_string(),
            source_identity: identity.source_identity.to_string(),
        }
    }
}

/// The first that is not empty, `-` where all are.
fn first(choices: [Cow<'_, str>; 3]) -> Cow<'_, str> {
    choices.into_iter().find(|text| !text.is_empty()).unwrap_or(Cow::Borrowed("-"))
}

fn short<'a>(arn: &Cow<'a, str>) -> Cow<'a, str> {
    map(arn, short_arn)
}

fn after_colon<'a>(principal: &Cow<'a, str>) -> Cow<'a, str> {
    map(principal, |text| text.split_once(':').map_or(text, |(_, session)| session))
}

/// A part of a text that stays borrowed where the text is.
pub(super) fn map<'a>(text: &Cow<'a, str>, part: impl for<'t> Fn(&'t str) -> &'t str) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(part(text)),
        Cow::Owned(text) => Cow::Owned(part(text).to_owned()),
    }
}
