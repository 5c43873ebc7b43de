/// Events and links of a row, read one by one and without copying; numbers count from 0.
extension SpanBatch {
  public func eventCount(at row: Int) -> Int { Self.range(eventEnds, row).count }
  public func linkCount(at row: Int) -> Int { Self.range(linkEnds, row).count }

  /// Whether any of the rows has a link.
  public func haveLinks(_ rows: Range<Int>) -> Bool {
    !rows.isEmpty
      && Self.range(linkEnds, rows.lowerBound).lowerBound < linkEnds[rows.upperBound - 1]
  }

  /// When an event happened.
  public func eventTime(at row: Int, _ number: Int) -> UnixNanos { event(row, number).time }
  public func eventName(at row: Int, _ number: Int) -> StringID { event(row, number).name }
  /// The positions of an event's attributes in `detailAttributes`.
  public func eventAttributeRange(at row: Int, _ number: Int) -> Range<Int> {
    event(row, number).attributes
  }

  /// The trace and the span that a link points to.
  public func linkTarget(at row: Int, _ number: Int) -> (traceID: TraceID, spanID: SpanID) {
    let link = links[Self.range(linkEnds, row).lowerBound + number]
    return (link.traceID, link.spanID)
  }

  private func event(_ row: Int, _ number: Int) -> EventEntry {
    events[Self.range(eventEnds, row).lowerBound + number]
  }
}
