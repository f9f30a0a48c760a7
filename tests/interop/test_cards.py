"""Every command and every code block of every card, judged by AWS's own clients.

The AWS CLI's own parser reads each command in this process; instead of being
sent, the parameters that come of it are checked against the service's model.
"""

import json
import re
import shlex

import pytest
from awscli.clidriver import CLIOperationCaller, create_clidriver
from botocore.validate import validate_parameters

# What stands where a card has a placeholder and no event fills it.
SAMPLES = {
    "ACCESS_KEY": "AKIAIOSFODNN7EXAMPLE",
    "ACCOUNT": "123456789012",
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
    "PROFILE_NAME": "web",
    "REGION": "eu-west-1",
    "ROLE_NAME": "web",
    "ROUTE_TABLE_ID": "rtb-0abc12de34f567890",
    "RULE_ID": "sgr-0abc12de34f567890",
    "SNAPSHOT_ID": "snap-0abc12de34f567890",
    "SOURCE_IP": "203.0.113.7",
    "SUBNET_ID": "subnet-0abc12de34f567890",
    "TRAIL_NAME": "main",
    "USER_NAME": "ci-deploy",
    "VOLUME_ID": "vol-0abc12de34f567890",
    "VPC_ID": "vpc-0abc12de34f567890",
}


def filled(text):
    return re.sub(r"\b[A-Z]+(?:_[A-Z]+)*\b", lambda found: SAMPLES.get(found[0], found[0]), text)


@pytest.fixture
def parse(environment, monkeypatch, tmp_path):
    """Reads one AWS CLI command and returns the calls that it would make."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "user-data.base64").write_text("eA==")
    monkeypatch.chdir(tmp_path)
    calls = []

    def invoke(self, service, operation, parameters, parsed_globals):
        parameters = {name: value for name, value in parameters.items() if name != "PaginationConfig"}
        shape = self._session.get_service_model(service).operation_model(operation).input_shape
        if shape is not None:
            validate_parameters(parameters, shape)
        calls.append((service, operation, parameters))
        return 0

    monkeypatch.setattr(CLIOperationCaller, "invoke", invoke)

    def run(command, capsys):
        words = shlex.split(command)
        words = words[: words.index("|")] if "|" in words else words
        assert words[0] == "aws", command
        calls.clear()
        try:
            code = create_clidriver().main(words[1:])
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr().err
        return code, list(calls), said

    return run


def waiter_exists(command):
    import botocore.session

    words = shlex.split(command)
    model = botocore.session.get_session().get_waiter_model(words[1])
    return words[3] in {re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower() for name in model.waiter_names}


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


def test_every_command_of_every_card_is_the_aws_cli_s(jsonl, stanch, parse, capsys):
    wrong, count = [], 0
    for card in cards(jsonl, stanch):
        assert card["commands"], card["event"]
        for command in map(filled, card["commands"]):
            count += 1
            if shlex.split(command)[2] == "wait":
                ok, said = waiter_exists(command), "no such waiter"
            else:
                code, calls, said = parse(command, capsys)
                ok = code == 0 and len(calls) == 1
            if not ok:
                wrong.append(f"{card['event']}: {command}\n{said}")
    assert not wrong, "\n".join(wrong)
    assert count > 60


def test_the_judge_refuses_what_the_aws_cli_does_not_take(parse, capsys):
    for command in (
        "aws ec2 revoke-security-group-ingress --group-id sg-1 --source 0.0.0.0/0",
        "aws ec2 stop-instance --instance-ids i-1",
        "aws iam update-access-key --user-name x --access-key-id short --status Inactive",
        "aws ec2 describe-security-groups --query \"SecurityGroups[?IpPermissions[?\"",
    ):
        code, calls, _ = parse(command, capsys)
        assert code != 0 and not calls, command


def test_an_event_without_a_card_gets_a_derived_one_with_a_command_that_parses(stanch, parse, capsys):
    card = json.loads(stanch("explain", "ModifyVpcAttribute", "--json").stdout)
    assert card["derived"] is True
    for command in map(filled, card["commands"]):
        code, calls, said = parse(command, capsys)
        assert code == 0 and len(calls) == 1, said


def test_every_code_block_compiles_and_calls_what_boto3_has(jsonl, stanch):
    import ast

    import boto3

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
