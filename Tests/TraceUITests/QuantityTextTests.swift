import Testing

@testable import TraceUI

@Suite struct QuantityTextTests {
  private static let shares: [(part: Int64, whole: Int64, text: String)] = [
    (0, 1_000, "0.0 %"), (3, 1_000, "0.3 %"), (123, 1_000, "12.3 %"), (2_000, 1_000, "200 %"),
    (1, 10_000, "< 0.1 %"), (-3, 1_000, "-0.3 %"), (-123, 1_000, "-12.3 %"),
    (-2_000, 1_000, "-200 %"), (-1, 10_000, "> -0.1 %"), (.max, .max, "100 %"),
    (.min, .max, "-100 %"), (5, 0, ""), (-5, 0, ""),
  ]

  private static let counts: [(count: Int, width: Int, text: String)] = [
    (0, 5, "0"), (9_999, 5, "9,999"), (10_000, 5, "10.0k"), (99_999, 5, "99.9k"),
    (100_000, 5, "100k"), (999_999, 7, "999,999"), (1_000_000, 7, "1.0M"), (1_299_999, 5, "1.2M"),
    (999_999_999, 5, "999M"), (4_294_967_295, 7, "4.2G"),
  ]

  @Test func countsNeverLoseTheirSize() {
    for (count, width, text) in Self.counts {
      #expect(QuantityText.count(count, width: width) == text)
    }
  }

  @Test func percent() {
    for (part, whole, text) in Self.shares {
      #expect(QuantityText.percent(part, of: whole) == text)
    }
  }
}
