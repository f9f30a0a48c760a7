"""Somebody who answers incidents with the program, in an environment of their own."""

import json
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from conftest import REGION, environment_of, runner
from remedies import write_playbooks
from still_account import StillAccount


@pytest.fixture(scope="module", name="desk")
def opened_desk(program, tmp_path_factory):
    """Somebody at the program, who has a playbook for each remedy alone."""
    folder = tmp_path_factory.mktemp("desk")
    environment = environment_of(folder)
    write_playbooks(folder / "config" / "stanch" / "playbooks")
    return Desk(program, environment, folder)


@dataclass
class Desk:
    program: Path
    environment: dict
    folder: Path
    _numbers: count = field(default_factory=count)

    def run(self, *arguments, check=True, state=None):
        env = {"XDG_STATE_HOME": str(state)} if state else None
        return runner(self.program, self.environment)(*arguments, check=check, env=env)

    def open(self, prepare=None):
        """A fresh account."""
        return StillAccount(self.program, self.environment, prepare)

    def policy(self, *arguments):
        """A policy that the program prints."""
        return json.loads(self.run("policy", *arguments).stdout)

    def case(self, playbook, target, account, *more, id="c-1"):
        """A case that does not exist yet, in a state folder of its own."""
        state = Path(self.environment["XDG_STATE_HOME"]) / str(next(self._numbers))
        return Case(self, state, account, playbook, target, more, id)


@dataclass
class Case:
    """One playbook on one target."""

    desk: Desk
    state: Path
    account: StillAccount
    playbook: str
    target: str
    more: tuple
    id: str

    def plan(self):
        return json.loads(self._run("remediate", self.playbook, self.target, "--plan", *self._new()).stdout)

    def execute(self, *steps, check=True):
        """Runs the named steps, or those up to containment; what became of each."""
        named = ["--steps", ",".join(steps)] if steps else []
        done = self._run(
            *("remediate", self.playbook, self.target, "--execute", "--confirm", self.target),
            *self._new(),
            *named,
            check=check,
        )
        summary = json.loads(done.stdout)
        assert (done.returncode == 0) == (summary["stopped"] is None), done.stderr
        return summary

    def undo(self):
        """Takes everything back; the exit code and what was said."""
        done = self._run("undo", self.id, "--confirm", self.target, check=False)
        return done.returncode, done.stdout + done.stderr

    def commands(self):
        """The command of each call that has left, as the journal keeps it."""
        journal = self.state / "stanch" / "cases" / self.id / "journal.jsonl"
        entries = map(json.loads, journal.read_text().splitlines())
        return [entry["cli"] for entry in entries if entry["kind"] == "intent"]

    def _new(self):
        return ["--case", self.id, "--json", *self.more]

    def _run(self, *arguments, check=True):
        where = ["--endpoint-url", self.account.endpoint, "--region", REGION]
        return self.desk.run(*arguments, *where, check=check, state=self.state)
