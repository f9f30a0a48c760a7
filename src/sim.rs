//! The simulated AWS account: it speaks the wire protocols of the services and
//! imports nothing else of this crate.
//!
//! A request goes this way: `wire` reads it, `faults` and `limits` may stop it,
//! `serve` asks the caller's policies and hands it to the service, `wire` writes
//! the answer, and the `recorder` keeps the call for CloudTrail to tell later. Two
//! skins lead here: `connect` in the process, `listen` over TCP.

pub mod account;
pub mod balancing;
pub mod call;
pub mod camel;
pub mod cloudtrail;
pub mod connect;
pub mod dice;
pub mod ec2;
pub mod faults;
pub mod iam;
pub mod limits;
pub mod listen;
pub mod page;
pub mod policy;
pub mod principal;
pub mod recorder;
pub mod scaling;
pub mod scenario;
pub mod serve;
pub mod service;
pub mod sts;
pub mod wire;

pub use faults::{Effect, Fault};

use account::Account;
use bytes::Bytes;
use faults::{Faults, Hit};
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use scenario::Scenario;
use scenario::script::{Due, Script};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// How a simulator is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// The account and what happens in it.
    pub scenario: Scenario,
    /// Where all chance comes from.
    pub seed: u64,
    /// The instant at which simulated time begins.
    pub start: Timestamp,
    /// Simulated seconds for each real one; at 0 only [`Simulator::skip`] moves time.
    pub speed: f64,
    /// How long reads lag behind writes, in simulated time; `None` for not at all.
    pub lag: Option<SignedDuration>,
}

impl Options {
    /// Simulated time as fast as real time, and a lag that clients notice when they
    /// read at once what they wrote.
    pub fn new(scenario: Scenario, seed: u64, start: Timestamp) -> Options {
        Options { scenario, seed, start, speed: 1.0, lag: Some(SignedDuration::from_millis(400)) }
    }
}

/// The connection is to be cut without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the simulator cut the connection")]
pub struct Dropped;

/// One request that was served, for tests to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLog {
    /// When, in simulated time.
    pub time: Timestamp,
    /// `ec2`.
    pub service: &'static str,
    /// `StopInstances`.
    pub action: String,
    /// Whether it only asked whether it may.
    pub dry_run: bool,
    /// The HTTP status of the answer, 0 where the connection was cut.
    pub status: u16,
}

/// A simulated AWS account.
#[derive(Debug)]
pub struct Simulator {
    options: Options,
    opened: tokio::time::Instant,
    skipped: Mutex<SignedDuration>,
    /// The account, once somebody has asked for it.
    inner: OnceLock<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    account: Account,
    script: Script,
    faults: Faults,
    log: Vec<RequestLog>,
}

impl Simulator {
    /// Opens an account. What the scenario says happened before is made up when
    /// the first request comes, so that opening takes no time.
    pub fn new(options: Options) -> Arc<Simulator> {
        let (opened, skipped) = (tokio::time::Instant::now(), Mutex::default());
        Arc::new(Simulator { options, opened, skipped, inner: OnceLock::new() })
    }

    /// The simulated time.
    pub fn now(&self) -> Timestamp {
        let seconds = self.opened.elapsed().as_secs_f64() * self.options.speed;
        let elapsed = SignedDuration::try_from_secs_f64(seconds).unwrap_or_default();
        let skipped = *self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        self.options.start.checked_add(elapsed.saturating_add(skipped)).unwrap_or(Timestamp::MAX)
    }

    /// Lets so much simulated time pass at once.
    pub fn skip(&self, time: SignedDuration) {
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        *skipped = skipped.saturating_add(time);
    }

    /// Serves one request.
    ///
    /// # Errors
    /// Where a fault cuts the connection.
    pub async fn handle(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Dropped> {
        let incoming = match wire::read(&request) {
            Ok(incoming) => incoming,
            Err(unreadable) => return Ok(serve::unreadable(&unreadable, &mut self.lock().account)),
        };
        let (service, action) = (incoming.service.prefix(), incoming.action.clone());
        let hit = self.lock().faults.hit(service, &action);
        if !hit.latency.is_zero() {
            tokio::time::sleep(hit.latency).await;
        }
        let mut inner = self.lock();
        let now = self.now();
        inner.catch_up(now);
        let mut log = RequestLog { time: now, service, action, dry_run: false, status: 0 };
        if hit.effect == Some(Effect::Drop) {
            inner.log.push(log);
            return Err(Dropped);
        }
        let request = inner.account.request(incoming, now);
        let served = serve::serve(&mut inner.account, &request, serve::Conditions::of(&hit));
        log.dry_run = request.dry_run();
        if hit.effect == Some(Effect::DropAnswer) {
            inner.log.push(log);
            return Err(Dropped);
        }
        log.status = served.status().as_u16();
        inner.log.push(log);
        Ok(spoilt(served, &hit))
    }

    /// Lets something go wrong from now on.
    pub fn inject(&self, fault: Fault) {
        self.lock().faults.add(fault);
    }

    /// Gives a user or a role this policy and no other, from the next call on; false
    /// where the account has none of that name.
    pub fn grant(&self, name: &str, policy: &serde_json::Value) -> bool {
        self.lock().account.directory.grant(name, policy)
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// Every request of a client so far, the script's own not among them.
    pub fn requests(&self) -> Vec<RequestLog> {
        self.lock().log.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        let account = self.inner.get_or_init(|| Mutex::new(Inner::open(&self.options)));
        account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The account at the opening, with all that the scenario says happened before.
    fn open(options: &Options) -> Inner {
        let Options { scenario, seed, start, lag, .. } = options;
        let mut inner = Inner {
            account: Account::new(scenario, *seed, *start, *lag),
            script: Script::new(scenario, *seed, *start),
            faults: Faults::new(*seed),
            log: Vec::new(),
        };
        inner.catch_up(*start);
        inner
    }

    /// Carries out what the scenario has due by `now`.
    fn catch_up(&mut self, now: Timestamp) {
        while let Some(due) = self.script.due(now) {
            match due {
                Due::Record(call) => {
                    if let Some(call) = self.account.directory.told(*call) {
                        self.account.record(call);
                    }
                }
                Due::Act(act) => {
                    scaling::catch_up(&mut self.account, act.at);
                    let Some(mut request) = service::Request::of_act(*act) else { continue };
                    self.account.directory.refresh(&mut request.principal);
                    let served = serve::serve(&mut self.account, &request, serve::Conditions::exempt());
                    self.script.answered(&String::from_utf8_lossy(served.body()));
                }
            }
        }
        scaling::catch_up(&mut self.account, now);
    }
}

/// Cuts the answer in half where a fault says so; half of either XML or JSON is neither.
fn spoilt(response: Response<Bytes>, hit: &Hit) -> Response<Bytes> {
    if hit.effect != Some(Effect::Malformed) {
        return response;
    }
    response.map(|body| body.slice(..body.len() / 2))
}
