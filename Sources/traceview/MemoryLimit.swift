import ArgumentParser
import Glibc
import TraceAnalysis

/// How much memory the program may use, so that a file can never drive the machine out of it.
struct MemoryLimit: Sendable {
  /// Bytes of memory that belong to this process alone.
  let bytes: Int

  /// What live sources may take unless something else is said.
  static let liveBytes = 1 << 30

  /// The limit that `--max-memory` says; else, of live sources, what they may take by custom, and of
  /// others three quarters of what the machine has to spare.
  init(_ option: String?, isLive: Bool = false) {
    bytes = option.flatMap(Self.bytes) ?? (isLive ? Self.liveBytes : Self.available / 4 * 3)
  }

  /// Says what is wrong with what `--max-memory` was given.
  static func check(_ option: String?) throws {
    if let option, bytes(of: option) == nil {
      throw ValidationError("--max-memory takes a size such as 512MiB or 2GiB.")
    }
  }

  /// Whether spans should not be added any more. What is left is for what is made of them: indexes,
  /// problems, the trees of open traces.
  var isReached: Bool { Self.used >= bytes / 5 * 4 }

  /// How much of it the spans of live sources may take: the rest is for what is made of them, and for
  /// what goes while it comes.
  var spanBytes: Int { bytes / 2 }

  /// What to say of a source that was not read to its end.
  func message(source: String, bytesRead: Int, of total: Int?, spans: Int) -> String {
    let part = total.map { " of \(Self.text($0))" } ?? ""
    return """
      \(source): stopped at --max-memory \(Self.text(bytes)): \(Self.text(bytesRead))\(part) and \
      \(CountText.counted(spans, "span")) were read, the rest was not
      """
  }

  /// A size as people write it: `512MiB`, `2G`, `1000000`; nil if it is none, or nothing.
  private static func bytes(of text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits), number > 0 else { return nil }
    let shifts = ["": 0, "b": 0, "k": 10, "m": 20, "g": 30, "t": 40]
    var unit = text.dropFirst(digits.count).lowercased()
    for ending in ["ib", "b"] where unit.count > ending.count && unit.hasSuffix(ending) {
      unit.removeLast(ending.count)
      break
    }
    guard let shift = shifts[unit] else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
    return overflow ? nil : bytes
  }

  /// `1.5 GiB`
  private static func text(_ bytes: Int) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
    var tenths = bytes * 10
    var unit = 0
    while tenths >= 10_240, unit < units.count - 1 {
      tenths /= 1_024
      unit += 1
    }
    return tenths % 10 == 0
      ? "\(tenths / 10) \(units[unit])" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }

  /// Bytes that this process has in memory and shares with nobody. (proc(5), statm: pages resident,
  /// and of these shared.)
  private static var used: Int {
    guard let numbers = firstLine(of: "/proc/self/statm")?.split(separator: " "),
      numbers.count > 2, let resident = Int(numbers[1]), let shared = Int(numbers[2])
    else { return 0 }
    return (resident - shared) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Bytes that the machine, or the control group, has to spare.
  private static var available: Int {
    var available = 4 << 30
    if let file = fopen("/proc/meminfo", "r") {
      defer { fclose(file) }
      while let line = nextLine(of: file) {
        let words = line.split(separator: " ")
        if words.count > 1, words[0] == "MemAvailable:", let kibibytes = Int(words[1]) {
          available = kibibytes << 10
        }
      }
    }
    if let limit = firstLine(of: "/sys/fs/cgroup/memory.max").flatMap({ Int($0) }) {
      available = min(available, limit)
    }
    return available
  }

  private static func firstLine(of path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    return nextLine(of: file)
  }

  /// The next line without its end, if it is short.
  private static func nextLine(of file: UnsafeMutablePointer<FILE>) -> String? {
    var buffer = [CChar](repeating: 0, count: 256)
    guard fgets(&buffer, CInt(buffer.count), file) != nil else { return nil }
    let bytes = buffer.prefix { $0 != 0 && $0 != 0x0a }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
