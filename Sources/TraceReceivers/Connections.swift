import NIOCore
import Synchronization

/// The connections of one receiver: at most so many, of which the one that was silent longest makes room.
final class Connections: Sendable {
  private struct Entry {
    var channel: any Channel
    var lastActive: NIODeadline
  }

  private let limit: Int
  private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

  init(limit: Int) { self.limit = limit }

  var count: Int { entries.withLock { $0.count } }

  /// Adds a connection until it is closed.
  func add(_ channel: any Channel) {
    let id = ObjectIdentifier(channel)
    let silent: (any Channel)? = entries.withLock { entries in
      let isFull = entries.count >= limit
      let silent = isFull ? entries.min { $0.value.lastActive < $1.value.lastActive } : nil
      if let silent { entries[silent.key] = nil }
      entries[id] = Entry(channel: channel, lastActive: .now())
      return silent?.value.channel
    }
    silent?.close(promise: nil)
    channel.closeFuture.whenComplete { [self] _ in entries.withLock { $0[id] = nil } }
  }

  /// Says that a request has come by a connection.
  func touch(_ channel: any Channel) {
    entries.withLock { $0[ObjectIdentifier(channel)]?.lastActive = .now() }
  }

  var all: [any Channel] { entries.withLock { $0.values.map(\.channel) } }
}
