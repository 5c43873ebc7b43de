import Dispatch
import Synchronization
import TraceModel
import TraceUI

/// Runs the view's jobs on other threads, one at a time in each lane, and only the newest.
final class JobRunner: Sendable {
  /// One lane's thread, and the generation of its newest job.
  private final class Lane: Sendable {
    let queue: DispatchQueue
    let newest = Atomic(0)

    init(_ lane: Job.Lane) {
      queue = DispatchQueue(label: "job \(lane)", qos: .userInitiated)
    }
  }

  private let lanes: [Lane]
  private let report: @Sendable (News) -> Void

  /// `report` is called on a lane's thread, once for each job.
  init(report: @escaping @Sendable (News) -> Void) {
    self.report = report
    lanes = Job.Lane.allCases.map { Lane($0) }
  }

  func submit(_ job: Job) {
    let lane = lanes[job.lane.rawValue]
    lane.newest.store(job.generation, ordering: .relaxed)
    lane.queue.async { [report] in
      @Sendable func isCancelled() -> Bool {
        lane.newest.load(ordering: .relaxed) != job.generation
      }
      // Work that nobody waits for leaves the other threads to what matters more.
      let workers = job.isAwaited ? Workers.all : .none
      let result = isCancelled() ? nil : job.run(workers: workers, isCancelled: isCancelled)
      report(result.map { .result($0) } ?? .cancelled(isAwaited: job.isAwaited))
    }
  }
}
