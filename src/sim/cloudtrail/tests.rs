use super::*;
use crate::sim::call::Call;
use crate::sim::principal::Principal;
use crate::sim::scenario::Scenario;
use jiff::SignedDuration;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

/// A service with some calls of two people, all delivered by second 10 000.
struct Service {
    recorder: Recorder,
    trails: Trails,
    pace: Pace,
    now: Timestamp,
}

impl Service {
    fn new() -> Service {
        let scenario = Scenario::named("quiet").unwrap();
        let mut recorder = Recorder::new(5, at(0));
        for second in 0..130 {
            let write = second % 10 == 0;
            recorder.record(Call {
                time: at(second),
                source: "ec2.amazonaws.com".into(),
                name: if write { "StopInstances" } else { "DescribeInstances" }.into(),
                region: "eu-west-1".into(),
                principal: Principal {
                    name: if second % 2 == 0 { "alice" } else { "bob" }.into(),
                    access_key_id: if second % 2 == 0 { "AKIAALICE" } else { "AKIABOB" }.into(),
                    ..Principal::default()
                },
                ip: "192.0.2.1".into(),
                read_only: !write,
                request_parameters: if write {
                    json!({"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}})
                } else {
                    Value::Null
                },
                request_id: format!("request {second}"),
                ..Call::default()
            });
        }
        Service { recorder, trails: Trails::new(&scenario, at(0)), pace: Pace::new(), now: at(10_000) }
    }

    /// Asks at leisure: half a minute after the last time.
    fn ask(&mut self, action: &str, body: &Value) -> Result<Value, Refusal> {
        self.now = self.now.checked_add(SignedDuration::from_secs(30)).unwrap();
        self.ask_at_once(action, body)
    }

    fn ask_at_once(&mut self, action: &str, body: &Value) -> Result<Value, Refusal> {
        self.ask_in("eu-west-1", action, body)
    }

    fn ask_in(&mut self, region: &str, action: &str, body: &Value) -> Result<Value, Refusal> {
        let query = Query { action, body, region, now: self.now, account: "444455556666" };
        handle(&self.recorder, &mut self.trails, &mut self.pace, &query)
    }

    fn code(&mut self, action: &str, body: &Value) -> &'static str {
        let refusal = self.ask(action, body).unwrap_err();
        assert_eq!(refusal.status, 400);
        assert!(!refusal.message.is_empty());
        refusal.code
    }

    fn lookup(&mut self, body: &Value) -> Vec<Value> {
        let answer = self.ask("LookupEvents", body).unwrap();
        answer["Events"].as_array().unwrap().clone()
    }

    /// All pages of a question, without the duplicates.
    fn sweep(&mut self, body: &Value) -> Vec<Value> {
        let mut body = body.clone();
        let mut events: Vec<Value> = Vec::new();
        loop {
            let answer = self.ask("LookupEvents", &body).unwrap();
            for event in answer["Events"].as_array().unwrap() {
                if !events.iter().any(|known| known["EventId"] == event["EventId"]) {
                    events.push(event.clone());
                }
            }
            match answer.get("NextToken") {
                Some(token) => body["NextToken"] = token.clone(),
                None => return events,
            }
        }
    }
}

fn by(key: &str, value: &str) -> Value {
    json!({"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]})
}

#[test]
fn without_a_wish_fifty_events_come_newest_first() {
    let mut service = Service::new();
    let events = service.lookup(&json!({}));
    assert_eq!(events.len(), 50);
    let times: Vec<i64> = events.iter().map(|event| event["EventTime"].as_i64().unwrap()).collect();
    assert_eq!(times[0], at(129).as_second());
    assert!(times.windows(2).all(|pair| pair[0] >= pair[1]));
}

#[test]
fn pages_hold_every_event_once() {
    let mut service = Service::new();
    assert_eq!(service.sweep(&json!({"MaxResults": 7})).len(), 130);
}

#[test]
fn each_of_the_eight_attributes_finds_its_own() {
    let mut service = Service::new();
    let id = service.lookup(&json!({"MaxResults": 1}))[0]["EventId"].as_str().unwrap().to_owned();
    for (key, value, expected) in [
        ("EventId", id.as_str(), 1),
        ("EventName", "StopInstances", 13),
        ("EventName", "stopInstances", 0),
        ("ReadOnly", "false", 13),
        ("ReadOnly", "true", 117),
        ("ReadOnly", "True", 0),
        ("Username", "alice", 65),
        ("Username", "Alice", 0),
        ("ResourceType", "AWS::EC2::Instance", 13),
        ("ResourceName", "i-0123456789abcdef0", 13),
        ("ResourceName", "i-0123456789abcdef", 0),
        ("EventSource", "ec2.amazonaws.com", 130),
        ("AccessKeyId", "AKIABOB", 65),
    ] {
        assert_eq!(service.sweep(&by(key, value)).len(), expected, "{key} = {value}");
    }
}

#[test]
fn a_time_range_includes_its_ends() {
    let mut service = Service::new();
    let seconds = |low: i64, high: i64| json!({"StartTime": at(low).as_second(), "EndTime": at(high).as_second()});
    assert_eq!(service.sweep(&seconds(10, 19)).len(), 10);
    assert_eq!(service.sweep(&seconds(10, 10)).len(), 1);
    assert_eq!(service.sweep(&seconds(500, 600)).len(), 0);
    let fraction = json!({"StartTime": at(10).as_second() as f64 + 0.5, "EndTime": at(12).as_second()});
    assert_eq!(service.sweep(&fraction).len(), 3);
}

#[test]
fn what_is_older_than_ninety_days_is_gone() {
    let mut service = Service::new();
    // Asked half a minute later: what was done in the first 90 seconds is gone.
    service.now = at(90 * 86_400 + 60);
    assert_eq!(service.sweep(&json!({"StartTime": 0})).len(), 40);
}

#[test]
fn more_than_one_attribute_or_a_wrong_one_is_refused() {
    let mut service = Service::new();
    let two = json!({"LookupAttributes": [
        {"AttributeKey": "EventName", "AttributeValue": "a"}, {"AttributeKey": "Username", "AttributeValue": "b"}]});
    for body in [
        two,
        by("eventName", "StopInstances"),
        by("Region", "eu-west-1"),
        by("EventName", ""),
        json!({"LookupAttributes": [{"AttributeKey": "EventName"}]}),
        by("EventName", &"a".repeat(2_001)),
        by("EventName", &"_".repeat(1_001)),
    ] {
        assert_eq!(service.code("LookupEvents", &body), "InvalidLookupAttributesException");
    }
}

#[test]
fn page_sizes_out_of_bounds_are_refused() {
    let mut service = Service::new();
    for size in [-1, 0, 51, 1_000] {
        let body = json!({"MaxResults": size});
        assert_eq!(service.code("LookupEvents", &body), "InvalidMaxResultsException", "{size}");
    }
    assert_eq!(service.lookup(&json!({"MaxResults": 1})).len(), 1);
}

#[test]
fn a_time_range_that_cannot_be_is_refused() {
    let mut service = Service::new();
    for body in [json!({"StartTime": 200, "EndTime": 100}), json!({"StartTime": -5}), json!({"EndTime": 1e15})] {
        assert_eq!(service.code("LookupEvents", &body), "InvalidTimeRangeException");
    }
}

#[test]
fn a_token_is_bound_to_the_question_it_answers() {
    let mut service = Service::new();
    let answer = service.ask("LookupEvents", &by("Username", "alice")).unwrap();
    let token = answer["NextToken"].clone();
    let with = |mut body: Value| {
        body["NextToken"] = token.clone();
        body
    };
    assert!(service.ask("LookupEvents", &with(by("Username", "alice"))).is_ok());
    for body in [
        with(by("Username", "bob")),
        with(by("EventName", "StopInstances")),
        with(json!({})),
        {
            let mut body = with(by("Username", "alice"));
            body["EndTime"] = at(5).as_second().into();
            body
        },
        json!({"NextToken": "bm9uc2Vuc2U="}),
        json!({"NextToken": "!"}),
        json!({"NextToken": 5}),
    ] {
        assert_eq!(service.code("LookupEvents", &body), "InvalidNextTokenException");
    }
    let elsewhere = service.ask_in("us-east-1", "LookupEvents", &with(by("Username", "alice")));
    assert_eq!(elsewhere.unwrap_err().code, "InvalidNextTokenException");
}

#[test]
fn the_only_category_is_insight_and_it_is_empty() {
    let mut service = Service::new();
    assert_eq!(service.lookup(&json!({"EventCategory": "insight"})).len(), 0);
    let body = json!({"EventCategory": "Management"});
    assert_eq!(service.code("LookupEvents", &body), "InvalidEventCategoryException");
}

#[test]
fn a_region_that_is_not_enabled_or_none_is_refused() {
    let mut service = Service::new();
    let mut code = |region| service.ask_in(region, "LookupEvents", &json!({})).map_err(|refusal| refusal.code);
    assert_eq!(code("me-south-1"), Err("OperationNotPermittedException"));
    assert_eq!(code("cn-north-1"), Err("UnsupportedOperationException"));
    assert_eq!(code("moon"), Err("UnsupportedOperationException"));
    assert_eq!(code("ap-northeast-1"), Ok(json!({"Events": []})));
}

#[test]
fn the_third_quick_question_within_a_second_is_throttled_in_its_region_alone() {
    let mut service = Service::new();
    let empty = json!({});
    assert!(service.ask_at_once("LookupEvents", &empty).is_ok());
    assert!(service.ask_at_once("LookupEvents", &empty).is_ok());
    let refusal = service.ask_at_once("LookupEvents", &empty).unwrap_err();
    assert_eq!(refusal, Refusal::new("ThrottlingException", "Rate exceeded"));
    assert_eq!(refusal.status, 400);
    assert!(service.ask_in("us-east-1", "LookupEvents", &empty).is_ok());
    service.now = service.now.checked_add(SignedDuration::from_millis(499)).unwrap();
    assert!(service.ask_at_once("LookupEvents", &empty).is_err());
    service.now = service.now.checked_add(SignedDuration::from_millis(2)).unwrap();
    assert!(service.ask_at_once("LookupEvents", &empty).is_ok());
}

#[test]
fn an_event_comes_in_the_envelope_of_the_api() {
    let mut service = Service::new();
    let event = &service.lookup(&by("EventName", "StopInstances"))[0];
    let keys: Vec<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "EventId",
            "EventName",
            "ReadOnly",
            "AccessKeyId",
            "EventTime",
            "EventSource",
            "Username",
            "Resources",
            "CloudTrailEvent"
        ]
    );
    assert_eq!(event["ReadOnly"], "false");
    assert_eq!(
        event["Resources"],
        json!([{"ResourceType": "AWS::EC2::Instance", "ResourceName": "i-0123456789abcdef0"}])
    );
    let record: Value = serde_json::from_str(event["CloudTrailEvent"].as_str().unwrap()).unwrap();
    assert_eq!(record["eventID"], event["EventId"]);
    assert_eq!(record["readOnly"], false);
}

#[test]
fn a_trail_is_stopped_and_started_from_its_home_region() {
    let mut service = Service::new();
    let name = json!({"Name": "main"});
    let status = service.ask("GetTrailStatus", &name).unwrap();
    assert_eq!(status["IsLogging"], true);
    assert!(status.get("StopLoggingTime").is_none());
    assert_eq!(service.ask("StopLogging", &name), Ok(json!({})));
    let stopped = service.now;
    let status = service.ask("GetTrailStatus", &name).unwrap();
    assert_eq!(status["IsLogging"], false);
    assert_eq!(status["StopLoggingTime"], stopped.as_second());
    assert_eq!(service.trails.is_logging("main"), Some(false));
    assert_eq!(service.ask("StartLogging", &name), Ok(json!({})));
    assert_eq!(service.ask("GetTrailStatus", &name).unwrap()["IsLogging"], true);
    let elsewhere = service.ask_in("us-east-1", "StopLogging", &name).unwrap_err();
    assert_eq!(elsewhere.code, "InvalidHomeRegionException");
}

#[test]
fn trails_are_described_from_every_region_with_their_shadows() {
    let mut service = Service::new();
    let list = |service: &mut Service, region: &str, body: Value| {
        let answer = service.ask_in(region, "DescribeTrails", &body).unwrap();
        answer["trailList"].as_array().unwrap().len()
    };
    assert_eq!(list(&mut service, "eu-west-1", json!({})), 1);
    assert_eq!(list(&mut service, "us-east-1", json!({})), 1);
    assert_eq!(list(&mut service, "us-east-1", json!({"includeShadowTrails": false})), 0);
    assert_eq!(list(&mut service, "eu-west-1", json!({"trailNameList": ["main"]})), 1);
    assert_eq!(list(&mut service, "eu-west-1", json!({"trailNameList": ["other"]})), 0);
    let trail = service.ask("GetTrail", &json!({"Name": "main"})).unwrap();
    let arn = "arn:aws:cloudtrail:eu-west-1:444455556666:trail/main";
    assert_eq!(trail["Trail"]["TrailARN"], arn);
    assert!(service.ask("GetTrail", &json!({"Name": arn})).is_ok());
    assert_eq!(service.ask("ListTrails", &json!({})).unwrap()["Trails"][0]["Name"], "main");
    let selectors = service.ask("GetEventSelectors", &json!({"TrailName": "main"})).unwrap();
    assert_eq!(selectors["EventSelectors"][0]["IncludeManagementEvents"], true);
}

#[test]
fn a_wrong_trail_name_is_refused_by_what_is_wrong_with_it() {
    let mut service = Service::new();
    for (name, expected) in [
        ("other", "TrailNotFoundException"),
        ("", "InvalidTrailNameException"),
        ("ab", "InvalidTrailNameException"),
        ("bad name", "InvalidTrailNameException"),
        ("-main", "InvalidTrailNameException"),
        ("arn:aws:s3:::bucket", "CloudTrailARNInvalidException"),
        ("arn:aws:cloudtrail:eu-west-1:444455556666:trail/other", "TrailNotFoundException"),
    ] {
        for action in ["GetTrailStatus", "StopLogging", "StartLogging", "GetTrail"] {
            assert_eq!(service.code(action, &json!({"Name": name})), expected, "{name}");
        }
    }
    let refusal = service.ask("StopLogging", &json!({"Name": "other"})).unwrap_err();
    assert_eq!(
        refusal.message,
        "Unknown trail: arn:aws:cloudtrail:eu-west-1:444455556666:trail/other for the user: 444455556666"
    );
}

#[test]
fn an_unknown_action_and_a_body_of_the_wrong_shape_are_refused() {
    let mut service = Service::new();
    assert_eq!(service.code("CreateUniverse", &json!({})), "UnknownOperationException");
    assert_eq!(service.code("LookupEvents", &json!([])), "SerializationException");
    assert_eq!(service.code("LookupEvents", &json!({"MaxResults": "5"})), "SerializationException");
    assert_eq!(service.code("LookupEvents", &json!({"StartTime": "now"})), "SerializationException");
}

#[test]
fn parameters_are_recorded_in_the_records_own_case() {
    let body = json!({"LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}],
        "MaxResults": 5, "StartTime": 1_688_384_558});
    assert_eq!(
        recorded_parameters(&body),
        json!({"lookupAttributes": [{"attributeKey": "ReadOnly", "attributeValue": "false"}],
            "maxResults": 5, "startTime": "Jul 3, 2023, 11:42:38 AM"})
    );
    assert_eq!(recorded_parameters(&json!({})), Value::Null);
}
