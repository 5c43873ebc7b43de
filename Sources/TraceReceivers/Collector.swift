import NIOCore
import Synchronization
import TraceFormats
import TraceModel

/// Decodes the bodies that come to one event loop, and keeps their spans until they are taken.
///
/// There is one for each event loop, so that they do not wait for one another.
final class Collector: Sendable {
  /// What became of a body.
  enum Intake {
    /// So many spans were taken; `rejected` are those that could not be, at least.
    case taken(spans: Int, rejected: Int, message: String)
    /// Nothing in it could be read.
    case unreadable(String)
    /// There is no room before the spans that came were taken.
    case noRoom
  }

  /// The spans of one format: a batch says what format it was read from.
  private struct Lane {
    var batch: SpanBatch
    /// Knows what the bodies before were like, which makes the next one faster.
    var otlp = OTLPProtobuf()
  }

  private struct State {
    var lanes: [BodyFormat: Lane] = [:]
    /// The number of the next batch.
    var number = 0
    /// Spans and issues, and the bytes that they came in.
    var count = 0
    var bytes = 0
    /// Batches that were taken, to be filled again.
    var scratch: [SpanBatch] = []
  }

  private let source: SourceID
  private let limits: ReceiverLimits
  private let bell: Bell
  private let state = Mutex(State())

  /// The scratch batches that are kept have no more rows than this.
  private static let scratchRows = 65_536

  init(source: SourceID, limits: ReceiverLimits, bell: Bell) {
    self.source = source
    self.limits = limits
    self.bell = bell
  }

  /// Reads a body of the format.
  func take(_ format: BodyFormat, _ body: ByteBuffer) -> Intake {
    state.withLock { state in
      guard state.count < limits.waitingSpans, state.bytes < limits.waitingBytes else {
        return .noRoom
      }
      var lane = state.lanes.removeValue(forKey: format) ?? newLane(&state)
      let rows = lane.batch.count
      let issues = lane.batch.issues.count
      if !Self.isEmptyObject(body) { Self.decode(format, body.readableBytesUInt8Span, &lane) }
      // A client that has nothing to say may say so.
      let isEmpty = lane.batch.issues[issues...].contains { $0.kind == .emptyInput }
      if isEmpty { lane.batch.issues.removeLast(lane.batch.issues.count - issues) }
      let intake = Self.intake(lane.batch, rows: rows, issues: issues)
      let added = lane.batch.count - rows + lane.batch.issues.count - issues
      state.lanes[format] = lane
      if added > 0 {
        state.count += added
        state.bytes += body.readableBytes
        bell.ringForSpans()
        if state.count >= limits.batchSpans || state.bytes >= limits.batchBytes {
          bell.ringAtOnce()
        }
      }
      return intake
    }
  }

  private func newLane(_ state: inout State) -> Lane {
    Lane(batch: newBatch(&state))
  }

  private func newBatch(_ state: inout State) -> SpanBatch {
    var batch = state.scratch.popLast() ?? SpanBatch(source: source)
    batch.removeAll(number: state.number)
    state.number += 1
    return batch
  }

  /// Whether a body is `{}`: in JSON, all fields of a message may be left out.
  private static func isEmptyObject(_ body: ByteBuffer) -> Bool {
    body.readableBytes < 16
      && String(buffer: body).filter { !$0.isWhitespace } == "{}"
  }

  private static func decode(_ format: BodyFormat, _ bytes: Span<UInt8>, _ lane: inout Lane) {
    if format == .otlpProtobuf {
      lane.otlp.decode(bytes, byteOffset: 0, into: &lane.batch)
    } else if var importer = FormatRegistry.importer(named: format.name) {
      importer.read(bytes, into: &lane.batch)
      importer.finish(into: &lane.batch)
    }
  }

  /// What was made of a body that has added rows and issues to a batch.
  private static func intake(_ batch: SpanBatch, rows: Int, issues: Int) -> Intake {
    let spans = batch.count - rows
    let losses = batch.issues[issues...].filter {
      $0.kind.severity == .dataLoss || $0.kind == .truncatedInput
    }
    guard let first = losses.first else { return .taken(spans: spans, rejected: 0, message: "") }
    let message = RequestHead.shownLine(
      "\(first.kind.rawValue) at byte \(first.byteOffset): \(first.detail)")
    if spans == 0 { return .unreadable(message) }
    return .taken(spans: spans, rejected: losses.count, message: message)
  }

  /// Takes all that has come, in batches that are to be kept.
  func takeAll() -> [SpanBatch] {
    var full: [SpanBatch] = []
    state.withLock { state in
      for format in state.lanes.keys {
        guard var lane = state.lanes[format], !lane.batch.isEmpty else { continue }
        state.lanes[format] = nil
        full.append(lane.batch)
        lane.batch = newBatch(&state)
        state.lanes[format] = lane
      }
      state.count = 0
      state.bytes = 0
    }
    let kept = full.map { $0.compact() }
    state.withLock { state in
      while let batch = full.popLast() {
        if state.scratch.count < 2, batch.count <= Self.scratchRows { state.scratch.append(batch) }
      }
    }
    return kept
  }
}
