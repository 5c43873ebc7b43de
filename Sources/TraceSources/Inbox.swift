public import Dispatch
import Synchronization

/// Values from other threads, in order: the only shared mutable state of the program.
///
/// Holds at most `capacity` values: who posts to a full inbox waits until it is drained, so that a
/// fast reader cannot fill the memory before a slow taker.
public final class Inbox<Item: Sendable>: Sendable {
  private let items = Mutex<[Item]>([])
  private let room: DispatchSemaphore
  private let arrived = DispatchSemaphore(value: 0)
  /// Called after each post, on the posting thread.
  private let wake: @Sendable () -> Void

  public init(capacity: Int = 64, wake: @escaping @Sendable () -> Void = {}) {
    // Not `value: capacity`: Dispatch traps when a semaphore goes whose value is below its first one,
    // as when values are left in an inbox that nobody takes any more.
    room = DispatchSemaphore(value: 0)
    for _ in 0..<capacity { room.signal() }
    self.wake = wake
  }

  /// Adds a value; waits while the inbox is full.
  public func post(_ item: Item) {
    room.wait()
    items.withLock { $0.append(item) }
    arrived.signal()
    wake()
  }

  /// Adds a value if there is room; says whether there was.
  public func offer(_ item: Item) -> Bool {
    guard room.wait(timeout: .now()) == .success else { return false }
    items.withLock { $0.append(item) }
    arrived.signal()
    wake()
    return true
  }

  /// Takes all that came since the last call, without waiting.
  public func drain() -> [Item] {
    let taken = items.withLock { items in
      defer { items = [] }
      return items
    }
    for _ in taken { room.signal() }
    return taken
  }

  /// Waits until something has come, at most that long, and takes all of it. Empty only if nothing
  /// came in all that time.
  public func wait(atMost time: DispatchTimeInterval) -> [Item] {
    let deadline = DispatchTime.now() + time
    // Counts are left over from values that were taken together with others.
    while arrived.wait(timeout: deadline) == .success {
      let items = drain()
      if !items.isEmpty { return items }
    }
    return drain()
  }
}
