import Dispatch
import Testing
import TraceModel

@Suite struct WorkersTests {
  private let many = Workers(count: 4) {
    DispatchQueue.concurrentPerform(iterations: $0, execute: $1)
  }

  @Test func resultsAreInOrderWhateverTheThreadsDo() {
    for count in [0, 1, 2, 3, 100, 1_000] {
      #expect(many.map(count) { $0 * $0 } == (0..<count).map { $0 * $0 })
      #expect(Workers.none.map(count) { $0 * $0 } == (0..<count).map { $0 * $0 })
    }
  }

  @Test func anOptionalResultIsOneToo() {
    #expect(many.map(5) { $0 % 2 == 0 ? $0 : nil } == [0, nil, 2, nil, 4])
  }
}
