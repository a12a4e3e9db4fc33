"""``python -m bench`` lists; ``python -m bench NAME [--size ...] [--engine ...]`` runs one."""

import argparse
import importlib
import sys
from pathlib import Path

from bench.common import Size
from bench.machine import GENERATOR_CORE, facts, pin

BENCHMARKS = {
    "rush": "sending applications: ceilings beside limit and naive way, open loop, overload",
    "steady": "minutes of 200 applications a second, with viewers and a full ledger",
    "overload": "three times what the server can do: who is accepted, who is refused, how soon",
    "browse": "public pages beside a page of the same size that asks nothing",
    "viewers": "sockets: how soon a change is seen, memory, dead readers",
    "desk": "reviewers: the first page and decisions, alone and during a rush",
    "close": "the closing instant under load: who is in, how soon the latch is set",
    "report": "closing a fair and its figures, beside counting with plain SQL",
    "day": "a whole day of applications as fast as they are taken",
    "soak": "an hour of everything at an easy pace: memory",
    "search": "a search among 100 and among 20,000 positions, and the ratio",
    "cost": "what a number, a page, a desk and an application cost as the ledger grows",
}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=BENCHMARKS)
    parser.add_argument("--size", choices=("tiny", "small", "full"), default="small")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--profile", type=Path, help="write the server's cProfile here")
    given = parser.parse_args(arguments)
    if given.name is None:
        for name, tells in BENCHMARKS.items():
            print(f"{name:<8} {tells}")
        return
    pin(GENERATOR_CORE)
    print(f"{given.name}, size {given.size}, {given.engine}: {facts()}", flush=True)
    benchmark = importlib.import_module(f"bench.{given.name}")
    benchmark.run(Size(given.size, given.pairs, given.profile, given.engine))


if __name__ == "__main__":
    main(sys.argv[1:])
