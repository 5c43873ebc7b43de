import NIOCore
import TraceSources

/// A request of which the body is coming, by HTTP/1.1 or HTTP/2; in the end, its answer.
final class IncomingRequest {
  let head: RequestHead
  private let reception: Reception
  private let collector: Collector
  private var verdict: Gate.Verdict
  private var body = HeldBody()

  init(_ head: RequestHead, reception: Reception, collector: Collector) {
    self.head = head
    self.reception = reception
    self.collector = collector
    verdict = reception.gate.verdict(on: head)
    reception.beginRequest()
  }

  deinit {
    body.release(reception)
    reception.endRequest()
  }

  /// Whether the body is wanted.
  var isWanted: Bool {
    if case .wanted = verdict { true } else { false }
  }

  /// Takes a part of the body, or passes over it if the answer is known.
  func append(_ part: ByteBuffer) {
    guard case .wanted(_, let format, _) = verdict else { return }
    switch body.append(part, limit: reception.limits.bodyBytes, reception) {
    case .held: break
    case .tooLarge: verdict = .answered(Gate.tooLarge(format, limit: reception.limits.bodyBytes))
    case .noRoom: verdict = .answered(refusal(format))
    }
  }

  /// The answer, when the body is whole.
  func answer() -> Answer {
    var answer: Answer
    switch verdict {
    case .answered(let known): answer = known
    case .wanted(let route, let format, let coding): answer = self.answer(route, format, coding)
    }
    answer.headers += reception.gate.corsHeaders(head)
    if let trouble = answer.trouble { reception.note { $0.note(trouble) } }
    return answer
  }

  private func answer(_ route: Route, _ format: BodyFormat, _ coding: BodyCoding?) -> Answer {
    var bytes = body.bytes
    switch route {
    case .otlpLogs:
      reception.note { $0.logRequests += 1 }
      return success(route, format, bytes, rejected: 0, message: "")
    case .otlpMetrics:
      reception.note { $0.metricRequests += 1 }
      return success(route, format, bytes, rejected: 0, message: "")
    default: break
    }
    if let coding {
      do throws(BodyCoding.Failure) {
        bytes = ByteBuffer(
          bytes: try coding.decompress(Array(buffer: bytes), limit: reception.limits.bodyBytes))
      } catch {
        guard case .damaged(let reason) = error else {
          return Gate.tooLarge(format, limit: reception.limits.bodyBytes)
        }
        return unreadable(format, "the \(coding.rawValue) data is damaged: \(reason)")
      }
    }
    if route == .honeycombEvent { bytes = HoneycombEvent.batch(of: bytes, head) }
    switch collector.take(format, bytes) {
    case .noRoom: return refusal(format)
    case .unreadable(let reason): return unreadable(format, reason)
    case .taken(let spans, let rejected, let message):
      if let dialect = route.dialect {
        reception.note {
          $0.requests[dialect, default: 0] += 1
          $0.receivedSpans += spans
          if spans > 0 { $0.trouble = nil }
        }
      }
      return success(route, format, bytes, rejected: rejected, message: message)
    }
  }

  private func refusal(_ format: BodyFormat) -> Answer {
    reception.note { $0.refusedRequests += 1 }
    return Gate.noRoom(format)
  }

  private func unreadable(_ format: BodyFormat, _ reason: String) -> Answer {
    let path = RequestHead.shown(head.path)
    return Gate.error(
      400, code: 3, "a body of \(path) could not be read: \(RequestHead.shownLine(reason))", format,
      isTrouble: true)
  }

  private func success(
    _ route: Route, _ format: BodyFormat, _ bytes: ByteBuffer, rejected: Int, message: String
  ) -> Answer {
    func json(_ status: Int, _ text: String) -> Answer {
      Answer(status, contentType: "application/json", body: Array(text.utf8))
    }
    switch route {
    case .otlpTraces, .otlpLogs, .otlpMetrics:
      let isJSON = format == .otlpJSON
      return Answer(
        200, contentType: isJSON ? "application/json" : "application/x-protobuf",
        body: OTLPAnswer.export(rejected: rejected, message: message, isJSON: isJSON))
    case .zipkin, .zipkinV1: return Answer(202)
    case .datadogTraces(let version):
      return version == 3
        ? .text(200, "OK") : json(200, "{\"rate_by_service\":{\"service:,env:\":1}}")
    case .honeycombBatch:
      let count = HoneycombEvent.count(in: bytes.readableBytesUInt8Span)
      return json(
        200,
        "[" + Array(repeating: "{\"status\":202}", count: count).joined(separator: ",") + "]")
    case .honeycombEvent: return Answer(202)
    case .newRelic:
      return json(202, "{\"requestId\":\"\(Self.uuid())\"}")
    case .lightstep: return Answer(200, contentType: "application/octet-stream")
    case .datadogInfo, .home: return Answer(200)
    }
  }

  /// A random UUID.
  private static func uuid() -> String {
    func digits(_ count: Int) -> String {
      String((0..<count).map { _ in "0123456789abcdef".randomElement() ?? "0" })
    }
    return "\(digits(8))-\(digits(4))-4\(digits(3))-a\(digits(3))-\(digits(12))"
  }
}

/// The bytes of a body, as far as they have come.
struct HeldBody {
  enum Outcome {
    case held, tooLarge, noRoom
  }

  private(set) var bytes = ByteBuffer()

  /// Adds a part. The first one is kept as it is; more are copied behind it once.
  mutating func append(_ part: ByteBuffer, limit: Int, _ reception: Reception) -> Outcome {
    guard bytes.readableBytes + part.readableBytes <= limit else {
      release(reception)
      return .tooLarge
    }
    guard reception.hold(part.readableBytes) else {
      release(reception)
      return .noRoom
    }
    if bytes.readableBytes == 0 { bytes = part } else { bytes.writeImmutableBuffer(part) }
    return .held
  }

  /// Forgets everything.
  mutating func release(_ reception: Reception) {
    reception.release(bytes.readableBytes)
    bytes = ByteBuffer()
  }
}
