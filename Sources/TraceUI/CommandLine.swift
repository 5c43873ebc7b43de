import TraceAnalysis
import TraceModel

/// The words that can be typed after `:`. Every command by its name, and some that take a word.
enum CommandLine {
  /// Commands with an argument, and what it is.
  static let withArgument: [(name: String, argument: String)] = [
    ("sort", "start, duration, spans, errors, name"),
    ("service", "name: only its traces; alone: all"),
    ("last", "10m, 90s, 2h: only the newest; alone: all"),
    ("trace", "ID or its first digits: open it"),
  ]

  /// What a word may become.
  static func completions(of text: String) -> [String] {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    if words.count == 2, words[0] == "sort" {
      return TraceOrder.Key.allCases.map(\.rawValue).filter { $0.hasPrefix(words[1]) }
        .map { "sort " + $0 }
    }
    guard words.count == 1 else { return [] }
    let taking = withArgument.map { $0.name + " " }
    let others = Command.allCases.map(\.rawValue).filter { name in
      !withArgument.contains { $0.name == name }
    }
    return taking.filter { $0.hasPrefix(text) } + others.filter { $0.hasPrefix(text) }.sorted()
  }

  /// A time such as `90s`, `10m`, `2h`, `1d` or `250ms`.
  static func duration(_ text: String) -> DurationNanos? {
    let digits = text.prefix { $0.isNumber }
    guard let count = Int64(digits) else { return nil }
    let unit: Int64? =
      switch text.dropFirst(digits.count) {
      case "ns": 1
      case "us", "µs": 1_000
      case "ms": 1_000_000
      case "s", "": 1_000_000_000
      case "m", "min": 60_000_000_000
      case "h": 3_600_000_000_000
      case "d": 86_400_000_000_000
      default: nil
      }
    guard let unit else { return nil }
    let (product, overflow) = count.multipliedReportingOverflow(by: unit)
    return overflow ? nil : DurationNanos(product)
  }
}

extension ViewState {
  /// Does what was typed after `:`.
  mutating func execute(_ text: String) {
    let words = text.split(separator: " ", maxSplits: 1)
    guard let name = words.first else { return }
    let argument = words.count > 1 ? String(words[1]) : ""
    switch name {
    case "q", "q!", "qa": effects.append(.quit)
    case "sort" where !argument.isEmpty:
      guard let key = TraceOrder.Key(rawValue: argument) else {
        message = "sort takes start, duration, spans, errors or name"
        return
      }
      show(.traces)
      sortList(by: key)
    case "service":
      list.query.service = argument.isEmpty ? nil : argument
      if !argument.isEmpty, !data.store.services.contains(argument) {
        message = "no span is of service \(argument)"
      }
      show(.traces)
      run(.listTraces(list.query))
    case "last":
      guard argument.isEmpty || CommandLine.duration(argument) != nil else {
        message = "last takes a time such as 10m, 90s or 2h"
        return
      }
      list.query.last = CommandLine.duration(argument)
      show(.traces)
      run(.listTraces(list.query))
    case "trace": openTrace(named: argument)
    default:
      guard let command = Command(rawValue: String(name)) else {
        message = "no command \(name); : and Tab list them"
        return
      }
      perform(command)
    }
  }

  private mutating func openTrace(named prefix: String) {
    let numbers = data.traces.numbers
    let byDigits = TraceIDPrefix(prefix).flatMap { wanted in
      numbers.first { wanted.matches(data.traces[TraceRow(UInt32($0))].id) }
    }
    // Some sources have IDs of any text.
    let byText = { [data] in
      numbers.first {
        let root = data.traces[TraceRow(UInt32($0))].rootRow
        return !prefix.isEmpty && data.store[root].traceIDText.hasPrefix(prefix)
      }
    }
    guard let found = byDigits ?? byText() else {
      message = "no trace \(prefix)"
      return
    }
    open(.trace(TraceRow(UInt32(found))), at: nil)
    show(.waterfall)
  }
}

/// The first digits of a trace ID.
private struct TraceIDPrefix {
  private var id = TraceID(high: 0, low: 0)
  private var mask = TraceID(high: 0, low: 0)

  /// `nil` unless `digits` are 1 to 32 hexadecimal digits.
  init?(_ digits: String) {
    guard (1...32).contains(digits.count) else { return nil }
    for (place, digit) in digits.enumerated() {
      guard let value = digit.hexDigitValue else { return nil }
      let shift = UInt64(15 - place % 16) * 4
      if place < 16 {
        id.high |= UInt64(value) << shift
        mask.high |= 15 << shift
      } else {
        id.low |= UInt64(value) << shift
        mask.low |= 15 << shift
      }
    }
  }

  func matches(_ other: TraceID) -> Bool {
    other.high & mask.high == id.high && other.low & mask.low == id.low
  }
}
