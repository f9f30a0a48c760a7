//! From flags and environment to one set of ports per account and Region.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_credential_types::Credentials as Keys;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use aws_types::region::Region;
use aws_types::service_config::ServiceConfigKey;
use futures_util::future::join_all;

use super::credentials::Source;
use super::fault::Origin;
use super::fleet::Ec2;
use super::identity::Credentials;
use super::regions;
use super::responder::Sdk;
use super::trail::CloudTrail;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::scope::{Caller, Scope};
use crate::port::guarded::Guarded;
use crate::port::{Connected, Identity as _, Ports};
use crate::respond::guard::Guardrails;

/// An attempt without an answer is given up after this.
const ATTEMPT: Duration = Duration::from_secs(20);
/// A connection that is not made by then is given up.
const CONNECT: Duration = Duration::from_millis(3100);

/// What to connect to.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Profiles of the shared configuration; empty: the default chain.
    pub profiles: Vec<String>,
    /// Regions, or the one word `all`; empty: the profile's or the environment's.
    pub regions: Vec<String>,
    /// An endpoint for every service, in the place of AWS's own.
    pub endpoint_url: Option<String>,
    /// A client that answers in the place of the network: the simulator's. With
    /// it, neither environment nor configuration files are read.
    pub stand_in: Option<SharedHttpClient>,
    /// What the configuration forbids: asked in front of every call that changes something.
    pub guardrails: Guardrails,
}

/// Connects: finds the credentials of each profile, asks who they are, checks
/// the Regions and makes the ports. It fails where no Scope at all can be
/// reached; what fails beside others is told in [`Connected::failed`].
pub async fn connect(options: &Options) -> Result<Connected, Fault> {
    for region in options.regions.iter().filter(|region| *region != "all") {
        if !regions::is_well_formed(region) {
            return Err(regions::unknown(region, &[]));
        }
    }
    let http_client = options.stand_in.clone().unwrap_or_else(super::http::client);
    let profiles: Vec<Option<&str>> = match options.profiles.as_slice() {
        [] => vec![None],
        several => several.iter().map(|profile| Some(profile.as_str())).collect(),
    };
    let answers = join_all(profiles.iter().map(|profile| account(options, *profile, &http_client))).await;
    let mut connected = Connected::default();
    for (profile, answer) in profiles.iter().zip(answers) {
        match answer {
            Ok(mut account) => {
                connected.ports.append(&mut account.ports);
                connected.endpoints.append(&mut account.endpoints);
            }
            Err(fault) => connected.failed.push((profile.unwrap_or("default").to_owned(), fault)),
        }
    }
    if connected.ports.is_empty()
        && let Some((_, fault)) = connected.failed.pop()
    {
        return Err(fault);
    }
    Ok(connected)
}

/// The ports of one profile's account.
async fn account(options: &Options, profile: Option<&str>, http_client: &SharedHttpClient) -> Result<Connected, Fault> {
    let wanted = options.regions.iter().find(|region| *region != "all").cloned();
    let base = match &options.stand_in {
        Some(client) => simulated(wanted, client),
        None => configured(options, profile, wanted, http_client).await?,
    };
    let Some(home) = base.region().map(ToString::to_string).filter(|region| !region.is_empty()) else {
        let all = options.regions.iter().any(|region| region == "all");
        let base = base.to_builder().region(Region::new("us-east-1")).build();
        return if all { ports(options, profile, &base, "us-east-1").await } else { Err(no_region(profile)) };
    };
    if !regions::is_well_formed(&home) {
        return Err(regions::unknown(&home, &[]));
    }
    ports(options, profile, &base, &home).await
}

async fn ports(options: &Options, profile: Option<&str>, base: &SdkConfig, home: &str) -> Result<Connected, Fault> {
    let endpoints = endpoints(base);
    let origin = |region: &str| Origin {
        profile: profile.map(str::to_owned),
        region: region.to_owned(),
        endpoint: endpoints.values().next().cloned(),
    };
    // A Region that nobody knows would make the first request hang on its name.
    let asked_at = if regions::is_known(home) { home } else { regions::global(home) };
    let asked = in_region(base, asked_at);
    let identity =
        Credentials::new(aws_sdk_sts::Client::new(&asked), aws_sdk_iam::Client::new(&asked), origin(asked_at));
    let caller = identity.caller().await?;
    let (watched, trail_only) = self::watched(options, home, &Ec2::new(&asked, origin(asked_at))).await?;
    let everywhere = watched.iter().map(|region| (region, true)).chain(trail_only.iter().map(|region| (region, false)));
    let ports = everywhere
        .map(|(region, fleet)| one(base, profile, region, &caller, &origin(region), fleet, &options.guardrails))
        .collect();
    let endpoints = endpoints.into_iter().collect();
    Ok(Connected { ports, failed: Vec::new(), endpoints })
}

/// The Regions to watch, and those of which only the trail is read.
async fn watched(options: &Options, home: &str, fleet: &Ec2) -> Result<(Vec<String>, Vec<String>), Fault> {
    use crate::port::Fleet as _;
    let mut watched: Vec<String> = options.regions.clone();
    if watched.iter().any(|region| region == "all") {
        watched = fleet.regions().await?;
        watched.sort_by_key(|region| (region != home, region.clone()));
    } else if watched.is_empty() {
        watched.push(home.to_owned());
    }
    let mut seen = Vec::new();
    watched.retain(|region| {
        !seen.contains(region) && {
            seen.push(region.clone());
            true
        }
    });
    let doubtful: Vec<&String> = watched.iter().filter(|region| !regions::is_known(region)).collect();
    if !doubtful.is_empty() {
        // Where the account's Regions may not be read, a well-formed name is believed.
        if let Ok(existing) = fleet.regions().await
            && let Some(wrong) = doubtful.into_iter().find(|region| !existing.contains(region))
        {
            return Err(regions::unknown(wrong, &existing));
        }
    }
    let global = watched.first().map_or("us-east-1", |region| regions::global(region)).to_owned();
    let trail_only = if watched.contains(&global) { Vec::new() } else { vec![global] };
    Ok((watched, trail_only))
}

/// The ports of one Scope.
fn one(
    base: &SdkConfig,
    profile: Option<&str>,
    region: &str,
    caller: &Caller,
    origin: &Origin,
    fleet: bool,
    rails: &Guardrails,
) -> Ports {
    let config = in_region(base, region);
    let once = config.to_builder().retry_config(RetryConfig::standard().with_max_attempts(1)).build();
    let scope = Scope { profile: profile.map(str::to_owned), region: region.to_owned(), caller: caller.clone() };
    let trail = CloudTrail::new(aws_sdk_cloudtrail::Client::new(&once), origin.clone());
    let identity =
        Credentials::new(aws_sdk_sts::Client::new(&config), aws_sdk_iam::Client::new(&config), origin.clone());
    let fleet_port = Ec2::new(&config, origin.clone());
    let (armed, rails, guarded) = (origin.clone(), rails.clone(), scope.clone());
    Ports {
        scope,
        trail: Arc::new(trail),
        fleet: Arc::new(fleet_port),
        identity: Arc::new(identity),
        arm: Arc::new(move || {
            let sdk = Arc::new(Sdk::new(&once, armed.clone()));
            Arc::new(Guarded::new(sdk, guarded.clone(), rails.clone()))
        }),
        watch_fleet: fleet,
    }
}

fn in_region(base: &SdkConfig, region: &str) -> SdkConfig {
    base.to_builder().region(Region::new(region.to_owned())).build()
}

/// The configuration of files, environment and flags.
async fn configured(
    options: &Options,
    profile: Option<&str>,
    region: Option<String>,
    http_client: &SharedHttpClient,
) -> Result<SdkConfig, Fault> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client.clone())
        .sleep_impl(TokioSleep::new())
        .timeout_config(timeouts())
        .retry_config(RetryConfig::standard())
        .no_credentials();
    if let Some(name) = app_name() {
        loader = loader.app_name(name);
    }
    if let Some(profile) = profile {
        known_profile(profile).await?;
        loader = loader.profile_name(profile);
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    if let Some(endpoint) = &options.endpoint_url {
        loader = loader.endpoint_url(endpoint);
    }
    let config = loader.load().await;
    let source = Source::new(profile.map(str::to_owned), config.region().cloned(), http_client.clone());
    Ok(config.into_builder().credentials_provider(SharedCredentialsProvider::new(source)).build())
}

/// The configuration of a stand-in for AWS: nothing of the user's is read.
pub(super) fn simulated(region: Option<String>, client: &SharedHttpClient) -> SdkConfig {
    let keys = Keys::new("AKIASTANCHDEMO000000", "none", None, None, "simulated");
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(client.clone())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .timeout_config(timeouts())
        .retry_config(RetryConfig::standard())
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .region(region.map(Region::new));
    builder.set_app_name(app_name());
    builder.build()
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build()
}

/// The name that marks this console's own calls in CloudTrail (`app/stanch`).
fn app_name() -> Option<AppName> {
    AppName::new("stanch").ok()
}

/// The endpoints that stand in AWS's place, by service; `all` for one that
/// serves every service.
fn endpoints(config: &SdkConfig) -> BTreeMap<String, String> {
    const SERVICES: [(&str, &str); 6] = [
        ("cloudtrail", "CloudTrail"),
        ("ec2", "EC2"),
        ("iam", "IAM"),
        ("sts", "STS"),
        ("autoscaling", "Auto Scaling"),
        ("elasticloadbalancing", "Elastic Load Balancing v2"),
    ];
    let mut found = BTreeMap::new();
    if let Some(url) = config.endpoint_url() {
        found.insert("all".to_owned(), url.to_owned());
    }
    for (name, id) in SERVICES {
        let key = ServiceConfigKey::builder().service_id(id).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
        let url = key.ok().and_then(|key| config.service_config().and_then(|source| source.load_config(key)));
        if let Some(url) =
            url.filter(|url| found.get("all") != Some(url) && !config.get_origin("endpoint_url").is_client_config())
        {
            found.insert(name.to_owned(), url);
        }
    }
    found
}

/// A profile that the configuration does not name is told at once, with those that it does.
async fn known_profile(profile: &str) -> Result<(), Fault> {
    let (fs, env) = (aws_types::os_shim_internal::Fs::real(), aws_types::os_shim_internal::Env::real());
    #[expect(clippy::default_trait_access, reason = "the type has no name in this crate's dependencies")]
    let files = aws_config::profile::load(&fs, &env, &Default::default(), None).await;
    let Ok(set) = files else { return Ok(()) };
    if set.get_profile(profile).is_some() {
        return Ok(());
    }
    let mut names: Vec<&str> = set.profiles().collect();
    names.sort_unstable();
    let known = if names.is_empty() { "there are none".into() } else { format!("there are: {}", names.join(", ")) };
    Err(Fault::new(FaultKind::Credentials, "sts:GetCallerIdentity", format!("no profile is called {profile}"))
        .with_hint(format!("check --profile and ~/.aws/config; {known}")))
}

fn no_region(profile: Option<&str>) -> Fault {
    let place = profile.map(|profile| format!(" in the profile {profile}")).unwrap_or_default();
    Fault::new(FaultKind::Invalid, "ec2:DescribeRegions", "no Region is named").with_hint(format!(
        "give --region, set AWS_REGION, or set `region`{place}; `--region all` takes every Region that is enabled"
    ))
}
