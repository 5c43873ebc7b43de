/// Remembers values by their keys, of which those that nobody asked for go when there are too many.
struct Recent<Key: Hashable, Value> {
  private let capacity: Int
  /// What was asked for since the last exchange, and before it.
  private var young: [Key: Value] = [:]
  private var old: [Key: Value] = [:]

  /// Remembers at least the last `capacity` values, and at most twice as many.
  init(capacity: Int) { self.capacity = capacity }

  subscript(key: Key) -> Value? {
    mutating get {
      if let value = young[key] { return value }
      guard let value = old.removeValue(forKey: key) else { return nil }
      self[key] = value
      return value
    }
    set {
      if young.count >= capacity {
        old = young
        young = [:]
      }
      young[key] = newValue
    }
  }
}
