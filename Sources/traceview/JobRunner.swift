import Dispatch
import Synchronization
import TraceUI

/// Runs the view's jobs on other threads, one at a time in each lane, and only the newest.
final class JobRunner: Sendable {
  private let queues: [DispatchQueue]
  /// The generation of the newest job of each lane.
  private let newest: Mutex<[Int]>
  private let report: @Sendable (News) -> Void

  /// `report` is called on a lane's thread, once for each job.
  init(report: @escaping @Sendable (News) -> Void) {
    self.report = report
    queues = Job.Lane.allCases.map { DispatchQueue(label: "job \($0)", qos: .userInitiated) }
    newest = Mutex(Array(repeating: 0, count: Job.Lane.allCases.count))
  }

  func submit(_ job: Job) {
    let lane = job.lane.rawValue
    newest.withLock { $0[lane] = job.generation }
    queues[lane].async { [self] in
      func isCancelled() -> Bool { newest.withLock { $0[lane] != job.generation } }
      let result = isCancelled() ? nil : job.run(isCancelled: isCancelled)
      report(result.map { .result($0) } ?? .cancelled(job.lane))
    }
  }
}
