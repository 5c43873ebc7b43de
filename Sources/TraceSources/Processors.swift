import Dispatch
import Glibc
public import TraceModel

/// The processors that this process may use.
public enum Processors {
  /// How many there are.
  public static let count = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// A thread for each of them.
  public static let workers = Workers(count: count) { count, body in
    DispatchQueue.concurrentPerform(iterations: count) { number in
      Background.begin()
      body(number)
    }
  }
}
