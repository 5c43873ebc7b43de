import TraceModel

/// Strings of many batches with one numbering.
///
/// Each distinct string of a batch is read once; after that a look-up is an index.
struct NameTable {
  private(set) var names: [String] = []
  private var index: [String: Int32] = [:]
  private var batches: [ObjectIdentifier: Int] = [:]
  /// For each batch and string of it its number, or -1.
  private var memos: [[Int32]] = []
  private var last: (id: ObjectIdentifier, memo: Int)?

  /// The number of a string of a batch, new or known, from 0.
  mutating func number(of string: StringID, in sealed: SealedBatch) -> Int {
    let memo = self.memo(of: sealed)
    let place = Int(string.rawValue)
    let known = memos[memo][place]
    if known >= 0 { return Int(known) }
    let name = sealed.batch.strings[string]
    let number = index[name] ?? Int32(truncatingIfNeeded: names.count)
    if number == names.count {
      names.append(name)
      index[name] = number
    }
    memos[memo][place] = number
    return Int(number)
  }

  private mutating func memo(of sealed: SealedBatch) -> Int {
    let id = ObjectIdentifier(sealed)
    if let last, last.id == id { return last.memo }
    let memo: Int
    if let known = batches[id] {
      memo = known
    } else {
      memo = memos.count
      batches[id] = memo
      memos.append(Array(repeating: -1, count: sealed.batch.strings.count))
    }
    last = (id, memo)
    return memo
  }
}
