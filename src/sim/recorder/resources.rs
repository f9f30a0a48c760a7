//! What LookupEvents lists as the resources of an event: read off the parameters and
//! the answer of a write, by the shape of ids and by the names of fields.

use serde_json::Value;

use super::super::call::Call;

/// The resource types by the prefix of their ids, as CloudTrail names them.
const BY_PREFIX: [(&str, &str); 13] = [
    ("i-", "AWS::EC2::Instance"),
    ("sg-", "AWS::EC2::SecurityGroup"),
    ("vol-", "AWS::EC2::Volume"),
    ("snap-", "AWS::EC2::Snapshot"),
    ("ami-", "AWS::EC2::Ami"),
    ("eni-", "AWS::EC2::NetworkInterface"),
    ("vpc-", "AWS::EC2::VPC"),
    ("subnet-", "AWS::EC2::Subnet"),
    ("rtb-", "AWS::EC2::RouteTable"),
    ("acl-", "AWS::EC2::NetworkAcl"),
    ("igw-", "AWS::EC2::InternetGateway"),
    ("eipalloc-", "AWS::EC2::EIP"),
    ("fl-", "AWS::EC2::FlowLog"),
];

/// The resource types by the name of the field that holds their name.
const BY_FIELD: [(&str, &str); 9] = [
    ("userName", "AWS::IAM::User"),
    ("roleName", "AWS::IAM::Role"),
    ("roleArn", "AWS::IAM::Role"),
    ("policyArn", "AWS::IAM::Policy"),
    ("instanceProfileName", "AWS::IAM::InstanceProfile"),
    ("accessKeyId", "AWS::IAM::AccessKey"),
    ("keyName", "AWS::EC2::KeyPair"),
    ("bucketName", "AWS::S3::Bucket"),
    ("autoScalingGroupName", "AWS::AutoScaling::AutoScalingGroup"),
];

/// Types and names, each once, in the order in which they are found.
pub fn of(call: &Call) -> Vec<(String, String)> {
    let mut found = call.resources.clone();
    for (kind, arn) in &call.arn_resources {
        if !kind.is_empty() {
            add(&mut found, kind, arn);
        }
    }
    let opens_session = call.source == "sts.amazonaws.com";
    if opens_session || (found.is_empty() && !call.read_only) {
        walk("", &call.request_parameters, &mut found);
        walk("", &call.response_elements, &mut found);
        if call.source == "cloudtrail.amazonaws.com"
            && let Some(name) = call.request_parameters.get("name").and_then(Value::as_str)
        {
            add(&mut found, "AWS::CloudTrail::Trail", name);
        }
    }
    found
}

fn walk(key: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                walk(key, value, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                walk(key, item, found);
            }
        }
        Value::String(text) => {
            if let Some((_, kind)) = BY_FIELD.iter().find(|(field, _)| *field == key) {
                add(found, kind, text);
            } else if let Some((_, kind)) = BY_PREFIX.iter().find(|(prefix, _)| is_id(text, prefix)) {
                add(found, kind, text);
            }
        }
        _ => {}
    }
}

fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|digits| matches!(digits.len(), 8 | 17) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn add(found: &mut Vec<(String, String)>, kind: &str, name: &str) {
    if !found.iter().any(|(of, known)| of == kind && known == name) {
        found.push((kind.to_owned(), name.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_write_lists_what_its_parameters_name_once_each() {
        let call = Call {
            source: "ec2.amazonaws.com".into(),
            request_parameters: json!({"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}}),
            response_elements: json!({"instancesSet": {"items": [
                {"instanceId": "i-0123456789abcdef0", "vpcId": "vpc-0123456789abcdef0", "note": "i-not-an-id"}]}}),
            ..Call::default()
        };
        let expected = [("AWS::EC2::Instance", "i-0123456789abcdef0"), ("AWS::EC2::VPC", "vpc-0123456789abcdef0")];
        let expected: Vec<(String, String)> = expected.map(|(a, b)| (a.into(), b.into())).into();
        assert_eq!(of(&call), expected);
    }

    #[test]
    fn a_read_lists_nothing_of_its_own() {
        let call = Call {
            source: "ec2.amazonaws.com".into(),
            read_only: true,
            request_parameters: json!({"instanceId": "i-0123456789abcdef0"}),
            ..Call::default()
        };
        assert_eq!(of(&call), []);
    }

    #[test]
    fn a_trail_is_listed_by_the_name_that_was_asked_for() {
        let call = Call {
            source: "cloudtrail.amazonaws.com".into(),
            request_parameters: json!({"name": "main"}),
            ..Call::default()
        };
        assert_eq!(of(&call), [("AWS::CloudTrail::Trail".to_owned(), "main".to_owned())]);
    }
}
