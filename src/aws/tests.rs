//! The adaptors against recorded wire answers.

use jiff::Timestamp;

use super::connect::{Options, connect};
use super::wire::{Asked, Reply, Wire, ec2_error, json, xml};
use crate::domain::fault::FaultKind;
use crate::domain::instance::InstanceState;
use crate::domain::network::{Direction, Peer};
use crate::domain::window::Span;
use crate::port::{Attribute, Lookup};

fn instances(asked: &Asked) -> Reply {
    let item = |id: &str| {
        format!(
            "<item><reservationId>r-{id}</reservationId><ownerId>123456789012</ownerId><instancesSet><item>\
             <instanceId>{id}</instanceId><imageId>ami-0a1b2c3d</imageId><instanceState><code>16</code><name>running</name>\
             </instanceState><instanceType>m5.large</instanceType><launchTime>2026-11-12T08:00:00.000Z</launchTime>\
             <placement><availabilityZone>eu-west-1a</availabilityZone></placement><vpcId>vpc-1</vpcId>\
             <subnetId>subnet-1</subnetId><privateIpAddress>10.0.0.7</privateIpAddress><ipAddress>198.51.100.7</ipAddress>\
             <rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping>\
             <item><deviceName>/dev/sdb</deviceName><ebs><volumeId>vol-2</volumeId></ebs></item>\
             <item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-1</volumeId></ebs></item></blockDeviceMapping>\
             <networkInterfaceSet><item><networkInterfaceId>eni-2</networkInterfaceId><attachment><deviceIndex>1</deviceIndex>\
             </attachment><groupSet><item><groupId>sg-2</groupId></item></groupSet></item>\
             <item><networkInterfaceId>eni-1</networkInterfaceId><attachment><deviceIndex>0</deviceIndex></attachment>\
             <groupSet><item><groupId>sg-1</groupId></item></groupSet></item></networkInterfaceSet>\
             <iamInstanceProfile><arn>arn:aws:iam::123456789012:instance-profile/web-role</arn><id>AIPA1</id></iamInstanceProfile>\
             <metadataOptions><httpTokens>optional</httpTokens></metadataOptions>\
             <tagSet><item><key>Name</key><value>web-7</value></item>\
             <item><key>aws:autoscaling:groupName</key><value>web</value></item></tagSet></item></instancesSet></item>"
        )
    };
    let (items, next) = if asked.parameter("NextToken").is_some() {
        (item("i-0bbbbbbbb"), "")
    } else {
        (item("i-0aaaaaaaa"), "<nextToken>more</nextToken>")
    };
    xml(&format!(
        "<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r</requestId>\
         <reservationSet>{items}</reservationSet>{next}</DescribeInstancesResponse>"
    ))
}

fn empty(asked: &Asked) -> Reply {
    xml(&format!(
        "<{0}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r</requestId></{0}Response>",
        asked.action
    ))
}

fn account(asked: &Asked) -> Reply {
    match asked.action.as_str() {
        "DescribeInstances" => instances(asked),
        "DescribeSecurityGroups" => xml(
            "<DescribeSecurityGroupsResponse><securityGroupInfo><item><groupId>sg-1</groupId><groupName>app</groupName>\
             <vpcId>vpc-1</vpcId><ipPermissions><item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort>\
             <ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges></item></ipPermissions></item></securityGroupInfo>\
             </DescribeSecurityGroupsResponse>",
        ),
        "DescribeSecurityGroupRules" => xml(
            "<DescribeSecurityGroupRulesResponse><securityGroupRuleSet><item><securityGroupRuleId>sgr-4</securityGroupRuleId>\
             <groupId>sg-1</groupId><isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort>\
             <toPort>22</toPort><cidrIpv4>0.0.0.0/0</cidrIpv4></item></securityGroupRuleSet></DescribeSecurityGroupRulesResponse>",
        ),
        "DescribeVolumes" => {
            ec2_error(403, "UnauthorizedOperation", "You are not authorized to perform this operation.")
        }
        _ => empty(asked),
    }
}

#[tokio::test]
async fn connecting_tells_who_we_are_and_reads_the_global_trail_beside() {
    let wire = Wire::new(account);
    let options = Options { stand_in: Some(wire.client()), regions: vec!["eu-west-1".into()], ..Options::default() };
    let connected = connect(&options).await.unwrap();
    let scopes: Vec<_> = connected.ports.iter().map(|ports| (ports.scope.region.as_str(), ports.watch_fleet)).collect();
    assert_eq!(scopes, [("eu-west-1", true), ("us-east-1", false)]);
    let caller = &connected.ports[0].scope.caller;
    assert_eq!((caller.short(), caller.alias.as_deref()), ("OnCall/alice", Some("prod-eu")));
    assert_eq!(connected.ports[0].scope.account_label(), "prod-eu 123456789012");
    for asked in wire.asked() {
        assert!(asked.agent.contains("app/stanch"), "{}: {}", asked.action, asked.agent);
    }
}

#[tokio::test]
async fn a_region_that_is_none_is_told_before_anything_is_sent() {
    let wire = Wire::new(account);
    let options = Options { stand_in: Some(wire.client()), regions: vec!["eu_west".into()], ..Options::default() };
    let fault = connect(&options).await.err().unwrap();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(wire.asked().is_empty());
}

#[tokio::test]
async fn a_region_that_the_account_does_not_know_is_told_with_the_nearest() {
    let wire = Wire::new(|asked| match asked.action.as_str() {
        "DescribeRegions" => {
            xml("<DescribeRegionsResponse><regionInfo><item><regionName>eu-west-1</regionName></item></regionInfo>\
             </DescribeRegionsResponse>")
        }
        _ => empty(asked),
    });
    let options = Options { stand_in: Some(wire.client()), regions: vec!["eu-west-9".into()], ..Options::default() };
    let fault = connect(&options).await.err().unwrap();
    assert!(fault.message.contains("eu-west-9") && fault.hint.contains("eu-west-1"), "{fault}");
    assert!(wire.asked().iter().all(|asked| !asked.host.contains("eu-west-9")), "{:?}", wire.asked());
}

#[tokio::test]
async fn all_regions_are_those_that_the_account_has_enabled() {
    let wire = Wire::new(|asked| match asked.action.as_str() {
        "DescribeRegions" => {
            xml("<DescribeRegionsResponse><regionInfo><item><regionName>eu-west-1</regionName></item>\
             <item><regionName>us-east-1</regionName></item></regionInfo></DescribeRegionsResponse>")
        }
        _ => empty(asked),
    });
    let options = Options { stand_in: Some(wire.client()), regions: vec!["all".into()], ..Options::default() };
    let connected = connect(&options).await.unwrap();
    let regions: Vec<_> = connected.ports.iter().map(|ports| ports.scope.region.as_str()).collect();
    assert_eq!(regions, ["us-east-1", "eu-west-1"]);
}

#[tokio::test]
async fn a_lookup_names_its_span_one_attribute_and_the_largest_page() {
    let wire = Wire::new(|asked| match asked.action.as_str() {
        "LookupEvents" => json(
            200,
            r#"{"Events":[{"EventId":"e-1","CloudTrailEvent":"{\"eventID\":\"e-1\"}"},{"EventId":"e-2"}],"NextToken":"t-2"}"#,
        ),
        _ => empty(asked),
    });
    let ports = wire.ports("eu-west-1").await;
    let span = Span { start: Timestamp::new(1000, 0).unwrap(), end: Timestamp::new(2000, 0).unwrap() };
    let lookup = Lookup { attribute: Some((Attribute::ReadOnly, "false".into())), span, token: Some("t-1".into()) };
    let page = ports.trail.lookup(lookup).await.unwrap();
    assert_eq!(page.records, [r#"{"eventID":"e-1"}"#]);
    assert_eq!(page.token.as_deref(), Some("t-2"));
    let asked = wire.asked().pop().unwrap();
    let body: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
    assert_eq!(body["LookupAttributes"], serde_json::json!([{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]));
    assert_eq!((body["StartTime"].as_f64(), body["EndTime"].as_f64()), (Some(1000.0), Some(2000.0)));
    assert_eq!((body["MaxResults"].as_i64(), body["NextToken"].as_str()), (Some(50), Some("t-1")));
}

#[tokio::test]
async fn a_throttled_lookup_is_asked_once_and_left_to_the_pace() {
    let wire = Wire::new(|asked| match asked.action.as_str() {
        "LookupEvents" => json(400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#),
        _ => empty(asked),
    });
    let ports = wire.ports("eu-west-1").await;
    let span = Span { start: Timestamp::UNIX_EPOCH, end: Timestamp::UNIX_EPOCH };
    let fault = ports.trail.lookup(Lookup { attribute: None, span, token: None }).await.unwrap_err();
    assert_eq!((fault.kind, fault.request_id.as_deref()), (FaultKind::Throttled, Some("req-1")));
    assert_eq!(wire.asked().iter().filter(|asked| asked.action == "LookupEvents").count(), 1);
}

#[tokio::test]
async fn a_page_of_html_is_a_malformed_answer() {
    let wire = Wire::new(|asked| match asked.action.as_str() {
        "LookupEvents" => Some((500, "text/html", "<!doctype html><title>500 Internal Server Error</title>".into())),
        _ => empty(asked),
    });
    let ports = wire.ports("eu-west-1").await;
    let span = Span { start: Timestamp::UNIX_EPOCH, end: Timestamp::UNIX_EPOCH };
    let fault = ports.trail.lookup(Lookup { attribute: None, span, token: None }).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed, "{fault}");
    assert!(fault.message.contains("HTTP 500, text/html: 500 Internal Server Error"), "{fault}");
}

#[tokio::test]
async fn an_inventory_is_paged_to_its_end_and_names_what_it_could_not_read() {
    let wire = Wire::new(account);
    let ports = wire.ports("eu-west-1").await;
    let inventory = ports.fleet.inventory().await.unwrap();
    assert_eq!(inventory.account, "123456789012");
    assert_eq!(inventory.instances.len(), 2);
    let web = &inventory.instances["i-0aaaaaaaa"];
    assert_eq!((web.name.as_str(), web.state, web.kind.as_str()), ("web-7", InstanceState::Running, "m5.large"));
    assert_eq!(web.interfaces, ["eni-1", "eni-2"], "primary first");
    assert_eq!(web.volumes, ["vol-1", "vol-2"], "root first");
    assert_eq!(web.groups, ["sg-1"], "the primary interface's");
    assert_eq!((web.auto_scaling_group.as_str(), web.profile_name()), ("web", "web-role"));
    assert_eq!(web.launched, "2026-11-12T08:00:00Z".parse().ok());
    let rules = &inventory.groups["sg-1"].rules;
    assert_eq!(
        (rules[0].id.as_str(), rules[0].direction, &rules[0].peer),
        ("sgr-4", Direction::Ingress, &Peer::Cidr("0.0.0.0/0".into()))
    );
    assert_eq!(rules.len(), 1, "the group's own permissions stand in only where rules cannot be read");
    let missing: Vec<_> = inventory.missing.iter().map(|(name, fault)| (name.as_str(), fault.kind)).collect();
    assert_eq!(missing, [("ec2:DescribeVolumes", FaultKind::Denied)]);
    for asked in
        wire.asked().iter().filter(|asked| asked.action.starts_with("Describe") && asked.action != "DescribeAddresses")
    {
        assert!(asked.parameter("MaxResults").is_some(), "{} is asked without a page size", asked.action);
    }
}

#[tokio::test]
async fn rules_that_may_not_be_read_are_told_by_the_groups_themselves() {
    let wire = Wire::new(|asked| match asked.action.as_str() {
        "DescribeSecurityGroupRules" => ec2_error(403, "UnauthorizedOperation", "no"),
        _ => account(asked),
    });
    let inventory = wire.ports("eu-west-1").await.fleet.inventory().await.unwrap();
    let rules = &inventory.groups["sg-1"].rules;
    assert_eq!((rules.len(), rules[0].id.as_str(), rules[0].ports()), (1, "", "22/tcp".into()));
}

#[tokio::test]
async fn one_instance_is_read_with_its_attributes() {
    let wire = Wire::new(|asked| match (asked.action.as_str(), asked.parameter("Attribute").as_deref()) {
        ("DescribeInstances", _) => instances(&Asked { body: String::new(), ..asked.clone() }),
        ("DescribeInstanceAttribute", Some("disableApiTermination")) => {
            xml("<DescribeInstanceAttributeResponse><disableApiTermination><value>true</value></disableApiTermination>\
             </DescribeInstanceAttributeResponse>")
        }
        ("DescribeInstanceAttribute", _) => {
            xml("<DescribeInstanceAttributeResponse><instanceInitiatedShutdownBehavior><value>terminate</value>\
             </instanceInitiatedShutdownBehavior></DescribeInstanceAttributeResponse>")
        }
        ("DescribeInstanceStatus", _) => {
            xml("<DescribeInstanceStatusResponse><instanceStatusSet><item><instanceId>i-0aaaaaaaa</instanceId>\
             <systemStatus><status>ok</status></systemStatus><instanceStatus><status>impaired</status></instanceStatus>\
             </item></instanceStatusSet></DescribeInstanceStatusResponse>")
        }
        _ => account(asked),
    });
    let inventory = wire.ports("eu-west-1").await.fleet.instance("i-0aaaaaaaa").await.unwrap();
    let web = &inventory.instances["i-0aaaaaaaa"];
    assert_eq!(
        (web.protected, web.shutdown_behavior.as_deref(), web.checks),
        (Some(true), Some("terminate"), Some((1, 2)))
    );
    assert!(inventory.groups.contains_key("sg-1"));
}

#[tokio::test]
async fn an_instance_that_is_gone_is_not_found() {
    let wire = Wire::new(|asked| match asked.action.as_str() {
        "DescribeInstances" => ec2_error(400, "InvalidInstanceID.NotFound", "The instance ID 'i-0' does not exist"),
        _ => account(asked),
    });
    let fault = wire.ports("eu-west-1").await.fleet.instance("i-0aaaaaaaa").await.unwrap_err();
    assert_eq!((fault.kind, fault.code.as_str()), (FaultKind::NotFound, "InvalidInstanceID.NotFound"));
}

#[tokio::test]
async fn console_output_comes_decoded_and_falls_back_to_what_was_kept() {
    let wire = Wire::new(|asked| match (asked.action.as_str(), asked.parameter("Latest").as_deref()) {
        ("GetConsoleOutput", Some("true")) => ec2_error(400, "UnsupportedOperation", "not on this hypervisor"),
        ("GetConsoleOutput", _) => {
            xml("<GetConsoleOutputResponse><output>bG9n\naW46</output></GetConsoleOutputResponse>")
        }
        _ => empty(asked),
    });
    let ports = wire.ports("eu-west-1").await;
    assert_eq!(ports.fleet.console_output("i-0aaaaaaaa").await.unwrap(), "login:");
}
