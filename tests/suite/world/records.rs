//! The records of the attack and of the work around it, and what rules find in them.

use serde_json::{Value, json};
use stanch::domain::finding::{Finding, Severity};

use super::{ACCOUNT, GROUP, KEY, RULE, WEB};

fn user(name: &str, key: &str) -> Value {
    json!({"type": "IAMUser", "userName": name, "arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
        "accountId": ACCOUNT, "accessKeyId": key, "principalId": format!("AIDA{name}")})
}

fn role(role: &str, session: &str, key: &str) -> Value {
    json!({"type": "AssumedRole", "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"),
        "accountId": ACCOUNT, "accessKeyId": key, "principalId": format!("AROA{role}:{session}"),
        "sessionContext": {"sessionIssuer": {"type": "Role", "userName": role,
            "arn": format!("arn:aws:iam::{ACCOUNT}:role/{role}")}, "attributes": {"mfaAuthenticated": "true"}}})
}

/// One record as CloudTrail writes it.
#[derive(Clone)]
pub struct Record(Value);

impl Record {
    #[expect(clippy::needless_pass_by_value, reason = "tables read better with values")]
    pub fn new(id: &str, time: &str, name: &str, service: &str, identity: Value) -> Self {
        Self(json!({
            "eventVersion": "1.11", "eventID": id, "eventTime": format!("2026-11-24T{time}Z"), "eventName": name,
            "eventSource": format!("{service}.amazonaws.com"), "awsRegion": "eu-west-1",
            "recipientAccountId": ACCOUNT, "userIdentity": identity, "sourceIPAddress": "10.0.4.17",
            "userAgent": "HashiCorp/1.0 Terraform/1.9", "readOnly": false, "eventType": "AwsApiCall",
            "requestParameters": null, "responseElements": null, "managementEvent": true,
            "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"}
        }))
    }

    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.0[key] = value;
        self
    }

    pub fn leaked(self) -> Self {
        self.with("sourceIPAddress", json!("203.0.113.7"))
            .with("userAgent", json!("aws-cli/2.31.0 md/awscrt#0.27 ua/2.1 os/linux"))
    }

    pub fn text(&self) -> String {
        self.0.to_string()
    }
}

/// The records of the attack and of the ordinary work around it.
pub fn records() -> Vec<String> {
    let ci = || user("ci-deploy", KEY);
    let mut all = Vec::new();
    for minute in 5..58 {
        let quiet = Record::new(
            &format!("work-{minute:02}"),
            &format!("13:{minute:02}:30"),
            if minute % 3 == 0 { "CreateTags" } else { "PutObject" },
            if minute % 3 == 0 { "ec2" } else { "s3" },
            role("Terraform", "plan", "ASIAEXAMPLETERRAFORM"),
        );
        all.push(quiet.with("requestParameters", json!({"bucketName": "prod-state", "key": "terraform.tfstate"})));
    }
    for (at, second) in (10..24).enumerate() {
        let read = Record::new(&format!("look-{at:02}"), &format!("13:58:{second}"), "DescribeInstances", "ec2", ci());
        all.push(read.leaked().with("readOnly", json!(true)));
    }
    let whoami = Record::new("whoami", "13:58:04", "GetCallerIdentity", "sts", ci());
    all.push(whoami.leaked().with("readOnly", json!(true)));
    all.push(
        Record::new("stop-logging", "13:59:03", "StopLogging", "cloudtrail", ci())
            .leaked()
            .with("errorCode", json!("AccessDenied"))
            .with(
                "errorMessage",
                json!(format!(
                    "User: arn:aws:iam::{ACCOUNT}:user/ci-deploy is not authorized to perform: cloudtrail:StopLogging"
                )),
            )
            .with("requestParameters", json!({"name": "main"})),
    );
    let service = json!({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"});
    all.push(
        Record::new("scale-in", "14:00:40", "TerminateInstances", "ec2", service)
            .with("sourceIPAddress", json!("autoscaling.amazonaws.com"))
            .with("userAgent", json!("autoscaling.amazonaws.com"))
            .with("requestParameters", json!({"instancesSet": {"items": [{"instanceId": "i-0ff1122334455667a"}]}})),
    );
    all.push(
        Record::new("dry", "14:00:58", "RunInstances", "ec2", ci())
            .leaked()
            .with("errorCode", json!("Client.DryRunOperation"))
            .with("errorMessage", json!("Request would have succeeded, but DryRun flag is set"))
            .with("requestParameters", json!({"instanceType": "p4d.24xlarge"})),
    );
    all.push(
        Record::new("user-data", "14:01:12", "ModifyInstanceAttribute", "ec2", ci())
            .leaked()
            .with("requestParameters", json!({"instanceId": WEB, "userData": "<sensitiveDataRemoved>"}))
            .with("responseElements", json!({"_return": true})),
    );
    all.push(
        Record::new("open", "14:01:58", "AuthorizeSecurityGroupIngress", "ec2", ci())
            .leaked()
            .with(
                "requestParameters",
                json!({"groupId": GROUP, "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22,
                    "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}),
            )
            .with(
                "responseElements",
                json!({"_return": true, "securityGroupRuleSet": {"items": [{"securityGroupRuleId": RULE,
                    "groupId": GROUP, "cidrIpv4": "0.0.0.0/0", "fromPort": 22, "toPort": 22}]}}),
            ),
    );
    all.iter().map(Record::text).collect()
}

pub fn finding(event: &str, title: &str, severity: Severity, because: &[(&str, &str)]) -> Finding {
    Finding {
        rule_id: format!("rule-{title}"),
        title: title.into(),
        severity,
        event_id: event.into(),
        origin: "ours".into(),
        because: because.iter().map(|(field, value)| ((*field).into(), (*value).into())).collect(),
        count: 1,
    }
}

pub fn findings() -> Vec<Finding> {
    vec![
        finding(
            "open",
            "Security group opened to the world",
            Severity::Critical,
            &[
                ("eventName", "AuthorizeSecurityGroupIngress"),
                ("requestParameters.ipPermissions.items.ipRanges.items.cidrIp", "0.0.0.0/0"),
            ],
        ),
        finding(
            "user-data",
            "User data of an instance changed",
            Severity::High,
            &[("eventName", "ModifyInstanceAttribute")],
        ),
        finding(
            "stop-logging",
            "Trail stopped or tried to",
            Severity::Medium,
            &[("eventName", "StopLogging"), ("errorCode", "AccessDenied")],
        ),
    ]
}
