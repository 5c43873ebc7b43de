import Dispatch
import Synchronization
import TraceModel
import TraceSources
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

  /// `report` is called on a lane's thread, once at the end of each job and as often before as the
  /// job has something to say.
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
      if isCancelled() { return }
      // Work that nobody waits for leaves the other threads to what matters more.
      let result = job.run(
        workers: job.isAwaited ? Processors.workers : .none, report: { report(.result($0)) },
        isCancelled: isCancelled)
      if let result { report(.result(result)) }
    }
  }
}
