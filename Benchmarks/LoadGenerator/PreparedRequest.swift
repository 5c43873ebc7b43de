/// The message of a request, which is sent again and again with other trace IDs.
struct PreparedRequest: Sendable {
  private(set) var message: [UInt8]
  let spans: Int
  /// Where the trace IDs are.
  private let places: [Int]
  /// The first eight bytes of the trace IDs, as they were made.
  private let originals: [UInt64]

  /// Finds the trace IDs: a field of 16 bytes in front of one of 8, the span's ID.
  init(_ message: [UInt8], spans: Int) {
    self.message = message
    self.spans = spans
    places =
      message.count < 20
      ? []
      : (2...(message.count - 18)).filter {
        message[$0 - 2] == 0x0a && message[$0 - 1] == 16 && message[$0 + 16] == 0x12
          && message[$0 + 17] == 8
      }
    originals = places.map { place in
      (0..<8).reduce(0) { $0 << 8 | UInt64(message[place + $1]) }
    }
  }

  /// Makes the trace IDs those of the repetition with that number, which differ from all others.
  mutating func change(to number: UInt64) {
    // An odd factor gives each number another value, and spreads them.
    let change = number &* 0x9e37_79b9_7f4a_7c15
    for (place, original) in zip(places, originals) {
      let value = original ^ change
      for byte in 0..<8 {
        message[place + byte] = UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * byte))
      }
    }
  }
}
