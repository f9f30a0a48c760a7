//! Faults on demand: what goes wrong with which requests.
//!
//! Whether a fault with a probability hits depends on the seed and on the requests
//! before it alone, so that a test sees the same faults each time.

use super::dice::Dice;
use super::policy::like;
use super::wire::{Protocol, Service};
use crate::sim::service::Refusal;
use serde::Deserialize;
use std::time::Duration;

/// One fault, with the requests it hits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The service it hits (`ec2`), `*` for all.
    #[serde(default = "all")]
    pub service: String,
    /// The action it hits, with `*` and `?`.
    #[serde(default = "all")]
    pub action: String,
    /// What goes wrong.
    pub effect: Effect,
    /// How long a `latency` lasts, in milliseconds of real time.
    #[serde(default)]
    pub milliseconds: u64,
    /// The share of the requests that it hits.
    #[serde(default = "always")]
    pub probability: f64,
    /// How many requests it hits at most; without a bound where absent.
    #[serde(default)]
    pub count: Option<u32>,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The request is refused for its rate.
    Throttle,
    /// The answer takes time.
    Latency,
    /// The connection is cut before the request is carried out.
    Drop,
    /// The request is carried out, and the connection cut before the answer.
    DropAnswer,
    /// The caller is not allowed to.
    Deny,
    /// The caller's credentials have expired.
    Expire,
    /// The request is carried out, and the answer is cut in half.
    Malformed,
    /// The service itself fails.
    Internal,
}

fn all() -> String {
    "*".to_owned()
}

fn always() -> f64 {
    1.0
}

impl Fault {
    /// A fault that hits every request of an action.
    pub fn on(service: &str, action: &str, effect: Effect) -> Fault {
        let (service, action) = (service.to_owned(), action.to_owned());
        Fault { service, action, effect, milliseconds: 0, probability: 1.0, count: None }
    }

    /// The same fault, for so many requests only.
    pub fn times(mut self, count: u32) -> Fault {
        self.count = Some(count);
        self
    }
}

/// The faults in force.
#[derive(Debug)]
pub struct Faults {
    list: Vec<Fault>,
    dice: Dice,
}

/// The faults that hit one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hit {
    /// How long the answer takes beyond its own time.
    pub latency: Duration,
    /// The first of the other effects that hit.
    pub effect: Option<Effect>,
}

impl Faults {
    /// No faults yet.
    pub fn new(seed: u64) -> Faults {
        Faults { list: Vec::new(), dice: Dice::new(seed, "faults") }
    }

    /// Adds a fault.
    pub fn add(&mut self, fault: Fault) {
        self.list.push(fault);
    }

    /// Ends all faults.
    pub fn clear(&mut self) {
        self.list.clear();
    }

    /// The faults that hit this request; those with a count are used up by it.
    pub fn hit(&mut self, service: &str, action: &str) -> Hit {
        let mut hit = Hit::default();
        for fault in &mut self.list {
            let meant = like(&fault.service, service) && like(&fault.action, action) && fault.count != Some(0);
            if !meant || (fault.effect != Effect::Latency && hit.effect.is_some()) {
                continue;
            }
            if fault.probability < 1.0 && self.dice.unit() >= fault.probability {
                continue;
            }
            fault.count = fault.count.map(|count| count - 1);
            match fault.effect {
                Effect::Latency => hit.latency += Duration::from_millis(fault.milliseconds),
                effect => hit.effect = Some(effect),
            }
        }
        hit
    }
}

/// The refusal of a request for its rate.
pub fn throttled(service: Service) -> Refusal {
    match service.protocol() {
        Protocol::Ec2 => Refusal::new("RequestLimitExceeded", "Request limit exceeded.").status(503),
        Protocol::Query => Refusal::new("Throttling", "Rate exceeded"),
        Protocol::Json => Refusal::new("ThrottlingException", "Rate exceeded"),
    }
}

/// The refusal of expired credentials.
pub fn expired(service: Service) -> Refusal {
    match service.protocol() {
        Protocol::Ec2 => Refusal::new("RequestExpired", "Request has expired."),
        Protocol::Query => {
            Refusal::new("ExpiredToken", "The security token included in the request is expired").status(403)
        }
        Protocol::Json => {
            Refusal::new("ExpiredTokenException", "The security token included in the request is expired")
        }
    }
}

/// The refusal of a request that the service failed at.
pub fn internal(service: Service) -> Refusal {
    match service.protocol() {
        Protocol::Ec2 => Refusal::new("InternalError", "An internal error has occurred").status(500),
        Protocol::Query | Protocol::Json => {
            Refusal::new("InternalFailure", "An internal error has occurred").status(500)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_hits_what_it_names_and_as_often_as_it_says() {
        let mut faults = Faults::new(1);
        faults.add(Fault::on("ec2", "Describe*", Effect::Throttle).times(2));
        assert_eq!(faults.hit("cloudtrail", "DescribeTrails"), Hit::default());
        assert_eq!(faults.hit("ec2", "StopInstances"), Hit::default());
        let hits: Vec<_> = (0..3).map(|_| faults.hit("ec2", "DescribeVpcs").effect).collect();
        assert_eq!(hits, [Some(Effect::Throttle), Some(Effect::Throttle), None]);
    }

    #[test]
    fn chance_is_repeatable_and_about_as_great_as_it_says() {
        let hits = || {
            let mut faults = Faults::new(9);
            faults.add(Fault { probability: 0.3, ..Fault::on("*", "*", Effect::Drop) });
            (0..1000).map(|_| faults.hit("ec2", "X").effect.is_some()).collect::<Vec<_>>()
        };
        assert_eq!(hits(), hits());
        let share = hits().into_iter().filter(|hit| *hit).count();
        assert!((250..350).contains(&share), "{share}");
    }

    #[test]
    fn latency_goes_with_another_fault() {
        let mut faults = Faults::new(1);
        faults.add(Fault { milliseconds: 20, ..Fault::on("*", "*", Effect::Latency) });
        faults.add(Fault::on("*", "*", Effect::Deny));
        let hit = faults.hit("sts", "GetCallerIdentity");
        assert_eq!(hit, Hit { latency: Duration::from_millis(20), effect: Some(Effect::Deny) });
    }

    #[test]
    fn faults_are_read_from_json_and_unknown_keys_are_errors() {
        let fault: Fault = serde_json::from_str(r#"{"action":"Stop*","effect":"drop-answer","count":1}"#).unwrap();
        assert_eq!((fault.service.as_str(), fault.effect), ("*", Effect::DropAnswer));
        assert!(serde_json::from_str::<Fault>(r#"{"effect":"throttle","often":1}"#).is_err());
    }
}
