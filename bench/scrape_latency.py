#!/usr/bin/env python3
"""What scrapes of /metrics (with --sessions, of the list of all sessions, too) cost the packets relayed meanwhile.

Runs of relay_bench at a steady rate alternate between scraped and left alone (AB, BA, ...), so that a machine that
slows down or speeds up favours nobody; the medians of their 99th percentiles are compared. The quiet runs are compared
among themselves as well (every other one with the rest): what differs there is the machine. The exit code is 0 when the
ratio is at most --max-ratio, 1 when it is above or a run failed, 2 for a wrong call.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
sys.dont_write_bytecode = True

from harness import network, servers  # noqa: E402

KEY = "the-key-of-the-latency-measurement-0123456789"
SCRAPER_NICENESS = 10  # the scraper is no part of the server: it must not take the generator's turn
PAGE = 1000  # sessions
NEXT = re.compile(rb'"next":"([0-9-]+)"')


def find(name, places):
    for preset in ("release", "dev"):
        for place in places:
            path = ROOT / "build" / preset / place / name
            if path.is_file():
                return path
    return None


def parse_arguments():
    parser = argparse.ArgumentParser(description="The relay's 99th percentile with and without scrapes.")
    parser.add_argument("--turnpike", type=Path, default=find("turnpike", (".", "bin", "src", "src/server")))
    parser.add_argument("--bench", type=Path, default=find("relay_bench", (".", "bin", "bench", "bench/relay")))
    parser.add_argument("--rounds", type=int, default=15, help="runs of each kind")
    parser.add_argument("--allocations", type=int, default=1500)
    parser.add_argument("--payload", type=int, default=1100)
    parser.add_argument("--rate", type=float, default=0, help="packets per second, both directions together; 0: "
                        "--share of the highest rate that loses nothing")
    parser.add_argument("--share", type=float, default=0.8)
    parser.add_argument("--burst", type=int, default=8, help="packets that one flow sends back to back")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--warmup", type=float, default=0.5)
    parser.add_argument("--interval", type=float, default=0.5, help="seconds from scrape to scrape")
    parser.add_argument("--sessions", action="store_true", help="list all sessions at each scrape as well")
    parser.add_argument("--workers", type=int, default=0, help="0: one per core")
    parser.add_argument("--max-ratio", type=float, default=1.05, help="fail above this")
    parser.add_argument("--scraper", metavar="ADDRESS:PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.workers = options.workers or len(os.sched_getaffinity(0))
    for name in ("turnpike", "bench") if not options.scraper else ():
        path = getattr(options, name)
        if path is None or not path.is_file():
            parser.error(f"there is no {name} binary; build it or give --{name}")
        setattr(options, name, path.resolve())
    return options


# The scraper, a process of its own ----------------------------------------------------------------------------------


def fetch(connection, target, key=None):
    connection.request("GET", target, headers={"Authorization": f"Bearer {key}"} if key else {})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        sys.exit(f"{target} gave {answer.status}: {body[:300]!r}")
    return body


def scrape_once(connection, with_sessions):
    """Sessions seen."""
    metrics = fetch(connection, "/metrics")
    if b"turnpike_" not in metrics:
        sys.exit("the metrics are empty")
    seen, cursor = 0, ""
    for _ in range(100 if with_sessions else 0):
        going_on = f"&cursor={cursor}" if cursor else ""
        page = fetch(connection, f"/api/v1/allocations?limit={PAGE}{going_on}", KEY)
        seen += page.count(b'"username":')  # to parse it all would cost more than to make it
        found = NEXT.search(page)
        if not found:
            break
        cursor = found.group(1).decode()
    return seen


def scrape_until_told(options):
    """Prints one JSON object when standard input ends: how many scrapes there were, how long they took, what they
    saw."""
    os.nice(SCRAPER_NICENESS)
    host, port = options.scraper.split(":")
    told = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), told.set()), daemon=True).start()
    times, seen = [], 0
    while not told.is_set():
        started = time.monotonic()
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        seen = max(seen, scrape_once(connection, options.sessions))
        connection.close()
        times.append(time.monotonic() - started)
        told.wait(max(0.0, options.interval - times[-1]))
    print(json.dumps({"scrapes": len(times), "sessions": seen, "median_ms": 1000 * statistics.median(times)}))


@contextlib.contextmanager
def scraping(options, server, wanted):
    """Gives a list into which the scraper's report comes at the end."""
    report = []
    if not wanted:
        yield report
        return
    argv = [sys.executable, __file__, "--scraper", f"{server.address}:{server.port}", "--interval", options.interval]
    argv += ["--sessions"] if options.sessions else []
    process = subprocess.Popen([str(word) for word in argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield report
    finally:
        output, _ = process.communicate(timeout=30)
    if process.returncode != 0:
        sys.exit(f"the scraper failed: {output}")
    report.append(json.loads(output))


# The measurement ------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def running_server(options):
    key = f'{{ name = "bench", key = "{KEY}", scopes = ["admin"] }}'
    settings = servers.Settings(users={"bench": "bench-password"}, ports="20000-29999", log_level="warn",
                                workers=options.workers, more=[servers.Listener("tcp")],
                                api=f'admin_socket = ""\nrate = 0\nkeys = [{key}]',
                                extra="[quota]\nper_user = 0\nper_client_address = 0\n")
    with tempfile.TemporaryDirectory(prefix="turnpike-bench-") as folder:
        start = argparse.Namespace(server="turnpike", binary=options.turnpike)
        server = servers.start(start, settings, Path(folder), None)
        try:
            server.wait_until_ready()
            yield server
        finally:
            server.close()


def run_load(options, server, rate, seconds):
    argv = [options.bench, "--server", f"{server.address}:{server.port}", "--user", "bench", "--password",
            "bench-password", "--allocations", options.allocations, "--payload", options.payload, "--rate", rate,
            "--burst", options.burst, "--seconds", seconds, "--warmup", options.warmup, "--pid", server.pid]
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, check=False,
                          timeout=120 + seconds * 3)
    if done.returncode != 0:
        sys.exit(f"relay_bench: {done.stderr}\n{server.log()[-2000:]}")
    return json.loads(done.stdout)


def full_rate(options, server):
    """The highest rate that loses nothing worth mentioning and that the generator reaches; in steps of a fifth."""
    best, rate = 0.0, 20_000.0
    while rate < 2e6:
        run = run_load(options, server, rate, 1)
        if run["loss"] > 0.001 or run["packets_per_second"] < 0.97 * rate:
            break
        best, rate = rate, rate * 1.2
    return best or rate / 2


def row(label, run, report):
    latency = run["latency_us"]
    scraped = "".join("  {scrapes} scrapes of {sessions} sessions, {median_ms:.1f} ms each".format(**r) for r in report)
    print(f"{label:<20} p50 {latency['p50']:>8.1f}  p99 {latency['p99']:>8.1f}  p999 {latency['p999']:>9.1f} us  loss "
          f"{100 * run['loss']:.3f} %{scraped}", flush=True)


def measure(options, server, rate):
    """p99 of each run, by whether it was scraped."""
    found = {False: [], True: []}
    for index in range(options.rounds):
        for scraped in (False, True) if index % 2 == 0 else (True, False):
            with scraping(options, server, scraped) as report:
                run = run_load(options, server, rate, options.seconds)
            row(f"{index + 1} {'scraped' if scraped else 'quiet'}", run, report)
            found[scraped].append(run["latency_us"]["p99"])
    return found


def main():
    options = parse_arguments()
    if options.scraper:
        return scrape_until_told(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    network.go_private()
    with running_server(options) as server:
        rate = options.rate or options.share * full_rate(options, server)
        print(f"{options.allocations} allocations, {options.payload} bytes, {rate:.0f} packets/s, {options.workers} "
              f"workers, a scrape every {options.interval} s")
        found = measure(options, server, rate)
    quiet, scraped = statistics.median(found[False]), statistics.median(found[True])
    halves = [statistics.median(half) for half in (found[False][::2], found[False][1::2]) if half]
    print(f"median p99: quiet {quiet:.1f} us, scraped {scraped:.1f} us; quiet runs among themselves "
          f"{max(halves) / min(halves):.3f}")
    if max(halves) > options.max_ratio * min(halves):
        print("the machine is too unsteady: the ratio says nothing")
    print(f"ratio {scraped / quiet:.3f}")
    return 1 if scraped / quiet > options.max_ratio else 0


if __name__ == "__main__":
    sys.exit(main())
