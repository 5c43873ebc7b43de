import TraceModel

/// Writes MessagePack as JSON text, for codecs that read the same records in JSON.
///
/// What JSON does not have is written as what comes closest: binary as base64, an application's own
/// type as null.
struct MessagePackJSON: Sendable {
  private(set) var text: [UInt8] = []
  /// How many arrays and maps may be around a value.
  static let nestingLimit = 256

  init() {}

  mutating func removeAll() { text.removeAll(keepingCapacity: true) }

  /// The arrays and maps that a value is in.
  private struct Level {
    var isMap: Bool
    /// Keys and values that are to come.
    var remaining: Int
  }

  /// Appends the value that `reader` is at, which is whole.
  mutating func append(
    _ bytes: Span<UInt8>, _ reader: inout MessagePackReader
  ) throws(MessagePackError) {
    var levels: [Level] = []
    repeat {
      let isKey = levels.last.map { $0.isMap && $0.remaining % 2 == 0 } ?? false
      let start = reader.position
      let value = try reader.next(bytes)
      if !levels.isEmpty { levels[levels.count - 1].remaining -= 1 }
      if isKey {
        append(key: value, bytes)
        append(":")
        // JSON has no name for a key that is an array or a map.
        var scanner = MessagePackScanner(from: start)
        if value.childCount > 0, try scanner.scan(bytes) { reader.position = scanner.position }
        continue
      }
      append(value, bytes)
      if value.childCount > 0 {
        guard levels.count < Self.nestingLimit else { throw MessagePackError(.nesting, at: start) }
        var isMap = false
        if case .map = value { isMap = true }
        levels.append(Level(isMap: isMap, remaining: value.childCount))
      } else {
        close(&levels)
      }
    } while !levels.isEmpty
  }

  /// Ends what has no more elements, or separates it from the next.
  private mutating func close(_ levels: inout [Level]) {
    while let level = levels.last {
      if level.remaining > 0 { return append(",") }
      append(level.isMap ? "}" : "]")
      levels.removeLast()
    }
  }

  private mutating func append(_ value: MessagePackReader.Value, _ bytes: Span<UInt8>) {
    switch value {
    case .null, .other: append("null")
    case .bool(let bool): append(bool ? "true" : "false")
    case .int(let int): append("\(int)")
    case .uint(let int): append("\(int)")
    case .double(let double):
      append(double.isNaN ? "NaN" : double.isInfinite ? infinity(double) : "\(double)")
    case .string(let range): append(quoted: bytes, range)
    case .binary(let range):
      append("\"")
      text.append(base64: bytes.extracting(range))
      append("\"")
    case .array(let count): append(count == 0 ? "[]" : "[")
    case .map(let count): append(count == 0 ? "{}" : "{")
    }
  }

  /// Keys of objects are strings.
  private mutating func append(key: MessagePackReader.Value, _ bytes: Span<UInt8>) {
    switch key {
    case .string, .binary: append(key, bytes)
    case .array, .map: append("\"\"")
    default:
      append("\"")
      append(key, bytes)
      append("\"")
    }
  }

  private func infinity(_ double: Double) -> String { double < 0 ? "-Infinity" : "Infinity" }

  // MARK: Text

  /// Appends JSON.
  mutating func append(_ json: String) { text += json.utf8 }

  /// Appends a string in quotes. Bytes that are no UTF-8 are kept, for the reader to find.
  mutating func append(quoted bytes: Span<UInt8>, _ range: Range<Int>) {
    text.append(UInt8(ascii: "\""))
    text.append(escaping: bytes.extracting(range))
    text.append(UInt8(ascii: "\""))
  }
}
