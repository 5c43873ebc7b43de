import TraceModel

/// A tree made in the slow and simple way, to compare with.
///
/// What two spans of one start, ID, end and parent say is left out of it: nothing else depends on
/// which of them comes first.
struct ReferenceTree {
  private(set) var rows: [String] = []
  private var nodes: [Node] = []

  private struct Node {
    var record: SpanRecord?
    var id: SpanID
    var extent: SpanExtent
    var placement: Placement
    var parent: Int?
    var defects: SpanDefects = []

    var end: UnixNanos { record?.end ?? .unset }
    var parentID: SpanID { record?.parentSpanID ?? .invalid }
  }

  init(_ records: [SpanRecord]) {
    enter(Self.withoutCopies(records))
    link()
    cutRings()
    for root in children(of: nil) { write(root, depth: 0, parent: -1) }
  }

  /// The same text of a tree.
  static func rows(of tree: TraceTree) -> [String] {
    (0..<tree.count).map { position in
      row(
        tree.spanIDs[position], tree.placements[position], tree.defects[position],
        tree.extents[position], Int(tree.depths[position]), Int(tree.parents[position]))
    }
  }

  private static func row(
    _ id: SpanID, _ placement: Placement, _ defects: SpanDefects, _ extent: SpanExtent,
    _ depth: Int, _ parent: Int
  ) -> String {
    "\(id) \(placement) \(defects.rawValue) \(extent.start.rawValue)…\(extent.end.rawValue) "
      + "depth \(depth) under \(parent)"
  }

  private static func withoutCopies(_ records: [SpanRecord]) -> [SpanRecord] {
    var seen: Set<[UInt8]> = []
    return records.filter {
      !$0.spanID.isValid || seen.insert(Array(String(describing: $0).utf8)).inserted
    }
  }

  private mutating func enter(_ records: [SpanRecord]) {
    nodes = records.map {
      Node(
        record: $0, id: $0.spanID, extent: SpanExtent(start: $0.start, end: $0.end),
        placement: .root)
    }
    nodes.sort { one, other in
      (one.extent.start, one.id, one.end, one.parentID)
        < (other.extent.start, other.id, other.end, other.parentID)
    }
    for node in nodes.indices {
      guard let record = nodes[node].record else { continue }
      if !record.spanID.isValid {
        nodes[node].defects.insert(.invalidID)
      } else if nodes.count(where: { $0.id == record.spanID }) > 1 {
        nodes[node].defects.insert(.duplicate)
      }
      if record.start != .unset, record.end != .unset, record.end < record.start {
        nodes[node].defects.insert(.negativeDuration)
      }
    }
  }

  /// The halves of one call that have this ID.
  private func halves(of id: SpanID) -> (client: Int, server: Int)? {
    let all = nodes.indices.filter { nodes[$0].id == id && nodes[$0].record != nil }
    func half(_ kind: SpanKind) -> Int? { all.first { nodes[$0].record?.kind == kind } }
    guard id.isValid, all.count == 2, let client = half(.client), let server = half(.server),
      service(of: client) != service(of: server),
      nodes[client].parentID == nodes[server].parentID
    else { return nil }
    return (client, server)
  }

  private func service(of node: Int) -> String { nodes[node].record?.resource.serviceName ?? "" }

  private mutating func link() {
    for node in nodes.indices {
      if let halves = halves(of: nodes[node].id) {
        nodes[node].defects.remove(.duplicate)
        if halves.server == node {
          nodes[node].placement = .child
          nodes[node].parent = halves.client
          continue
        }
      }
      guard let wanted = nodes[node].record?.parentSpanID, wanted.isValid else { continue }
      let named = nodes.indices.filter { nodes[$0].id == wanted }
      let spans = named.filter { nodes[$0].record != nil }
      if let first = spans.first {
        let started = spans.filter { nodes[$0].extent.start <= nodes[node].extent.start }
        let latest = started.last.map { nodes[$0].extent.start }
        nodes[node].placement = .child
        nodes[node].parent = started.first { nodes[$0].extent.start == latest } ?? first
        for half in halves(of: wanted).map({ [$0.client, $0.server] }) ?? []
        where service(of: half) == service(of: node) {
          nodes[node].parent = half
        }
        continue
      }
      nodes[node].placement = .orphan
      nodes[node].defects.insert(.orphan)
      nodes[node].parent = named.first ?? nodes.count
      if let placeholder = named.first {
        nodes[placeholder].extent = nodes[placeholder].extent.union(nodes[node].extent)
      } else {
        nodes.append(
          Node(record: nil, id: wanted, extent: nodes[node].extent, placement: .missingParent))
      }
    }
  }

  private mutating func cutRings() {
    for node in nodes.indices {
      var ring: [Int] = []
      var next = nodes[node].parent
      while let member = next, member != node, ring.count < nodes.count {
        ring.append(member)
        next = nodes[member].parent
      }
      guard next == node else { continue }
      for member in ring + [node] { nodes[member].defects.insert(.ring) }
      nodes[node].parent = nil
      nodes[node].placement = .ringCut
    }
  }

  private func children(of parent: Int?) -> [Int] {
    nodes.indices.filter { nodes[$0].parent == parent }.sorted {
      (nodes[$0].extent.start, nodes[$0].id, $0) < (nodes[$1].extent.start, nodes[$1].id, $1)
    }
  }

  private mutating func write(_ node: Int, depth: Int, parent: Int) {
    var defects = nodes[node].defects
    let extent = nodes[node].extent
    if nodes[node].placement == .child, !extent.isUnset, let above = nodes[node].parent {
      let around = nodes[above].extent
      if !around.isUnset, !nodes[above].defects.contains(.duplicate) {
        if extent.start < around.start { defects.insert(.startsBeforeParent) }
        if extent.end > around.end, nodes[above].record?.end != .unset {
          defects.insert(.endsAfterParent)
        }
      }
    }
    let position = rows.count
    rows.append(
      Self.row(nodes[node].id, nodes[node].placement, defects, extent, depth, parent))
    for child in children(of: node) { write(child, depth: depth + 1, parent: position) }
  }
}
