public import Cells
public import TraceAnalysis
public import TraceModel

/// Something that happened, in the order in which it happened: all that changes the view state.
public enum Event: Sendable {
  case key(Key)
  case resize(Size)
  /// More was read, or analyzed, or reading has ended.
  case data(DataSet, DataQuality, LoadStatus)
  case job(JobResult)
  /// What the command that runs has written, or that it has ended.
  case command(CommandNews)
  /// Something to tell the user, such as that text was copied.
  case message(String)
}

/// Something that the program must do for the view: the view itself does no I/O.
public enum Effect: Sendable {
  case quit
  case suspend
  case redraw
  case copy(String, what: String)
  case run(Job)
  /// Stop the job of a lane: nobody wants its result any more.
  case stop(Job.Lane)
}

/// What a command that was started says.
public enum CommandNews: Sendable {
  case output([UInt8])
  /// With the exit status, and why no span came of it, if none did.
  case ended(status: Int32, why: [String])
}

/// How far reading has come.
public struct LoadStatus: Sendable, Equatable {
  public var bytesRead: Int
  /// How many bytes there are, where that is known.
  public var bytesTotal: Int?
  /// Whether all sources have ended.
  public var isRead: Bool
  /// Whether they have, and all that came was analyzed.
  public var isDone: Bool
  /// What went wrong with sources, one line each.
  public var failures: [String]
  /// What live sources say of themselves.
  public var live: [SourceID: SourceStatus]

  public init(
    bytesRead: Int = 0, bytesTotal: Int? = nil, isRead: Bool = false, isDone: Bool = false,
    failures: [String] = [], live: [SourceID: SourceStatus] = [:]
  ) {
    self.bytesRead = bytesRead
    self.bytesTotal = bytesTotal
    self.isRead = isRead || isDone
    self.isDone = isDone
    self.failures = failures
    self.live = live
  }
}

/// What the program knows and pure code cannot: names, the time zone.
public struct ViewOptions: Sendable {
  /// The names of the sources, by `SourceID`.
  public var sourceNames: [String]
  public var zone: TimestampText.Zone
  /// How a program sends its spans here, one line each; shown while none have come.
  public var sendingHelp: [String] = []
  /// The command that runs, if there is one.
  public var command: String?

  public init(sourceNames: [String] = [], zone: @escaping TimestampText.Zone = { _ in 0 }) {
    self.sourceNames = sourceNames
    self.zone = zone
  }

  /// The name of one source, or how many there are.
  var title: String {
    if let command {
      return SafeText.line(
        command.split(separator: " ").map { SafeTitle.of(String($0)) }.joined(separator: " "))
    }
    return sourceNames.count == 1
      ? SafeTitle.of(sourceNames[0]) : CountText.counted(sourceNames.count, "source")
  }

  func name(of source: SourceID) -> String {
    sourceNames.indices.contains(source.rawValue) ? sourceNames[source.rawValue] : "?"
  }
}

/// The last part of a path, safe to show.
enum SafeTitle {
  static func of(_ path: String) -> String {
    let name = path.split(separator: "/").last.map { String($0) } ?? path
    return SafeText.line(name)
  }
}
