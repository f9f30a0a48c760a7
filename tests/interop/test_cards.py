"""Every command and every code block of every card, judged by AWS's own clients.

The AWS CLI's own parser reads each command; instead of being sent, the parameters
that come of it are checked against the service's model.
"""

import ast
import json
import re

import boto3
import pytest

# What stands where a card has a placeholder and no event fills it.
SAMPLES = {
    "ACCESS_KEY": "AKIAIOSFODNN7EXAMPLE",
    "ACCOUNT": "123456789012",
    "ACL_ID": "acl-0abc12de34f567890",
    "ACTOR_ARN": "arn:aws:iam::123456789012:user/ci-deploy",
    "ACTOR_NAME": "ci-deploy",
    "ASSOCIATION_ID": "iip-assoc-0abc12de34f567890",
    "BUCKET_NAME": "example-trail",
    "EVENT_ID": "11111111-2222-3333-4444-555555555555",
    "EVENT_TIME": "2026-11-24T14:01:58Z",
    "GROUP_ID": "sg-0abc12de34f567890",
    "IMAGE_ID": "ami-0abc12de34f567890",
    "INSTANCE_ID": "i-0abc12de34f567890",
    "INTERFACE_ID": "eni-0abc12de34f567890",
    "KEY_NAME": "deploy",
    "POLICY_ARN": "arn:aws:iam::aws:policy/AdministratorAccess",
    "POLICY_NAME": "inline",
    "PROFILE_NAME": "web",
    "REGION": "eu-west-1",
    "ROLE_NAME": "web",
    "ROUTE_TABLE_ID": "rtb-0abc12de34f567890",
    "RULE_ID": "sgr-0abc12de34f567890",
    "RULE_NUMBER": "90",
    "SCALING_GROUP": "web-fleet",
    "SNAPSHOT_ID": "snap-0abc12de34f567890",
    "SOURCE_IP": "203.0.113.7",
    "SUBNET_ID": "subnet-0abc12de34f567890",
    "TARGET_GROUP": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef",
    "TRAIL_NAME": "main",
    "USER_NAME": "ci-deploy",
    "VOLUME_ID": "vol-0abc12de34f567890",
    "VPC_ID": "vpc-0abc12de34f567890",
}


def filled(text):
    return re.sub(r"\b[A-Z]+(?:_[A-Z]+)*\b", lambda found: SAMPLES.get(found[0], found[0]), text)


def cards(jsonl, stanch):
    names = [card["event"] for card in jsonl("explain", "--list", "--json")]
    return [json.loads(stanch("explain", name, "--json").stdout) for name in names]


def test_there_are_cards_for_the_attack_of_the_demo(jsonl):
    names = {card["event"] for card in jsonl("explain", "--list", "--json")}
    assert len(names) >= 20
    assert names >= {
        "AuthorizeSecurityGroupIngress", "CreateAccessKey", "CreateKeyPair", "DetachClassicLinkVpc",
        "ModifyInstanceAttribute", "ModifySnapshotAttribute", "RunInstances", "StopInstances", "StopLogging",
        "TerminateInstances",
    }  # fmt: skip


@pytest.fixture
def card_parser(parser):
    """The parser, with the file that a card has its reader write."""
    (parser.folder / "user-data.base64").write_text("eA==")
    return parser


def test_every_command_of_every_card_is_the_aws_cli_s(jsonl, stanch, card_parser):
    wrong, count = [], 0
    for card in cards(jsonl, stanch):
        assert card["commands"], card["event"]
        for command in map(filled, card["commands"]):
            count += 1
            calls, said = card_parser.read(command)
            if said or len(calls) != 1:
                wrong.append(f"{card['event']}: {command}\n{said}")
    assert not wrong, "\n".join(wrong)
    assert count > 60


def test_the_judge_refuses_what_the_aws_cli_does_not_take(parser):
    good = "aws ec2 stop-instances --instance-ids i-1"
    for command in (
        "aws ec2 revoke-security-group-ingress --group-id sg-1 --source 0.0.0.0/0",
        "aws ec2 stop-instance --instance-ids i-1",
        "aws ec2 wait instance-halted --instance-ids i-1",
        "aws iam update-access-key --user-name x --access-key-id short --status Inactive",
        'aws ec2 describe-security-groups --query "SecurityGroups[?IpPermissions[?"',
        'aws ec2 stop-instances --instance-ids "$NOT_SET"',
        "echo aws ec2 stop-instances --instance-ids i-1",
    ):
        assert parser.read(good) == ([("ec2", "StopInstances", {"InstanceIds": ["i-1"]})], "")
        assert parser.read(command)[1], command


def test_variables_and_substitutions_reach_the_parser_as_from_a_shell(parser):
    calls, wrong = parser.read(
        "G=$(aws ec2 create-security-group --group-name 'a b' --description x --query GroupId --output text)\n"
        'aws ec2 wait instance-stopped --instance-ids i-1 && aws ec2 delete-security-group --group-id "$G"'
    )
    assert wrong == ""
    assert [name for _, name, _ in calls] == ["CreateSecurityGroup", "DescribeInstances", "DeleteSecurityGroup"]
    assert calls[0][2] == {"GroupName": "a b", "Description": "x"}
    assert calls[2][2] == {"GroupId": "placeholder="}


def test_an_event_without_a_card_gets_a_derived_one_with_a_command_that_parses(stanch, parser):
    card = json.loads(stanch("explain", "ModifyVpcAttribute", "--json").stdout)
    assert card["derived"] is True
    assert card["commands"]
    for command in map(filled, card["commands"]):
        calls, said = parser.read(command)
        assert said == "" and len(calls) == 1


def test_every_code_block_compiles_and_calls_what_boto3_has(jsonl, stanch):
    clients = {}
    for card in cards(jsonl, stanch):
        code = next(section["text"] for section in card["sections"] if section["heading"] == "In code")
        # What stays in braces here is a placeholder of the card.
        code = re.sub(r"\{([a-z]+(?:_[a-z]+)*)\}", lambda found: SAMPLES.get(found[1].upper(), found[0]), code)
        blocks = re.findall(r"```python\n(.*?)```", code, re.S)
        assert blocks, card["event"]
        for block in blocks:
            tree = ast.parse(block)
            names = {
                node.targets[0].id: node.value.args[0].value
                for node in ast.walk(tree)
                if isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Call)
                and isinstance(node.value.func, ast.Attribute)
                and node.value.func.attr == "client"
            }
            assert names or ".client(" in block, card["event"]
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
                    service = names[node.value.id]
                    client = clients.setdefault(service, boto3.client(
                        service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
                    ))  # fmt: skip
                    assert hasattr(client, node.attr), f"{card['event']}: {service} has no {node.attr}"
