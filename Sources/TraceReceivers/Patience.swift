import NIOCore

/// Closes a channel that makes us wait for too long.
struct Patience {
  private var task: Scheduled<Void>?

  /// Waits at most that long from now on.
  mutating func begin(_ time: TimeAmount, for channel: any Channel) {
    task?.cancel()
    task = channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
  }

  mutating func end() {
    task?.cancel()
    task = nil
  }
}
