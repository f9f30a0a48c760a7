use std::collections::BTreeMap;

use super::{Call, QUARANTINE, quote};
use crate::domain::network::{Direction, GroupRule, Peer};

fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_word_is_quoted_only_where_the_shell_would_read_it_otherwise() {
    assert_eq!(quote("i-0abc"), "i-0abc");
    assert_eq!(quote(""), "''");
    assert_eq!(quote("it's; rm -rf $HOME"), r"'it'\''s; rm -rf $HOME'");
}

#[test]
fn a_hostile_tag_value_stays_one_word() {
    let call = Call::CreateTags { resource: "i-1".into(), tags: tags(&[("why", "'; reboot #")]) };
    assert_eq!(
        call.cli("eu-west-1"),
        r#"aws ec2 create-tags --resources i-1 --tags '[{"Key":"why","Value":"'\''; reboot #"}]' --region eu-west-1"#
    );
}

#[test]
fn the_group_that_does_not_exist_yet_is_a_shell_variable() {
    let swap = Call::ModifyNetworkInterfaceAttribute {
        interface: "eni-1".into(),
        instance: "i-1".into(),
        groups: vec![QUARANTINE.into()],
    };
    assert!(swap.is_open());
    assert_eq!(
        swap.cli("eu-west-1"),
        "aws ec2 modify-network-interface-attribute --network-interface-id eni-1 --groups \"$QUARANTINE_SG\" \
         --region eu-west-1"
    );
    let filled = swap.with_quarantine("sg-9");
    assert!(!filled.is_open());
    assert!(filled.cli("eu-west-1").contains("--groups sg-9"));
}

#[test]
fn a_rule_is_put_back_with_its_description() {
    let rule = GroupRule {
        id: "sgr-1".into(),
        group: "sg-1".into(),
        direction: Direction::Ingress,
        protocol: "tcp".into(),
        from_port: Some(22),
        to_port: Some(22),
        peer: Peer::Cidr("::/0".into()),
        description: "ops' door".into(),
    };
    let call = Call::AuthorizeSecurityGroupRule { rule };
    assert_eq!(call.action(), "ec2:AuthorizeSecurityGroupIngress");
    assert_eq!(
        call.cli("eu-west-1"),
        "aws ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions \
         '[{\"IpProtocol\":\"tcp\",\"FromPort\":22,\"ToPort\":22,\"Ipv6Ranges\":[{\"CidrIpv6\":\"::/0\",\
         \"Description\":\"ops'\\'' door\"}]}]' --region eu-west-1"
    );
}

#[test]
fn only_calls_that_change_something_write() {
    assert!(!Call::DescribeInstances { instance: "i-1".into() }.writes());
    assert!(Call::StopInstances { instance: "i-1".into() }.writes());
    assert!(Call::SetTerminationProtection { instance: "i-1".into(), on: true }.writes());
}

#[test]
fn profile_bindings_have_no_dry_run() {
    let call = Call::DisassociateIamInstanceProfile { association: "iip-assoc-1".into(), instance: "i-1".into() };
    assert!(!call.dry_run_supported());
    assert!(Call::StopInstances { instance: "i-1".into() }.dry_run_supported());
    let call = Call::UpdateAccessKey { user: "ci".into(), key: "AKIA1".into(), active: false };
    assert!(!call.dry_run_supported());
}

#[test]
fn giving_a_profile_needs_the_right_to_pass_its_role() {
    let call = Call::AssociateIamInstanceProfile { instance: "i-1".into(), profile: "arn:p".into() };
    assert_eq!(call.iam_actions(), ["ec2:AssociateIamInstanceProfile", "iam:PassRole"]);
    let stop = Call::StopInstances { instance: "i-1".into() };
    assert_eq!(stop.arn("eu-west-1", "123456789012"), "arn:aws:ec2:eu-west-1:123456789012:instance/i-1");
}
