//! What a card's placeholders are filled with: the ids of the selected event.
//!
//! A value that an attacker may have chosen must never become a command: only
//! values of letters, digits and `-_.:/=+@,` fill a placeholder.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::event::Event;
use crate::domain::resource::ResourceKind;

/// The placeholders that cards may use.
pub const NAMES: [&str; 31] = [
    "region",
    "account",
    "event_id",
    "event_time",
    "actor_name",
    "actor_arn",
    "source_ip",
    "access_key",
    "instance_id",
    "group_id",
    "rule_id",
    "interface_id",
    "volume_id",
    "snapshot_id",
    "image_id",
    "vpc_id",
    "subnet_id",
    "route_table_id",
    "acl_id",
    "rule_number",
    "scaling_group",
    "target_group",
    "key_name",
    "user_name",
    "role_name",
    "policy_arn",
    "policy_name",
    "profile_name",
    "trail_name",
    "bucket_name",
    "association_id",
];

/// Values of placeholders, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fills(BTreeMap<&'static str, String>);

impl Fills {
    /// The ids of an event and of its record.
    pub fn from_event(event: &Event, raw: &str) -> Self {
        let mut fills = Self::default();
        let record: Value = serde_json::from_str(raw).unwrap_or(Value::Null);
        let asked = &record["requestParameters"];
        let answered = &record["responseElements"];
        fills.put("region", &event.region);
        fills.put("account", &event.account);
        fills.put("event_id", &event.id);
        fills.put("event_time", &event.time.to_string());
        fills.put("actor_name", event.actor.name.rsplit('/').next().unwrap_or(""));
        fills.put("actor_arn", &event.actor.arn);
        fills.put("source_ip", &event.ip);
        for (name, key) in [
            ("key_name", "keyName"),
            ("user_name", "userName"),
            ("role_name", "roleName"),
            ("policy_arn", "policyArn"),
            ("policy_name", "policyName"),
            ("profile_name", "instanceProfileName"),
            ("bucket_name", "bucketName"),
            ("trail_name", "name"),
            ("rule_id", "securityGroupRuleId"),
            ("association_id", "associationId"),
        ] {
            if name == "trail_name" && event.source != "cloudtrail.amazonaws.com" {
                continue;
            }
            let found = find(answered, key).or_else(|| find(asked, key));
            fills.put(name, found.unwrap_or(""));
        }
        if let Some(number) = asked["ruleNumber"].as_u64() {
            fills.put("rule_number", &number.to_string());
        }
        // A key that the call made or named, before the key that made the call.
        fills.put("access_key", find(answered, "accessKeyId").or_else(|| find(asked, "accessKeyId")).unwrap_or(""));
        if event.name == "CreateUser" || event.name == "CreateAccessKey" || !fills.0.contains_key("user_name") {
            let made = find(answered, "userName").unwrap_or("");
            fills.put("user_name", if made.is_empty() { own_user(event) } else { made });
        }
        for resource in &event.resources {
            let name = match resource.kind {
                ResourceKind::Instance => "instance_id",
                ResourceKind::SecurityGroup => "group_id",
                ResourceKind::SecurityGroupRule => "rule_id",
                ResourceKind::Interface => "interface_id",
                ResourceKind::Volume => "volume_id",
                ResourceKind::Snapshot => "snapshot_id",
                ResourceKind::Image => "image_id",
                ResourceKind::Vpc => "vpc_id",
                ResourceKind::Subnet => "subnet_id",
                ResourceKind::RouteTable => "route_table_id",
                ResourceKind::NetworkAcl => "acl_id",
                ResourceKind::AutoScalingGroup => "scaling_group",
                ResourceKind::TargetGroup => "target_group",
                ResourceKind::AccessKey => "access_key",
                ResourceKind::User => "user_name",
                ResourceKind::Role => "role_name",
                ResourceKind::InstanceProfile => "profile_name",
                ResourceKind::Trail => "trail_name",
                ResourceKind::Bucket => "bucket_name",
                _ => continue,
            };
            if !fills.0.contains_key(name) {
                fills.put(name, &resource.id);
            }
        }
        if !fills.0.contains_key("access_key") {
            fills.put("access_key", &event.actor.access_key);
        }
        fills
    }

    /// Sets a placeholder; an empty or unsafe value leaves it unfilled.
    pub fn put(&mut self, name: &'static str, value: &str) {
        let safe = |c: char| c.is_ascii_alphanumeric() || "-_.:/=+@,".contains(c);
        if !value.is_empty() && value.chars().all(safe) && !value.starts_with('-') {
            self.0.insert(name, value.to_string());
        }
    }

    /// The value of a placeholder.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The text with each `{name}` replaced by its value, or by `NAME` where
    /// none is known; other braces stay.
    pub fn fill(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            let after = &rest[open + 1..];
            let name = after.split_once('}').map(|(name, _)| name).filter(|name| NAMES.contains(name));
            if let Some(name) = name {
                match self.get(name) {
                    Some(value) => out.push_str(value),
                    None => out.push_str(&name.to_ascii_uppercase()),
                }
                rest = &after[name.len() + 1..];
            } else {
                out.push('{');
                rest = after;
            }
        }
        out.push_str(rest);
        out
    }
}

/// The IAM user behind an event, by name; empty where it was none.
fn own_user(event: &Event) -> &str {
    event.actor.arn.split_once(":user/").map_or("", |(_, path)| path.rsplit('/').next().unwrap_or(path))
}

/// The first text under a key, however deep.
fn find<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    match value {
        Value::Object(map) => {
            map.get(key).and_then(Value::as_str).or_else(|| map.values().find_map(|inner| find(inner, key)))
        }
        Value::Array(list) => list.iter().find_map(|inner| find(inner, key)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Fills;
    use crate::trail::decode;

    fn fills(service: &str, name: &str, asked: &Value) -> Fills {
        let record = json!({
            "eventID": "11111111-2222-3333-4444-555555555555", "eventTime": "2026-11-24T14:01:58Z",
            "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "awsRegion": "eu-west-1",
            "requestParameters": asked, "responseElements": null,
        })
        .to_string();
        Fills::from_event(&decode::record(record.as_bytes()).unwrap(), &record)
    }

    #[test]
    fn known_names_are_filled_and_other_braces_stay() {
        let mut fills = Fills::default();
        fills.put("instance_id", "i-0abc12de");
        assert_eq!(
            fills.fill("stop {instance_id} in {region}: {'a': 1} {unclosed"),
            "stop i-0abc12de in REGION: {'a': 1} {unclosed"
        );
    }

    #[test]
    fn a_value_that_could_be_a_command_fills_nothing() {
        let mut fills = Fills::default();
        for hostile in ["x; rm -rf /", "$(id)", "a b", "`id`", "--endpoint-url=http://evil", "x\u{1b}[0m", "a'b"] {
            fills.put("user_name", hostile);
            assert_eq!(fills.fill("{user_name}"), "USER_NAME", "{hostile}");
        }
    }

    #[test]
    fn what_a_containment_calls_fills_its_own_names() {
        let entry = json!({"networkAclId": "acl-0abc12de", "ruleNumber": 90, "egress": true, "ruleAction": "deny"});
        let fleet = json!({"autoScalingGroupName": "web-fleet", "instanceIds": ["i-0abc12de"]});
        let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";
        let targets = json!({"targetGroupArn": arn, "targets": [{"id": "i-0abc12de", "port": 8080}]});
        let policy = json!({"roleName": "web", "policyName": "AWSRevokeOlderSessions", "policyDocument": "{}"});
        for (service, name, asked, text, filled) in [
            ("ec2", "CreateNetworkAclEntry", entry, "{acl_id} {rule_number}", "acl-0abc12de 90".to_owned()),
            ("autoscaling", "EnterStandby", fleet, "{scaling_group} {instance_id}", "web-fleet i-0abc12de".to_owned()),
            (
                "elasticloadbalancing",
                "DeregisterTargets",
                targets,
                "{target_group} {instance_id}",
                format!("{arn} i-0abc12de"),
            ),
            ("iam", "PutRolePolicy", policy, "{role_name} {policy_name}", "web AWSRevokeOlderSessions".to_owned()),
        ] {
            assert_eq!(fills(service, name, &asked).fill(text), filled, "{name}");
        }
    }
}
