import Dispatch
import Synchronization
import TraceModel
import TraceSources
import TraceUI

/// Runs the view's jobs on other threads, one at a time in each lane, and only the newest.
final class JobRunner: Sendable {
  /// One lane's thread, and the generation of its newest job; 0 is none.
  private final class Lane: Sendable {
    let queue: DispatchQueue
    let newest = Atomic(0)
    /// Until when a job that only follows what is read waits.
    private let restEnd = Mutex(DispatchTime(uptimeNanoseconds: 0))

    init(_ lane: Job.Lane) {
      queue = DispatchQueue(label: "job \(lane)", qos: .userInitiated)
    }

    /// Runs a job, and then rests.
    func run(_ job: Job, _ report: @Sendable (News) -> Void) {
      @Sendable func isCancelled() -> Bool { newest.load(ordering: .relaxed) != job.generation }
      if isCancelled() { return }
      Background.begin()
      let began = DispatchTime.now().uptimeNanoseconds
      // Work that nobody waits for leaves the other threads to what matters more.
      let result = job.run(
        workers: job.purpose == .answer ? Processors.workers : .none,
        report: { report(.result($0)) }, isCancelled: isCancelled)
      if let result { report(.result(result)) }
      let now = DispatchTime.now().uptimeNanoseconds
      restEnd.withLock {
        $0 = DispatchTime(uptimeNanoseconds: now + (now - began) * JobRunner.restFactor)
      }
    }

    var rest: DispatchTime { restEnd.withLock { $0 } }
  }

  /// How many times as long as a job took its lane rests before the next that only follows what is
  /// read: else a processor would do nothing but show again what has grown meanwhile.
  private static let restFactor: UInt64 = 4

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
    if job.purpose == .news {
      lane.queue.asyncAfter(deadline: lane.rest) { [report] in lane.run(job, report) }
    } else {
      lane.queue.async { [report] in lane.run(job, report) }
    }
  }

  /// Ends the job that a lane runs, as soon as that asks.
  func stop(_ lane: Job.Lane) { lanes[lane.rawValue].newest.store(0, ordering: .relaxed) }
}
