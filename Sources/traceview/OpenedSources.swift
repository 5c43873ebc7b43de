import TraceFormats
import TraceModel
import TraceReceivers
import TraceSources

/// What is viewed: the sources that could be opened, and what went wrong with others.
struct OpenedSources {
  private(set) var sources: [any SpanSource] = []
  /// The names of all sources by number, those that could not be opened too.
  private(set) var names: [String] = []
  private(set) var failures: [SourceError] = []
  /// How a program sends its spans here; shown while none have come.
  var sendingHelp: [String] = []

  /// Whether some give spans until they are stopped.
  var isLive: Bool { sources.contains { $0.isLive } }

  /// Whether programs send spans to some.
  var isReceiving: Bool { sources.contains { $0 is Receiver } }

  /// Opens one more source, which gets the number that it is given.
  mutating func open(
    _ name: String, _ source: (SourceID) throws(SourceError) -> any SpanSource
  ) {
    do throws(SourceError) {
      let opened = try source(SourceID(names.count))
      sources.append(opened)
      names.append(opened.name)
    } catch {
      failures.append(error)
      names.append(name)
    }
  }
}

extension OpenedSources {
  /// The files and other sources that the command line names.
  init(
    _ paths: [String], _ options: SourceOptionsGroup, _ poll: PollOptionsGroup, isText: Bool
  ) {
    for path in paths {
      let importer =
        options.map == nil
        ? options.format.flatMap { FormatRegistry.importer(named: $0) } : nil
      open(path == "-" ? "standard input" : path) { (id) throws(SourceError) in
        if PollSource.isURL(path) {
          return try PollSource(
            id: id, url: path, options: try poll.options(for: path, once: isText))
        }
        if options.follow {
          return try FollowSource(
            id: id, path: path, tail: options.tail, importer: importer, columns: options.columns)
        }
        return try FileSource(
          id: id, path: path, importer: importer, columns: options.columns)
      }
    }
  }
}
