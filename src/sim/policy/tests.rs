use super::*;
use serde_json::json;

fn asked(policy: &Value, action: &str, resource: &str, context: &[(&str, &str)]) -> Decision {
    let context: Vec<(String, Vec<String>)> =
        context.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect();
    decide(policy, &Ask { action, resource, context: &context })
}

#[test]
fn nothing_is_allowed_that_is_not_allowed_by_a_statement() {
    let policy = json!({"Statement": {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}});
    assert_eq!(asked(&policy, "ec2:DescribeInstances", "*", &[]), Decision::Allowed);
    assert_eq!(asked(&policy, "EC2:describeinstances", "*", &[]), Decision::Allowed);
    assert_eq!(asked(&policy, "ec2:StopInstances", "*", &[]), Decision::ImplicitDeny);
    assert_eq!(asked(&Value::Null, "ec2:StopInstances", "*", &[]), Decision::ImplicitDeny);
}

#[test]
fn a_denial_outweighs_every_allowance_wherever_it_stands() {
    let policy = json!([
        {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
        {"Statement": [{"Effect": "Deny", "Action": ["cloudtrail:Stop*", "iam:*"], "Resource": "*"}]},
    ]);
    assert_eq!(asked(&policy, "cloudtrail:StopLogging", "*", &[]), Decision::ExplicitDeny);
    assert_eq!(asked(&policy, "cloudtrail:StartLogging", "*", &[]), Decision::Allowed);
}

#[test]
fn not_action_and_not_resource_speak_of_everything_else() {
    let policy = json!({"Statement": {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:*:instance/i-1"}});
    assert_eq!(asked(&policy, "ec2:StopInstances", "arn:aws:ec2:r:1:instance/i-2", &[]), Decision::Allowed);
    assert_eq!(asked(&policy, "ec2:StopInstances", "arn:aws:ec2:r:1:instance/i-1", &[]), Decision::ImplicitDeny);
    assert_eq!(asked(&policy, "iam:ListUsers", "*", &[]), Decision::ImplicitDeny);
}

#[test]
fn conditions_narrow_a_statement() {
    let policy = json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {
        "StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]},
        "StringLike": {"ec2:ResourceTag/Name": "web-*"},
    }}});
    let right = [("aws:RequestedRegion", "eu-west-1"), ("ec2:resourcetag/Name", "web-1")];
    assert_eq!(asked(&policy, "ec2:StopInstances", "*", &right), Decision::Allowed);
    let elsewhere = [("aws:RequestedRegion", "ap-south-1"), ("ec2:ResourceTag/Name", "web-1")];
    assert_eq!(asked(&policy, "ec2:StopInstances", "*", &elsewhere), Decision::ImplicitDeny);
    assert_eq!(asked(&policy, "ec2:StopInstances", "*", &right[..1]), Decision::ImplicitDeny);
}

#[test]
fn negated_operators_and_if_exists_hold_where_the_key_is_absent() {
    let policy = |condition: Value| json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}});
    for condition in [
        json!({"StringNotEquals": {"aws:username": "mallory"}}),
        json!({"StringEqualsIfExists": {"aws:username": "alice"}}),
        json!({"Null": {"aws:username": "true"}}),
    ] {
        assert_eq!(asked(&policy(condition.clone()), "a:b", "*", &[]), Decision::Allowed, "{condition}");
        let mallory = [("aws:username", "mallory")];
        assert_eq!(asked(&policy(condition.clone()), "a:b", "*", &mallory), Decision::ImplicitDeny, "{condition}");
    }
}

#[test]
fn sessions_older_than_a_revocation_are_denied() {
    let policy = json!({"Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-11-24T10:00:00Z"}}},
    ]});
    let issued = |at| [("aws:TokenIssueTime", at)];
    assert_eq!(asked(&policy, "a:b", "*", &issued("2026-11-24T09:59:59Z")), Decision::ExplicitDeny);
    assert_eq!(asked(&policy, "a:b", "*", &issued("2026-11-24T10:00:01Z")), Decision::Allowed);
}

#[test]
fn an_operator_that_is_not_known_allows_nothing_and_denies() {
    let condition = json!({"BinaryEquals": {"key": "x"}});
    let allow = json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}});
    assert_eq!(asked(&allow, "a:b", "*", &[]), Decision::ImplicitDeny);
    let deny = json!({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}});
    assert_eq!(asked(&deny, "a:b", "*", &[]), Decision::ExplicitDeny);
}

#[test]
fn addresses_are_told_by_range() {
    let policy = json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}}});
    assert_eq!(asked(&policy, "a:b", "*", &[("aws:SourceIp", "198.51.100.7")]), Decision::Allowed);
    assert_eq!(asked(&policy, "a:b", "*", &[("aws:SourceIp", "203.0.113.7")]), Decision::ImplicitDeny);
}

#[test]
fn stars_and_question_marks_stand_for_letters() {
    assert!(like("a*c?", "abbbcd"));
    assert!(like("*", ""));
    assert!(like("**a", "a"));
    assert!(!like("a*c", "abcd"));
    assert!(!like("A", "a"));
}
