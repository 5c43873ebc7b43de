import Dispatch
import Glibc
import TraceModel

extension Workers {
  /// All threads of the machine.
  static let all = Workers(count: Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))) { count, body in
    DispatchQueue.concurrentPerform(iterations: count, execute: body)
  }
}
