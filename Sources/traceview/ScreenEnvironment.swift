import Cells
import Glibc
import Terminal
import TraceUI

/// What the environment and the options say of colours, characters and columns.
struct ScreenEnvironment {
  let options: ViewOptionsGroup

  func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// Colours are refused. (no-color.org: set, and not empty.)
  private var refusesColors: Bool {
    options.color == .never
      || ((options.color ?? .auto) == .auto && value("NO_COLOR")?.isEmpty == false)
  }

  /// The most colours that a screen may use; `nil` is what the terminal has.
  var screenColors: ColorDepth? {
    refusesColors || options.theme == .monochrome ? ColorDepth.none : nil
  }

  /// The colours of printed text: only if asked for, or if a terminal reads it.
  var printColors: ColorDepth {
    let isForced =
      options.color == .always
      || ((options.color ?? .auto) == .auto && (value("CLICOLOR_FORCE") ?? "0") != "0")
    guard !refusesColors, isForced || isatty(STDOUT_FILENO) != 0 else { return .none }
    return options.theme == .monochrome ? .none : .indexed256
  }

  /// The columns of printed text: the option, COLUMNS, the terminal's, or 100.
  var printWidth: Int {
    if let width = options.width { return width }
    if let columns = value("COLUMNS").flatMap({ Int($0) }), (20...10_000).contains(columns) {
      return columns
    }
    var size = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 20 {
      return Int(size.ws_col)
    }
    return 100
  }

  /// Whether only ASCII may be drawn: by option, or because the locale has nothing more.
  var usesASCII: Bool {
    if options.ascii { return true }
    let locale = [value("LC_ALL"), value("LC_CTYPE"), value("LANG")].first { $0?.isEmpty == false }
    guard let name = (locale ?? nil)?.lowercased() else { return true }
    return !(name.contains("utf-8") || name.contains("utf8"))
  }

  func theme(background: TerminalBackground?) -> Theme {
    switch options.theme {
    case .dark: .dark
    case .light: .light
    case .monochrome: .monochrome
    case .auto, nil: background == .light ? .light : .dark
    }
  }
}

/// The local time zone.
enum LocalTime {
  static func zone(utc: Bool) -> TimestampText.Zone {
    if utc { return { _ in 0 } }
    tzset()
    return { seconds in
      var time = time_t(seconds)
      var parts = tm()
      guard localtime_r(&time, &parts) != nil else { return 0 }
      return Int(parts.tm_gmtoff)
    }
  }
}
