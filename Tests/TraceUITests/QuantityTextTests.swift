import Testing

@testable import TraceUI

@Suite struct QuantityTextTests {
  private static let shares: [(part: Int64, whole: Int64, text: String)] = [
    (0, 1_000, "0.0 %"), (3, 1_000, "0.3 %"), (123, 1_000, "12.3 %"), (2_000, 1_000, "200 %"),
    (1, 10_000, "< 0.1 %"), (-3, 1_000, "-0.3 %"), (-123, 1_000, "-12.3 %"),
    (-2_000, 1_000, "-200 %"), (-1, 10_000, "> -0.1 %"), (.max, .max, "100 %"),
    (.min, .max, "-100 %"), (5, 0, ""), (-5, 0, ""),
  ]

  @Test func percent() {
    for (part, whole, text) in Self.shares {
      #expect(QuantityText.percent(part, of: whole) == text)
    }
  }
}
