/// Where a server is: the parts of an `http` or `https` URL.
struct ServerURL: Equatable {
  var isSecure: Bool
  /// As it is written in the URL: a name, or an address, of IPv6 in brackets.
  var host: String
  var port: Int?
  /// What is before the paths of the server's API: empty, or `/…` without a slash at its end.
  var path: String
  /// What stands behind `?`.
  var query: String?
  /// Decoded; a secret.
  var user: String?
  /// Decoded; a secret.
  var password: String?

  /// Reads a URL that begins with `http://` or `https://`; nil if it is none.
  init?(_ text: String) {
    let rest: Substring
    if let tail = Self.tail(of: text, behind: "https://") {
      (isSecure, rest) = (true, tail)
    } else if let tail = Self.tail(of: text, behind: "http://") {
      (isSecure, rest) = (false, tail)
    } else {
      return nil
    }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { return nil }
    let whole = rest.prefix { $0 != "#" }
    let authority = whole.prefix { $0 != "/" && $0 != "?" }
    let behind = whole.dropFirst(authority.count)
    let pathPart = behind.prefix { $0 != "?" }
    var path = String(pathPart)
    while path.hasSuffix("/") { path.removeLast() }
    self.path = path
    let queryPart = behind.dropFirst(pathPart.count + 1)
    query = queryPart.isEmpty ? nil : String(queryPart)

    var place = authority
    if let at = authority.lastIndex(of: "@") {
      let parts = authority[..<at].split(
        separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      user = PercentCoding.decode(parts[0])
      password = parts.count > 1 ? PercentCoding.decode(parts[1]) : nil
      place = authority[authority.index(after: at)...]
    }
    let isAddress = place.hasPrefix("[")
    let end = isAddress ? place.firstIndex(of: "]") : place.firstIndex(of: ":")
    guard !isAddress || end != nil else { return nil }
    let hostEnd = end.map { isAddress ? place.index(after: $0) : $0 } ?? place.endIndex
    host = place[..<hostEnd].lowercased()
    let tail = place[hostEnd...]
    if tail.hasPrefix(":"), tail.count > 1 {
      guard let number = Int(tail.dropFirst()), (1...65_535).contains(number) else { return nil }
      port = number
    } else if !tail.isEmpty, tail != ":" {
      return nil
    }
    guard !host.isEmpty, !host.contains(where: { "\\\"<>^`{|}".contains($0) }) else { return nil }
  }

  private static func tail(of text: String, behind scheme: String) -> Substring? {
    guard text.count > scheme.count, text.prefix(scheme.count).lowercased() == scheme else {
      return nil
    }
    return text.dropFirst(scheme.count)
  }

  /// The URL without secrets and query.
  var text: String { origin + path }

  /// Scheme, host and port: secrets are sent to no other.
  var origin: String {
    "\(isSecure ? "https" : "http")://\(host)" + (port.map { ":\($0)" } ?? "")
  }

  /// Whether both are the same server.
  func hasOrigin(of other: ServerURL) -> Bool {
    isSecure == other.isSecure && host == other.host
      && (port ?? standardPort) == (other.port ?? other.standardPort)
  }

  private var standardPort: Int { isSecure ? 443 : 80 }

  /// Whether it is this machine, which no proxy can reach.
  var isLoopback: Bool { host == "localhost" || host == "[::1]" || host.hasPrefix("127.") }
}

/// The `%41` of URLs.
enum PercentCoding {
  private static let plain = Set("-._~".utf8)

  static func encode(_ text: String) -> String {
    var result: [UInt8] = []
    for byte in text.utf8 {
      let isPlain =
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || plain.contains(byte)
      if isPlain {
        result.append(byte)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        result += Array(("%" + (digits.count < 2 ? "0" : "") + digits).utf8)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  static func decode(_ text: some StringProtocol) -> String {
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        result.append(value)
        rest = rest.dropFirst(2)
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
