import Testing
import TraceModel
import TraceTestSupport

/// Small traces, each with one thing to see.
@Suite struct TraceTreeTests {
  private let traceID = TraceID(high: 0, low: 1)

  private func span(
    _ id: UInt64, parent: UInt64 = 0, _ start: UInt64 = 10, _ end: UInt64 = 20, name: String = ""
  ) -> SpanRecord {
    var record = SpanRecord()
    record.traceID = traceID
    record.spanID = SpanID(id)
    record.parentSpanID = SpanID(parent)
    record.start = UnixNanos(start)
    record.end = UnixNanos(end)
    record.name = name
    return record
  }

  private func tree(_ records: [SpanRecord]) -> TraceTree {
    SpanDatabase(records).dataSet.tree(of: TraceRow(0))
  }

  private func ids(_ tree: TraceTree) -> [UInt64] { tree.spanIDs.map(\.rawValue) }

  @Test func childHangsUnderItsParentWhateverCameFirst() {
    let child = span(2, parent: 1, 20, 30)
    let data = SpanDatabase([child, span(1, 10, 40)]).dataSet
    let tree = data.tree(of: TraceRow(0))
    #expect(ids(tree) == [1, 2])
    #expect(tree.depths == [0, 1])
    #expect(tree.placements == [.root, .child])
    #expect(tree.subtreeEnds == [2, 2])
    #expect(tree.parents == [-1, 0])
    #expect(data.store[tree.rows[1]].record == child)
    #expect(tree.position(of: tree.rows[1]) == 1)
    #expect(tree.extent == SpanExtent(start: UnixNanos(10), end: UnixNanos(40)))
  }

  @Test func siblingsAreInOrderOfStartThenID() {
    let tree = tree([
      span(1, 0, 90), span(5, parent: 1, 30), span(4, parent: 1, 10), span(3, parent: 1, 10),
    ])
    #expect(ids(tree) == [1, 3, 4, 5])
    #expect(tree.children(of: 0) == [1, 2, 3])
    #expect(tree.children(of: 3).isEmpty)
  }

  @Test func noSpansMakeAnEmptyTree() {
    let tree = TraceTree(rows: [], of: SpanStore())
    #expect(tree.count == 0)
    #expect(tree.extent.isUnset)
  }

  // MARK: Halves of a call

  private func half(
    _ id: UInt64, parent: UInt64 = 0, _ start: UInt64, _ end: UInt64, _ kind: SpanKind,
    _ service: String
  ) -> SpanRecord {
    var record = span(id, parent: parent, start, end, name: "\(service) \(kind.name)")
    record.kind = kind
    record.resource = Resource(attributes: [Attribute("service.name", .string(service))])
    return record
  }

  @Test func aServerThatSharesItsClientsIDIsItsChild() {
    let records = [
      half(1, 1, 90, .server, "front"), half(2, parent: 1, 10, 50, .client, "front"),
      half(2, parent: 1, 12, 40, .server, "back"), half(3, parent: 2, 20, 30, .client, "back"),
      half(4, parent: 2, 45, 48, .internal, "front"), half(5, parent: 2, 21, 22, .internal, "x"),
    ]
    for records in [records, records.reversed()] {
      let data = SpanDatabase(records).dataSet
      let tree = data.tree(of: TraceRow(0))
      let names = tree.rows.map { data.store[$0].name }
      #expect(
        names == [
          "front server", "front client", "back server", "back client", "x internal",
          "front internal",
        ])
      #expect(tree.depths == [0, 1, 2, 3, 3, 2])
      #expect(tree.placements.dropFirst().allSatisfy { $0 == .child })
      #expect(tree.defects.allSatisfy { $0.isEmpty })
    }
  }

  @Test func aHalfWithoutItsParentIsNoOrphanIfTheOtherIsThere() {
    let tree = tree([
      half(2, parent: 1, 10, 50, .client, "front"), half(2, parent: 1, 12, 40, .server, "back"),
    ])
    #expect(tree.placements == [.missingParent, .orphan, .child])
    #expect(tree.depths == [0, 1, 2])
  }

  @Test func spansOfOneIDThatAreNoHalvesStayDuplicates() {
    for (kinds, services) in [
      ([SpanKind.client, .server], ["a", "a"]), ([.client, .client], ["a", "b"]),
      ([.client, .server, .server], ["a", "b", "c"]), ([.producer, .consumer], ["a", "b"]),
    ] {
      let records = zip(kinds, services).map { half(2, 10, 50, $0, $1) }
      #expect(tree(records).defects.allSatisfy { $0.contains(.duplicate) })
    }
  }

  // MARK: Rings

  @Test func spanThatIsItsOwnParentIsCut() {
    let tree = tree([span(1, parent: 1)])
    #expect(tree.placements == [.ringCut])
    #expect(tree.defects == [.ring])
    #expect(tree.parents == [-1])
  }

  @Test func ringIsCutWhereItStartsFirst() {
    // 3 -> 2 -> 1 -> 3, and a tail that hangs on the ring but is not in it.
    let tree = tree([
      span(1, parent: 3, 30), span(2, parent: 1, 12), span(3, parent: 2, 12),
      span(4, parent: 3, 40), span(5, parent: 4, 50),
    ])
    #expect(ids(tree) == [2, 3, 1, 4, 5])
    #expect(tree.depths == [0, 1, 2, 2, 3])
    #expect(tree.placements == [.ringCut, .child, .child, .child, .child])
    #expect(tree.defects.map { $0.contains(.ring) } == [true, true, true, false, false])
  }

  @Test func severalRingsAreCutOneByOne() {
    let tree = tree([
      span(1, parent: 2, 10), span(2, parent: 1, 11), span(3, parent: 3, 5), span(4, 1),
      span(5, parent: 6, 30), span(6, parent: 7, 31), span(7, parent: 5, 32),
    ])
    #expect(ids(tree) == [4, 3, 1, 2, 5, 7, 6])
    #expect(
      tree.placements == [.root, .ringCut, .ringCut, .child, .ringCut, .child, .child])
  }

  @Test(arguments: [1, 2, 3, 1_000, 20_000])
  func ringOfAnySizeWithTailsIsCutOnce(size: Int) {
    let ring = (0..<size).map { index in
      span(UInt64(index + 1), parent: UInt64((index + 1) % size + 1), UInt64(index + 100))
    }
    let tails = (0..<size).map { index in
      span(UInt64(size + index + 1), parent: UInt64(index + 1), 50)
    }
    let tree = tree(tails + ring)
    #expect(tree.count == size * 2)
    #expect(tree.placements.count { $0 == .ringCut } == 1)
    #expect(tree.placements.first == .ringCut)
    #expect(tree.spanIDs.first == SpanID(1), "the ring's first span")
    #expect(tree.defects.count { $0.contains(.ring) } == size)
  }

  // MARK: Orphans

  @Test func orphansOfOneParentShareItsPlaceholder() {
    let tree = tree([
      span(1, 1, 2), span(2, parent: 9, 30, 35), span(3, parent: 9, 25, 60),
      span(4, parent: 8, 40, 41), span(5, parent: 2, 31, 32),
    ])
    #expect(ids(tree) == [1, 9, 3, 2, 5, 8, 4])
    #expect(tree.depths == [0, 0, 1, 1, 2, 0, 1])
    #expect(
      tree.placements == [.root, .missingParent, .orphan, .orphan, .child, .missingParent, .orphan])
    #expect(tree.rows[1] == .none)
    #expect(tree.extents[1] == SpanExtent(start: UnixNanos(25), end: UnixNanos(60)))
    #expect(tree.defects[2] == .orphan)
    #expect(tree.defects[1] == [])
  }

  @Test func placeholderOfOrphansWithoutTimesHasNone() {
    let tree = tree([span(2, parent: 9, 0, 0), span(3, parent: 9, 0, 0)])
    #expect(tree.placements == [.missingParent, .orphan, .orphan])
    #expect(tree.extents[0].isUnset)
  }

  // MARK: Duplicates and missing identifiers

  @Test func equalSpansAreKeptOnce() {
    let root = span(1, name: "root")
    let tree = tree([root, span(2, parent: 1), root, root, span(2, parent: 1)])
    #expect(ids(tree) == [1, 2])
    #expect(tree.duplicatesDropped == 3)
    #expect(tree.defects == [[], []])
  }

  @Test func differentSpansOfOneIDAreAllKept() {
    let tree = tree([
      span(1, name: "b"), span(1, name: "a"), span(1, 11, name: "c"), span(2, parent: 1, 12),
      span(1, name: "a"),
    ])
    #expect(ids(tree) == [1, 1, 1, 2])
    #expect(tree.duplicatesDropped == 1)
    #expect(tree.defects.map { $0.contains(.duplicate) } == [true, true, true, false])
  }

  /// Two runs that use the same IDs:
  ///
  ///     1 |10....20|
  ///     2    |12.14|
  ///     1                |110..120|
  ///     3                   |112.114|
  @Test func eachRunThatReusesAnIDHasItsOwnChildren() {
    let tree = tree([
      span(1, 10, name: "first"), span(2, parent: 1, 12), span(1, 110, name: "second"),
      span(3, parent: 1, 112), span(4, parent: 1, 5),
    ])
    #expect(ids(tree) == [1, 4, 2, 1, 3])
    #expect(tree.depths == [0, 1, 1, 0, 1])
  }

  @Test func spansThatDifferInBytesOnlyAreNotEqual() {
    // The two names are equal as Swift's strings are, and so are the numbers, but not their bytes.
    var zero = span(2)
    zero.attributes = [Attribute("n", .double(0))]
    var negativeZero = zero
    negativeZero.attributes = [Attribute("n", .double(-0.0))]
    let tree = tree([
      span(1, name: "caf\u{e9}"), span(1, name: "cafe\u{301}"), zero, negativeZero,
    ])
    #expect(tree.count == 4)
    #expect(tree.duplicatesDropped == 0)
  }

  @Test func spansThatDifferInAnyFieldAreBothKept() {
    let changes: [(inout SpanRecord) -> Void] = [
      { $0.name = "x" }, { $0.kind = .client }, { $0.status = .ok }, { $0.statusMessage = "x" },
      { $0.parentSpanID = SpanID(9) }, { $0.end = UnixNanos(21) }, { $0.traceState = "x" },
      { $0.flags = 1 }, { $0.dropped.attributes = 1 }, { $0.dropped.events = 1 },
      { $0.dropped.links = 1 }, { $0.attributes = [Attribute("", .empty)] },
      { $0.attributes = [Attribute("", .string(""))] },
      { $0.attributes = [Attribute("", .int(0))] },
      { $0.attributes = [Attribute("", .bool(false))] },
      { $0.attributes = [Attribute("", .bool(true))] },
      { $0.attributes = [Attribute("", .bytes([]))] },
      { $0.attributes = [Attribute("", .array([]))] },
      { $0.attributes = [Attribute("", .map([]))] },
      { $0.attributes = [Attribute("", .array([.empty]))] },
      { $0.events = [SpanEvent()] }, { $0.events = [SpanEvent(name: "x")] },
      { $0.events = [SpanEvent(time: UnixNanos(1))] }, { $0.links = [SpanLink()] },
      { $0.links = [SpanLink(traceState: "x")] }, { $0.links = [SpanLink(flags: 1)] },
      { $0.links = [SpanLink(spanID: SpanID(1))] }, { $0.resource.schemaURL = "x" },
      { $0.resource.droppedAttributes = 1 },
      { $0.resource.attributes = [Attribute("service.name", .string("x"))] },
      { $0.scope.name = "x" }, { $0.scope.version = "x" }, { $0.scope.schemaURL = "x" },
      { $0.scope.droppedAttributes = 1 }, { $0.scope.attributes = [Attribute("x", .empty)] },
    ]
    let records =
      [span(1)]
      + changes.map { change in
        var record = span(1)
        change(&record)
        return record
      }
    let tree = tree(records + records.reversed())
    #expect(tree.rows.count { $0 != .none } == records.count)
    #expect(tree.duplicatesDropped == records.count)
  }

  @Test func equalSpansWithNoNumbersAreKeptOnce() {
    var record = span(1)
    record.attributes = [Attribute("n", .double(.nan))]
    let tree = tree([record, record])
    #expect(tree.count == 1)
    #expect(tree.duplicatesDropped == 1)
  }

  @Test func spansWithoutIDAreAllKept() {
    let tree = tree([span(0, name: "x"), span(0, name: "x"), span(1), span(0, parent: 1)])
    #expect(tree.count == 4)
    #expect(tree.duplicatesDropped == 0)
    #expect(tree.defects.count { $0.contains(.invalidID) } == 3)
    #expect(tree.placements.count { $0 == .root } == 3, "an invalid parent is no parent")
  }

  @Test func sameIDInTwoTracesIsNoLink() {
    var other = span(1, name: "other")
    other.traceID = TraceID(high: 1, low: 1)
    var stray = span(3, parent: 2)
    stray.traceID = other.traceID
    let data = SpanDatabase([span(1), span(2, parent: 1), other, stray]).dataSet
    #expect(data.traces.count == 2)
    #expect(data.tree(of: TraceRow(0)).placements == [.root, .child])
    let tree = data.tree(of: TraceRow(1))
    #expect(tree.placements == [.root, .missingParent, .orphan])
    #expect(tree.defects[0] == [])
  }

  // MARK: Times

  @Test func timesOutsideTheParentAreMarked() {
    let tree = tree([
      span(1, 10, 20), span(2, parent: 1, 9, 15), span(3, parent: 1, 10, 20),
      span(4, parent: 1, 15, 21),
    ])
    #expect(ids(tree) == [1, 2, 3, 4])
    #expect(tree.defects == [[], .startsBeforeParent, [], .endsAfterParent])
  }

  @Test func missingTimesAreNoDefect() {
    let tree = tree([span(1, 0, 0), span(2, parent: 1, 5, 9), span(3, parent: 2, 0, 0)])
    #expect(tree.defects == [[], [], []])
    #expect(tree.extent == SpanExtent(start: UnixNanos(5), end: UnixNanos(9)))
  }

  @Test func extremeTimesDoNotTrap() {
    let tree = tree([
      span(1, 0, .max), span(2, parent: 1, .max, 1), span(3, parent: 1, .max, .max),
      span(4, parent: 1, .max, 0), span(5, 1, .max),
    ])
    #expect(tree.count == 5)
    #expect(tree.defects.count { $0.contains(.negativeDuration) } == 1)
    #expect(tree.extent.end == UnixNanos(.max))
  }

  // MARK: Size

  @Test func chainOfAHundredThousandIsBuilt() {
    let count: UInt64 = 100_000
    let tree = tree((0..<count).reversed().map { span($0 + 1, parent: $0, $0 + 1, .max) })
    #expect(tree.count == Int(count))
    #expect(tree.depths == (0..<UInt32(count)).map { $0 })
    #expect(tree.subtreeEnds.allSatisfy { $0 == UInt32(count) })
  }

  @Test func fanOfAHundredThousandIsBuilt() {
    let count: UInt64 = 100_000
    let tree = tree((0..<count).reversed().map { span($0 + 1, parent: $0 == 0 ? 0 : 1, $0 + 1) })
    #expect(ids(tree) == (1...count).map { $0 })
    #expect(tree.children(of: 0).count == Int(count) - 1)
  }
}
