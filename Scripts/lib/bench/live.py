"""Live sources: how fast spans are taken, when they are on the screen, keys meanwhile, memory."""

import json
import re
import signal
import socket
import statistics
import subprocess
import time
import urllib.request

from keys import changes, row
from runs import Failure
from session import Session, place

MEBIBYTE = 1 << 20
LIMIT = 256
COUNTS = re.compile(r"received ([\d,]+) spans?, kept ([\d,]+), evicted ([\d,]+)")
# In the header of the list; the number that was evicted is not always there.
SHOWN = re.compile(r"([\d,]+) spans?(?: · ([\d,]+) evicted)?")


def number(text):
    return int((text or "0").replace(",", ""))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Ports:
    """Free ports for the receivers of OTLP, and the command that listens there."""

    def __init__(self, program, *options):
        self.http, self.grpc = free_port(), free_port()
        self.command = [
            program, "listen", "--otlp-http", self.http, "--otlp-grpc", self.grpc,
            "--zipkin", "off", "--datadog", "off", *options]

    def wait(self):
        """Waits until they are open."""
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", self.http)).close()
                return
            except OSError:
                time.sleep(0.01)
        raise Failure("its port does not open")


class Load:
    """The sender while it runs."""

    def __init__(self, sender, port, seconds, protocol="http", rate=0, batch=512, connections=4):
        options = {
            "--protocol": protocol, "--port": port, "--connections": connections,
            "--seconds": seconds, "--rate": rate, "--batch": batch, "--attributes": 10}
        words = [str(word) for option in options.items() for word in option]
        self._process = subprocess.Popen(
            [str(sender), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()

    @property
    def runs(self):
        return self._process.poll() is None

    def end(self):
        """Waits for its end: the spans that were accepted, and how many of them a second."""
        output = self._process.communicate()[0]
        found = re.search(r"accepted (\d+) refused (\d+) .*rate (\d+)", output)
        if self._process.returncode != 0 or not found:
            raise Failure(f"the sender failed: {output[-200:]}")
        return int(found[1]), int(found[3])


def lost(table, accepted, known):
    """Every span that was accepted is there, or was counted when it made room."""
    missing = accepted - known
    table.ratio(
        "lost of them", f"{missing:,} spans", abs(missing) / accepted, 0, f"{accepted:,} accepted")


def throughput(table, program, sender, protocol, seconds, bar):
    """Flat out into a program without a screen, which says at its end what it has got."""
    what = f"OTLP/{'HTTP' if protocol == 'http' else 'gRPC'}, 4 connections, {seconds} s"
    ports = Ports(program, "--print", "list", "--limit", "1")
    command = [str(word) for word in ports.command]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True,
    ) as listener:
        try:
            ports.wait()
            port = ports.http if protocol == "http" else ports.grpc
            with Load(sender, port, seconds, protocol) as load:
                accepted, rate = load.end()
        finally:
            listener.send_signal(signal.SIGINT)
        errors = listener.communicate(timeout=120)[1]
    found = COUNTS.search(errors)
    if not found:
        raise Failure(f"it does not say what it got: {errors[-200:]}")
    received, kept, evicted = (number(text) for text in found.groups())
    table.row(what, rate, "spans/s", bar, digits=0, least=True)
    lost(table, accepted, kept + evicted)
    if received != accepted:
        table.failure("received", f"{received:,}, and {accepted:,} were accepted")
    table.note(f"{kept:,} kept, {evicted:,} evicted for newer ones")


def send_span(port, name, order):
    """Sends one span, as a program would that has just ended it."""
    # Later than all others, so that the list, which follows the newest trace, shows it.
    start = 4_000_000_000_000_000_000 + order * 1_000_000_000
    span = {
        "traceId": f"{start:032x}", "spanId": f"{start:016x}", "name": name,
        "startTimeUnixNano": str(start), "endTimeUnixNano": str(start + 1_000_000)}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/traces", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).read()


def latency(table, program, sender, count=100):
    """From the sending of a span to its row on the screen, while others come, too."""
    ports = Ports(program)
    times = []
    with Session(ports.command) as session:
        ports.wait()
        seconds = count * 0.4 + 10
        with Load(sender, ports.http, seconds, rate=1_000, batch=20, connections=1):
            session.until(lambda screen: place(screen) is not None, 10)
            for order in range(count):
                session.settle(0.02)
                name = f"probe-{order}-"
                sent = time.perf_counter()
                send_span(ports.http, name, order)
                times.append(session.shown_since(
                    sent, lambda screen: any(name in screen.row(y) for y in range(screen.height))))
                # Not in step with anything that the program does each so many milliseconds.
                session.settle_for(0.1 + order % 17 * 0.011)
    row(table, "span sent to span on the screen, at 1,000 spans/s", times, limit=150)


def keys_meanwhile(table, program, sender, seconds, rate=0):
    """Keys while spans come, as fast as they are taken if no rate is said; and that none is lost."""
    ports = Ports(program)
    times = {"the list (g G)": [], "help (? q)": [], "a trace (j k)": []}

    def is_at_end(screen):
        here = place(screen)
        return here is not None and here[0] == here[1]

    with Session(ports.command) as session:
        ports.wait()
        with Load(sender, ports.http, seconds, rate=rate) as load:
            session.until(lambda screen: place(screen) is not None, 10)
            session.settle_for(1)
            while load.runs:
                for key, shows in [
                    ("G", is_at_end), ("g", lambda screen: (place(screen) or "0")[0] == "1"),
                ] * 5:
                    times["the list (g G)"].append(session.answer(key, shows))
                for key, is_help in [("?", True), ("q", False)] * 2:
                    times["help (? q)"].append(session.answer(
                        key, lambda screen: ("Next row" in screen_text(screen)) is is_help))
                if session.answer("\r", lambda screen: screen.row(1).startswith(" SPAN")) is None:
                    raise Failure(f"no trace opens: {session.screen.excerpt}")
                for key in "jk" * 5:
                    times["a trace (j k)"].append(session.answer(key, changes(session, "place")))
                session.answer("q", lambda screen: screen.row(0).startswith(" traceview"))
            accepted, rate = load.end()
        session.settle_for(2)
        found = SHOWN.search(session.screen.row(0).split(" · ", 1)[-1])
        shown, evicted = (number(text) for text in found.groups()) if found else (0, 0)
    for what, answers in times.items():
        row(table, f"keys at {rate:,} spans/s, {what}", answers)
    lost(table, accepted, shown + evicted)


def screen_text(screen):
    return "\n".join(screen.row(y) for y in range(screen.height))


def memory(table, program, sender, seconds):
    """Memory of its own at 50,000 spans a second, sampled each second."""
    ports = Ports(program, "--max-memory", f"{LIMIT}MiB")
    samples = []
    with Session(ports.command) as session:
        ports.wait()
        with Load(sender, ports.http, seconds, rate=50_000) as load:
            while load.runs:
                session.settle_for(1)
                samples.append(session.memory()[0])
            accepted, rate = load.end()
    fifth = max(1, len(samples) // 5)
    early, late = (
        statistics.mean(part) for part in (samples[fifth:2 * fifth] or samples, samples[-fifth:]))
    most = max(samples)
    table.ratio(
        f"memory of its own, {seconds} s at {rate:,} spans/s", f"{most / MEBIBYTE:,.0f} MiB",
        most / MEBIBYTE / LIMIT, 1.5, f"{LIMIT} MiB")
    table.ratio(
        "the last fifth of that time", f"{late / MEBIBYTE:,.0f} MiB", late / early, 1.1,
        "the second fifth")
    table.note(f"{accepted:,} spans; median {statistics.median(samples) / MEBIBYTE:,.0f} MiB")


def idle(table, program, seconds=20):
    """What waiting for spans costs."""
    ports = Ports(program)
    with Session(ports.command) as session:
        ports.wait()
        session.rest()
        before = session.processor_time()
        session.settle_for(seconds)
        share = (session.processor_time() - before) / seconds * 100
        table.row(f"waiting for spans, {seconds} s: of a core", share, "%", 0.5, digits=2)
        table.row("memory of its own then", session.memory()[0] / 1e6, "MB", 40)


def run(table, program, sender, seconds, long):
    table.group("live: spans of 10 attributes in batches of 512, the sender on the same machine")
    for what, measure in [
        ("OTLP/HTTP", lambda: throughput(table, program, sender, "http", seconds, 200_000)),
        ("OTLP/gRPC", lambda: throughput(table, program, sender, "grpc", seconds, 150_000)),
        ("latency", lambda: latency(table, program, sender)),
        ("keys", lambda: keys_meanwhile(table, program, sender, seconds, rate=200_000)),
        ("keys, flat out", lambda: keys_meanwhile(table, program, sender, seconds)),
        ("idle", lambda: idle(table, program)),
        ("memory", lambda: memory(table, program, sender, long)),
    ]:
        try:
            measure()
        except (Failure, OSError, subprocess.TimeoutExpired) as error:
            table.failure(what, error)
