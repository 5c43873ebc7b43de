public import TraceFormats
public import TraceModel

/// What an importer made of some bytes, over all batches.
public struct ImporterReading: Equatable, Sendable {
  public var records: [SpanRecord] = []
  public var byteOffsets: [Int] = []
  public var issues: [ImportIssue] = []
  public var format = ""

  public init() {}

  /// Reads `bytes` in pieces of `size` (all at once if nil); `replacesBatches`: whether every piece
  /// gets a batch of its own.
  public init(
    _ bytes: [UInt8], by importer: any SpanImporter.Type, pieces size: Int? = nil,
    replacesBatches: Bool = false
  ) {
    self.init(bytes, by: importer.init(), pieces: size, replacesBatches: replacesBatches)
  }

  /// Reads `bytes` by an importer that was made for it.
  public init(
    _ bytes: [UInt8], by importer: any SpanImporter, pieces size: Int? = nil,
    replacesBatches: Bool = false
  ) {
    var importer = importer
    var batch = SpanBatch(source: SourceID(0))
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + max(1, size ?? bytes.count))
      importer.read(bytes.span.extracting(start..<end), into: &batch)
      start = end
      if replacesBatches, !batch.isHeld {
        take(batch)
        batch = SpanBatch(source: SourceID(0), number: batch.number + 1)
      }
    }
    importer.finish(into: &batch)
    take(batch)
  }

  /// Reads `bytes` in parts, which begin at the first cut of each block of `size`, each by an importer
  /// of its own, and joins them; a part with a cut that is none is read again. `joins` counts the
  /// cuts that were some.
  public init<Importer: SpanImporter>(
    _ bytes: [UInt8], inPartsBy type: Importer.Type, blocks size: Int, joins: inout Int
  ) {
    var starts: [(offset: Int, cut: PartCut?)] = [(0, nil)]
    var cutter = Importer().cutter()
    for base in stride(from: 0, to: bytes.count, by: size) {
      let block = bytes.span.extracting(base..<min(bytes.count, base + size))
      if let cut = cutter?.cut(in: block, base: base) { starts.append((cut.offset, cut)) }
    }
    var importer = Importer()
    var rest = SpanBatch(source: SourceID(0), number: -1)
    for (number, start) in starts.enumerated() {
      let end = number + 1 < starts.count ? starts[number + 1].offset : bytes.count
      let part = bytes.span.extracting(start.offset..<end)
      if let cut = start.cut {
        var batch = SpanBatch(source: SourceID(0), number: number)
        var next = Importer(at: cut)
        next.read(part, into: &batch)
        if importer.join(next, &batch) {
          joins += 1
          take(rest)
          rest.removeAll(number: -1 - number)
          take(batch.compact())
          continue
        }
      }
      importer.read(part, into: &rest)
    }
    importer.finish(into: &rest)
    take(rest)
  }

  /// Reads `text`.
  public init(_ text: String, by importer: any SpanImporter.Type, pieces size: Int? = nil) {
    self.init(Array(text.utf8), by: importer, pieces: size)
  }

  private mutating func take(_ batch: SpanBatch) {
    for row in 0..<batch.count {
      records.append(batch.record(at: row))
      byteOffsets.append(batch.byteOffset(at: row))
    }
    issues += batch.issues
    format = batch.format
  }
}

extension ImporterReading {
  /// Spans and issues as text, to be compared with what is written in a test.
  public var text: String {
    ([SpanTable.text(records)].filter { !$0.isEmpty } + issues.map { "! \($0.line)" })
      .joined(separator: "\n")
  }
}

extension ImportIssue {
  /// One line: place, kind, detail.
  public var line: String {
    let where_ = place.map { "\($0.line):\($0.column) " } ?? ""
    return "\(where_)@\(byteOffset) \(kind.rawValue): \(detail)"
  }
}
