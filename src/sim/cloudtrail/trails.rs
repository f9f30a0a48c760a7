//! The account's trails, and the actions that read and switch them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::scenario::Scenario;
use super::super::scenario::spec::TrailSpec;
use super::{Query, Refusal};

/// The Regions that an account does not have until it opts in.
const OPT_IN: [&str; 16] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
];

/// The trails.
#[derive(Clone, Debug)]
pub struct Trails {
    regions: Vec<String>,
    trails: Vec<Trail>,
}

#[derive(Clone, Debug)]
struct Trail {
    spec: TrailSpec,
    logging: bool,
    started: Timestamp,
    stopped: Option<Timestamp>,
}

impl Trails {
    /// The trails of a scenario that opens at `start`.
    pub fn new(scenario: &Scenario, start: Timestamp) -> Trails {
        let trails = scenario.trails.iter().map(|spec| Trail {
            logging: spec.logging,
            started: start.saturating_add(SignedDuration::from_secs(spec.started)).unwrap_or(start),
            stopped: None,
            spec: spec.clone(),
        });
        Trails { trails: trails.collect(), regions: scenario.account.regions.clone() }
    }

    /// Whether a trail records, by its name; `None` where there is none.
    pub fn is_logging(&self, name: &str) -> Option<bool> {
        self.trails.iter().find(|trail| trail.spec.name == name).map(|trail| trail.logging)
    }

    /// Refuses a Region that the account has not opted in to, or that is none.
    pub fn check_region(&self, region: &str) -> Result<(), Refusal> {
        if self.regions.iter().any(|known| known == region) {
            return Ok(());
        }
        if OPT_IN.contains(&region) {
            return Err(Refusal::new(
                "OperationNotPermittedException",
                format!("The account has not enabled the Region {region}."),
            ));
        }
        let plain = region.split('-').count() >= 3 && region.ends_with(|letter: char| letter.is_ascii_digit());
        if plain && !["cn-", "us-gov-", "us-iso"].iter().any(|other| region.starts_with(other)) {
            // A Region of the partition that the scenario says nothing of: it is empty.
            return Ok(());
        }
        Err(Refusal::new("UnsupportedOperationException", format!("The operation is not supported in {region}.")))
    }

    pub(super) fn describe(&self, query: &Query<'_>) -> Result<Value, Refusal> {
        let shadows = query.body.get("includeShadowTrails").and_then(Value::as_bool).unwrap_or(true);
        let seen = |trail: &&Trail| trail.spec.home_region == query.region || (shadows && trail.spec.multi_region);
        let named: Vec<&str> = match query.body.get("trailNameList") {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if named.is_empty() {
            let list: Value = self.trails.iter().filter(seen).map(|trail| trail.shape(query.account)).collect();
            return Ok(json!({ "trailList": list }));
        }
        let mut list = Vec::new();
        for name in named {
            check_name(name)?;
            // Names that there are not are left out without an error.
            list.extend(
                self.trails
                    .iter()
                    .filter(seen)
                    .filter(|trail| trail.is(name, query.account))
                    .map(|trail| trail.shape(query.account)),
            );
        }
        Ok(json!({ "trailList": list }))
    }

    pub(super) fn get(&self, query: &Query<'_>) -> Result<Value, Refusal> {
        let trail = self.find(query, "Name")?;
        Ok(json!({ "Trail": self.trails[trail].shape(query.account) }))
    }

    pub(super) fn list(&self, query: &Query<'_>) -> Result<Value, Refusal> {
        self.check_region(query.region)?;
        let list: Value = self
            .trails
            .iter()
            .map(|trail| {
                json!({
                    "TrailARN": trail.arn(query.account),
                    "Name": trail.spec.name,
                    "HomeRegion": trail.spec.home_region,
                })
            })
            .collect();
        Ok(json!({ "Trails": list }))
    }

    pub(super) fn selectors(&self, query: &Query<'_>) -> Result<Value, Refusal> {
        let trail = self.find(query, "TrailName")?;
        Ok(json!({
            "TrailARN": self.trails[trail].arn(query.account),
            "EventSelectors": [{
                "ReadWriteType": "All",
                "IncludeManagementEvents": true,
                "DataResources": [],
                "ExcludeManagementEventSources": [],
            }],
        }))
    }

    pub(super) fn status(&self, query: &Query<'_>) -> Result<Value, Refusal> {
        let trail = &self.trails[self.find(query, "Name")?];
        let until = if trail.logging { query.now } else { trail.stopped.unwrap_or(query.now) };
        // Log files are delivered every five minutes, digests every hour.
        let delivered = until.as_second().div_euclid(300) * 300;
        let digested = until.as_second().div_euclid(3_600) * 3_600;
        let mut status = json!({
            "IsLogging": trail.logging,
            "LatestDeliveryTime": delivered,
            "StartLoggingTime": trail.started.as_second(),
            "LatestDeliveryAttemptTime": iso(delivered),
            "LatestNotificationAttemptTime": "",
            "LatestNotificationAttemptSucceeded": "",
            "LatestDeliveryAttemptSucceeded": iso(delivered),
            "TimeLoggingStarted": iso(trail.started.as_second()),
            "TimeLoggingStopped": "",
        });
        if let Some(stopped) = trail.stopped {
            status["StopLoggingTime"] = stopped.as_second().into();
            status["TimeLoggingStopped"] = iso(stopped.as_second()).into();
        }
        if trail.spec.validation {
            status["LatestDigestDeliveryTime"] = digested.into();
        }
        Ok(status)
    }

    pub(super) fn switch(&mut self, query: &Query<'_>, on: bool) -> Result<Value, Refusal> {
        let index = self.find(query, "Name")?;
        let trail = &mut self.trails[index];
        if trail.spec.home_region != query.region {
            return Err(Refusal::new(
                "InvalidHomeRegionException",
                format!(
                    "Trail {} must be updated from its home Region, {}.",
                    trail.arn(query.account),
                    trail.spec.home_region
                ),
            ));
        }
        if on && !trail.logging {
            trail.started = query.now;
        }
        if !on && trail.logging {
            trail.stopped = Some(query.now);
        }
        trail.logging = on;
        Ok(json!({}))
    }

    /// The trail that the request names, by name or ARN.
    fn find(&self, query: &Query<'_>, key: &str) -> Result<usize, Refusal> {
        let name = query.body.get(key).and_then(Value::as_str).unwrap_or_default();
        check_name(name)?;
        self.trails
            .iter()
            .position(|trail| {
                trail.is(name, query.account)
                    && (name.starts_with("arn:") || trail.spec.home_region == query.region || trail.spec.multi_region)
            })
            .ok_or_else(|| {
                let arn = if name.starts_with("arn:") {
                    name.to_owned()
                } else {
                    format!("arn:aws:cloudtrail:{}:{}:trail/{name}", query.region, query.account)
                };
                Refusal::new("TrailNotFoundException", format!("Unknown trail: {arn} for the user: {}", query.account))
            })
    }
}

impl Trail {
    fn arn(&self, account: &str) -> String {
        format!("arn:aws:cloudtrail:{}:{account}:trail/{}", self.spec.home_region, self.spec.name)
    }

    fn is(&self, name: &str, account: &str) -> bool {
        self.spec.name == name || self.arn(account) == name
    }

    fn shape(&self, account: &str) -> Value {
        json!({
            "Name": self.spec.name,
            "S3BucketName": self.spec.bucket,
            "IncludeGlobalServiceEvents": true,
            "IsMultiRegionTrail": self.spec.multi_region,
            "HomeRegion": self.spec.home_region,
            "TrailARN": self.arn(account),
            "LogFileValidationEnabled": self.spec.validation,
            "HasCustomEventSelectors": false,
            "HasInsightSelectors": false,
            "IsOrganizationTrail": false,
        })
    }
}

fn iso(second: i64) -> String {
    Timestamp::from_second(second).map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}

/// The rules for the name of a trail, or its ARN.
fn check_name(name: &str) -> Result<(), Refusal> {
    if name.starts_with("arn:") {
        let parts: Vec<&str> = name.splitn(6, ':').collect();
        return match parts.as_slice() {
            ["arn", _, "cloudtrail", _, account, resource]
                if account.len() == 12 && resource.strip_prefix("trail/").is_some_and(|name| !name.is_empty()) =>
            {
                Ok(())
            }
            _ => Err(Refusal::new("CloudTrailARNInvalidException", format!("'{name}' is not the ARN of a trail."))),
        };
    }
    let invalid = |why: &str| Err(Refusal::new("InvalidTrailNameException", why));
    if name.is_empty() {
        return invalid("Trail name cannot be blank!");
    }
    if name.len() < 3 {
        return invalid("Trail name too short. Minimum allowed length: 3 characters.");
    }
    if name.len() > 128 {
        return invalid("Trail name too long. Maximum allowed length: 128 characters.");
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    if !name.bytes().all(allowed) || !ends(name.bytes().next()) || !ends(name.bytes().last()) {
        return invalid(
            "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).",
        );
    }
    Ok(())
}
