import Dispatch
import Glibc
import TraceModel

extension Workers {
  /// A thread for each processor.
  static let processors = Workers(count: sysconf(Int32(_SC_NPROCESSORS_ONLN))) { count, body in
    DispatchQueue.concurrentPerform(iterations: count, execute: body)
  }
}
