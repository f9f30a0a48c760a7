"""The AWS CLI, all of it but the last step: what would be sent is checked against the
service's model and is not sent.

A shell splits the words and puts in variables and substitutions, as the user's would;
in the place of `aws` it finds a recorder of words. The CLI's own parser then reads
them, many commands in one process.
"""

import contextlib
import io
import subprocess
from unittest import mock

import botocore.client
from awscli.clidriver import create_clidriver
from botocore.validate import ParamValidator

# What a variable or a substitution takes up; what reads base64 can read it, too, and
# what reads a structure is given one.
RECORDER = """#!/bin/sh
printf '%s\\0' "$#" "$@" >> "$RECORDED_WORDS"
case "$*" in
*"--output json"*) echo '{}' ;;
*) echo placeholder= ;;
esac
"""


class _Ready(BaseException):
    """The call is complete and would be sent now: no part of the CLI catches this."""

    def __init__(self, call, wrong):
        self.call, self.wrong = call, wrong


def _stop(client, operation, parameters):
    model = client.meta.service_model.operation_model(operation)
    report = ParamValidator().validate(parameters, model.input_shape) if model.input_shape else None
    wrong = report.generate_report() if report and report.has_errors() else ""
    raise _Ready((client.meta.service_model.service_name, operation, parameters), wrong)


class Parser:
    """Reads shell commands; made in a folder of its own, where they run."""

    def __init__(self, folder, environment):
        self._models = create_clidriver().session.get_component("data_loader")
        self.folder = folder
        self._words = folder / "words"
        stubs = folder / "stubs"
        stubs.mkdir()
        (stubs / "aws").write_text(RECORDER)
        (stubs / "aws").chmod(0o755)
        path = f"{stubs}:{environment['PATH']}"
        self._environment = environment | {"PATH": path, "RECORDED_WORDS": str(self._words)}

    def read(self, command):
        """The calls that a command would make, and what is wrong with it; empty for nothing."""
        self._words.unlink(missing_ok=True)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            env=self._environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
        )
        calls, wrong = [], []
        if done.returncode != 0:
            wrong.append(done.stderr.strip() or f"exit {done.returncode}")
        for words in self._recorded():
            call, said = self._parse(words)
            calls += [call] if call else []
            wrong += [said] if said else []
        if not calls and not wrong:
            wrong.append("it makes no call")
        return calls, "\n".join(wrong)

    def wrong(self, commands):
        """What is wrong, by command, those that are right left out."""
        return {command: said for command in commands if (said := self.read(command)[1])}

    def _recorded(self):
        if not self._words.exists():
            return
        words = iter(self._words.read_text().split("\0")[:-1])
        for count in words:
            yield [next(words) for _ in range(int(count))]

    def _parse(self, words):
        # A driver reads one command and no more; the models are what takes long to load.
        driver = create_clidriver()
        driver.session.register_component("data_loader", self._models)
        said = io.StringIO()
        try:
            with (
                mock.patch.object(botocore.client.BaseClient, "_make_api_call", _stop),
                contextlib.chdir(self.folder),
                contextlib.redirect_stderr(said),
                contextlib.redirect_stdout(io.StringIO()),
            ):
                code = driver.main(words)
        except _Ready as ready:
            return ready.call, ready.wrong
        except SystemExit as ended:
            code = ended.code
        return None, said.getvalue().strip() or f"aws {' '.join(words)}: exit {code}"
