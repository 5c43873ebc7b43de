public import Foundation

/// A program in Python that sends spans as a client would, with nothing but the standard library.
public enum FakeClient {
  /// Writes the program as `shop.py`, which makes that its service's name.
  public static func write(into folder: URL) throws -> String {
    let path = folder.appending(path: "shop.py")
    try Data(script.utf8).write(to: path)
    return path.path
  }

  /// Does what its arguments say, one after the other:
  ///
  /// - `send=TRACE/SPAN/PARENT/NAME` sends a span of 1 ms;
  /// - `calls=NAME,NAME` sends traces of one span, each beginning where the one before ended;
  /// - `post=PATH` sends nothing that is a span, `connect` does not even do that;
  /// - `many=N` writes that many lines, `long=N` a line of that length, and `print=TEXT` a text;
  /// - `child=SECONDS` leaves a process behind that has its output open;
  /// - `on=SIGNAL=STATUS` exits so at a signal, and `stay` waits for it;
  /// - `exit=STATUS`, `kill=SIGNAL`, `sleep=SECONDS`.
  private static let script = """
    import json, os, signal, socket, subprocess, sys, time, urllib.parse, urllib.request

    ENDPOINT = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]

    def post(path, body):
        request = urllib.request.Request(
            ENDPOINT + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(request).read()
        except urllib.error.HTTPError:
            pass

    def span(trace, own, parent, name, begin):
        return {
            "traceId": trace.zfill(32), "spanId": own.zfill(16), "name": name, "kind": 1,
            "parentSpanId": parent and parent.zfill(16), "startTimeUnixNano": str(begin),
            "endTimeUnixNano": str(begin + 1_000_000),
        }

    def send(spans):
        name = os.environ.get("OTEL_SERVICE_NAME", "none")
        attributes = [{"key": "service.name", "value": {"stringValue": name}}]
        post("/v1/traces", {"resourceSpans": [
            {"resource": {"attributes": attributes}, "scopeSpans": [{"spans": spans}]}]})

    for word in sys.argv[1:]:
        verb, _, text = word.partition("=")
        now = time.time_ns()
        if verb == "send":
            send([span(*text.split("/"), now)])
        elif verb == "calls":
            send([span(str(n + 1), str(n + 1), "", name, now + n * 1_000_100)
                  for n, name in enumerate(text.split(","))])
        elif verb == "post":
            post(text, {})
        elif verb == "connect":
            address = urllib.parse.urlparse(ENDPOINT)
            socket.create_connection((address.hostname, address.port)).close()
        elif verb == "many":
            sys.stdout.writelines(f"line {n} of many\\n" for n in range(int(text)))
            sys.stdout.flush()
        elif verb == "long":
            print("x" * int(text), flush=True)
        elif verb == "print":
            print(text, flush=True)
        elif verb == "child":
            subprocess.Popen(["sleep", text])
        elif verb == "on":
            number, status = map(int, text.split("="))
            signal.signal(number, lambda *_, status=status: sys.exit(status))
        elif verb == "stay":
            while True:
                signal.pause()
        elif verb == "exit":
            sys.exit(int(text))
        elif verb == "kill":
            os.kill(os.getpid(), int(text))
        elif verb == "sleep":
            time.sleep(float(text))
    """
}
