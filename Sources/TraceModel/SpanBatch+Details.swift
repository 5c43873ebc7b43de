/// Events and links of a row, read one by one and without copying; numbers count from 0.
extension SpanBatch {
  public func eventCount(at row: Int) -> Int { eventRange(at: row).count }
  public func linkCount(at row: Int) -> Int { linkRange(at: row).count }

  /// Whether any of the rows has a link.
  public func haveLinks(_ rows: Range<Int>) -> Bool {
    !rows.isEmpty
      && linkRange(at: rows.lowerBound).lowerBound < linkRange(at: rows.upperBound - 1).upperBound
  }

  /// When an event happened.
  public func eventTime(at row: Int, _ number: Int) -> UnixNanos { event(row, number).time }
  public func eventName(at row: Int, _ number: Int) -> StringID { event(row, number).name }
  /// The positions of an event's attributes in `detailAttributes`.
  public func eventAttributeRange(at row: Int, _ number: Int) -> Range<Int> {
    event(row, number).attributes.range
  }

  /// The trace and the span that a link points to.
  public func linkTarget(at row: Int, _ number: Int) -> (traceID: TraceID, spanID: SpanID) {
    let link = links[linkRange(at: row).lowerBound + number]
    return (link.traceID, link.spanID)
  }

  /// How many links there are, of all rows and of the one that is being read.
  public var linkCount: Int { links.count }

  /// Ends links that are copies of those at `range` among all, with their attributes.
  public mutating func repeatLinks(_ range: Range<Int>) {
    for position in range where position < links.count { links.append(links[position]) }
  }

  private func event(_ row: Int, _ number: Int) -> EventEntry {
    events[eventRange(at: row).lowerBound + number]
  }
}
