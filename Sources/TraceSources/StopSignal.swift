import Glibc
import Synchronization

/// Tells the thread of a live source that it should end, and wakes it.
final class StopSignal: Sendable {
  /// Can be read when the signal is set; -1 if the process has too many open files.
  let descriptor: CInt
  private let writer: CInt
  private let isOn = Atomic(false)

  /// How long to wait where nothing can wake a thread.
  private static let blindWait = Duration.milliseconds(50)

  init() {
    var ends: [CInt] = [-1, -1]
    if pipe(&ends) != 0 { ends = [-1, -1] }
    // The programs that the process starts do not get it.
    for end in ends where end >= 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    descriptor = ends[0]
    writer = ends[1]
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if writer >= 0 { close(writer) }
  }

  var isSet: Bool { isOn.load(ordering: .acquiring) }

  func set() {
    guard !isOn.exchange(true, ordering: .acquiringAndReleasing) else { return }
    var byte: UInt8 = 0
    // The pipe holds more than one byte.
    _ = write(writer, &byte, 1)
  }

  /// Waits until the signal is set, at most that long; also no longer than until `other`, if there is
  /// one, can be read.
  func wait(atMost time: Duration, orFor other: CInt? = nil) {
    var polls = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: other ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    let time = descriptor < 0 ? min(time, Self.blindWait) : time
    guard !isSet, time > .zero else { return }
    _ = poll(&polls, nfds_t(polls.count), time.wholeMilliseconds)
  }
}

extension Duration {
  /// What `poll` takes: at least 1 where it is more than nothing.
  var wholeMilliseconds: CInt {
    let (seconds, attoseconds) = components
    guard seconds < 1_000_000 else { return 1_000_000_000 }
    let milliseconds = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    return CInt(max(0, milliseconds))
  }
}
