"""The simulated CloudTrail, judged by boto3 and the AWS CLI."""

import json
import time
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError

from conftest import client_of, until

THIEF = "203.0.113.7"


def by(key, value):
    return [{"AttributeKey": key, "AttributeValue": value}]


def sweep(client, **question):
    """Every event of a question, each once, with boto3's own paginator."""
    seen = {}
    for page in client.get_paginator("lookup_events").paginate(**question):
        for event in page["Events"]:
            seen.setdefault(event["EventId"], event)
    return list(seen.values())


def unhurried(endpoint, region="eu-west-1"):
    """A client that keeps within two questions a second of the fast account's time."""
    client = client_of(endpoint, "cloudtrail", region)
    client.meta.events.register("before-call.cloudtrail.LookupEvents", lambda **_: time.sleep(0.01))
    return client


def record(event):
    return json.loads(event["CloudTrailEvent"])


def test_the_paginator_reads_the_whole_history_newest_first(fast_simulator):
    end = datetime.now(timezone.utc)
    total = 0
    for region in ("eu-west-1", "us-east-1"):
        client = unhurried(fast_simulator, region)
        times = []
        pages = client.get_paginator("lookup_events").paginate(EndTime=end, PaginationConfig={"PageSize": 50})
        ids = set()
        for page in pages:
            assert len(page["Events"]) <= 50
            times += [event["EventTime"] for event in page["Events"]]
            ids.update(event["EventId"] for event in page["Events"])
        assert times == sorted(times, reverse=True)
        assert times[-1] > end - timedelta(hours=25)
        total += len(ids)
    assert 4800 < total < 5300


def test_every_event_wraps_its_record(fast_simulator):
    client = unhurried(fast_simulator)
    for event in client.lookup_events(MaxResults=50)["Events"]:
        inner = record(event)
        assert inner["eventID"] == event["EventId"]
        assert inner["eventName"] == event["EventName"]
        assert inner["eventSource"] == event["EventSource"]
        assert json.dumps(inner["readOnly"]) == event["ReadOnly"]
        assert inner["eventTime"] == event["EventTime"].astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert inner["userIdentity"].get("accessKeyId") == event.get("AccessKeyId")


def test_each_attribute_finds_only_its_own(fast_simulator):
    client = unhurried(fast_simulator)
    end = datetime.now(timezone.utc)
    opened = by("EventName", "AuthorizeSecurityGroupIngress")
    # Minutes old when the account opens, it may still be on its way.
    some = until(lambda: sweep(client, EndTime=end, LookupAttributes=opened))[0]
    everything = sweep(client, EndTime=end)
    group = next(one for one in some["Resources"] if one["ResourceType"] == "AWS::EC2::SecurityGroup")
    questions = {
        "EventId": (some["EventId"], lambda event: event["EventId"] == some["EventId"]),
        "EventName": ("AssumeRole", lambda event: event["EventName"] == "AssumeRole"),
        "ReadOnly": ("false", lambda event: event["ReadOnly"] == "false"),
        "Username": ("ci-deploy", lambda event: event.get("Username") == "ci-deploy"),
        "ResourceType": (
            "AWS::EC2::SecurityGroup",
            lambda event: any(one["ResourceType"] == "AWS::EC2::SecurityGroup" for one in event["Resources"]),
        ),
        "ResourceName": (
            group["ResourceName"],
            lambda event: any(one["ResourceName"] == group["ResourceName"] for one in event["Resources"]),
        ),
        "EventSource": ("ssm.amazonaws.com", lambda event: event["EventSource"] == "ssm.amazonaws.com"),
        "AccessKeyId": (some["AccessKeyId"], lambda event: event.get("AccessKeyId") == some["AccessKeyId"]),
    }
    # Late deliveries may add to the past between two sweeps, never take away.
    for key, (value, fits) in questions.items():
        found = sweep(client, EndTime=end, LookupAttributes=by(key, value))
        assert found and all(fits(event) for event in found), key
        expected = {event["EventId"] for event in everything if fits(event)}
        assert expected <= {event["EventId"] for event in found}, key
    assert sweep(client, LookupAttributes=by("Username", "CI-DEPLOY")) == []


def test_each_declared_error_has_its_name_and_is_a_bad_request(fast_simulator):
    client = unhurried(fast_simulator)
    token = client.lookup_events(MaxResults=5)["NextToken"]
    now = datetime.now(timezone.utc)
    cases = [
        (client, "InvalidLookupAttributesException", {"LookupAttributes": by("EventName", "a") + by("Username", "b")}),
        (client, "InvalidLookupAttributesException", {"LookupAttributes": by("Colour", "red")}),
        (client, "InvalidMaxResultsException", {"MaxResults": 51}),
        (client, "InvalidTimeRangeException", {"StartTime": now, "EndTime": now - timedelta(hours=1)}),
        (client, "InvalidNextTokenException", {"NextToken": token, "LookupAttributes": by("Username", "alice")}),
        (client, "InvalidNextTokenException", {"NextToken": "nonsense"}),
        (client, "InvalidEventCategoryException", {"EventCategory": "management"}),
    ]
    for asked, name, question in cases:
        with pytest.raises(getattr(asked.exceptions, name)) as caught:
            asked.lookup_events(**question)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert caught.value.response["Error"]["Message"]


def test_the_third_quick_question_of_a_second_is_throttled(slow_simulator):
    client = client_of(slow_simulator, "cloudtrail")
    answers = []
    for _ in range(3):
        try:
            client.lookup_events(MaxResults=1)
            answers.append("answered")
        except ClientError as error:
            answers.append(error.response["Error"]["Code"])
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400
            assert error.response["Error"]["Message"] == "Rate exceeded"
    assert answers == ["answered", "answered", "ThrottlingException"]

    def answered():
        try:
            return client.lookup_events(MaxResults=1)["Events"]
        except ClientError:
            return None

    until(answered)


def test_the_attack_has_begun_when_the_account_opens(simulator):
    client = client_of(simulator, "cloudtrail")
    events = client.lookup_events(LookupAttributes=by("Username", "ci-deploy"))["Events"]
    by_thief = [event for event in events if record(event)["sourceIPAddress"] == THIEF]
    assert by_thief
    assert len({event["AccessKeyId"] for event in by_thief}) == 1


def test_the_whole_attack_can_be_read_in_the_end(fast_simulator):
    clients = [unhurried(fast_simulator, region) for region in ("eu-west-1", "us-east-1", "ap-southeast-1")]
    # Late delivery shuffles them: each is waited for with its outcome, not by its name alone.
    expected = {
        *((name, None) for name in (
            "GetCallerIdentity", "DescribeInstances", "AuthorizeSecurityGroupIngress", "CreateKeyPair", "StopInstances",
            "ModifyInstanceAttribute", "StartInstances", "RunInstances", "ModifySnapshotAttribute", "DetachClassicLinkVpc",
        )),
        *((name, "AccessDenied") for name in (
            "ListBuckets", "ListUsers", "StopLogging", "CreateAccessKey", "CreateUser", "AttachUserPolicy",
        )),
        ("RunInstances", "Client.DryRunOperation"),
        ("TerminateInstances", "Client.OperationNotPermitted"),
    }
    names = {}

    def seen():
        names.clear()
        for client in clients:
            for event in sweep(client, LookupAttributes=by("Username", "ci-deploy")):
                inner = record(event)
                if inner["sourceIPAddress"] == THIEF:
                    names.setdefault(event["EventName"], []).append(inner)
        found = {(name, inner.get("errorCode")) for name, events in names.items() for inner in events}
        return expected <= found

    until(seen, 60)
    assert all(inner["errorCode"] == "AccessDenied" for inner in names["StopLogging"])
    launched = [inner for inner in names["RunInstances"] if "errorCode" not in inner]
    assert "ap-southeast-1" in {inner["awsRegion"] for inner in launched}
    shared = [inner["requestParameters"] for inner in names["ModifySnapshotAttribute"]]
    assert [{"userId": "999988887777"}] in [asked["createVolumePermission"]["add"]["items"] for asked in shared]
    assert all("errorCode" not in inner for inner in names["AuthorizeSecurityGroupIngress"])
    assert all("errorCode" not in inner for inner in names["StartInstances"])


def test_the_cli_looks_events_up(fast_simulator, aws):
    done = aws(
        "cloudtrail", "lookup-events", "--max-items", "3", "--lookup-attributes",
        "AttributeKey=EventName,AttributeValue=AssumeRole", "--output", "json", endpoint=fast_simulator,
    )
    events = json.loads(done.stdout)["Events"]
    assert [event["EventName"] for event in events] == ["AssumeRole"] * 3


def test_a_stop_made_with_the_cli_becomes_an_event(fast_simulator, aws):
    ec2 = client_of(fast_simulator, "ec2")
    found = ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": ["bastion-1"]}])
    instance = found["Reservations"][0]["Instances"][0]["InstanceId"]
    aws("ec2", "stop-instances", "--instance-ids", instance, endpoint=fast_simulator)
    client = unhurried(fast_simulator)

    def stopped():
        events = sweep(client, LookupAttributes=by("ResourceName", instance))
        return [event for event in events if event["EventName"] == "StopInstances"]

    inner = record(until(stopped, 45)[0])
    assert inner["userIdentity"]["type"] == "AssumedRole"
    assert inner["userIdentity"]["arn"].endswith(":assumed-role/OnCall/alice")
    assert inner["userAgent"].startswith("aws-cli/")
    assert inner["sourceIPAddress"] == "198.51.100.24"
    assert inner["requestParameters"]["instancesSet"] == {"items": [{"instanceId": instance}]}
    changed = inner["responseElements"]["instancesSet"]["items"][0]
    assert changed["instanceId"] == instance
    assert changed["previousState"]["name"] == "running"
    assert inner["readOnly"] is False


def test_a_trail_is_described_stopped_and_started(simulator):
    client = client_of(simulator, "cloudtrail")
    trail = client.describe_trails()["trailList"][0]
    assert trail["Name"] == "main" and trail["IsMultiRegionTrail"]
    assert client.get_trail(Name=trail["TrailARN"])["Trail"]["HomeRegion"] == "eu-west-1"
    assert client.list_trails()["Trails"][0]["TrailARN"] == trail["TrailARN"]
    assert client.get_event_selectors(TrailName="main")["EventSelectors"][0]["ReadWriteType"] == "All"
    assert client.get_trail_status(Name="main")["IsLogging"] is True
    client.stop_logging(Name="main")
    status = client.get_trail_status(Name="main")
    assert status["IsLogging"] is False and status["StopLoggingTime"]
    client.start_logging(Name="main")
    assert client.get_trail_status(Name="main")["IsLogging"] is True
    with pytest.raises(client.exceptions.TrailNotFoundException):
        client.get_trail_status(Name="another")
    with pytest.raises(client_of(simulator, "cloudtrail", "us-east-1").exceptions.InvalidHomeRegionException):
        client_of(simulator, "cloudtrail", "us-east-1").stop_logging(Name="main")
