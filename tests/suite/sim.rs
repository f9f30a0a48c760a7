//! The simulated account through its one door: an HTTP request in, an answer out.

mod balancing;
mod ec2;
mod iam;
mod images;
mod record;
mod scaling;
mod skins;
mod wire;

use bytes::Bytes;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use stanch::sim::scenario::Scenario;
use stanch::sim::{Dropped, Options, Simulator};
use std::fmt::Write as _;
use std::sync::Arc;

/// The account of the demo, at a fixed instant, in simulated time that the test moves.
struct World {
    sim: Arc<Simulator>,
    region: &'static str,
    key: String,
}

/// An answer: status and body.
#[derive(Debug)]
struct Answer {
    status: u16,
    body: String,
}

impl World {
    /// The demo's account without a lag between writes and reads.
    fn open() -> World {
        World::with("leaked-key", None)
    }

    fn with(scenario: &str, lag: Option<SignedDuration>) -> World {
        let scenario = Scenario::named(scenario).unwrap();
        let start: Timestamp = "2026-11-24T13:00:00Z".parse().unwrap();
        // At speed 0 time stands still until the test moves it.
        let options = Options { lag, speed: 0.0, ..Options::new(scenario, 7, start) };
        World { sim: Simulator::new(options), region: "eu-west-1", key: "AKIANOBODY".to_owned() }
    }

    /// The same account, called with the key of one of the scenario's principals.
    fn as_principal(&self, name: &str) -> World {
        let scenario = Scenario::named("leaked-key").unwrap();
        let principal = scenario.principals.iter().find(|one| one.name == name).unwrap();
        World { sim: Arc::clone(&self.sim), region: self.region, key: principal.access_key_id.clone() }
    }

    /// Lets simulated time pass.
    fn pass(&self, seconds: i64) {
        self.sim.skip(SignedDuration::from_secs(seconds));
    }

    fn head(&self, service: &str) -> http::request::Builder {
        let scope = format!("{}/20261124/{}/{service}/aws4_request", self.key, self.region);
        Request::post("/").header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, Signature=0"))
    }

    async fn try_query(&self, service: &str, action: &str, params: &[(&str, &str)]) -> Result<Answer, Dropped> {
        let mut body = format!("Action={action}");
        for (name, value) in params {
            let _ = write!(body, "&{name}=");
            for byte in value.bytes() {
                let _ = write!(body, "%{byte:02X}");
            }
        }
        let answer = self.sim.handle(self.head(service).body(Bytes::from(body)).unwrap()).await?;
        let status = answer.status().as_u16();
        Ok(Answer { status, body: String::from_utf8(answer.into_body().to_vec()).unwrap() })
    }

    async fn ec2(&self, action: &str, params: &[(&str, &str)]) -> Answer {
        self.try_query("ec2", action, params).await.unwrap()
    }

    async fn trail(&self, action: &str, body: Value) -> (u16, Value) {
        let head = self.head("cloudtrail").header("x-amz-target", format!("CloudTrail_20131101.{action}"));
        let answer = self.sim.handle(head.body(Bytes::from(body.to_string())).unwrap()).await.unwrap();
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())
    }
}

impl Answer {
    /// The texts of every element of that name.
    fn all(&self, name: &str) -> Vec<&str> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        self.body.split(&open).skip(1).filter_map(|rest| rest.split(&close).next()).collect()
    }

    /// The text of the first element of that name.
    fn one(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or_else(|| panic!("no <{name}> in {}", self.body))
    }

    /// The status and code of a refusal.
    fn refused(&self) -> (u16, &str) {
        (self.status, self.one("Code"))
    }
}
