# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the rows of rows.py and prints `workload | ours | peer | ratio | target | limit`; only Python's own library.

Both sides of a row are programs that answer one line for each variant named on their standard input, so that runs of
ours and of the peers take turns. Results are compared before anything is timed. See run.sh for the options.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rows import elsewhere, gpu, rows

HERE = Path(__file__).resolve().parent


class Failed(Exception):
    pass


class Missing(Exception):
    """A peer that is not installed."""


class Program:
    """A program that serves variants."""

    def __init__(self, command, environment):
        self.name = Path(command[0]).name
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment)
        self.answer()  # that it is ready

    def answer(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        self.log.seek(0)
        raise Failed(f"{self.name} ended: {self.log.read().strip()[-600:]}")

    def run(self, variant):
        try:
            self.process.stdin.write(variant + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Peers:
    """The variants of one workload in the process of all peers: Python's packages are imported once."""

    def __init__(self, program, workload, folder):
        self.program, self.workload, self.folder = program, workload, folder

    def run(self, variant):
        answer = self.program.run(f"{self.workload} {variant} {self.folder}")
        if "missing" in answer:
            raise Missing(answer["missing"])
        return answer

    def close(self):
        pass


class Processes:
    """Whole commands, timed from start to end."""

    def __init__(self, commands):
        self.commands = commands

    def run(self, variant):
        command = self.commands[variant]
        if not shutil.which(command[0]):
            raise Missing(f"{command[0]} is not installed")
        began = time.perf_counter()
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        seconds = time.perf_counter() - began
        if done.returncode:
            raise Failed(f"{' '.join(map(str, command))}: {done.stderr.strip()[-600:]}")
        return {"seconds": seconds}

    def close(self):
        pass


class Bench:
    def __init__(self, options):
        self.options, self.peers = options, None
        self.environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads), MKL_NUM_THREADS=str(options.threads),
                                OPENBLAS_NUM_THREADS=str(options.threads), PYTHONDONTWRITEBYTECODE="1")

    def peers_python(self):
        return self.options.peers if Path(self.options.peers).exists() else None

    def start(self, kind, workload, folder):
        build, threads = Path(self.options.build), str(self.options.threads)
        quick = ["--quick"] if self.options.quick else []
        if kind in ("engine", "core"):
            program = build / "tests" / f"{kind}_benchmark"
            if not program.exists():
                raise Failed(f"{program} is not built")
            serve = ["--serve"] if kind == "engine" else []
            return Program([str(program), workload, "--threads", threads, "--dir", str(folder), *serve, *quick, *self.sizes(kind, workload)], self.environment)
        if kind == "peers":
            if not self.peers_python():
                raise Missing("the peers' environment is not there")
            if not self.peers or self.peers.process.poll() is not None:
                self.peers = Program([self.peers_python(), str(HERE / "peers.py"), "--threads", threads, *quick], self.environment)
            return Peers(self.peers, workload, folder)
        cdra = str(build / "bin" / "cdra")
        return Processes({
            "cdra": [cdra, "plan", str(folder / "map.h5"), "--gamma", "0.0043", "--out", str(folder / "ours.h5"), "--threads", threads, "--quiet"],
            "numpy": [self.peers_python() or "/nowhere/python", str(HERE / "plan_twin.py"), str(folder / "map.h5"), "0.0043", str(folder / "twin.npz")],
            "version": [cdra, "--version"],
            "python": ["python3", "-c", "pass"],
        })

    def sizes(self, kind, workload):
        if self.options.quick:
            return ["--images", "3", "--batch", "2"] if kind == "engine" else []
        return {"sensitivity-224": ["--images", "8", "--batch", "8"], "sensitivity-48": ["--images", "64", "--batch", "32"],
                "step-224": ["--batch", "8"], "inference-224": ["--batch", "8"], "linear-cache": ["--images", "16", "--batch", "16"]}.get(workload, [])

    def workload(self, workload, wanted):
        """Results of all rows that share a workload."""
        with tempfile.TemporaryDirectory(prefix="cdra-benchmark-", dir=self.options.scratch) as name:
            folder, programs, first, answers, absent = Path(name), {}, {}, {}, {}
            try:
                if workload == "plan":  # its inputs
                    self.start("core", workload, folder).close()
                sides = list(dict.fromkeys([row.ours for row in wanted] + [row.peer for row in wanted]))
                for side in sides:  # ours come first: peers read what they leave
                    try:
                        if side[0] not in programs:
                            programs[side[0]] = self.start(side[0], workload, folder)
                        first[side] = programs[side[0]].run(side[1])
                        # The quick form is about results: the first run is all there is.
                        answers[side] = [first[side]] if self.options.quick and not self.options.rounds else []
                    except Missing as reason:
                        absent[side] = str(reason)
                agreement = {row.name: self.compare(row, first, folder) for row in wanted if row.peer not in absent}
                for row in wanted:
                    if row.peer not in absent and agreement[row.name] is False:
                        raise Failed(f"{row.name}: the results disagree: {first[row.ours]} and {first[row.peer]}")
                for _ in range(self.options.rounds):
                    for side in answers:
                        answers[side].append(programs[side[0]].run(side[1]))
            finally:
                for program in programs.values():
                    program.close()
            return [self.result(row, answers, absent, agreement) for row in wanted]

    def compare(self, row, first, folder):
        """True, False, or None where the row's sides have no result in common (a floor)."""
        ours, peer = first[row.ours], first[row.peer]
        if row.workload == "plan":
            done = subprocess.run([self.peers_python(), str(HERE / "plan_twin.py"), str(folder / "twin.npz"), "--compare", str(folder / "ours.h5")],
                                  capture_output=True, text=True)
            if done.returncode:
                print(done.stdout + done.stderr, file=sys.stderr)
            return done.returncode == 0
        if "agree" in peer:
            return peer["agree"]
        keys = [key for key in ("digest", "threshold", "values") if key in ours and key in peer]
        if not keys:
            return None
        # Nothing but zeros proves nothing.
        return all(ours[key] == peer[key] and ours[key] for key in keys)

    def result(self, row, answers, absent, agreement):
        line = {"workload": row.name, "ours": None, "peer": None, "peer_name": row.peer_name, "ratio": None, "target": row.target, "unit": row.unit}
        key = "seconds" if row.unit == "s" else row.unit
        ours = [one[key] for one in answers[row.ours]]
        line["ours"] = statistics.median(ours)
        if row.peer in absent:
            line["why"] = absent[row.peer]
        else:
            peer = [one[key] for one in answers[row.peer]]
            line["peer"] = statistics.median(peer)
            # Round by round: what stays of a machine that others use too.
            line["ratio"] = statistics.median(p / o for p, o in zip(peer, ours))
            line["compared"] = agreement[row.name] is True
        line["rounds"], line["limit"], line["quick"] = len(ours), row.limit, self.options.quick
        return line


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    return f"{model}, {os.cpu_count()} cores"


def shown(value, unit):
    if value is None:
        return "not run"
    if unit == "s":
        return f"{value:.3g} s" if value >= 1 else f"{value * 1e3:.3g} ms" if value >= 1e-3 else f"{value * 1e6:.3g} µs"
    return f"{value / 1e6:.0f} MB"


def table_line(line):
    ratio = "null" if line["ratio"] is None else f"{line['ratio']:.3g}"
    target = "" if line["target"] is None else f"{line['target']:.3g}"
    return " | ".join([line["workload"], shown(line["ours"], line["unit"]), f"{line['peer_name']}: {shown(line['peer'], line['unit'])}", ratio, target,
                       line.get("limit", "") + (f" ({line['why']})" if "why" in line else "")])


def save(path, lines, keep):
    """The lines, and those of other workloads that are there already where only some were run."""
    if keep and path.exists():
        new = {line["workload"] for line in lines}
        lines = [line for line in json.loads(path.read_text()) if line["workload"] not in new] + lines
    order = {row.name: i for i, row in enumerate(rows)}
    lines.sort(key=lambda line: order.get(line["workload"], 1000))
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(lines, indent=1) + "\n")
    temporary.replace(path)


def not_run():
    desktop = HERE / "results" / "desktop.json"
    found = {line["workload"]: line for line in json.loads(desktop.read_text())} if desktop.exists() else {}
    for name, _, peer, target, limit in elsewhere:
        yield found.get(name, {"workload": name, "ours": None, "peer": None, "peer_name": peer, "ratio": None, "target": target, "unit": "s",
                               "limit": limit, "why": "desktop_benchmark has not left results/desktop.json"})
    for name, _, peer, target in gpu:
        yield {"workload": name, "ours": None, "peer": None, "peer_name": peer, "ratio": None, "target": target, "unit": "s", "limit": "", "why": "no GPU"}


def main():
    parser = argparse.ArgumentParser(usage="run.sh [--quick] [--only NAME]... [--rounds N] [--threads N] [--list]")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="a row, or the beginning of several rows' names")
    parser.add_argument("--rounds", type=int, choices=range(1, 100), metavar="N")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--build", default=str(HERE.parents[1] / "build" / "release"))
    parser.add_argument("--peers", default="/nowhere/python")
    parser.add_argument("--scratch", help="where inputs are written (default: the temporary folder)")
    options = parser.parse_args()
    options.rounds = options.rounds if options.rounds is not None else 0 if options.quick else 5
    if options.list:
        print("\n".join(row.name for row in rows))
        return 0
    chosen = [row for row in rows if not options.only or any(row.name.startswith(name) for name in options.only)]
    if not chosen:
        print(f"no row is called {', '.join(options.only)}; run.sh --list names them", file=sys.stderr)
        return 2
    print(f"{machine()}; {options.threads} threads, " + ("quick: first runs, not to be read as speed" if options.quick else f"{options.rounds} rounds"))
    print("workload | ours | peer | ratio | target | limit")
    bench, lines, failed = Bench(options), [], False
    for workload in dict.fromkeys(row.workload for row in chosen):
        try:
            for line in bench.workload(workload, [row for row in chosen if row.workload == workload]):
                print(table_line(line), flush=True)
                lines.append(line)
        except Failed as reason:
            failed = True
            print(f"FAILED: {workload}: {reason}", file=sys.stderr)
    if bench.peers:
        bench.peers.close()
    if not options.only:
        for line in not_run():
            print(table_line(line))
            lines.append(line)
    save(HERE / "results" / "latest.json", lines, keep=bool(options.only))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
