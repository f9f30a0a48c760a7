"""A simulated account in which nothing happens by itself, and its whole state as boto3 reads it."""

import datetime
import json
import re
import time
import urllib.request
from collections import Counter
from pathlib import Path

from conftest import REGION, client_of, end, start_simulator

SCENARIO = Path(__file__).with_name("remedies.toml")
AUDITOR = "ASIAAUDITOREXAMPLE77"
ACCOUNT = "444455556666"

# So many simulated seconds pass in a real one.
SPEED = 200

# The user, the roles and the access key of the scenario that remedies are for.
USER, ROLES, KEY = "ci-deploy", ["web-instance"], "AKIACIDEPLOYEXAMPLE7"

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| UTC| GMT)?")
_ID = re.compile(r"\b(?:i|vol|snap|ami|sg|sgr|eni|eni-attach|acl|iip-assoc|eipassoc)-[0-9a-f]{17}\b")
# What is put back has another of these: they are compared by what they are of.
_FLEETING = ("sgr-", "iip-assoc-")
_UNDERWAY = re.compile(
    r'"(pending|stopping|shutting-down|draining|initial|associating|disassociating'
    r'|Pending|Detaching|Terminating|EnteringStandby|modifying)"'
)


class StillAccount:
    """A fresh account; `prepare` changes it before it is first looked at."""

    def __init__(self, program, environment, prepare=None):
        self._process, self.endpoint = start_simulator(
            program, environment, "--scenario", SCENARIO, "--speed", SPEED
        )
        self._clients = {}
        try:
            self.known = set()
            if prepare:
                prepare(self)
                self.settled()
            self.known = set(_ID.findall(json.dumps(self._read(), default=str)))
            self.before = self.settled()
        except BaseException:
            self.close()
            raise

    def close(self):
        end(self._process)

    def client(self, service):
        """A client that may do everything, and is not the one that remedies run as."""
        if service not in self._clients:
            self._clients[service] = client_of(self.endpoint, service, key=AUDITOR)
        return self._clients[service]

    def grant(self, *policies):
        """Gives the responder exactly these policies."""
        together = {"Version": "2012-10-17", "Statement": [one for policy in policies for one in policy["Statement"]]}
        body = json.dumps({"Responder": together}).encode()
        request = urllib.request.Request(f"{self.endpoint}/_stanch/policies", body, method="POST")
        urllib.request.urlopen(request, timeout=60).read()

    def instance(self, name):
        found = self.client("ec2").describe_instances(Filters=[{"Name": "tag:Name", "Values": [name]}])
        return found["Reservations"][0]["Instances"][0]

    def volume(self, name):
        return self.instance(name)["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]

    def group(self, name):
        filters = [{"Name": "group-name", "Values": [name]}]
        return self.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]

    def snapshot(self):
        return self.client("ec2").describe_snapshots(OwnerIds=["self"])["Snapshots"][0]["SnapshotId"]

    def image(self):
        return self.client("ec2").describe_images(Owners=["self"])["Images"][0]["ImageId"]

    def target_group(self):
        return self.client("elbv2").describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]

    def written(self):
        """How often the responder has made each writing call that was not refused, as CloudTrail tells."""
        names = {}
        for region in (REGION, "us-east-1"):
            pages = client_of(self.endpoint, "cloudtrail", region=region, key=AUDITOR).get_paginator("lookup_events")
            writes = [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]
            for event in [one for page in pages.paginate(LookupAttributes=writes) for one in page["Events"]]:
                record = json.loads(event["CloudTrailEvent"])
                if ":assumed-role/Responder/" in record["userIdentity"].get("arn", "") and "errorCode" not in record:
                    # Some events come twice.
                    names[event["EventId"]] = event["EventName"]
        return Counter(names.values())

    def state(self):
        """Everything that a remedy can change, without times and without the ids of what is new."""
        return self._normal(self._read())

    def settled(self, seconds=30):
        """The state, once nothing in it is under way and two looks at it are alike."""
        deadline = time.monotonic() + seconds
        last = None
        while (now := self.state()) != last or _UNDERWAY.search(json.dumps(now)):
            assert time.monotonic() < deadline, f"it does not settle: {_UNDERWAY.search(json.dumps(now))}"
            last = now
            time.sleep(0.03)
        return now

    def _normal(self, value):
        if isinstance(value, dict):
            fields = {key: self._normal(one) for key, one in value.items() if key != "ResponseMetadata"}
            return {self._text(key): fields[key] for key in fields}
        if isinstance(value, list):
            return sorted((self._normal(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
        if isinstance(value, datetime.datetime):
            return "TIME"
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text):
        def named(found):
            kind = found[0].rsplit("-", 1)[0]
            return found[0] if found[0] in self.known and not found[0].startswith(_FLEETING) else f"{kind}-ANY"

        return _ID.sub(named, _TIME.sub("TIME", text))

    def _read(self):
        ec2, iam = self.client("ec2"), self.client("iam")
        own = {"OwnerIds": ["self"]}
        # One that is terminated goes from the list within seconds of real time.
        lasting = ["pending", "running", "stopping", "stopped", "shutting-down"]
        asked = {"Filters": [{"Name": "instance-state-name", "Values": lasting}]}
        instances = [one for found in ec2.describe_instances(**asked)["Reservations"] for one in found["Instances"]]
        snapshots = ec2.describe_snapshots(**own)["Snapshots"]
        images = ec2.describe_images(Owners=["self"])["Images"]
        scaling = self.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
        for member in [one for group in scaling for one in group["Instances"]]:
            # What it was launched from, which one that is attached does not tell.
            member.pop("LaunchTemplate", None)
        return {
            "instances": instances,
            "attributes": [
                ec2.describe_instance_attribute(InstanceId=one["InstanceId"], Attribute=name)
                for one in instances
                for name in ("disableApiTermination", "instanceInitiatedShutdownBehavior")
            ],
            "profiles": ec2.describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"],
            "interfaces": ec2.describe_network_interfaces()["NetworkInterfaces"],
            "groups": ec2.describe_security_groups()["SecurityGroups"],
            "rules": ec2.describe_security_group_rules()["SecurityGroupRules"],
            "acls": ec2.describe_network_acls()["NetworkAcls"],
            "addresses": ec2.describe_addresses()["Addresses"],
            "volumes": ec2.describe_volumes()["Volumes"],
            "snapshots": snapshots,
            "shared snapshots": [
                ec2.describe_snapshot_attribute(SnapshotId=one["SnapshotId"], Attribute="createVolumePermission")
                for one in snapshots
            ],
            "images": images,
            "shared images": [
                ec2.describe_image_attribute(ImageId=one["ImageId"], Attribute="launchPermission") for one in images
            ],
            "encryption": ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"],
            "scaling": scaling,
            "health": self.client("elbv2").describe_target_health(TargetGroupArn=self.target_group())[
                "TargetHealthDescriptions"
            ],
            "keys": iam.list_access_keys(UserName=USER)["AccessKeyMetadata"],
            "user policies": [
                iam.get_user_policy(UserName=USER, PolicyName=name)
                for name in iam.list_user_policies(UserName=USER)["PolicyNames"]
            ],
            "role policies": [
                iam.get_role_policy(RoleName=role, PolicyName=name)
                for role in ROLES
                for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
            ],
        }


def differences(one, other, path=""):
    """Where two states differ, one line each."""
    if type(one) is type(other) and isinstance(one, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from differences(one.get(key), other.get(key), f"{path}.{key}")
    elif type(one) is type(other) and isinstance(one, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other)):
            yield from differences(*pair, f"{path}[{number}]")
    elif one != other:
        yield f"{path}: {one!r} is not {other!r}"
