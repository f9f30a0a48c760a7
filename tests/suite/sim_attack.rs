//! The default scenario as a client of the simulated account sees it: the attack in
//! the trail, and what it did to the machines.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use stanch::sim::scenario::Scenario;
use stanch::sim::{Options, Simulator};

use crate::sim_trail::{fields, recorded};

const THIEF: &str = "203.0.113.7";
/// The seed that `stanch demo` has where none is given.
const DEMO: u64 = 1;

/// The account at its opening; time stands still but where a test skips it.
fn open() -> Arc<Simulator> {
    open_at(3, Timestamp::from_second(1_790_000_000).unwrap())
}

fn open_at(seed: u64, start: Timestamp) -> Arc<Simulator> {
    let scenario = Scenario::named("leaked-key").unwrap();
    Simulator::new(Options { speed: 0.0, ..Options::new(scenario, seed, start) })
}

fn request(service: &str, region: &str) -> http::request::Builder {
    Request::builder().method("POST").uri("/").header("host", format!("{service}.{region}.amazonaws.com")).header(
        "authorization",
        format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260921/{region}/{service}/aws4_request, \
             SignedHeaders=host, Signature=0"
        ),
    )
}

async fn cloudtrail(sim: &Simulator, region: &str, action: &str, body: &Value) -> (StatusCode, Value) {
    let request = request("cloudtrail", region)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("CloudTrail_20131101.{action}"))
        .body(Bytes::from(body.to_string()))
        .unwrap();
    let answer = sim.handle(request).await.unwrap();
    (answer.status(), serde_json::from_slice(answer.body()).unwrap())
}

async fn ec2(sim: &Simulator, region: &str, form: &str) -> String {
    let request = request("ec2", region)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(format!("Version=2016-11-15&{form}")))
        .unwrap();
    String::from_utf8(sim.handle(request).await.unwrap().into_body().to_vec()).unwrap()
}

/// Every record of the CI user in a Region, each once.
async fn sweep(sim: &Simulator, region: &str, until: Timestamp) -> Vec<Value> {
    let mut question = json!({
        "EndTime": until.as_second(),
        "LookupAttributes": [{"AttributeKey": "Username", "AttributeValue": "ci-deploy"}],
    });
    let mut records: BTreeMap<String, Value> = BTreeMap::new();
    loop {
        sim.skip(SignedDuration::from_secs(1));
        let (status, answer) = cloudtrail(sim, region, "LookupEvents", &question).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        for event in answer["Events"].as_array().unwrap() {
            let id = event["EventId"].as_str().unwrap().to_owned();
            records.insert(id, serde_json::from_str(event["CloudTrailEvent"].as_str().unwrap()).unwrap());
        }
        match answer.get("NextToken") {
            Some(token) => question["NextToken"] = token.clone(),
            None => return records.into_values().collect(),
        }
    }
}

/// The thief's records of an hour, by their names.
async fn attack() -> (Arc<Simulator>, BTreeMap<String, Vec<Value>>) {
    let sim = open();
    sim.skip(SignedDuration::from_hours(1));
    let mut names: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for region in ["eu-west-1", "us-east-1", "ap-southeast-1"] {
        for record in sweep(&sim, region, sim.now()).await {
            if record["sourceIPAddress"] == THIEF {
                names.entry(record["eventName"].as_str().unwrap().to_owned()).or_default().push(record);
            }
        }
    }
    (sim, names)
}

#[tokio::test]
async fn the_first_acts_of_the_thief_are_there_when_the_account_opens() {
    let sim = open_at(DEMO, "2026-09-21T13:46:40Z".parse().unwrap());
    let question = json!({"LookupAttributes": [{"AttributeKey": "Username", "AttributeValue": "ci-deploy"}]});
    let (status, answer) = cloudtrail(&sim, "eu-west-1", "LookupEvents", &question).await;
    assert_eq!(status, StatusCode::OK);
    let names: BTreeSet<String> = answer["Events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| serde_json::from_str::<Value>(event["CloudTrailEvent"].as_str().unwrap()).unwrap())
        .filter(|record| record["sourceIPAddress"] == THIEF)
        .map(|record| record["eventName"].as_str().unwrap().to_owned())
        .collect();
    assert!(names.contains("DescribeInstances"), "{names:?}");
    assert!(names.contains("AuthorizeSecurityGroupIngress"), "{names:?}");
}

#[tokio::test]
async fn the_same_seed_answers_the_same() {
    let (one, other) = (open(), open());
    for region in ["eu-west-1", "us-east-1"] {
        let ask = |sim: Arc<Simulator>| async move {
            let (_, first) = cloudtrail(&sim, region, "LookupEvents", &json!({})).await;
            let next = json!({"NextToken": first["NextToken"]});
            let (_, second) = cloudtrail(&sim, region, "LookupEvents", &next).await;
            (first, second)
        };
        let (mine, yours) = (ask(Arc::clone(&one)).await, ask(Arc::clone(&other)).await);
        assert_eq!(mine, yours);
        assert_eq!(mine.1["Events"].as_array().unwrap().len(), 50);
    }
}

#[tokio::test]
async fn the_whole_attack_is_told_with_what_was_refused() {
    let (sim, names) = attack().await;
    for name in [
        "AuthorizeSecurityGroupIngress",
        "CreateAccessKey",
        "CreateKeyPair",
        "CreateUser",
        "DescribeInstances",
        "DetachClassicLinkVpc",
        "GetCallerIdentity",
        "ListBuckets",
        "ListUsers",
        "ModifyInstanceAttribute",
        "ModifySnapshotAttribute",
        "RunInstances",
        "StartInstances",
        "StopInstances",
        "StopLogging",
        "TerminateInstances",
    ] {
        assert!(names.contains_key(name), "{name} is not among {:?}", names.keys());
    }
    let errors = |name: &str| -> BTreeSet<String> {
        names[name].iter().map(|record| record["errorCode"].as_str().unwrap_or("none").to_owned()).collect()
    };
    let only = |code: &str| BTreeSet::from([code.to_owned()]);
    assert_eq!(errors("StopLogging"), only("AccessDenied"));
    assert_eq!(errors("ListUsers"), only("AccessDenied"));
    assert_eq!(errors("CreateAccessKey"), only("AccessDenied"));
    assert_eq!(errors("TerminateInstances"), only("Client.OperationNotPermitted"));
    assert_eq!(errors("AuthorizeSecurityGroupIngress"), only("none"));
    assert_eq!(errors("ModifyInstanceAttribute"), only("none"));
    assert_eq!(errors("StartInstances"), only("none"));
    assert_eq!(errors("ModifySnapshotAttribute"), only("none"));
    assert_eq!(errors("DetachClassicLinkVpc"), only("none"));
    assert_eq!(errors("RunInstances"), BTreeSet::from(["Client.DryRunOperation".to_owned(), "none".to_owned()]));
    let (_, status) = cloudtrail(&sim, "eu-west-1", "GetTrailStatus", &json!({"Name": "main"})).await;
    assert_eq!(status["IsLogging"], true);
}

#[tokio::test]
async fn what_the_thief_did_is_done() {
    let (sim, names) = attack().await;
    let opened = &names["AuthorizeSecurityGroupIngress"][0]["requestParameters"]["groupId"];
    let scenario = Scenario::named("leaked-key").unwrap();
    let canary = scenario.groups.iter().find(|group| group.name == "web-canary").unwrap();
    let data = scenario.groups.iter().find(|group| group.name == "data").unwrap();
    assert!(*opened == canary.id.as_str() || *opened == data.id.as_str());
    let group = ec2(&sim, "eu-west-1", &format!("Action=DescribeSecurityGroups&GroupId.1={}", canary.id)).await;
    assert!(group.contains("<fromPort>22</fromPort>"), "{group}");
    let miners = ec2(&sim, "ap-southeast-1", "Action=DescribeInstances").await;
    assert_eq!(miners.matches("<instanceType>c7i.24xlarge</instanceType>").count(), 4);
    let web = scenario.instances.iter().find(|one| one.name == "web-7").unwrap();
    let attribute = format!("Action=DescribeInstanceAttribute&Attribute=userData&InstanceId={}", web.id);
    assert!(ec2(&sim, "eu-west-1", &attribute).await.contains("I2Nsb3VkLWJvb3Rob29r"));
    let protected = scenario.instances.iter().find(|one| one.name == "db-3").unwrap();
    let survivor = ec2(&sim, "eu-west-1", &format!("Action=DescribeInstances&InstanceId.1={}", protected.id)).await;
    assert!(survivor.contains("<name>running</name>"), "{survivor}");
}

#[tokio::test]
async fn what_the_simulator_did_is_recorded_in_the_shape_of_real_records() {
    let mut real: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for record in recorded() {
        if record.get("errorCode").is_none() {
            real.entry(record["eventName"].as_str().unwrap().to_owned()).or_default().push(record);
        }
    }
    let (_, names) = attack().await;
    let mut compared = 0;
    let mut invented = BTreeSet::new();
    for (name, records) in &names {
        let Some(same) = real.get(name) else { continue };
        for record in records.iter().filter(|record| record.get("errorCode").is_none()) {
            compared += 1;
            for part in ["requestParameters", "responseElements", "userIdentity"] {
                let known: BTreeSet<String> = same.iter().flat_map(|real| fields(real, part)).collect();
                let new = fields(record, part).into_iter().filter(|field| !known.contains(field));
                invented.extend(new.map(|field| format!("{name}: {field}")));
                let is_there = |record: &Value| !record[part].is_null();
                if !same.iter().any(|real| is_there(real) == is_there(record)) {
                    invented.insert(format!("{name}: {part} is {}", record[part]));
                }
            }
        }
    }
    assert!(compared > 10, "{compared} records were compared");
    invented.retain(|field| !UNSEEN.contains(&field.as_str()));
    assert!(invented.is_empty(), "{invented:#?}");
}

/// Fields that AWS documents and that no recorded call of the name happened to use.
const UNSEEN: [&str; 15] = [
    "AuthorizeSecurityGroupIngress: requestParameters.ipPermissions.items[].ipv6Ranges.items",
    "AuthorizeSecurityGroupIngress: requestParameters.ipPermissions.items[].ipv6Ranges.items[].cidrIpv6",
    "AuthorizeSecurityGroupIngress: responseElements.securityGroupRuleSet.items[].cidrIpv6",
    "AuthorizeSecurityGroupIngress: responseElements.securityGroupRuleSet.items[].securityGroupRuleArn",
    "DescribeTrails: requestParameters is null",
    "ModifyInstanceAttribute: requestParameters.userData",
    "ModifySnapshotAttribute: requestParameters.createVolumePermission.add.items[].group",
    "RunInstances: requestParameters.groupSet",
    "RunInstances: requestParameters.groupSet.items",
    "RunInstances: requestParameters.groupSet.items[].groupId",
    "RunInstances: requestParameters.subnetId",
    "RunInstances: responseElements.instancesSet.items[].groupSet.items[].groupName",
    "RunInstances: responseElements.instancesSet.items[].networkInterfaceSet.items[].groupSet.items[].groupName",
    "RunInstances: responseElements.instancesSet.items[].networkInterfaceSet.items[].privateDnsName",
    "RunInstances: responseElements.instancesSet.items[].networkInterfaceSet.items[].privateIpAddressesSet.item[].privateDnsName",
];

/// What the critical finding is made of: stopped, changed, and started again.
const REHEARSED: [&str; 3] = ["StopInstances", "ModifyInstanceAttribute", "StartInstances"];

#[tokio::test]
async fn which_events_are_late_does_not_hang_on_the_hour_and_the_worst_is_soon_there() {
    let mut views = Vec::new();
    for start in ["2026-09-21T13:46:40Z", "2026-12-31T23:59:59.75Z"] {
        let sim = open_at(DEMO, start.parse().unwrap());
        let mut view = Vec::new();
        for _ in 0..40 {
            let records = sweep(&sim, "eu-west-1", sim.now()).await;
            let by_thief = records.iter().filter(|record| record["sourceIPAddress"] == THIEF);
            view.push(by_thief.map(|record| record["eventName"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>());
            sim.skip(SignedDuration::from_secs(10));
        }
        views.push(view);
    }
    assert_eq!(views[0], views[1]);
    let soon = views[0].iter().position(|seen| REHEARSED.iter().all(|name| seen.contains(*name))).unwrap();
    assert!(soon <= 5, "it takes {soon} looks of ten seconds");
}
