import TraceAnalysis
import TraceModel
import TraceUI

/// What other threads tell the loop.
enum News: Sendable {
  /// More was read, or analyzed, or reading has ended.
  case data(DataSet, DataQuality, LoadStatus)
  /// What a job found.
  case result(JobResult)
}
