"""Where documents are read: in processes of this machine, or on a Dask cluster.

Comes in: how many processes, or a scheduler's address. Goes out: a `concurrent.futures.Executor`, which runs
`read_batch` in its threads or on its workers, and how many documents it reads side by side; whatever way the
block is left, what it started ends. Refused
(`unreachable`): a cluster that does not answer, that runs another version of this program, or whose package
is not installed.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import cast

from pipeline.app.parser_version import parser_version
from pipeline.app.workers import READERS
from pipeline.model.errors import Code, error

SECONDS = 30.0  # for a scheduler to answer
TRIES = (
    3  # of a task that raises, by Dask; how often it runs a lost worker's task again, its own settings say
)


@contextmanager
def local(jobs: int) -> Iterator[tuple[Executor, int]]:
    """Threads of this process, each with a process that reads."""
    READERS.start()
    threads = ThreadPoolExecutor(jobs, thread_name_prefix="reader")
    try:
        yield threads, jobs
    finally:
        READERS.stop()
        threads.shutdown(cancel_futures=True)


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """The workers of a Dask cluster, which must have the same version of this program."""
    try:
        distributed = importlib.import_module("distributed")
    except ImportError as missing:
        raise error(Code.UNREACHABLE, address, f"a cluster needs a package ({missing})") from missing
    try:
        client = distributed.Client(address, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as refused:
        raise error(Code.UNREACHABLE, address, f"the scheduler does not answer ({refused})") from refused
    with client:
        versions = client.run(parser_version)
        others = sorted(worker for worker, version in versions.items() if version != parser_version())
        if others:
            what = f"{len(others)} of {len(versions)} workers, {others[0]} first, run another version of this"
            raise error(Code.UNREACHABLE, address, what, "install the same version and packages there")
        executor = client.get_executor(pure=False, retries=TRIES)
        try:
            yield cast(Executor, executor), max(1, sum(client.nthreads().values()))
        finally:
            executor.shutdown(wait=False)
