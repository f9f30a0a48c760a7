//! The calls against recorded wire answers.

use std::collections::BTreeMap;

use super::super::fault::Origin;
use super::super::wire::{Asked, Reply, Wire, ec2_error, xml};
use super::iam::document;
use super::{Sdk, policy_holder};
use crate::domain::fault::FaultKind;
use crate::domain::network::{Direction, GroupRule, Peer};
use crate::domain::resource::{Resource, ResourceKind};
use crate::port::Responder as _;
use crate::respond::call::{Answer, Call, InstanceAttribute, QUARANTINE};

mod services;

fn sdk(wire: &Wire) -> Sdk {
    Sdk::new(&wire.config("eu-west-1"), Origin::default())
}

/// What the plan is for: nothing on the wire tells it.
fn target() -> Resource {
    Resource::new(ResourceKind::Instance, "i-1")
}

fn taken(asked: &Asked) -> Reply {
    xml(&format!("<{0}Response><requestId>r</requestId><return>true</return></{0}Response>", asked.action))
}

fn rule(direction: Direction) -> GroupRule {
    GroupRule {
        id: "sgr-1".into(),
        group: "sg-1".into(),
        direction,
        protocol: "tcp".into(),
        from_port: Some(22),
        to_port: Some(22),
        peer: Peer::Cidr("0.0.0.0/0".into()),
        description: "jump host".into(),
    }
}

/// Names and values that must stand in a request.
type Parameters = Vec<(&'static str, &'static str)>;

/// Every write of EC2, with its action and what must stand in the request.
fn writes() -> Vec<(Call, &'static str, Parameters)> {
    let i = || "i-0123456789abcdef0".to_owned();
    let tags = || BTreeMap::from([("stanch:case".to_owned(), "c-1".to_owned())]);
    vec![
        (
            Call::SetTerminationProtection { instance: i(), on: true },
            "ModifyInstanceAttribute",
            vec![("InstanceId", "i-0123456789abcdef0"), ("DisableApiTermination.Value", "true")],
        ),
        (
            Call::SetShutdownBehavior { instance: i(), behavior: "stop".into() },
            "ModifyInstanceAttribute",
            vec![("InstanceInitiatedShutdownBehavior.Value", "stop")],
        ),
        (
            Call::SetDeleteOnTermination {
                instance: i(),
                device: "xvda".into(),
                volume: "vol-1".into(),
                delete: false,
            },
            "ModifyInstanceAttribute",
            vec![
                ("BlockDeviceMapping.1.DeviceName", "xvda"),
                ("BlockDeviceMapping.1.Ebs.DeleteOnTermination", "false"),
            ],
        ),
        (
            Call::ModifyInstanceMetadataOptions { instance: i(), tokens: "required".into() },
            "ModifyInstanceMetadataOptions",
            vec![("HttpTokens", "required")],
        ),
        (
            Call::CreateTags { resource: i(), tags: tags() },
            "CreateTags",
            vec![("ResourceId.1", "i-0123456789abcdef0"), ("Tag.1.Key", "stanch:case"), ("Tag.1.Value", "c-1")],
        ),
        (
            Call::DeleteTags { resource: i(), keys: vec!["a".into(), "b".into()] },
            "DeleteTags",
            vec![("Tag.1.Key", "a"), ("Tag.2.Key", "b")],
        ),
        (Call::DeleteSecurityGroup { group: "sg-1".into() }, "DeleteSecurityGroup", vec![("GroupId", "sg-1")]),
        (
            Call::RevokeSecurityGroupRules {
                group: "sg-1".into(),
                direction: Direction::Ingress,
                rules: vec!["sgr-1".into(), "sgr-2".into()],
            },
            "RevokeSecurityGroupIngress",
            vec![("GroupId", "sg-1"), ("SecurityGroupRuleId.1", "sgr-1"), ("SecurityGroupRuleId.2", "sgr-2")],
        ),
        (
            Call::RevokeSecurityGroupRules {
                group: "sg-1".into(),
                direction: Direction::Egress,
                rules: vec!["sgr-1".into()],
            },
            "RevokeSecurityGroupEgress",
            vec![("SecurityGroupRuleId.1", "sgr-1")],
        ),
        (
            Call::ModifyNetworkInterfaceAttribute {
                interface: "eni-1".into(),
                instance: i(),
                groups: vec!["sg-1".into(), "sg-2".into()],
            },
            "ModifyNetworkInterfaceAttribute",
            vec![("NetworkInterfaceId", "eni-1"), ("SecurityGroupId.1", "sg-1"), ("SecurityGroupId.2", "sg-2")],
        ),
        (
            Call::DisassociateIamInstanceProfile { association: "iip-assoc-1".into(), instance: i() },
            "DisassociateIamInstanceProfile",
            vec![("AssociationId", "iip-assoc-1")],
        ),
        (Call::StopInstances { instance: i() }, "StopInstances", vec![("InstanceId.1", "i-0123456789abcdef0")]),
        (Call::StartInstances { instance: i() }, "StartInstances", vec![("InstanceId.1", "i-0123456789abcdef0")]),
        (Call::RebootInstances { instance: i() }, "RebootInstances", vec![("InstanceId.1", "i-0123456789abcdef0")]),
        (
            Call::TerminateInstances { instance: i() },
            "TerminateInstances",
            vec![("InstanceId.1", "i-0123456789abcdef0")],
        ),
        (
            Call::ModifySnapshotAttribute {
                snapshot: "snap-1".into(),
                add: false,
                public: true,
                accounts: vec!["111122223333".into()],
            },
            "ModifySnapshotAttribute",
            vec![("OperationType", "remove"), ("UserGroup.1", "all"), ("UserId.1", "111122223333")],
        ),
    ]
}

#[tokio::test]
async fn each_write_is_one_request_that_says_exactly_what_the_call_says() {
    for (call, action, parameters) in writes() {
        let wire = Wire::new(taken);
        assert_eq!(sdk(&wire).call(&call, &target(), None, false).await, Ok(Answer::Taken), "{call:?}");
        let asked = wire.asked();
        assert_eq!(asked.len(), 1, "{call:?}");
        assert_eq!(asked[0].action, action);
        assert!(call.action().ends_with(action), "{call:?}");
        for (name, value) in parameters {
            assert_eq!(asked[0].parameter(name).as_deref(), Some(value), "{name} of {}", asked[0].body);
        }
        assert_ne!(asked[0].parameter("DryRun").as_deref(), Some("true"));
    }
}

#[tokio::test]
async fn a_permitted_dry_run_is_told_as_such_and_says_so_on_the_wire() {
    for (call, ..) in writes() {
        let wire = Wire::new(|_| ec2_error(412, "DryRunOperation", "Request would have succeeded"));
        let fault = sdk(&wire).call(&call, &target(), None, true).await.unwrap_err();
        if call.dry_run_supported() {
            assert_eq!(fault.kind, FaultKind::DryRun, "{call:?}");
            assert_eq!(wire.asked()[0].parameter("DryRun").as_deref(), Some("true"), "{call:?}");
        } else {
            assert_eq!(fault.kind, FaultKind::Invalid);
            assert!(wire.asked().is_empty(), "what has no dry run is not sent: {call:?}");
        }
    }
}

#[tokio::test]
async fn a_refusal_is_a_fault_of_the_action_and_is_not_tried_again() {
    let wire = Wire::new(|_| ec2_error(503, "RequestLimitExceeded", "Request limit exceeded."));
    let fault =
        sdk(&wire).call(&Call::StopInstances { instance: "i-1".into() }, &target(), None, false).await.unwrap_err();
    assert_eq!((fault.kind, fault.operation.as_str()), (FaultKind::Throttled, "ec2:StopInstances"));
    assert_eq!(wire.asked().len(), 1);
}

#[tokio::test]
async fn a_call_that_names_what_does_not_exist_yet_never_leaves() {
    let wire = Wire::new(taken);
    let open = Call::DeleteSecurityGroup { group: QUARANTINE.into() };
    let nothing = Call::RevokeSecurityGroupRules { group: "sg-1".into(), direction: Direction::Egress, rules: vec![] };
    for call in [open, nothing] {
        assert_eq!(sdk(&wire).call(&call, &target(), None, false).await.unwrap_err().kind, FaultKind::Invalid);
    }
    assert!(wire.asked().is_empty());
}

#[tokio::test]
async fn a_rule_is_put_back_with_its_description_and_answers_its_new_id() {
    let wire = Wire::new(|asked| {
        xml(&format!(
            "<{0}Response><return>true</return><securityGroupRuleSet><item><securityGroupRuleId>sgr-9\
             </securityGroupRuleId><groupId>sg-1</groupId><isEgress>false</isEgress><ipProtocol>tcp</ipProtocol>\
             <fromPort>22</fromPort><toPort>22</toPort><cidrIpv4>0.0.0.0/0</cidrIpv4><description>jump host</description>\
             </item></securityGroupRuleSet></{0}Response>",
            asked.action
        ))
    });
    let call = Call::AuthorizeSecurityGroupRule { rule: rule(Direction::Ingress) };
    let Ok(Answer::Rules(rules)) = sdk(&wire).call(&call, &target(), None, false).await else { panic!("no rules") };
    assert_eq!(rules, [GroupRule { id: "sgr-9".into(), ..rule(Direction::Ingress) }]);
    let asked = &wire.asked()[0];
    assert_eq!(asked.parameter("IpPermissions.1.IpRanges.1.CidrIp").as_deref(), Some("0.0.0.0/0"));
    assert!(asked.body.contains("IpPermissions.1.IpRanges.1.Description=jump"), "{}", asked.body);
}

#[tokio::test]
async fn reads_answer_in_domain_words() {
    let wire = Wire::new(|asked| match asked.action.as_str() {
        "DescribeInstances" => {
            xml("<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>\
             <instanceState><code>80</code><name>stopped</name></instanceState><metadataOptions><httpTokens>required\
             </httpTokens></metadataOptions><tagSet><item><key>Name</key><value>web-7</value></item></tagSet>\
             <blockDeviceMapping><item><deviceName>/dev/sdb</deviceName><ebs><volumeId>vol-2</volumeId>\
             <deleteOnTermination>false</deleteOnTermination></ebs></item><item><deviceName>/dev/sda1</deviceName><ebs>\
             <volumeId>vol-1</volumeId><deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>\
             </item></instancesSet></item></reservationSet></DescribeInstancesResponse>")
        }
        "DescribeInstanceAttribute" => xml(
            "<DescribeInstanceAttributeResponse><instanceId>i-1</instanceId><disableApiTermination><value>true</value>\
             </disableApiTermination></DescribeInstanceAttributeResponse>",
        ),
        "DescribeSnapshotAttribute" => xml(
            "<DescribeSnapshotAttributeResponse><snapshotId>snap-1</snapshotId><createVolumePermission><item><group>all\
             </group></item><item><userId>111122223333</userId></item></createVolumePermission>\
             </DescribeSnapshotAttributeResponse>",
        ),
        _ => taken(asked),
    });
    let sdk = sdk(&wire);
    let Ok(Answer::Instance(instance)) =
        sdk.call(&Call::DescribeInstances { instance: "i-1".into() }, &target(), None, false).await
    else {
        panic!("no instance")
    };
    assert_eq!(instance.state.word(), "stopped");
    assert_eq!(instance.tokens.trim(), "required");
    let volumes: Vec<_> = instance.volumes.iter().map(|v| (v.id.as_str(), v.delete_on_termination)).collect();
    assert_eq!(volumes, [("vol-1", true), ("vol-2", false)], "by device");
    let attribute =
        Call::DescribeInstanceAttribute { instance: "i-1".into(), attribute: InstanceAttribute::TerminationProtection };
    assert_eq!(sdk.call(&attribute, &target(), None, false).await, Ok(Answer::Value(Some("true".into()))));
    let sharing =
        sdk.call(&Call::DescribeSnapshotAttribute { snapshot: "snap-1".into() }, &target(), None, false).await;
    let Ok(Answer::Sharing { accounts, .. }) = sharing else { panic!("{sharing:?}") };
    assert_eq!(accounts, ["111122223333"]);
}

#[test]
fn the_holder_of_the_policies_is_found_behind_a_session() {
    for (caller, holder) in [
        ("arn:aws:iam::123456789012:user/ci/deploy", Some("arn:aws:iam::123456789012:user/ci/deploy")),
        ("arn:aws:sts::123456789012:assumed-role/OnCall/alice", Some("arn:aws:iam::123456789012:role/OnCall")),
        ("arn:aws-cn:sts::123456789012:assumed-role/OnCall/a", Some("arn:aws-cn:iam::123456789012:role/OnCall")),
        ("arn:aws:iam::123456789012:root", None),
        ("arn:aws:sts::123456789012:federated-user/bob", None),
    ] {
        assert_eq!(policy_holder(caller).as_deref(), holder, "{caller}");
    }
}

#[test]
fn a_policy_document_is_decoded() {
    assert_eq!(document("%7B%22Version%22%3A%222012-10-17%22%7D"), r#"{"Version":"2012-10-17"}"#);
    assert_eq!(document("100%"), "100%");
    assert_eq!(document("%zz%e4%bd"), "%zz\u{fffd}");
}
