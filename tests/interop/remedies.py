"""The closed set of remedies, each with what it is tried on in the still account."""

from dataclasses import dataclass
from typing import Callable

from still_account import KEY, ROLES, USER, StillAccount

CASE = "c-1"


@dataclass(frozen=True)
class Trial:
    """One remedy on one target."""

    remedy: str
    # The kind of target, as playbooks name it, and its id in an account.
    kind: str
    target: Callable[[StillAccount], str]
    choices: tuple[str, ...] = ()
    # What is done to the account beforehand.
    prepare: Callable[[StillAccount], None] | None = None
    # What undo cannot give back.
    stays: bool = False
    # The write that it cannot do without, told by CloudTrail alone where no state shows it.
    event: str = ""

    @property
    def playbook(self):
        return f"only-{self.remedy}"

    def case(self, desk, account):
        choices = [word for choice in self.choices for word in ("--set", choice)]
        return desk.case(self.playbook, self.target(account), account, *choices, id=CASE)

    def __str__(self):
        return "-".join([self.remedy, *(choice.split("=")[0] for choice in self.choices)])


def instance(name):
    return lambda account: account.instance(name)["InstanceId"]


def shared(account):
    account.client("ec2").modify_image_attribute(
        ImageId=account.image(), LaunchPermission={"Add": [{"UserId": "999988887777"}, {"Group": "all"}]}
    )


def kept(account):
    """Snapshots as the case has them, and protection that has to go first."""
    ec2, one = account.client("ec2"), account.instance("lone")["InstanceId"]
    tags = [{"ResourceType": "snapshot", "Tags": [{"Key": "stanch:case", "Value": CASE}]}]
    ec2.create_snapshots(InstanceSpecification={"InstanceId": one}, TagSpecifications=tags)
    ec2.modify_instance_attribute(InstanceId=one, DisableApiTermination={"Value": True})


LONE, IDLE, MEMBER = instance("lone"), instance("idle"), instance("member-1")

TRIALS = [
    Trial("protect-termination", "instance", LONE),
    Trial("shutdown-behavior", "instance", LONE),
    Trial("keep-volumes", "instance", LONE),
    Trial("require-imdsv2", "instance", LONE),
    Trial("tag", "instance", LONE),
    Trial("snapshot-volumes", "instance", LONE, stays=True),
    Trial("create-image", "instance", LONE, stays=True),
    Trial("create-image", "instance", LONE, ("reboot=yes",), stays=True),
    Trial("isolate-network", "instance", LONE),
    Trial("remove-profile", "instance", LONE),
    Trial("stop", "instance", LONE),
    Trial("start", "instance", IDLE),
    Trial("reboot", "instance", LONE, stays=True, event="RebootInstances"),
    Trial("terminate", "instance", LONE, prepare=kept, stays=True),
    Trial("resize", "instance", LONE, ("type=t3.large",)),
    Trial("standby", "instance", MEMBER),
    Trial("standby", "instance", MEMBER, ("leave=detach",)),
    Trial("deregister-targets", "instance", MEMBER),
    Trial("suspend-processes", "instance", MEMBER),
    Trial("revoke-rules", "security-group", lambda account: account.group("web")),
    Trial("authorize-rules", "security-group", lambda account: account.group("app"), ("rule=out udp 53 10.0.0.2/32",)),
    Trial("deny-address", "instance", LONE, ("address=203.0.113.0/24",)),
    Trial("unshare-snapshot", "snapshot", StillAccount.snapshot),
    Trial("unshare-image", "image", StillAccount.image, prepare=shared),
    Trial("encrypt-by-default", "volume", lambda account: account.volume("lone")),
    Trial("deactivate-key", "access-key", lambda account: KEY),
    Trial("deny-user", "user", lambda account: USER),
    Trial("revoke-sessions", "role", lambda account: ROLES[0]),
]


def write_playbooks(folder):
    """A playbook for each remedy alone, where the program looks for the user's own."""
    folder.mkdir(parents=True)
    for trial in TRIALS:
        (folder / f"{trial.playbook}.toml").write_text(f"""
name = "{trial.playbook}"
title = "Nothing but {trial.remedy}"
summary = "One remedy."
targets = ["{trial.kind}"]

[[step]]
id = "only"
remedy = "{trial.remedy}"
title = "Do it"
""")
