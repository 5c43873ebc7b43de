/// The sequences that put text into the clipboard of the machine where the terminal is (OSC 52).
enum Clipboard {
  /// The most that is sent. Terminals have limits of their own from about here on, and cut, or
  /// ignore, what is longer.
  static let limit = 100_000

  /// The sequence for `text`; `nil` if it is too long.
  ///
  /// Inside tmux it is sent twice: to tmux itself (`set-clipboard on`) and through it to the
  /// terminal (`allow-passthrough on`), as either may be all that is allowed.
  static func sequence(for text: String, insideTmux: Bool) -> String? {
    guard text.utf8.count <= limit else { return nil }
    let plain = "\u{1B}]52;c;\(base64(text.utf8))\u{07}"
    return insideTmux ? plain + "\u{1B}Ptmux;\u{1B}\(plain)\u{1B}\\" : plain
  }

  /// The bytes in base64, with padding (RFC 4648, section 4).
  static func base64(_ bytes: some Collection<UInt8>) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    var rest = bytes[...]
    while !rest.isEmpty {
      let group = Array(rest.prefix(3))
      rest = rest.dropFirst(3)
      let bits = (0..<3).reduce(0) { $0 << 8 | ($1 < group.count ? Int(group[$1]) : 0) }
      for place in 0..<4 {
        let isPadding = place > group.count
        result.append(isPadding ? UInt8(ascii: "=") : alphabet[bits >> (18 - 6 * place) & 63])
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
