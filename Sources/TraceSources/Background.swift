import Glibc
import Synchronization

/// Threads that give way to the loop's, so that a key is answered at once whatever else is done.
///
/// Dispatch's classes of service do not do: it gives their threads a niceness whatever that of the
/// process is.
public enum Background {
  /// How much nicer than the process they are.
  private static let niceness: CInt = 5
  private static let ofProcess = getpriority(CInt(PRIO_PROCESS.rawValue), id_t(getpid()))
  private static let hasForeground = Atomic(false)

  /// Says that there is something to give way to: without a screen there is not.
  public static func giveWay() { hasForeground.store(true, ordering: .relaxed) }

  /// Makes the calling thread such a thread: what runs on a thread of Dispatch begins with this.
  public static func begin() {
    guard hasForeground.load(ordering: .relaxed) else { return }
    // Linux has a niceness for each thread; 0 is the calling one.
    setpriority(CInt(PRIO_PROCESS.rawValue), 0, min(19, ofProcess + niceness))
  }
}
