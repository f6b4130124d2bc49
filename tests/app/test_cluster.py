"""Beyond one machine: a scheduler and its workers, each a process of its own, and input and output on S3; the
tables are those of a local run.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import s3fs
from moto.server import ThreadedMotoServer

from pipeline.app.executors import cluster
from pipeline.app.job import Job, run
from pipeline.app.output import MANIFEST, files_of, manifest_text
from pipeline.app.reading import Work, read_all
from pipeline.app.sources import collect
from pipeline.app.store import opened
from pipeline.app.workers import DEFAULTS
from pipeline.model.errors import Code, PipelineError
from tests.app.test_output import contents
from tests.fake_parsers import obedient

ROOT = Path(__file__).parents[2]
SECONDS = 60


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[s3fs.S3FileSystem]:
    """An S3 server on this machine, with a bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1", "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    system = s3fs.S3FileSystem()
    system.mkdir("bucket")
    yield system
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


class Cluster:
    """A scheduler and two workers."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder
        file = folder / "scheduler.json"
        self._start("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        deadline = time.monotonic() + SECONDS
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        self.address = str(json.loads(file.read_text())["address"])
        options = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(folder))
        self.workers = [self._start("worker", self.address, *options) for _ in range(2)]

    def _start(self, what: str, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{what}", "--host", "127.0.0.1", *arguments],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._stack.callback(process.wait, 10)
        self._stack.callback(process.kill)
        return process


@pytest.mark.slow
def test_a_cluster_and_a_bucket_give_the_bytes_of_a_local_run(
    root: Path, tmp_path: Path, s3: s3fs.S3FileSystem
) -> None:
    files = sorted((root / "data" / "raw").iterdir())[:2]
    for name, path in {"a/one.txt": files[0], "a/two.txt": files[1], "again.txt": files[0]}.items():
        s3.put_file(str(path), f"bucket/raw/{name}")
        (tmp_path / "raw" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "raw" / name).write_bytes(path.read_bytes())
    run(Job((tmp_path / "raw",), tmp_path / "local", 1))
    with ExitStack() as stack:
        address = Cluster(stack, tmp_path).address
        job = Job(("s3://bucket/raw",), "s3://bucket/parsed", cluster=address)
        assert run(job).account.status == {"duplicate": 1, "ok": 2}
        read: list[float | None] = []
        run(job, lambda _: lambda event: read.append(event.seconds))
        assert read == [None] * 3
    local = contents(tmp_path / "local")
    manifest = json.loads(s3.cat_file("bucket/parsed/manifest.json"))
    for name, _ in files_of(manifest):
        plain = name.partition("/")[2]
        assert s3.cat_file(f"bucket/parsed/{name}") == s3.cat_file(f"bucket/parsed/{plain}") == local[plain]
    assert manifest_text(manifest) == re.sub(
        r'("file": ")', rf"\1{name.partition('/')[0]}/", local[MANIFEST].decode()
    )


@pytest.mark.slow
def test_the_tasks_of_a_worker_that_is_killed_are_done_by_another(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for n in range(12):
        (tmp_path / "in" / f"{n}").write_text(f"slow {n}")
    with ExitStack() as stack, opened(tmp_path / "store") as store:
        made = Cluster(stack, tmp_path)
        executor, _ = stack.enter_context(cluster(made.address))
        done: list[str] = []

        def killing(event: object) -> None:
            done.append(str(event))
            if len(done) == 2:
                made.workers[0].send_signal(signal.SIGKILL)

        sources = collect([tmp_path / "in"])
        entries = read_all(sources, store, Work(executor, 2, DEFAULTS, there=True, parse=obedient), killing)
        assert [store.summary(str(e.key)).status for e in entries] == ["empty"] * 12
    assert len(done) == 12


def test_a_scheduler_that_is_not_there_is_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.app.executors.SECONDS", 0.5)
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(PipelineError) as refusal:
        run(Job((tmp_path / "a.txt",), tmp_path / "out", cluster="tcp://127.0.0.1:9"))
    assert refusal.value.code == Code.UNREACHABLE
