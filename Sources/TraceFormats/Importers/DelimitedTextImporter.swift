public import TraceModel

/// Reads CSV and TSV with a header line: what is in each row goes to the codec of JSON rows that
/// knows the columns, so that a row means the same in both.
///
/// A row of more than one piece is carried over with where its cells are, so no byte is looked at
/// twice to find them.
public struct DelimitedTextImporter: SpanImporter {
  public static let format = FormatDescriptor(
    name: "csv",
    summary: "CSV or TSV with a header line: ClickHouse, Honeycomb, or any recognisable columns",
    example: "clickhouse client -q 'SELECT * FROM otel_traces FORMAT CSVWithNames'", priority: 81)

  public static func sniff(_ prefix: Span<UInt8>, isWhole: Bool) -> Bool {
    guard TextSniff.isText(prefix) else { return false }
    return DelimitedHeader.isHeader(prefix)
  }

  private let columns: ColumnMap
  private var header: DelimitedHeader?
  private var codec: (any RowCodec)?
  private var fields = JSONFields()
  /// Whether the first row has come.
  private var hasRows = false
  /// Whether nothing more is read: the columns say nothing.
  private var isGivenUp = false

  private var offset = 0
  private var line = 1
  private var splitter = DelimitedSplitter()
  /// The beginning of a row that was cut.
  private var carry: [UInt8] = []
  private var rowStart = 0
  /// Whether the row is longer than the limit: it is passed over to its end.
  private var isSkipping = false
  /// The row that is read.
  private var members = DelimitedRow()

  /// The longest row to carry; smaller only in tests.
  var recordLimit = ImportLimits.recordBytes

  public init() { self.init(columns: ColumnMap()) }

  init(columns: ColumnMap) { self.columns = columns }

  public mutating func read(_ chunk: Span<UInt8>, into batch: inout SpanBatch) {
    batch.format = Self.format.name
    var position = 0
    while position < chunk.count, !isGivenUp {
      if carry.isEmpty, !isSkipping { rowStart = offset + position }
      guard let end = splitter.split(chunk, from: position, carried: offset + position - rowStart)
      else {
        carryOver(chunk, from: position, &batch)
        break
      }
      if isSkipping {
        isSkipping = false
      } else if carry.isEmpty {
        row(chunk.extracting(position..<end), &batch)
      } else {
        carry.append(chunk, position..<end)
        let whole = carry
        carry = []
        row(whole.span, &batch)
      }
      line += splitter.lineFeeds
      splitter.begin()
      position = end
    }
    offset += chunk.count
    batch.isHeld = codec?.isWaiting ?? false
  }

  public mutating func finish(into batch: inout SpanBatch) {
    batch.format = Self.format.name
    if !carry.isEmpty, !isGivenUp {
      let whole = carry
      carry = []
      let isCut = splitter.finish(at: whole.count)
      if isCut || header.map({ splitter.cellCount < $0.names.count }) ?? false {
        report(.truncatedInput, "the input ends inside a row", &batch)
      } else {
        row(whole.span, &batch)
      }
    } else if isSkipping {
      report(.truncatedInput, "the input ends inside a row", &batch)
    }
    if header == nil, !isGivenUp, offset == 0 || batch.issues.isEmpty {
      report(.emptyInput, "\(offset) bytes without a header line", &batch)
    }
    codec?.finish(fields: &fields, into: &batch)
    fields.notes.discard()
    batch.isHeld = false
  }

  // MARK: Rows

  private mutating func carryOver(
    _ chunk: Span<UInt8>, from start: Int, _ batch: inout SpanBatch
  ) {
    if isSkipping { return }
    guard carry.count + chunk.count - start <= recordLimit else {
      report(.recordTooLong, "a row longer than \(recordLimit) bytes; skipped", &batch)
      carry = []
      isSkipping = true
      splitter.skip()
      return
    }
    carry.append(chunk, start..<chunk.count)
  }

  /// Takes a row, which the splitter has just been through.
  private mutating func row(_ bytes: Span<UInt8>, _ batch: inout SpanBatch) {
    let count = splitter.filledCount
    if splitter.cellCount == 1, count == 0 { return }
    guard let header else {
      let found = DelimitedHeader(bytes, columns)
      splitter.dialect = found.dialect
      self.header = found
      return
    }
    if !hasRows {
      hasRows = true
      if header.isTypes(bytes, splitter.cells.prefix(count)) { return }
    }
    guard splitter.cellCount <= header.names.count else {
      return report(
        .malformedRecord,
        "\(splitter.cellCount) cells under \(header.names.count) columns; skipped",
        &batch)
    }
    guard findCodec(header, &batch) else { return }
    // Lent for this row, so that its memory is used again.
    var row = DelimitedRow()
    swap(&row, &members)
    defer { swap(&row, &members) }
    header.read(bytes, splitter.cells, count: count, into: &row)
    do throws(JSONError) {
      try codec?.decode(
        row.text.span, members: row.members, byteOffset: rowStart, fields: &fields, into: &batch)
      for note in fields.notes.take() { report(note.kind, note.detail, &batch) }
    } catch {
      fields.notes.discard()
      batch.rollBack()
      report(.malformedRecord, "\(error.reason.rawValue); skipped", &batch)
    }
  }

  /// Whether there is a codec for the columns.
  private mutating func findCodec(_ header: DelimitedHeader, _ batch: inout SpanBatch) -> Bool {
    if codec != nil { return true }
    let known: [any RowCodec] =
      columns.isEmpty
      ? [ClickHouseJSON(), HoneycombJSON(), JSONRows()] : [JSONRows(columns: columns)]
    codec = known.first { $0.claim(header.shape, header.text.span) == .spans }
    codec?.setColumns(header.keys, header.text.span)
    if codec == nil {
      isGivenUp = true
      report(
        .unrecognizedFormat,
        "no columns for trace ID, span ID and time among \(header.excerpt); name them with --map",
        &batch)
    }
    return codec != nil
  }

  /// Reports an issue of the row.
  private func report(_ kind: ImportIssue.Kind, _ detail: String, _ batch: inout SpanBatch) {
    batch.issues.append(
      ImportIssue(
        kind, byteOffset: rowStart, place: .init(line: line, column: 1), detail: detail))
  }
}
