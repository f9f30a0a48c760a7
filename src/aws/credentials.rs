//! Where credentials come from: the named profile and nothing else, or the
//! SDK's default chain. The source is read anew at each renewal, so that a
//! sign-in or a changed file mends a running console.

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_config::BehaviorVersion;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::{ProvideCredentials, Result, future};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::region::Region;

/// Credentials without an expiry (keys in a file or in the environment) are
/// read anew this often, so that a changed file is noticed.
const RENEWAL: Duration = Duration::from_mins(5);

/// Credentials of one profile, or of the default chain (environment, default
/// profile, web identity, container, instance metadata). A named profile beats
/// credentials in the environment, as with the AWS CLI's `--profile`; the
/// SDK's own chain would let the environment win and act on another account.
pub struct Source {
    profile: Option<String>,
    region: Option<Region>,
    http_client: SharedHttpClient,
}

impl Source {
    /// Credentials of a profile (none: the default chain). Requests that they
    /// need (SSO, STS) go to the Region.
    pub fn new(profile: Option<String>, region: Option<Region>, http_client: SharedHttpClient) -> Self {
        Self { profile, region, http_client }
    }

    async fn load(&self) -> Result {
        let config = ProviderConfig::without_region()
            .with_region(self.region.clone())
            .with_behavior_version(Some(BehaviorVersion::latest()))
            .with_sleep_impl(TokioSleep::new())
            .with_http_client(self.http_client.clone());
        let mut credentials = if let Some(profile) = &self.profile {
            let named = ProfileFileCredentialsProvider::builder().configure(&config).profile_name(profile).build();
            named.provide_credentials().await?
        } else {
            let chain = DefaultCredentialsChain::builder().region(self.region.clone()).configure(config).build().await;
            chain.provide_credentials().await?
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the SDK holds the expiry of credentials against the system's clock"
        )]
        let renewal = SystemTime::now() + RENEWAL;
        credentials.expiry_mut().get_or_insert(renewal);
        Ok(credentials)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("profile", &self.profile).finish_non_exhaustive()
    }
}

impl ProvideCredentials for Source {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.load())
    }
}
