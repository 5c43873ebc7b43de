import TraceModel

/// A run of input that is no span: its place, and how it begins.
struct SkippedText: Sendable {
  private(set) var start: Int?
  private(set) var place: ImportIssue.LineAndColumn?
  private var end = 0
  private var excerpt: [UInt8] = []

  /// Whether the run is the rest of a record that was reported as malformed already.
  private(set) var isReported = false

  /// Whether anything was skipped since the last record.
  var isActive: Bool { start != nil }

  /// Begins a run, or goes on with the one that is active.
  mutating func begin(at start: Int, place: ImportIssue.LineAndColumn) {
    guard self.start == nil else { return }
    self.start = start
    self.place = place
  }

  /// Begins a run that needs no issue of its own.
  mutating func beginReported(at start: Int, place: ImportIssue.LineAndColumn) {
    self.start = start
    self.place = place
    isReported = true
  }

  /// Takes the run's place for one in the lines of `tracker`.
  mutating func follow(_ tracker: LineTracker) { place = place.map { tracker.placing($0) } }

  /// Adds bytes of the source; `end` is the offset behind the last one that is not white space.
  mutating func append(_ byte: UInt8, at offset: Int) {
    if excerpt.count <= ImportLimits.excerptBytes { excerpt.append(byte) }
    if !JSONReader.isSpace(byte) { end = offset + 1 }
  }

  /// Adds the bytes of `range`, of bytes that begin at `base` of the source.
  mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>, base: Int) {
    let room = max(0, ImportLimits.excerptBytes + 1 - excerpt.count)
    if room > 0 { excerpt.append(bytes, range.prefix(room)) }
    var last = range.upperBound
    while last > range.lowerBound, JSONReader.isSpace(bytes[last - 1]) { last &-= 1 }
    if last > range.lowerBound { end = base + last }
  }

  /// The issue for the run, which ends. `kind` is `skippedText`, or what to call it instead.
  mutating func take(_ kind: ImportIssue.Kind, _ prefix: String = "") -> ImportIssue? {
    defer { self = SkippedText() }
    guard let start, !isReported else { return nil }
    var shown = excerpt.prefix(ImportLimits.excerptBytes)
    while let last = shown.last, JSONReader.isSpace(last) { shown.removeLast() }
    let text = Excerpt.text(Array(shown), isCut: end - start > shown.count)
    return ImportIssue(
      kind, byteOffset: start, place: place,
      detail: prefix.isEmpty
        ? "\(end - start) byte\(end - start == 1 ? "" : "s"): \(text)" : prefix + text)
  }
}
