import NIOCore
import TraceSources

/// What a call of gRPC is answered with.
struct GRPCAnswer {
  /// nil if it failed.
  var message: [UInt8]?
  /// The status, and what belongs to it.
  var trailers: [(String, String)]

  /// gRPC's numbers of how a call can end.
  enum Status: Int {
    case ok = 0
    case invalidArgument = 3
    case permissionDenied = 7
    case resourceExhausted = 8
    case unimplemented = 12
  }

  init(message: [UInt8]) {
    self.message = message
    trailers = [("grpc-status", "0"), ("grpc-message", "")]
  }

  init(_ status: Status, _ text: String) {
    trailers = [("grpc-status", "\(status.rawValue)"), ("grpc-message", Self.escaped(text))]
  }

  /// `text` with everything escaped that the header may not hold.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for byte in text.utf8 {
      if (0x20...0x7e).contains(byte), byte != UInt8(ascii: "%") {
        escaped.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        escaped += (byte < 16 ? "%0" : "%") + digits
      }
    }
    return escaped
  }
}

/// A call of gRPC of which the message is coming: one message in, one out.
final class GRPCCall {
  private enum Method {
    case exportTraces, exportLogs, exportMetrics, checkHealth

    init?(path: String) {
      let collector = "/opentelemetry.proto.collector."
      switch path {
      case collector + "trace.v1.TraceService/Export": self = .exportTraces
      case collector + "logs.v1.LogsService/Export": self = .exportLogs
      case collector + "metrics.v1.MetricsService/Export": self = .exportMetrics
      case "/grpc.health.v1.Health/Check": self = .checkHealth
      default: return nil
      }
    }
  }

  private let head: RequestHead
  private let encoding: String
  private let reception: Reception
  private let collector: Collector
  private var body = HeldBody()
  /// The answer, if it is known before the message is whole.
  private var early: GRPCAnswer?

  /// What stands before a message: whether it is compressed, and its length.
  private static let prefixLength = 5

  init(
    _ head: RequestHead, encoding: String, reception: Reception, collector: Collector
  ) {
    self.head = head
    self.encoding = encoding
    self.reception = reception
    self.collector = collector
    reception.beginRequest()
    if let refusal = reception.gate.refusal(of: head) {
      early = failure(.permissionDenied, refusal.trouble ?? "")
    }
  }

  deinit {
    body.release(reception)
    reception.endRequest()
  }

  func append(_ part: ByteBuffer) {
    guard early == nil else { return }
    let limit = reception.limits.bodyBytes
    switch body.append(part, limit: limit + Self.prefixLength, reception) {
    case .held: break
    case .tooLarge: early = tooLarge()
    case .noRoom: early = refusal()
    }
  }

  /// The answer, when the client has sent everything.
  func answer() -> GRPCAnswer {
    if let early { return early }
    guard let method = Method(path: head.path) else {
      return failure(.unimplemented, "traceview has no method \(RequestHead.shown(head.path))")
    }
    let message: ByteBuffer
    switch self.message() {
    case .success(let bytes): message = bytes
    case .failure(let error): return error.answer
    }
    switch method {
    case .checkHealth: return GRPCAnswer(message: [0x08, 0x01])  // SERVING
    case .exportLogs:
      reception.note { $0.logRequests += 1 }
      return GRPCAnswer(message: [])
    case .exportMetrics:
      reception.note { $0.metricRequests += 1 }
      return GRPCAnswer(message: [])
    case .exportTraces: return export(message)
    }
  }

  private func export(_ message: ByteBuffer) -> GRPCAnswer {
    switch collector.take(.otlpProtobuf, message) {
    case .noRoom: return refusal()
    case .unreadable(let reason):
      return failure(.invalidArgument, "a message of gRPC could not be read: \(reason)")
    case .taken(let spans, let rejected, let text):
      reception.note {
        $0.requests[.otlpGRPC, default: 0] += 1
        $0.receivedSpans += spans
        if spans > 0 { $0.trouble = nil }
      }
      return GRPCAnswer(
        message: OTLPAnswer.export(rejected: rejected, message: text, isJSON: false))
    }
  }

  // MARK: Framing

  private struct Failed: Error {
    var answer: GRPCAnswer
  }

  /// The one message that the client has sent, decompressed.
  private func message() -> Result<ByteBuffer, Failed> {
    var bytes = body.bytes
    guard let flag = bytes.readInteger(as: UInt8.self),
      let length = bytes.readInteger(as: UInt32.self), flag <= 1,
      length == bytes.readableBytes
    else {
      return .failure(
        Failed(answer: failure(.invalidArgument, "a call of gRPC without one message")))
    }
    guard flag == 1 else { return .success(bytes) }
    guard encoding == BodyCoding.gzip.rawValue else {
      var answer = failure(
        .unimplemented, "a message compressed with \(RequestHead.shown(encoding)); gzip is taken")
      answer.trailers.append(("grpc-accept-encoding", "identity,gzip"))
      return .failure(Failed(answer: answer))
    }
    do throws(BodyCoding.Failure) {
      let limit = reception.limits.bodyBytes
      return .success(
        ByteBuffer(bytes: try BodyCoding.gzip.decompress(Array(buffer: bytes), limit: limit)))
    } catch {
      guard case .damaged(let reason) = error else { return .failure(Failed(answer: tooLarge())) }
      return .failure(
        Failed(answer: failure(.invalidArgument, "the gzip data is damaged: \(reason)")))
    }
  }

  /// `message` behind its prefix.
  static func framed(_ message: [UInt8]) -> [UInt8] {
    [0] + (0..<4).map { UInt8(truncatingIfNeeded: message.count >> (24 - 8 * $0)) } + message
  }

  // MARK: Failures

  private func failure(_ status: GRPCAnswer.Status, _ text: String) -> GRPCAnswer {
    let line = RequestHead.shownLine(text)
    reception.note { $0.note(line) }
    return GRPCAnswer(status, line)
  }

  private func tooLarge() -> GRPCAnswer {
    failure(
      .resourceExhausted,
      "a message with more than \(reception.limits.bodyBytes >> 20) MiB, also after decompressing")
  }

  /// Says that there is no room for what the client sends, which should send it again.
  private func refusal() -> GRPCAnswer {
    reception.note { $0.refusedRequests += 1 }
    let text = "no room at the moment: try again"
    var answer = GRPCAnswer(.resourceExhausted, text)
    let status = OTLPAnswer.statusWithRetry(
      code: GRPCAnswer.Status.resourceExhausted.rawValue, message: text)
    answer.trailers.append(("grpc-status-details-bin", Base64.text(status)))
    // Where Python's exporter looks.
    answer.trailers.append(("google.rpc.retryinfo-bin", Base64.text(OTLPAnswer.retryInfo)))
    return answer
  }
}

/// Base64, as headers hold bytes.
private enum Base64 {
  static func text(_ bytes: [UInt8]) -> String {
    let digits = Array(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".unicodeScalars)
    var text = String.UnicodeScalarView()
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let value = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0...group.count { text.append(digits[value >> (18 - 6 * place) & 63]) }
    }
    return String(text)
  }
}
