use super::*;
use serde_json::json;

fn signed(service: &str) -> http::request::Builder {
    Request::post("/").header(
        "authorization",
        format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/eu-west-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        ),
    )
}

#[test]
fn an_ec2_query_becomes_a_tree_of_parameters() {
    let body = "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=tag%3AName&Filter.1.Value.1=a+b&Filter.1.Value.2=c&InstanceId.1=i-1";
    let incoming = read(&signed("ec2").header("user-agent", "u").body(Bytes::from(body)).unwrap()).unwrap();
    assert_eq!(incoming.service, Service::Ec2);
    assert_eq!(incoming.action, "DescribeInstances");
    assert_eq!(incoming.region, "eu-west-1");
    assert_eq!(incoming.access_key, "AKIDEXAMPLE");
    assert_eq!(incoming.agent, "u");
    assert_eq!(
        incoming.params,
        json!({"Filter": [{"Name": "tag:Name", "Value": ["a b", "c"]}], "InstanceId": ["i-1"]})
    );
}

#[test]
fn both_spellings_of_a_json_target_are_understood() {
    for target in
        ["CloudTrail_20131101.LookupEvents", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"]
    {
        let request = signed("cloudtrail").header("x-amz-target", target).body(Bytes::from(r#"{"MaxResults":5}"#));
        let incoming = read(&request.unwrap()).unwrap();
        assert_eq!((incoming.service, incoming.action.as_str()), (Service::CloudTrail, "LookupEvents"));
        assert_eq!(incoming.params, json!({"MaxResults": 5}));
    }
}

#[test]
fn the_sdk_s_own_agent_header_is_preferred() {
    let request = signed("sts").header("user-agent", "short").header("x-amz-user-agent", "long");
    let incoming = read(&request.body(Bytes::from("Action=GetCallerIdentity")).unwrap()).unwrap();
    assert_eq!(incoming.agent, "long");
}

#[test]
fn what_is_not_understood_says_why() {
    let unsigned = Request::post("/").body(Bytes::from("Action=DescribeInstances&Version=2016-11-15")).unwrap();
    assert_eq!(read(&unsigned).unwrap_err(), Unreadable::Unsigned(Service::Ec2));
    let other = signed("s3").body(Bytes::new()).unwrap();
    assert_eq!(read(&other).unwrap_err(), Unreadable::Service("s3".to_owned()));
    let broken = signed("cloudtrail").header("x-amz-target", "CloudTrail_20131101.LookupEvents");
    assert_eq!(read(&broken.body(Bytes::from("{")).unwrap()).unwrap_err(), Unreadable::Body(Service::CloudTrail));
}
