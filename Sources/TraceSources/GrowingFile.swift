import Glibc

/// An open file that is read while it grows, until it is cut or another one has taken its name.
final class GrowingFile {
  /// Why nothing more will come of it.
  enum End {
    /// It is shorter than what was read of it.
    case truncated
    /// Another file has its name, and something in it.
    case replaced
    case stopped
  }

  let descriptor: CInt
  private(set) var end: End?
  private let path: String
  private let watch: FileWatch
  private let stop: StopSignal
  /// Called when the name is gone (true), and when it is there again.
  private let noteMissing: (Bool) -> Void
  private var isMissing = false

  /// Takes the descriptor, which it closes.
  init(
    descriptor: CInt, path: String, stop: StopSignal, noteMissing: @escaping (Bool) -> Void
  ) {
    self.descriptor = descriptor
    self.path = path
    self.stop = stop
    self.noteMissing = noteMissing
    watch = FileWatch(path: path)
  }

  deinit { close(descriptor) }

  var isStopped: Bool { stop.isSet }

  /// Waits until there may be more than was read; false if there never will be.
  func waitForMore() -> Bool {
    // A file that was replaced was read once more after that.
    while end == nil {
      watch.rearm(file: descriptor)
      look()
      switch end {
      case .truncated, .stopped: return false
      case .replaced: return true
      case nil:
        if rest > 0 { return true }
        stop.wait(atMost: watch.patience, orFor: watch.descriptor)
      }
    }
    return false
  }

  /// Waits until nothing more will come of it, and reads none of that.
  func skip() {
    while end == nil {
      lseek(descriptor, 0, SEEK_END)
      _ = waitForMore()
    }
  }

  /// Waits, whatever comes meanwhile; whether there is more then.
  func hasMore(after time: Duration) -> Bool {
    stop.wait(atMost: time)
    return stop.isSet || rest != 0
  }

  /// How much there is beyond what was read; less than 0 if the file was cut.
  private var rest: Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return 0 }
    return Int(status.st_size) - Int(lseek(descriptor, 0, SEEK_CUR))
  }

  /// Finds out whether this is the end.
  private func look() {
    if stop.isSet {
      end = .stopped
    } else if rest < 0 {
      end = .truncated
    } else if rest == 0 {
      var (own, named) = (stat(), stat())
      let isNamed = stat(path, &named) == 0
      if isMissing == isNamed { noteMissing(!isNamed) }
      isMissing = !isNamed
      // A new file without anything in it: the old one may still be written to.
      guard isNamed, named.st_size > 0, fstat(descriptor, &own) == 0,
        own.st_ino != named.st_ino || own.st_dev != named.st_dev
      else { return }
      end = .replaced
    }
  }
}
