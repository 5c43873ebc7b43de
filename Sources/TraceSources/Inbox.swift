public import Dispatch
import Synchronization

/// Values from other threads, in order: the only shared mutable state of the program.
///
/// Holds at most `capacity` values: who posts to a full inbox waits until it is drained, so that a
/// fast reader cannot fill the memory before a slow taker.
public final class Inbox<Item: Sendable>: Sendable {
  private struct State {
    var items: [Item] = []
    var isClosed = false
  }

  private let state = Mutex(State())
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

  /// Adds a value; waits while the inbox is full. Returns `false` if nobody will take it.
  @discardableResult
  public func post(_ item: Item) -> Bool {
    room.wait()
    let isClosed = state.withLock { state in
      if !state.isClosed { state.items.append(item) }
      return state.isClosed
    }
    if isClosed {
      room.signal()
      return false
    }
    arrived.signal()
    wake()
    return true
  }

  /// Takes all that came since the last call, without waiting.
  public func drain() -> [Item] {
    let items = state.withLock { state in
      defer { state.items = [] }
      return state.items
    }
    for _ in items { room.signal() }
    return items
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

  /// Makes all who post, now and later, go on without their value.
  public func close() {
    state.withLock { $0.isClosed = true }
    room.signal()
  }
}
