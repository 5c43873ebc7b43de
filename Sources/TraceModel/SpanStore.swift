/// The number of a span in the store: a block of up to 4,096 rows, and the place in it.
///
/// Rows are given in the order of arrival and never change.
public struct SpanRow: Hashable, Sendable, Comparable {
  public var rawValue: UInt32

  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// No row.
  @inlinable public static var none: SpanRow { SpanRow(.max) }

  /// The number of the block that holds the row.
  @inlinable public var block: Int { Int(rawValue >> SpanStore.blockShift) }
  @inlinable var offset: Int { Int(rawValue & SpanStore.blockMask) }

  @inlinable
  public static func < (one: SpanRow, other: SpanRow) -> Bool { one.rawValue < other.rawValue }
}

/// The number of a service in the store, by its name.
public struct ServiceID: Hashable, Sendable, Comparable {
  public var rawValue: UInt32

  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  @inlinable
  public static func < (one: ServiceID, other: ServiceID) -> Bool { one.rawValue < other.rawValue }
}

/// A batch that is full, and what the store added to it. Immutable, so that any thread may read it.
public final class SealedBatch: Sendable {
  public let batch: SpanBatch
  /// The service of each of the batch's scopes.
  @usableFromInline let services: [ServiceID]

  init(batch: SpanBatch, services: [ServiceID]) {
    self.batch = batch
    self.services = services
  }

  /// The service of a row of the batch.
  @inlinable
  public func service(at row: Int) -> ServiceID {
    services[Int(batch.intervals[row].scope.rawValue)]
  }
}

/// All spans, in the order of arrival: sealed batches behind one another.
///
/// Appending a batch does not touch its rows, and copying the store copies a list of references, so
/// a snapshot for another thread is free. Rows are never changed or moved.
public struct SpanStore: Sendable {
  @usableFromInline static let blockShift: UInt32 = 12
  @usableFromInline static let blockMask: UInt32 = 1 << 12 - 1
  /// Row numbers have 20 bits for the block; the last is kept for `SpanRow.none`.
  private static let blockLimit = 1 << 20 - 1

  /// A part of a batch that row numbers can address.
  struct Block: Sendable {
    var sealed: SealedBatch
    /// The row of the batch that is the block's first.
    var base: Int
    var count: Int
  }

  private(set) var blocks: [Block] = []
  /// How many spans were ever added.
  public private(set) var addedCount = 0
  /// How many of them were evicted with their traces.
  public private(set) var evictedCount = 0
  /// How many spans there are.
  public var count: Int { addedCount - evictedCount }
  /// The names of the services, in the order of arrival.
  public private(set) var services: [String] = []
  private var serviceIndex: [String: ServiceID] = [:]

  public init() {}

  /// Adds the spans of a batch and returns their rows; `nil` if there is no room for more rows
  /// (4 billion, or a million batches), in which case nothing was added.
  public mutating func append(_ batch: SpanBatch) -> [Range<SpanRow>]? {
    let needed = (batch.count + Int(Self.blockMask)) >> Int(Self.blockShift)
    guard blocks.count + needed <= Self.blockLimit else { return nil }
    let sealed = SealedBatch(batch: batch, services: services(ofScopesOf: batch))
    var rows: [Range<SpanRow>] = []
    for base in stride(from: 0, to: batch.count, by: 1 << Int(Self.blockShift)) {
      let length = min(1 << Int(Self.blockShift), batch.count - base)
      let first = UInt32(blocks.count) << Self.blockShift
      blocks.append(Block(sealed: sealed, base: base, count: length))
      rows.append(SpanRow(first)..<SpanRow(first + UInt32(length)))
    }
    addedCount += batch.count
    return rows
  }

  /// Adds a few spans to the block that holds those of a small batch, so that spans that trickle in
  /// do not take a block each; `nil`, with nothing changed, if they are not alike or it would be full.
  mutating func append(_ batch: SpanBatch, toBlock number: Int) -> Range<SpanRow>? {
    let block = blocks[number]
    var merged = block.sealed.batch
    guard block.base == 0, block.count == merged.count,
      merged.count + batch.count <= Int(Self.blockMask), merged.takes(batch)
    else { return nil }
    merged.append(rowsOf: batch)
    blocks[number].sealed = SealedBatch(batch: merged, services: services(ofScopesOf: merged))
    blocks[number].count = merged.count
    addedCount += batch.count
    let first = UInt32(number) << Self.blockShift + UInt32(block.count)
    return SpanRow(first)..<SpanRow(first + UInt32(batch.count))
  }

  /// Gives back the memory of some blocks, whose rows must not be asked for any more, and says how
  /// many spans were evicted with their traces.
  mutating func evict(blocks numbers: [Int], spanCount: Int) {
    let gone = SealedBatch(batch: SpanBatch(source: SourceID(0)), services: [])
    for number in numbers { blocks[number] = Block(sealed: gone, base: 0, count: 0) }
    evictedCount += spanCount
  }

  /// Whether the rows of a block are there: it was not evicted.
  public func hasBlock(_ number: Int) -> Bool { blocks[number].count > 0 }

  /// Takes blocks from an earlier snapshot that have been evicted since.
  public mutating func restore(_ numbers: some Sequence<Int>, from earlier: SpanStore) {
    for number in numbers where !hasBlock(number) { blocks[number] = earlier.blocks[number] }
  }

  /// The service of each scope; of a scope without spans it is any, for nothing asks for it.
  private mutating func services(ofScopesOf batch: SpanBatch) -> [ServiceID] {
    var isUsed = Array(repeating: false, count: batch.scopes.count)
    for interval in batch.intervals { isUsed[Int(interval.scope.rawValue)] = true }
    return zip(batch.scopes, isUsed).map { scope, isUsed in
      guard isUsed else { return ServiceID(0) }
      return service(named: batch.resources[Int(scope.resource.rawValue)].serviceName)
    }
  }

  private mutating func service(named name: String) -> ServiceID {
    if let known = serviceIndex[name] { return known }
    let number = ServiceID(UInt32(truncatingIfNeeded: services.count))
    services.append(name)
    serviceIndex[name] = number
    return number
  }

  /// The batch that holds a row, and the row's place in it: for loops that read columns.
  public func locate(_ row: SpanRow) -> (sealed: SealedBatch, row: Int) {
    let block = blocks[row.block]
    return (block.sealed, block.base + row.offset)
  }

  /// How many blocks hold the rows.
  public var blockCount: Int { blocks.count }

  /// The batch of a block.
  public func batch(ofBlock block: Int) -> SealedBatch { blocks[block].sealed }

  /// The blocks of each batch.
  public var batches: [Range<Int>] {
    var batches: [Range<Int>] = []
    for number in blocks.indices {
      if let last = batches.last, blocks[last.lowerBound].sealed === blocks[number].sealed {
        batches[batches.count - 1] = last.lowerBound..<(number + 1)
      } else {
        batches.append(number..<(number + 1))
      }
    }
    return batches
  }

  /// All rows in the order of arrival, block by block, each with its batch and the rows of it.
  public func forEachBlock(_ body: (_ first: SpanRow, SealedBatch, Range<Int>) -> Void) {
    forEachBlock(in: blocks.indices, body)
  }

  /// The rows of some blocks, as `forEachBlock` of all.
  public func forEachBlock(
    in numbers: Range<Int>, _ body: (_ first: SpanRow, SealedBatch, Range<Int>) -> Void
  ) {
    for number in numbers {
      let block = blocks[number]
      body(
        SpanRow(UInt32(number) << Self.blockShift), block.sealed,
        block.base..<(block.base + block.count))
    }
  }

  /// Any rows, those that follow one another in one block together: for loops that read columns. A
  /// row's place in the batch is its number and `shift`.
  public func forEachRun(
    of rows: [SpanRow], _ body: (ArraySlice<SpanRow>, SealedBatch, _ shift: Int) -> Void
  ) {
    var first = 0
    while first < rows.count {
      let number = rows[first].block
      var end = first + 1
      while end < rows.count, rows[end].block == number { end += 1 }
      let block = blocks[number]
      body(rows[first..<end], block.sealed, block.base - number << Int(Self.blockShift))
      first = end
    }
  }

  /// A span, field by field.
  public subscript(row: SpanRow) -> SpanView {
    let (sealed, index) = locate(row)
    return SpanView(sealed: sealed, row: index)
  }

  /// The name of a service.
  public func name(of service: ServiceID) -> String { services[Int(service.rawValue)] }
}

extension SpanRow: Strideable {
  @inlinable
  public func distance(to other: SpanRow) -> Int { Int(other.rawValue) - Int(rawValue) }

  /// The row that lies `distance` behind this one; only rows of the same block follow one another.
  @inlinable
  public func advanced(by distance: Int) -> SpanRow {
    SpanRow(UInt32(truncatingIfNeeded: Int(rawValue) + distance))
  }
}
