import Glibc

/// Says when a file may have changed, or another one may have taken its name: Linux's inotify.
///
/// It need not notice everything: on a file system of another machine it notices only what this one
/// does. So who uses it looks for himself too, now and then.
final class FileWatch {
  /// Can be read when something has happened; nil if the system has no watch left.
  let descriptor: CInt?
  private let path: String
  /// The folder of the path.
  private let folder: String
  private var watchesFolder = false

  private static let ofFile = UInt32(IN_MODIFY) | UInt32(IN_ATTRIB)
  private static let ofFolder = UInt32(IN_CREATE) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE)

  /// How long to wait before looking again.
  var patience: Duration {
    descriptor != nil && watchesFolder ? .seconds(1) : .milliseconds(50)
  }

  init(path: String) {
    self.path = path
    if let slash = path.lastIndex(of: "/") {
      folder = slash == path.startIndex ? "/" : String(path[..<slash])
    } else {
      folder = "."
    }
    let descriptor = inotify_init1(O_NONBLOCK | O_CLOEXEC)
    self.descriptor = descriptor < 0 ? nil : descriptor
  }

  deinit { if let descriptor { close(descriptor) } }

  /// Forgets what has happened and notices what will: to be called before looking. `file` is watched
  /// too, whatever it is called by now.
  func rearm(file: CInt? = nil) {
    guard let descriptor else { return }
    var events = [UInt8](repeating: 0, count: 4_096)
    while read(descriptor, &events, events.count) > 0 {}
    // A watch that is there already is not made again.
    watchesFolder = inotify_add_watch(descriptor, folder, Self.ofFolder) >= 0
    if watchesFolder { _ = inotify_add_watch(descriptor, path, Self.ofFile) }
    if let file {
      let isWatched = inotify_add_watch(descriptor, "/proc/self/fd/\(file)", Self.ofFile) >= 0
      watchesFolder = watchesFolder && isWatched
    }
  }
}
