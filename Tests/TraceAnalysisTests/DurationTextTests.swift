import Testing
import TraceAnalysis
import TraceModel

@Suite struct DurationTextTests {
  @Test(arguments: [
    (0, "0 ns"), (1, "1 ns"), (999, "999 ns"), (1_000, "1 µs"), (1_250, "1.25 µs"),
    (1_005, "1.01 µs"), (25_000, "25 µs"), (142_000, "142 µs"), (9_994, "9.99 µs"),
    (9_995, "10 µs"), (99_949, "99.9 µs"), (99_950, "100 µs"), (999_499, "999 µs"),
    (999_500, "1 ms"), (1_250_000, "1.25 ms"), (1_050_000, "1.05 ms"), (61_234_567, "61.2 ms"),
    (999_499_999, "999 ms"), (999_500_000, "1 s"), (59_949_999_999, "59.9 s"),
    (59_950_000_000, "1 min"), (60_000_000_000, "1 min"), (125_000_000_000, "2 min 5 s"),
    (3_599_400_000_000, "59 min 59 s"), (3_599_500_000_000, "1 h"), (3_600_000_000_000, "1 h"),
    (99_960_000_000_000, "27 h 46 min"), (-25_000, "-25 µs"), (-1, "-1 ns"),
    (Int64.max, "2562047 h 47 min"), (Int64.min, "-2562047 h 47 min"),
  ])
  func text(nanos: Int64, expected: String) {
    #expect(DurationText.short(DurationNanos(nanos)) == expected)
  }

  @Test func shorterLengthNeverReadsLonger() {
    // Around each place where the unit or the number of digits changes.
    for power in [1_000, 10_000, 100_000, 1_000_000, 10_000_000, 1_000_000_000] as [Int64] {
      for nanos in (power - power / 50)...(power - power / 50 + 200) {
        #expect(!DurationText.short(DurationNanos(nanos)).contains("1000"))
      }
    }
  }
}
