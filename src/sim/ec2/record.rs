//! Parameters and answers as CloudTrail writes those of EC2.
//!
//! The older actions have names that begin small, lists as `{"items": […]}`, and
//! their lists of ids under names of their own. The newer ones have everything as the
//! wire has it, under `<Action>Request`, a list's members numbered by `tag`.

use crate::sim::camel::lower;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// How CloudTrail writes an action.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// The older way: lists by parameter, with the set's and the member's name. Sets
    /// that the action always shows are in the table, whether they are asked or not.
    Sets(&'static [(&'static str, &'static str, &'static str)]),
    /// The newer way.
    Wrapped,
}

/// What CloudTrail shows in place of a secret.
const HIDDEN: &str = "<sensitiveDataRemoved>";

/// The parameters of a request.
pub fn parameters(action: &str, shape: Shape, params: &Value) -> Value {
    let nothing = Map::new();
    let fields: Vec<(&String, &Value)> = params
        .as_object()
        .unwrap_or(&nothing)
        .iter()
        .filter(|(key, _)| *key != "DryRun" && *key != "NextToken")
        .collect();
    match shape {
        Shape::Wrapped => {
            let inner: Map<String, Value> =
                fields.into_iter().map(|(key, value)| (key.clone(), numbered(value))).collect();
            json!({format!("{action}Request"): inner})
        }
        Shape::Sets(sets) => {
            let mut written = Map::new();
            for (parameter, set, member) in sets {
                let value = params.get(*parameter);
                // Two actions leave their filters out where others write an empty set.
                let bare = *set == "filterSet" && matches!(action, "DescribeRegions" | "DescribeAvailabilityZones");
                let reads = action.starts_with("Describe") && !bare;
                match value {
                    None if reads => {
                        written.insert((*set).to_owned(), json!({}));
                    }
                    None => {}
                    Some(value) => {
                        written.insert((*set).to_owned(), listed(set, member, value));
                    }
                }
            }
            for (key, value) in fields {
                if !sets.iter().any(|(parameter, ..)| parameter == key) {
                    older(action, key, value, &mut written);
                }
            }
            defaults(action, &mut written);
            if action == "RunInstances" { launched(written) } else { Value::Object(written) }
        }
    }
}

/// The answer of a write.
pub fn answer(action: &str, shape: Shape, answer: &Value) -> Value {
    match shape {
        Shape::Wrapped => {
            let mut inner = Map::new();
            inner.insert("xmlns".to_owned(), json!("http://ec2.amazonaws.com/doc/2016-11-15/"));
            if let Value::Object(fields) = counted(answer) {
                inner.extend(fields);
            }
            json!({format!("{action}Response"): inner})
        }
        Shape::Sets(_) => {
            let mut written = itemed("", answer);
            prune(unrecorded(action), &mut written);
            written
        }
    }
}

/// What an answer says and its record does not.
fn unrecorded(action: &str) -> &'static [&'static str] {
    match action {
        "RunInstances" => &[
            "association",
            "availabilityZoneId",
            "bootMode",
            "description",
            "platformDetails",
            "reason",
            "rebootMigration",
            "usageOperation",
            "usageOperationUpdateTime",
        ],
        "AuthorizeSecurityGroupIngress" | "AuthorizeSecurityGroupEgress" => &["tagSet"],
        _ => &[],
    }
}

fn prune(unrecorded: &[&str], value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, value| {
                let no_group = key == "groupName" && *value == "";
                !no_group && !unrecorded.contains(&key.as_str())
            });
            fields.values_mut().for_each(|value| prune(unrecorded, value));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| prune(unrecorded, item)),
        _ => {}
    }
}

/// A text as a boolean or a number where it stands for one.
fn typed(key: &str, text: &str) -> Value {
    const NUMBERS: [&str; 12] = [
        "ruleNumber",
        "from",
        "to",
        "fromPort",
        "toPort",
        "minCount",
        "maxCount",
        "maxResults",
        "deviceIndex",
        "volumeSize",
        "iops",
        "httpPutResponseHopLimit",
    ];
    match text {
        "true" | "True" => json!(true),
        "false" | "False" => json!(false),
        _ if NUMBERS.contains(&key) => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
        _ => json!(text),
    }
}

fn listed(set: &str, member: &str, value: &Value) -> Value {
    let items: Vec<Value> = match value {
        Value::Array(items) => {
            items.iter().map(|item| if set == "filterSet" { filter(item) } else { json!({member: item}) }).collect()
        }
        one => vec![json!({member: one})],
    };
    json!({"items": items})
}

fn filter(item: &Value) -> Value {
    let values = item["Value"].as_array().map(Vec::as_slice).unwrap_or_default();
    let values: Vec<Value> = values.iter().map(|value| json!({"value": value})).collect();
    json!({"name": item["Name"], "valueSet": {"items": values}})
}

/// One parameter of an older action.
fn older(action: &str, key: &str, value: &Value, out: &mut Map<String, Value>) {
    let name = lower(key);
    match key {
        "UserData" => {
            out.insert(name, json!(HIDDEN));
        }
        "TagSpecification" => {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let items: Vec<Value> = items
                .iter()
                .map(|one| json!({"resourceType": one["ResourceType"], "tags": tag_list(&one["Tag"])}))
                .collect();
            out.insert("tagSpecificationSet".to_owned(), json!({"items": items}));
        }
        "Tag" => {
            out.insert("tagSet".to_owned(), json!({"items": tag_list(value)}));
        }
        "IpPermissions" => {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            out.insert(name, json!({"items": items.iter().map(permission).collect::<Vec<_>>()}));
        }
        "SecurityGroupId" => {
            out.insert("groupSet".to_owned(), listed("groupSet", "groupId", value));
        }
        "SecurityGroup" => {
            out.insert("groupSet".to_owned(), listed("groupSet", "groupName", value));
        }
        "NetworkInterface" => {
            out.insert("networkInterfaceSet".to_owned(), deep(key, value));
        }
        // A single value of ModifySnapshotAttribute and ModifyInstanceAttribute.
        "Attribute" if action == "ModifySnapshotAttribute" => {
            out.insert("attributeType".to_owned(), json!("CREATE_VOLUME_PERMISSION"));
        }
        "Protocol" if action.ends_with("NetworkAclEntry") => {
            out.insert("aclProtocol".to_owned(), value.clone());
        }
        _ => {
            out.insert(name, deep(key, value));
        }
    }
}

fn tag_list(value: &Value) -> Vec<Value> {
    let tags = value.as_array().map(Vec::as_slice).unwrap_or_default();
    tags.iter()
        .map(|tag| match tag.get("Value") {
            Some(value) => json!({"key": tag["Key"], "value": value}),
            None => json!({"key": tag["Key"]}),
        })
        .collect()
}

/// A permission shows its four lists, empty or not.
fn permission(one: &Value) -> Value {
    let mut written = Map::new();
    for key in ["IpProtocol", "FromPort", "ToPort"] {
        if let Some(text) = one[key].as_str() {
            let name = lower(key);
            written.insert(name.clone(), typed(&name, text));
        }
    }
    for (key, name) in [
        ("Groups", "groups"),
        ("IpRanges", "ipRanges"),
        ("Ipv6Ranges", "ipv6Ranges"),
        ("PrefixListIds", "prefixListIds"),
    ] {
        let list = one.get(key).map_or_else(|| json!({}), |list| deep(key, list));
        written.insert(name.to_owned(), list);
    }
    Value::Object(written)
}

/// A value with names that begin small and lists as items.
fn deep(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(key, value)| {
                    let hidden = matches!(key.as_str(), "UserData" | "KeyMaterial");
                    (lower(key), if hidden { json!(HIDDEN) } else { deep(key, value) })
                })
                .collect(),
        ),
        Value::Array(items) => {
            let items: Vec<Value> = items.iter().map(|item| deep(key, item)).collect();
            json!({"items": items})
        }
        Value::String(text) => typed(&lower(key), text),
        other => other.clone(),
    }
}

/// What AWS writes though it was not asked.
fn defaults(action: &str, written: &mut Map<String, Value>) {
    if action == "ModifyInstanceAttribute" && written.get("attribute") == Some(&json!("userData")) {
        written.insert("value".to_owned(), json!(HIDDEN));
    }
    let absent: Vec<(&str, Value)> = match action {
        "StopInstances" => vec![("force", json!(false))],
        "ModifySnapshotAttribute" => vec![("attributeType", json!("CREATE_VOLUME_PERMISSION"))],
        "DescribeInstanceStatus" => vec![("includeAllInstances", json!(false))],
        "DescribeImages" => vec![("includeDeprecated", json!(false))],
        "RevokeSecurityGroupIngress" | "RevokeSecurityGroupEgress" => vec![("ipPermissions", json!({}))],
        "RunInstances" => vec![
            ("blockDeviceMapping", json!({})),
            ("monitoring", json!({"enabled": false})),
            ("disableApiTermination", json!(false)),
            ("disableApiStop", json!(false)),
            ("ebsOptimized", json!(false)),
        ],
        _ => Vec::new(),
    };
    for (key, value) in absent {
        written.entry(key).or_insert(value);
    }
}

/// RunInstances shows what is launched as a set of one.
fn launched(mut written: Map<String, Value>) -> Value {
    let mut item = Map::new();
    for key in ["imageId", "minCount", "maxCount", "keyName"] {
        if let Some(value) = written.remove(key) {
            item.insert(key.to_owned(), value);
        }
    }
    let mut whole = Map::new();
    whole.insert("instancesSet".to_owned(), json!({"items": [item]}));
    whole.extend(written);
    Value::Object(whole)
}

/// A value of a newer action's request: members of lists carry their number.
fn numbered(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, value)| (key.clone(), numbered(value))).collect())
        }
        Value::Array(items) => {
            let mut members: Vec<Value> = items
                .iter()
                .enumerate()
                .map(|(index, item)| match numbered(item) {
                    Value::Object(mut fields) => {
                        fields.insert("tag".to_owned(), json!(index + 1));
                        Value::Object(fields)
                    }
                    other => json!({"tag": index + 1, "content": other}),
                })
                .collect();
            if members.len() == 1 { members.remove(0) } else { Value::Array(members) }
        }
        Value::String(text) => match text.as_str() {
            "true" => json!(true),
            "false" => json!(false),
            // Account ids stay texts: as numbers they would lose their zeros.
            digits if digits.len() < 10 && !digits.is_empty() => {
                digits.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number))
            }
            _ => json!(text),
        },
        other => other.clone(),
    }
}

/// A newer action's answer: a list is `{"item": …}`, an empty one an empty text.
fn counted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), counted(value)))
                .collect(),
        ),
        Value::Array(items) => match items.as_slice() {
            [] => json!(""),
            [one] => json!({"item": counted(one)}),
            many => json!({"item": many.iter().map(counted).collect::<Vec<_>>()}),
        },
        other => other.clone(),
    }
}

/// An older action's answer: lists are `{"items": […]}`, times are milliseconds.
fn itemed(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut written = Map::new();
            for (key, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                let name = if key == "return" { "_return" } else { key };
                let hidden = key == "keyMaterial";
                written.insert(name.to_owned(), if hidden { json!(HIDDEN) } else { itemed(key, value) });
            }
            Value::Object(written)
        }
        Value::Array(items) if items.is_empty() => json!({}),
        Value::Array(items) if key == "privateIpAddressesSet" => {
            json!({"item": items.iter().map(|item| itemed(key, item)).collect::<Vec<_>>()})
        }
        Value::Array(items) => json!({"items": items.iter().map(|item| itemed(key, item)).collect::<Vec<_>>()}),
        Value::String(text) if key.ends_with("Time") => match text.parse::<Timestamp>() {
            Ok(time) => json!(time.as_millisecond()),
            Err(_) => value.clone(),
        },
        Value::Number(number) if key == "volumeSize" => json!(number.to_string()),
        other => other.clone(),
    }
}
