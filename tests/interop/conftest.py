"""Fixtures: the built program, the simulated account as a server, moto as a server.

Every server binds 127.0.0.1 on a free port and is ended by its process id.
Nothing here reaches beyond loopback, and no credentials of the machine are read.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from cli_parser import Parser

REGION = "eu-west-1"


def _program():
    named = os.environ.get("STANCH_BIN")
    if not named:
        pytest.exit("STANCH_BIN must name the built program", returncode=2)
    path = Path(named).resolve()
    if not path.exists():
        pytest.exit(f"STANCH_BIN names {path}, which is not there", returncode=2)
    return path


@pytest.fixture(scope="session")
def program():
    """The path of the built program."""
    return _program()


def environment_of(folder):
    """An environment that knows the folders in this one and made-up credentials, and nothing else."""
    home = folder / "home"
    home.mkdir()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "LANG": "C.UTF-8",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(home / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "no-credentials"),
        "AWS_PAGER": "",
    }


@pytest.fixture
def environment(tmp_path):
    """An environment of this test alone."""
    return environment_of(tmp_path)


@pytest.fixture
def stanch(program, environment):
    """Runs the program and returns the finished process, output as text."""
    return runner(program, environment)


def runner(program, environment):
    """A function that runs the program in an environment."""

    def run(*arguments, check=True, timeout=120, stdin=None, env=None):
        done = subprocess.run(
            [program, *map(str, arguments)],
            env=environment | (env or {}),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        if check and done.returncode != 0:
            pytest.fail(f"stanch {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    return run


@pytest.fixture
def jsonl(stanch):
    """Runs the program and returns its JSON Lines as objects."""

    def run(*arguments, **keywords):
        return [json.loads(line) for line in stanch(*arguments, **keywords).stdout.splitlines()]

    return run


def end(process):
    """Ends a server by its process id, gently first."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def start_simulator(program, environment, *arguments):
    """Starts `stanch sim` on a free port of loopback; returns (process, endpoint)."""
    process = subprocess.Popen(
        [program, "sim", "--listen", "127.0.0.1:0", *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    errors = []
    threading.Thread(target=lambda: errors.extend(process.stderr), daemon=True).start()
    line = process.stdout.readline()
    found = re.match(r"listening on (http://127\.0\.0\.1:\d+)", line)
    if not found:
        end(process)
        pytest.fail(f"the simulator said {line!r} and {''.join(errors)!r}")
    threading.Thread(target=lambda: process.stdout.read(), daemon=True).start()
    return process, found[1]


@pytest.fixture
def simulator(program, environment):
    """The endpoint of a fresh simulated account at the pace of the world."""
    process, endpoint = start_simulator(program, environment)
    yield endpoint
    end(process)


@pytest.fixture
def fast_simulator(program, environment):
    """The same, two hundred times as fast, so that events are delivered within seconds."""
    process, endpoint = start_simulator(program, environment, "--speed", "200")
    yield endpoint
    end(process)


@pytest.fixture
def slow_simulator(program, environment):
    """The same, a second of it lasting ten, so that calls are quick on any machine."""
    process, endpoint = start_simulator(program, environment, "--speed", "0.1")
    yield endpoint
    end(process)


def until(question, seconds=30):
    """Asks until the answer is true, and gives it; simulated time goes its own way."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)
    return answer


def client_of(endpoint, service, region=REGION, key="AKIAIOSFODNN7EXAMPLE", **config):
    """A boto3 client on a local endpoint, with made-up credentials and no retry."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        config=Config(retries={"total_max_attempts": 1}, **config),
    )


def shell(script, environment, endpoint, folder):
    """Runs a script in which `aws` is the AWS CLI of this virtual environment on an endpoint."""
    folder.mkdir(exist_ok=True)
    cli = Path(sys.executable).with_name("aws")
    (folder / "aws").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{cli}" "$@" --endpoint-url {endpoint}\n')
    (folder / "aws").chmod(0o755)
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=environment | {"PATH": f"{folder}:{environment['PATH']}"},
        capture_output=True,
        text=True,
        timeout=180,
    )


@pytest.fixture
def aws(environment):
    """Runs the AWS CLI of this virtual environment; returns the finished process."""
    cli = Path(sys.executable).with_name("aws")

    def run(*arguments, endpoint=None, check=True, timeout=60):
        command = [sys.executable, str(cli), *map(str, arguments)]
        if endpoint:
            command += ["--endpoint-url", endpoint]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout)
        if check and done.returncode != 0:
            pytest.fail(f"aws {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stderr}")
        return done

    return run


@pytest.fixture
def parser(environment, monkeypatch, tmp_path):
    """The AWS CLI's parser and the service's model, to judge shell commands with."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "parser"
    folder.mkdir()
    return Parser(folder, environment)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory):
    """The endpoint of one moto server for all tests."""
    server = shutil.which("moto_server", path=str(Path(sys.executable).parent))
    log = tmp_path_factory.mktemp("moto") / "log"
    # Somebody else may take the port before it does.
    for _ in range(3):
        process, endpoint = _start_moto(server, log)
        if endpoint:
            break
    else:
        pytest.fail(f"moto did not come up: {log.read_text()[-2000:]}")
    yield endpoint
    end(process)


def _start_moto(server, log):
    """The process and, where it answers within a minute, its endpoint."""
    port = _free_port()
    endpoint = f"http://127.0.0.1:{port}"
    with log.open("w") as sink:
        process = subprocess.Popen([server, "-H", "127.0.0.1", "-p", str(port)], stdout=sink, stderr=sink)
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{endpoint}/moto-api/data.json", timeout=1).read()
            return process, endpoint
        except OSError:
            time.sleep(0.1)
    end(process)
    return process, None


@pytest.fixture
def moto(moto_server):
    """The endpoint of moto, emptied."""
    request = urllib.request.Request(f"{moto_server}/moto-api/reset", method="POST")
    urllib.request.urlopen(request, timeout=10).read()
    return moto_server
