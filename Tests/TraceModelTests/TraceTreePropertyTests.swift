import Synchronization
import Testing
import TraceModel
import TraceTestSupport

/// What holds for any spans whatever, tried on broken ones.
@Suite struct TraceTreePropertyTests {
  private static let seeds: Range<UInt64> = 0..<150

  /// All that a tree says, without the numbers of rows, which are given by arrival.
  private func picture(of tree: TraceTree, _ store: SpanStore) -> [String] {
    (0..<tree.count).map { position in
      let row = tree.rows[position]
      let record = row == .none ? "none" : String(describing: store[row].record)
      return """
        \(tree.spanIDs[position]) \(tree.depths[position]) \(tree.placements[position]) \
        \(tree.parents[position]) \(tree.subtreeEnds[position]) \(tree.defects[position]) \
        \(tree.extents[position]) \(record)
        """
    } + ["\(tree.duplicatesDropped) \(tree.extent)"]
  }

  /// Where two pictures part, compared as bytes: Swift's strings are equal also when they only look
  /// the same.
  private func difference(_ found: [String], _ expected: [String]) -> String? {
    if found.count != expected.count { return "\(found.count) rows for \(expected.count)" }
    for (one, other) in zip(found, expected) where Array(one.utf8) != Array(other.utf8) {
      return "\(one)\n\(other)"
    }
    return nil
  }

  private func size(_ spans: inout RandomSpans) -> Int { 1 + spans.random.below(60) }

  @Test func everySpanIsOneRow() {
    for seed in Self.seeds {
      var spans = RandomSpans(seed: seed)
      let records = spans.brokenTrace(size(&spans))
      let data = SpanDatabase(records).dataSet
      let tree = data.tree(of: TraceRow(0))
      let rows = tree.rows.filter { $0 != .none }
      #expect(rows.count + tree.duplicatesDropped == records.count, "seed \(seed)")
      #expect(Set(rows).count == rows.count, "seed \(seed)")
      let kept = Set(rows.map { Array(String(describing: data.store[$0].record).utf8) })
      let given = Set(records.map { Array(String(describing: $0).utf8) })
      let isSame = kept == given
      #expect(isSame, "seed \(seed): contents were lost")
      for columns in [
        tree.depths.count, tree.placements.count, tree.subtreeEnds.count, tree.parents.count,
        tree.defects.count, tree.extents.count, tree.spanIDs.count,
      ] {
        #expect(columns == tree.count, "seed \(seed)")
      }
    }
  }

  @Test(arguments: [1, 8, 40, 700]) func treeIsThatOfTheSimpleWay(_ count: Int) {
    for seed in 0..<UInt64(count > 100 ? 3 : 150) {
      var spans = RandomSpans(seed: seed)
      let records = spans.brokenTrace(count)
      let tree = SpanDatabase(records).dataSet.tree(of: TraceRow(0))
      let expected = ReferenceTree(records).rows
      #expect(difference(ReferenceTree.rows(of: tree), expected) == nil, "seed \(seed)")
    }
  }

  /// Enough spans for several pieces of work.
  @Test func threadsDoNotMatterAndCancellingGivesNothing() {
    var spans = RandomSpans(seed: 7)
    let records = spans.brokenTrace(70_000)
    let data = SpanDatabase(records, batches: [5_000]).dataSet
    let rows = data.traces.rows(of: TraceRow(0))
    let expected = ReferenceTree.rows(of: TraceTree(rows: rows, of: data.store))
    let backwards = Workers(count: 3) { count, body in
      for number in (0..<count).reversed() { body(number) }
    }
    let questions = Mutex(0)
    func build(cancelledAt limit: Int) -> TraceTree? {
      questions.withLock { $0 = 0 }
      return TraceTree(rows: rows, of: data.store, workers: backwards) {
        questions.withLock { asked in
          asked += 1
          return asked > limit
        }
      }
    }
    let whole = build(cancelledAt: .max)
    #expect(difference(whole.map { ReferenceTree.rows(of: $0) } ?? [], expected) == nil)
    let asked = questions.withLock { $0 }
    #expect(asked > 20)
    for limit in stride(from: 0, to: asked, by: 5) {
      #expect(build(cancelledAt: limit) == nil, "\(limit) of \(asked)")
    }
  }

  @Test func orderAndBatchesDoNotMatter() {
    for seed in Self.seeds {
      var spans = RandomSpans(seed: seed)
      let records = spans.brokenTrace(size(&spans))
      let data = SpanDatabase(records).dataSet
      let expected = picture(of: data.tree(of: TraceRow(0)), data.store)
      for _ in 0..<6 {
        let shuffled = records.shuffled(using: &spans.random)
        let sizes = (0..<5).map { _ in 1 + spans.random.below(20) }
        let other = SpanDatabase(shuffled, batches: sizes).dataSet
        let found = picture(of: other.tree(of: TraceRow(0)), other.store)
        #expect(difference(found, expected) == nil, "seed \(seed)")
      }
    }
  }

  @Test func rowsAreInPreOrder() {
    for seed in Self.seeds {
      var spans = RandomSpans(seed: seed)
      let tree = SpanDatabase(spans.brokenTrace(size(&spans))).dataSet.tree(of: TraceRow(0))
      for position in 0..<tree.count {
        let end = Int(tree.subtreeEnds[position])
        #expect(end > position && end <= tree.count, "seed \(seed)")
        let parent = Int(tree.parents[position])
        if parent < 0 {
          #expect(tree.depths[position] == 0, "seed \(seed)")
        } else {
          #expect(parent < position && end <= Int(tree.subtreeEnds[parent]), "seed \(seed)")
          #expect(tree.depths[position] == tree.depths[parent] + 1, "seed \(seed)")
        }
        for inside in position + 1..<max(end, position + 1) {
          #expect(tree.depths[inside] > tree.depths[position], "seed \(seed)")
        }
        let children = tree.children(of: position)
        #expect(children.allSatisfy { Int(tree.parents[$0]) == position }, "seed \(seed)")
        for (one, next) in zip(children, children.dropFirst()) {
          let inOrder =
            (tree.extents[one].start, tree.spanIDs[one])
            <= (tree.extents[next].start, tree.spanIDs[next])
          #expect(inOrder, "seed \(seed)")
        }
      }
    }
  }

  @Test func placementsSayWhatTheDataSays() {
    for seed in Self.seeds {
      var spans = RandomSpans(seed: seed)
      let records = spans.brokenTrace(size(&spans))
      let data = SpanDatabase(records).dataSet
      let tree = data.tree(of: TraceRow(0))
      let known = Set(records.map(\.spanID).filter(\.isValid))
      for position in 0..<tree.count {
        let parent = Int(tree.parents[position])
        guard tree.rows[position] != .none else {
          #expect(tree.placements[position] == .missingParent, "seed \(seed)")
          #expect(!known.contains(tree.spanIDs[position]), "seed \(seed)")
          #expect(!tree.children(of: position).isEmpty, "seed \(seed)")
          continue
        }
        let record = data.store[tree.rows[position]].record
        switch tree.placements[position] {
        case .root: #expect(!record.parentSpanID.isValid, "seed \(seed)")
        case .child
        where record.parentSpanID != record.spanID
          && tree.spanIDs[parent] == record.spanID:
          // Two halves of one call.
          let other = data.store[tree.rows[parent]].record
          #expect(record.kind == .server && other.kind == .client, "seed \(seed)")
          #expect(record.parentSpanID == other.parentSpanID, "seed \(seed)")
        case .child:
          #expect(tree.spanIDs[parent] == record.parentSpanID, "seed \(seed)")
          #expect(known.contains(record.parentSpanID), "seed \(seed)")
        case .orphan:
          #expect(tree.spanIDs[parent] == record.parentSpanID, "seed \(seed)")
          #expect(tree.placements[parent] == .missingParent, "seed \(seed)")
          #expect(!known.contains(record.parentSpanID), "seed \(seed)")
        case .ringCut:
          #expect(known.contains(record.parentSpanID), "seed \(seed)")
          let end = Int(tree.subtreeEnds[position])
          let below = tree.spanIDs[position..<end]
          #expect(below.contains(record.parentSpanID), "seed \(seed)")
        case .missingParent, .proposedRoot: Issue.record("seed \(seed): a span is no placeholder")
        }
      }
    }
  }

  @Test func soundTracesHaveNoDefects() {
    for seed in Self.seeds {
      var spans = RandomSpans(seed: seed)
      let records = spans.soundTrace(size(&spans)).shuffled(using: &spans.random)
      let tree = SpanDatabase(records).dataSet.tree(of: TraceRow(0))
      #expect(tree.count == records.count, "seed \(seed)")
      #expect(tree.defects.allSatisfy { $0.isEmpty }, "seed \(seed)")
      #expect(tree.placements.allSatisfy { $0 == .root || $0 == .child }, "seed \(seed)")
    }
  }
}
