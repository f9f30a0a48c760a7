//! What the commands on live AWS share: the async runtime, the connection, interruption.

use std::future::Future;

use jiff::Timestamp;

use super::failure::Failure;
use super::out::say;
use super::setting::Setting;
use crate::aws::connect::{Options, connect};
use crate::domain::fault::FaultKind;
use crate::port::Connected;

/// Runs a future to its end on a runtime of its own.
pub fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let ended = runtime.block_on(future);
    // A name that is still being looked up must not hold the program.
    runtime.shutdown_background();
    ended
}

/// Ends when the program is told to: SIGINT, SIGTERM, SIGHUP.
pub async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let wait = |kind| async move {
        match signal(kind) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = wait(SignalKind::interrupt()) => {}
        () = wait(SignalKind::terminate()) => {}
        () = wait(SignalKind::hangup()) => {}
    }
}

/// What to connect to, as flags, environment and file say.
pub fn connect_options(setting: &Setting) -> Options {
    let config = &setting.config;
    Options {
        profiles: config.profiles.clone(),
        regions: config.regions.clone(),
        endpoint_url: Some(config.endpoint_url.clone()).filter(|url| !url.is_empty()),
        guardrails: config.guardrails.clone(),
        stand_in: None,
    }
}

/// Connects as the configuration says; what fails beside others is said.
pub async fn connected(setting: &Setting) -> Result<Connected, Failure> {
    let connected = connect(&connect_options(setting)).await.map_err(|fault| match fault.kind {
        // What was asked for does not exist: an unknown Region or profile.
        FaultKind::Invalid => Failure::Usage(fault.to_string()),
        _ => Failure::Fault(fault),
    })?;
    for (profile, fault) in &connected.failed {
        say(&format!("stanch: profile {profile}: {fault}"));
    }
    Ok(connected)
}

/// Now, for the layers that take time as an argument.
#[expect(clippy::disallowed_methods, reason = "the command line reads the clock for the layers below")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The environment names a profile or holds a key: then it decides, not a file.
pub fn has_credentials_of_its_own() -> bool {
    ["AWS_PROFILE", "AWS_ACCESS_KEY_ID"]
        .into_iter()
        .any(|name| std::env::var_os(name).is_some_and(|text| !text.is_empty()))
}
