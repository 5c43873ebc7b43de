"""The table that is printed: what was measured, the figure, its bar, the outcome."""


class Table:
    """Prints rows as they are measured, and knows whether a bar was missed."""

    def __init__(self):
        self.missed = []
        self.passed = 0
        self._group = ""

    def group(self, title):
        self._group = title.split(":")[0]
        print(f"\n{title}")
        print(f"  {'':52} {'figure':>14}  {'bar':>26}  {'of it':>7}")

    def row(self, what, value, unit, limit, *, digits=1, least=False):
        """A figure with a bar of its own: at most `limit`, or at least that."""
        bar = f"{'at least' if least else 'at most'} {limit:,g} {unit}"
        kept = value >= limit if least else value <= limit
        self._print(what, f"{value:,.{digits}f} {unit}", bar, value / limit, kept)

    def ratio(self, what, figure, ratio, limit, peer, *, least=False):
        """A figure as a multiple of a peer's: `figure` is only shown."""
        bar = f"{'at least' if least else 'at most'} {limit:,.2f} x {peer}"
        kept = ratio >= limit if least else ratio <= limit
        self._print(what, figure, bar, ratio, kept, shows_ratio=True)

    def figure(self, what, figure):
        """A figure that is held against nothing."""
        print(f"  {what:52} {figure:>14}", flush=True)

    def failure(self, what, error):
        """A row that could not be measured: its bar is missed."""
        self.missed.append(f"{self._group}: {what}")
        print(f"  {what:52} not measured: {error}  FAIL", flush=True)

    def note(self, text):
        print(f"  ({text})", flush=True)

    def _print(self, what, figure, bar, ratio, kept, shows_ratio=False):
        if kept:
            self.passed += 1
        else:
            self.missed.append(f"{self._group}: {what}")
        share = f"{ratio:.2f} x" if shows_ratio else f"{ratio * 100:,.0f} %"
        outcome = "pass" if kept else "FAIL"
        print(f"  {what:52} {figure:>14}  {bar:>26}  {share:>7}  {outcome}", flush=True)

    def summary(self):
        print(f"\n{self.passed} bars kept, {len(self.missed)} missed")
        for what in self.missed:
            print(f"  missed: {what}")


def milliseconds(seconds):
    return f"{seconds * 1000:,.1f} ms"


def count(number):
    return f"{number:,}"


def percentile(values, percent):
    """The smallest of the values that at least `percent` percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
