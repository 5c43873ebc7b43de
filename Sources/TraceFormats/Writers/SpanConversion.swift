public import TraceModel

/// Writes all spans of a store in another format.
public struct SpanConversion {
  /// A group that is not a trace has that many spans, so that lines and messages stay short.
  static let groupLength = 512
  /// How much is written before it is handed on, in bytes.
  private static let pieceLength = 256 << 10

  public private(set) var losses = ConversionLosses()

  public init() {}

  /// Writes the spans of `data`, piece by piece; stops when `emit` returns false.
  public mutating func run(
    _ data: DataSet, to format: OutputFormat, emit: ([UInt8]) -> Bool
  ) {
    run(data, format.writer, emit)
  }

  private mutating func run<Writer: SpanWriter>(
    _ data: DataSet, _ writer: Writer, _ emit: ([UInt8]) -> Bool
  ) {
    var writer = writer
    var texts = ConversionLosses()
    if Writer.groupsByTrace {
      for number in data.traces.numbers {
        let rows = data.traces.rows(of: TraceRow(UInt32(truncatingIfNeeded: number)))
        guard write(rows, data.store, &writer, &texts, emit) else { return }
      }
    } else {
      for block in 0..<data.store.blockCount {
        var rows: [SpanRow] = []
        data.store.forEachBlock(in: block..<block + 1) { first, _, range in
          rows = range.indices.map { first.advanced(by: $0 - range.lowerBound) }
        }
        for start in stride(from: 0, to: rows.count, by: Self.groupLength) {
          let group = Array(rows[start..<min(rows.count, start + Self.groupLength)])
          guard write(group, data.store, &writer, &texts, emit) else { return }
        }
      }
    }
    writer.finish()
    _ = emit(writer.output)
    losses = writer.losses
    losses.add(texts)
  }

  /// Writes a group of spans.
  private func write(
    _ rows: [SpanRow], _ store: SpanStore, _ writer: inout some SpanWriter,
    _ texts: inout ConversionLosses, _ emit: ([UInt8]) -> Bool
  ) -> Bool {
    writer.beginGroup()
    for row in rows {
      let span = store[row]
      writer.add(span.record)
      let batch = span.batch
      texts.note(
        .textIDs,
        if: batch.textID(of: span.traceID) != nil || batch.textID(of: span.spanID) != nil
          || batch.textID(of: span.parentSpanID) != nil)
      texts.endSpan()
      guard writer.output.count > Self.pieceLength else { continue }
      guard emit(writer.output) else { return false }
      writer.output.removeAll(keepingCapacity: true)
    }
    writer.endGroup()
    return true
  }
}
