//! Who the credentials are, over STS and IAM.

use std::time::Duration;

use futures_util::FutureExt as _;

use super::fault::Origin;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::scope::Caller;
use crate::port::{Identity, Pending};

/// The alias is a comfort: it is waited for no longer than this.
const ALIAS_PATIENCE: Duration = Duration::from_secs(3);

/// The identity of one set of credentials.
pub struct Credentials {
    sts: aws_sdk_sts::Client,
    iam: aws_sdk_iam::Client,
    origin: Origin,
}

impl Credentials {
    /// An identity read through these clients.
    pub fn new(sts: aws_sdk_sts::Client, iam: aws_sdk_iam::Client, origin: Origin) -> Self {
        Self { sts, iam, origin }
    }

    async fn read(&self) -> Result<Caller, Fault> {
        const OPERATION: &str = "sts:GetCallerIdentity";
        let identity = self.sts.get_caller_identity().send();
        let alias = tokio::time::timeout(ALIAS_PATIENCE, self.iam.list_account_aliases().max_items(1).send());
        let (identity, alias) = tokio::join!(identity, alias);
        let identity = identity.map_err(|error| self.origin.fault(OPERATION, &error))?;
        let (Some(account), Some(arn)) = (identity.account, identity.arn) else {
            return Err(Fault::new(FaultKind::Malformed, OPERATION, "the answer names no account or no ARN"));
        };
        let alias = alias.ok().and_then(Result::ok).and_then(|answer| answer.account_aliases.into_iter().next());
        Ok(Caller { account, arn, user_id: identity.user_id.unwrap_or_default(), alias })
    }
}

impl Identity for Credentials {
    fn caller(&self) -> Pending<'_, Caller> {
        self.read().boxed()
    }
}
