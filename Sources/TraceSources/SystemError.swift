import Glibc

/// What the system says of a call that failed.
enum SystemError {
  /// The words of an `errno`: `no such file or directory`.
  static func text(of code: CInt) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    let words = String(cString: text)
    return words.prefix(1).lowercased() + words.dropFirst()
  }
}
