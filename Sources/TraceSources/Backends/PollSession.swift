import TraceFormats
import TraceModel

/// What a back end asks with and delivers to: it forgets nothing that was delivered before, so that
/// a trace which is fetched again gives only its new spans.
///
/// Used by one thread.
final class PollSession {
  let query: BackendQuery
  private let client: HTTPClient
  private let source: SourceID
  private let post: (SpanBatch) -> Void
  /// Texts that must not be shown.
  private let secrets: [String]

  private var batchNumber = 0
  private var spans = Recent<SpanKey, Void>(capacity: 500_000)
  private var traces = Recent<String, Int>(capacity: 50_000)
  private var bodies = Recent<Int, Void>(capacity: 4_096)
  private var issues = Recent<Int, Void>(capacity: 1_000)
  /// How many spans were posted.
  private(set) var spanCount = 0
  private(set) var notes: [String] = []

  /// What tells spans apart: both halves of a call can share an ID.
  private struct SpanKey: Hashable {
    var traceID: TraceID
    var spanID: SpanID
    var kind: SpanKind
  }

  /// How much of a body is read before what it holds is handed on, in bytes.
  private static let piece = 1 << 20
  private static let batchSpans = 8_192

  init(
    _ query: BackendQuery, _ client: HTTPClient, source: SourceID, secrets: [String],
    post: @escaping (SpanBatch) -> Void
  ) {
    self.query = query
    self.client = client
    self.source = source
    self.secrets = secrets
    self.post = post
  }

  // MARK: Asking

  func ask(_ request: HTTPRequest) throws(HTTPFailure) -> HTTPAnswer { try client.ask(request) }

  /// The body of the answer; nil if there is no such thing.
  func find(_ request: HTTPRequest) throws(HTTPFailure) -> [UInt8]? {
    let answer = try ask(request)
    // Not the same as "not found", but servers of other kinds say it to questions of this one.
    let isMissing = [400, 404, 405, 406, 501].contains(answer.status)
    if answer.status == 404 || isMissing && request.isProbe { return nil }
    return try body(of: answer)
  }

  /// The body of an answer that is one.
  func body(of answer: HTTPAnswer) throws(HTTPFailure) -> [UInt8] {
    guard !(200...299).contains(answer.status) else { return answer.body }
    let text: String
    switch answer.status {
    case 401: text = "401: not authorized; give it a header, or user:password@ in the URL"
    case 403: text = "403: forbidden"
    case 407: text = "407: the proxy wants to know who asks"
    case 429: text = "429: asked too often"
    default:
      let words = safe(String(decoding: answer.body.prefix(1_024), as: UTF8.self))
      text = words.isEmpty ? "status \(answer.status)" : "\(answer.status): \(words)"
    }
    throw HTTPFailure(
      text: text,
      retryAfter: answer.headers["retry-after"].flatMap { Int($0) }
        .map { .seconds(min(max(0, $0), 3_600)) }, status: answer.status)
  }

  /// The first line of what a server says, as far as it can be shown.
  func safe(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).first ?? ""
    guard !secrets.contains(where: { line.contains($0) }) else { return "" }
    return String(line.unicodeScalars.prefix(160).map { $0.value < 0x20 ? " " : Character($0) })
  }

  /// What to say of an answer that is not what was asked for.
  func garbage(_ body: [UInt8]) -> HTTPFailure {
    let words = safe(String(decoding: body.prefix(60), as: UTF8.self))
    return HTTPFailure(text: "the answer is not what was asked for: \(words)")
  }

  // MARK: Delivering

  /// Fetches the traces that are new, or have grown, and delivers them.
  func fetch(
    _ found: [BackendAnswers.FoundTrace], as format: String,
    _ get: (String) throws(HTTPFailure) -> [UInt8]?
  ) throws(HTTPFailure) {
    if found.count >= query.limit { note("found \(found.count) traces, as many as asked for") }
    for trace in found where traces[trace.id] != trace.fingerprint {
      // It can be gone by now.
      guard let body = try get(trace.id) else { continue }
      try deliver(body, as: format)
      traces[trace.id] = trace.fingerprint
    }
  }

  /// Something to say of this poll.
  func note(_ text: String) { if !notes.contains(text) { notes.append(text) } }

  /// Begins a poll.
  func begin() { notes = [] }

  /// Posts what is new of an answer. `isEmptyFine`: an answer without a byte is one.
  func deliver(
    _ body: [UInt8], as format: String, isEmptyFine: Bool = false
  ) throws(HTTPFailure) {
    if body.isEmpty, isEmptyFine { return }
    let first = body.first { $0 > 0x20 }
    let isJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    guard isJSON || format == "otlp-protobuf",
      var importer = FormatRegistry.importer(named: format)
    else { throw garbage(body) }
    var hasher = Hasher()
    body.withUnsafeBytes { hasher.combine(bytes: $0) }
    let hash = hasher.finalize()
    guard bodies[hash] == nil else { return }
    var batch = SpanBatch(source: source, number: batchNumber)
    var count = 0
    for start in stride(from: 0, to: body.count, by: Self.piece) {
      let end = min(body.count, start + Self.piece)
      importer.read(body.span.extracting(start..<end), into: &batch)
      guard batch.count >= Self.batchSpans, !batch.isHeld else { continue }
      count += batch.count
      handOn(&batch)
    }
    importer.finish(into: &batch)
    count += batch.count
    let isGarbage =
      count == 0
      && batch.issues.contains { $0.kind == .malformedRecord || $0.kind == .truncatedInput }
    if isGarbage { throw garbage(body) }
    // That an answer has no span is no news.
    if count == 0 { batch.issues = [] }
    handOn(&batch)
    bodies[hash] = ()
  }

  /// Posts what is new in a batch, and begins another one.
  private func handOn(_ batch: inout SpanBatch) {
    let rows = (0..<batch.count).filter { row in
      let key = SpanKey(
        traceID: batch.ids[row].traceID, spanID: batch.ids[row].spanID, kind: batch.kind(at: row))
      guard spans[key] == nil else { return false }
      spans[key] = ()
      return true
    }
    batch.issues.removeAll { issue in
      var hasher = Hasher()
      hasher.combine(issue.kind)
      hasher.combine(issue.detail)
      let hash = hasher.finalize()
      defer { issues[hash] = () }
      return issues[hash] != nil
    }
    spanCount += rows.count
    if rows.count == batch.count {
      if !batch.isEmpty { post(batch.compact()) }
    } else if !rows.isEmpty || !batch.issues.isEmpty {
      post(batch.keeping(rows))
    }
    batchNumber += 1
    batch.removeAll(number: batchNumber)
  }
}
