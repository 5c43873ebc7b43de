/// Random texts that are mostly made of trouble.
enum RandomText {
  /// Where interesting scalars live: controls, marks, format characters, Hangul, emoji, tags.
  private static let ranges: [ClosedRange<UInt32>] = [
    0x00...0x20, 0x41...0x7A, 0x7F...0x9F, 0xA0...0x17F, 0x300...0x36F, 0x590...0x5FF,
    0x600...0x6FF, 0x900...0x97F, 0x1100...0x11FF, 0x180B...0x180F, 0x2000...0x206F,
    0x20D0...0x20F0, 0x2500...0x25FF, 0x2600...0x27BF, 0x3000...0x30FF, 0xAC00...0xAC20,
    0xD7B0...0xD7FF, 0xE000...0xE010, 0xFE00...0xFE0F, 0xFEFF...0xFEFF, 0xFF00...0xFFFF,
    0x1F1E6...0x1F1FF, 0x1F3F0...0x1F4FF, 0x1F900...0x1F9FF, 0xE0000...0xE007F,
    0x10FFF0...0x10FFFF, 0x0...0x10FFFF,
  ]

  /// A text of up to `limit` scalars.
  static func text(
    upTo limit: Int, using generator: inout some RandomNumberGenerator
  ) -> String {
    var result = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...limit, using: &generator) {
      let range = ranges[Int.random(in: ranges.indices, using: &generator)]
      // Joiners and selectors are rare among all scalars, and what the rules are about.
      let value =
        switch UInt8.random(in: 0..<8, using: &generator) {
        case 0: UInt32(0x200D)
        case 1: UInt32(0xFE0F)
        default: UInt32.random(in: range, using: &generator)
        }
      if let scalar = Unicode.Scalar(value) { result.append(scalar) }
    }
    return String(result)
  }
}
