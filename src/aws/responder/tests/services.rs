//! The calls of Auto Scaling, load balancers and IAM, and the later ones of EC2,
//! against answers as these services write them.

use std::collections::BTreeMap;

use super::{Parameters, sdk, taken, target};
use crate::aws::wire::{Asked, Reply, Wire, ec2_error, query_error, xml};
use crate::domain::fault::FaultKind;
use crate::domain::network::{AclEntry, Direction};
use crate::domain::surroundings::Target;
use crate::port::Responder as _;
use crate::respond::call::{Answer, Call};

const TG: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";

/// An answer of a Query service that is not EC2: its result in its envelope.
fn result(asked: &Asked, inner: &str) -> Reply {
    xml(&format!(
        "<{0}Response><{0}Result>{inner}</{0}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>\
         </{0}Response>",
        asked.action
    ))
}

fn entry(direction: Direction) -> AclEntry {
    AclEntry {
        number: 1,
        direction,
        protocol: "-1".into(),
        from_port: None,
        to_port: None,
        cidr: "203.0.113.7/32".into(),
        allow: false,
    }
}

/// Every write of these services, with the host, the action and what must stand in the request.
fn writes() -> Vec<(Call, &'static str, &'static str, Parameters)> {
    let (group, instance) = (|| "web".to_owned(), || "i-1".to_owned());
    let registered = || Target { id: "i-1".into(), port: Some(8080), zone: String::new(), state: String::new() };
    let processes = || vec!["Terminate".to_owned(), "ReplaceUnhealthy".to_owned()];
    let (user, role, policy, document) = (
        || "ci".to_owned(),
        || "web-role".to_owned(),
        || "StanchDeny".to_owned(),
        || "{\"Version\":\"2012-10-17\"}".to_owned(),
    );
    let member = vec![("AutoScalingGroupName", "web"), ("InstanceIds.member.1", "i-1")];
    let with = |more: (&'static str, &'static str)| [member.clone(), vec![more]].concat();
    let scaling = "autoscaling.eu-west-1.amazonaws.com";
    let balancing = "elasticloadbalancing.eu-west-1.amazonaws.com";
    let ec2 = "ec2.eu-west-1.amazonaws.com";
    let iam = "iam.amazonaws.com";
    let of = |name: &'static str, value: &'static str| vec![(name, value), ("PolicyName", "StanchDeny")];
    vec![
        (
            Call::EnterStandby { group: group(), instance: instance(), lower: true },
            scaling,
            "EnterStandby",
            with(("ShouldDecrementDesiredCapacity", "true")),
        ),
        (Call::ExitStandby { group: group(), instance: instance() }, scaling, "ExitStandby", member.clone()),
        (
            Call::DetachInstances { group: group(), instance: instance(), lower: false },
            scaling,
            "DetachInstances",
            with(("ShouldDecrementDesiredCapacity", "false")),
        ),
        (Call::AttachInstances { group: group(), instance: instance() }, scaling, "AttachInstances", member.clone()),
        (
            Call::SuspendProcesses { group: group(), processes: processes() },
            scaling,
            "SuspendProcesses",
            vec![("ScalingProcesses.member.1", "Terminate"), ("ScalingProcesses.member.2", "ReplaceUnhealthy")],
        ),
        (
            Call::ResumeProcesses { group: group(), processes: processes() },
            scaling,
            "ResumeProcesses",
            vec![("ScalingProcesses.member.1", "Terminate"), ("ScalingProcesses.member.2", "ReplaceUnhealthy")],
        ),
        (
            Call::DeregisterTargets { group: TG.into(), instance: instance(), target: registered() },
            balancing,
            "DeregisterTargets",
            vec![("TargetGroupArn", TG), ("Targets.member.1.Id", "i-1"), ("Targets.member.1.Port", "8080")],
        ),
        (
            Call::RegisterTargets { group: TG.into(), instance: instance(), target: registered() },
            balancing,
            "RegisterTargets",
            vec![("TargetGroupArn", TG), ("Targets.member.1.Id", "i-1"), ("Targets.member.1.Port", "8080")],
        ),
        (
            Call::UpdateAccessKey { user: user(), key: "AKIAIOSFODNN7EXAMPLE".into(), active: false },
            iam,
            "UpdateAccessKey",
            vec![("UserName", "ci"), ("AccessKeyId", "AKIAIOSFODNN7EXAMPLE"), ("Status", "Inactive")],
        ),
        (
            Call::PutUserPolicy { user: user(), policy: policy(), document: document() },
            iam,
            "PutUserPolicy",
            of("UserName", "ci"),
        ),
        (Call::DeleteUserPolicy { user: user(), policy: policy() }, iam, "DeleteUserPolicy", of("UserName", "ci")),
        (
            Call::PutRolePolicy { role: role(), policy: policy(), document: document() },
            iam,
            "PutRolePolicy",
            of("RoleName", "web-role"),
        ),
        (
            Call::DeleteRolePolicy { role: role(), policy: policy() },
            iam,
            "DeleteRolePolicy",
            of("RoleName", "web-role"),
        ),
        (
            Call::SetInstanceType { instance: instance(), kind: "m5.xlarge".into() },
            ec2,
            "ModifyInstanceAttribute",
            vec![("InstanceId", "i-1"), ("InstanceType.Value", "m5.xlarge")],
        ),
        (
            Call::ModifyImageAttribute {
                image: "ami-1".into(),
                add: true,
                public: false,
                accounts: vec!["111122223333".into()],
            },
            ec2,
            "ModifyImageAttribute",
            vec![("ImageId", "ami-1"), ("LaunchPermission.Add.1.UserId", "111122223333")],
        ),
        (
            Call::CreateNetworkAclEntry { acl: "acl-1".into(), entry: entry(Direction::Egress) },
            ec2,
            "CreateNetworkAclEntry",
            vec![("NetworkAclId", "acl-1"), ("RuleNumber", "1"), ("Egress", "true"), ("RuleAction", "deny")],
        ),
        (
            Call::DeleteNetworkAclEntry { acl: "acl-1".into(), number: 1, direction: Direction::Ingress },
            ec2,
            "DeleteNetworkAclEntry",
            vec![("NetworkAclId", "acl-1"), ("RuleNumber", "1"), ("Egress", "false")],
        ),
        (
            Call::SetEncryptionByDefault { region: "eu-west-1".into(), on: true },
            ec2,
            "EnableEbsEncryptionByDefault",
            vec![],
        ),
        (
            Call::SetEncryptionByDefault { region: "eu-west-1".into(), on: false },
            ec2,
            "DisableEbsEncryptionByDefault",
            vec![],
        ),
    ]
}

#[tokio::test]
async fn each_write_of_another_service_is_one_request_to_that_service() {
    for (call, host, action, parameters) in writes() {
        let wire = Wire::new(|asked| if asked.host.starts_with("ec2.") { taken(asked) } else { result(asked, "") });
        assert_eq!(sdk(&wire).call(&call, &target(), None, false).await, Ok(Answer::Taken), "{call:?}");
        let asked = wire.asked();
        assert_eq!((asked.len(), asked[0].action.as_str()), (1, action), "{call:?}");
        assert_eq!(asked[0].host, host, "{call:?}");
        assert!(asked[0].agent.contains("app/stanch"), "its footprint is known: {}", asked[0].agent);
        for (name, value) in parameters {
            assert_eq!(asked[0].parameter(name).as_deref(), Some(value), "{name} of {}", asked[0].body);
        }
    }
}

#[tokio::test]
async fn what_another_service_refuses_is_a_fault_of_its_action_and_is_not_tried_again() {
    for (code, status, kind) in [
        ("AccessDenied", 403, FaultKind::Denied),
        ("Throttling", 400, FaultKind::Throttled),
        ("ExpiredToken", 403, FaultKind::Expired),
        ("ResourceContention", 500, FaultKind::WrongState),
        ("NoSuchEntity", 404, FaultKind::NotFound),
    ] {
        for (call, host, ..) in writes().into_iter().filter(|(_, host, ..)| !host.starts_with("ec2.")) {
            let wire = Wire::new(move |_| query_error(status, code, "no"));
            let fault = sdk(&wire).call(&call, &target(), None, false).await.unwrap_err();
            assert_eq!((fault.kind, fault.operation.as_str()), (kind, call.action()), "{code} of {host}");
            assert_eq!(wire.asked().len(), 1, "{call:?}");
        }
    }
}

#[tokio::test]
async fn only_ec2_has_a_dry_run_and_the_others_are_never_asked_for_one() {
    for (call, host, ..) in writes() {
        let wire = Wire::new(|_| ec2_error(412, "DryRunOperation", "Request would have succeeded"));
        let fault = sdk(&wire).call(&call, &target(), None, true).await.unwrap_err();
        if host.starts_with("ec2.") {
            assert_eq!(fault.kind, FaultKind::DryRun, "{call:?}");
            assert_eq!(wire.asked()[0].parameter("DryRun").as_deref(), Some("true"), "{call:?}");
        } else {
            assert_eq!(fault.kind, FaultKind::Invalid, "{call:?}");
            assert!(wire.asked().is_empty(), "{call:?}");
        }
    }
}

#[tokio::test]
async fn an_image_is_made_without_a_restart_unless_asked_and_its_id_is_answered() {
    let made = "<CreateImageResponse><imageId>ami-9</imageId></CreateImageResponse>";
    for reboot in [false, true] {
        let wire = Wire::new(move |_| xml(made));
        let call = Call::CreateImage {
            instance: "i-1".into(),
            image_name: "case-1".into(),
            description: "evidence".into(),
            reboot,
            tags: BTreeMap::from([("stanch:case".to_owned(), "c-1".to_owned())]),
        };
        let answer = sdk(&wire).call(&call, &target(), None, false).await;
        assert_eq!(answer, Ok(Answer::Made("ami-9".into())));
        let asked = &wire.asked()[0];
        assert_eq!(asked.parameter("NoReboot").as_deref(), Some(if reboot { "false" } else { "true" }));
        for n in ["1", "2"] {
            let key = format!("TagSpecification.{n}.Tag.1.Key");
            assert_eq!(asked.parameter(&key).as_deref(), Some("stanch:case"), "{}", asked.body);
        }
    }
}

#[tokio::test]
async fn a_scaling_group_and_a_targets_health_are_read_back() {
    let wire = Wire::new(|asked| match asked.action.as_str() {
        "DescribeAutoScalingGroups" => result(
            asked,
            "<AutoScalingGroups><member><AutoScalingGroupName>web</AutoScalingGroupName><MinSize>2</MinSize>\
             <MaxSize>6</MaxSize><DesiredCapacity>4</DesiredCapacity><Instances><member><InstanceId>i-1</InstanceId>\
             <LifecycleState>EnteringStandby</LifecycleState><AvailabilityZone>eu-west-1a</AvailabilityZone>\
             <HealthStatus>Healthy</HealthStatus><ProtectedFromScaleIn>false</ProtectedFromScaleIn></member></Instances>\
             <SuspendedProcesses><member><ProcessName>Terminate</ProcessName><SuspensionReason>User suspended\
             </SuspensionReason></member></SuspendedProcesses><DefaultCooldown>300</DefaultCooldown>\
             <AvailabilityZones/><HealthCheckType>EC2</HealthCheckType><CreatedTime>2026-01-01T00:00:00Z</CreatedTime>\
             </member></AutoScalingGroups>",
        ),
        "DescribeTargetHealth" => result(
            asked,
            "<TargetHealthDescriptions><member><Target><Id>i-1</Id><Port>8080</Port></Target><TargetHealth>\
             <State>draining</State><Reason>Target.DeregistrationInProgress</Reason></TargetHealth></member>\
             </TargetHealthDescriptions>",
        ),
        other => panic!("{other}"),
    });
    let sdk = sdk(&wire);
    let group = sdk.call(&Call::DescribeAutoScalingGroups { group: "web".into() }, &target(), None, false).await;
    let Ok(Answer::ScalingGroup(Some(group))) = group else { panic!("{group:?}") };
    assert_eq!((group.min, group.desired, group.max), (2, 4, 6));
    assert_eq!(group.members.get("i-1").map(String::as_str), Some("EnteringStandby"));
    assert!(group.suspended.contains("Terminate"));
    let registered = Target { id: "i-1".into(), port: Some(8080), ..Target::default() };
    let health =
        sdk.call(&Call::DescribeTargetHealth { group: TG.into(), target: registered }, &target(), None, false).await;
    assert_eq!(health, Ok(Answer::Value(Some("draining".into()))));
}

#[tokio::test]
async fn a_policy_that_is_not_there_is_an_answer_and_one_that_is_there_is_decoded() {
    let call = Call::GetRolePolicy { role: "web-role".into(), policy: "StanchRevoke".into() };
    let wire = Wire::new(|_| query_error(404, "NoSuchEntity", "The role policy cannot be found."));
    assert_eq!(sdk(&wire).call(&call, &target(), None, false).await, Ok(Answer::Value(None)));
    let wire = Wire::new(|asked| {
        result(
            asked,
            "<RoleName>web-role</RoleName><PolicyName>StanchRevoke</PolicyName>\
             <PolicyDocument>%7B%22Version%22%3A%222012-10-17%22%7D</PolicyDocument>",
        )
    });
    let document = sdk(&wire).call(&call, &target(), None, false).await;
    assert_eq!(document, Ok(Answer::Value(Some("{\"Version\":\"2012-10-17\"}".into()))));
}

#[tokio::test]
async fn the_keys_of_a_user_are_read_to_the_last_page() {
    let wire = Wire::new(|asked| {
        let key = |id: &str, status: &str| {
            format!("<member><UserName>ci</UserName><AccessKeyId>{id}</AccessKeyId><Status>{status}</Status></member>")
        };
        match asked.parameter("Marker") {
            None => result(
                asked,
                &format!(
                    "<AccessKeyMetadata>{}</AccessKeyMetadata><IsTruncated>true</IsTruncated><Marker>m1</Marker>",
                    key("AKIAIOSFODNN7EXAMPLE", "Active")
                ),
            ),
            Some(_) => result(
                asked,
                &format!(
                    "<AccessKeyMetadata>{}</AccessKeyMetadata><IsTruncated>false</IsTruncated>",
                    key("AKIAI44QH8DHBEXAMPLE", "Inactive")
                ),
            ),
        }
    });
    let keys = sdk(&wire).call(&Call::ListAccessKeys { user: "ci".into() }, &target(), None, false).await;
    let Ok(Answer::Keys(keys)) = keys else { panic!("{keys:?}") };
    assert_eq!(keys.get("AKIAIOSFODNN7EXAMPLE"), Some(&true));
    assert_eq!(keys.get("AKIAI44QH8DHBEXAMPLE"), Some(&false));
}
