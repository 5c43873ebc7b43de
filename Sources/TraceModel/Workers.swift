import Synchronization

/// Threads to spread independent pieces of work over.
///
/// Pure code does not make threads: who calls it says how many there are, and how to use them.
public struct Workers: Sendable {
  /// How many pieces can run at the same time.
  public let count: Int
  /// Calls the body with each number from 0 below the given one, and returns when all calls have.
  private let perform: @Sendable (Int, @Sendable (Int) -> Void) -> Void

  /// `perform` must call its body once for each number below the one it is given, on any threads,
  /// and return when all calls have returned.
  public init(
    count: Int, perform: @escaping @Sendable (Int, @Sendable (Int) -> Void) -> Void
  ) {
    self.count = max(1, count)
    self.perform = perform
  }

  /// The calling thread alone.
  public static let none = Workers(count: 1) { count, body in
    for number in 0..<count { body(number) }
  }

  /// What `body` makes of each number below `count`, in their order whatever the threads do.
  public func map<Result: Sendable>(
    _ count: Int, _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    if self.count == 1 || count < 2 { return (0..<count).map(body) }
    let results = Mutex([Result?](repeating: nil, count: count))
    perform(count) { number in
      let result = body(number)
      results.withLock { $0[number] = result }
    }
    return results.withLock { $0.compactMap { $0 } }
  }
}
