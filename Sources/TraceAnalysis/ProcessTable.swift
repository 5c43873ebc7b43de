import TraceModel

/// Numbers the processes that the spans of a store come from, by what their resources say.
///
/// Each batch is looked at once; after that the process of a span is an index. (Semantic conventions:
/// service, process, host, container, k8s, telemetry.)
struct ProcessTable {
  /// What a resource says of the process that made the spans.
  struct Process: Hashable {
    var service: String
    var namespace: String?
    var instance: String?
    var pid: String?
    var host: String?
    var container: String?

    /// Whether two processes of one service can be told apart: by an instance ID, by a process ID,
    /// or by the container or pod.
    var isNamed: Bool { instance != nil || pid != nil || container != nil }

    /// What shares one clock: a host, or, where none is named, a process.
    var clock: Process {
      guard let host else { return self }
      return Process(service: "", host: host)
    }
  }

  /// What set the flags of the spans: an SDK of some version, or, where none is named, a process.
  private struct SDK: Hashable {
    var name: String?
    var language: String?
    var version: String?
    var process: Int32?
  }
  /// For each scope of a batch its process and its SDK.
  private struct Numbers {
    var processes: [Int32] = []
    var sdks: [Int32] = []
  }

  private(set) var processes: [Process] = []
  /// For each process its clock.
  private(set) var clocks: [Int32] = []
  private var index: [Process: Int32] = [:]
  private var clockIndex: [Process: Int32] = [:]
  private var sdkIndex: [SDK: Int32] = [:]
  /// What was read of each block of the store: that of its batch.
  private var blocks: [Numbers] = []

  /// Reads the resources of all batches.
  init(_ store: SpanStore) {
    var last: (sealed: SealedBatch, numbers: Numbers)?
    store.forEachBlock { _, sealed, _ in
      let numbers: Numbers
      if let last, last.sealed === sealed {
        numbers = last.numbers
      } else {
        numbers = read(sealed)
        last = (sealed, numbers)
      }
      blocks.append(numbers)
    }
  }

  /// The process of each scope of the batch of a block.
  func numbers(ofBlock block: Int) -> [Int32] { blocks[block].processes }

  /// The number of the SDK that made the span of a row, which has this scope.
  func sdk(of row: SpanRow, _ scope: ScopeID) -> Int32 {
    blocks[row.block].sdks[Int(scope.rawValue)]
  }

  private mutating func read(_ sealed: SealedBatch) -> Numbers {
    var ofResource = [(process: Int32, sdk: Int32)?](
      repeating: nil, count: sealed.batch.resources.count)
    var numbers = Numbers()
    for entry in sealed.batch.scopes {
      let place = Int(entry.resource.rawValue)
      let known = ofResource[place] ?? intern(sealed.batch.resources[place])
      ofResource[place] = known
      numbers.processes.append(known.process)
      numbers.sdks.append(known.sdk)
    }
    return numbers
  }

  private mutating func intern(_ resource: Resource) -> (process: Int32, sdk: Int32) {
    let process = intern(Self.process(resource))
    var sdk = SDK(
      name: resource.string("telemetry.sdk.name"),
      language: resource.string("telemetry.sdk.language"),
      version: resource.string("telemetry.sdk.version"))
    if sdk == SDK() { sdk.process = process }
    let number = sdkIndex[sdk] ?? Int32(truncatingIfNeeded: sdkIndex.count)
    sdkIndex[sdk] = number
    return (process, number)
  }

  private mutating func intern(_ process: Process) -> Int32 {
    if let known = index[process] { return known }
    let number = Int32(truncatingIfNeeded: processes.count)
    index[process] = number
    processes.append(process)
    let nextClock = Int32(truncatingIfNeeded: clockIndex.count)
    let clock = clockIndex[process.clock] ?? nextClock
    clockIndex[process.clock] = clock
    clocks.append(clock)
    return number
  }

  private static func process(_ resource: Resource) -> Process {
    /// The first of the attributes that is there and not empty.
    func text(_ keys: String...) -> String? {
      for key in keys {
        for attribute in resource.attributes where attribute.key == key {
          let text = attribute.value.searchText
          if !text.isEmpty { return text }
        }
      }
      return nil
    }
    return Process(
      service: resource.serviceName, namespace: text("service.namespace"),
      instance: text("service.instance.id"), pid: text("process.pid"),
      host: text("host.id", "host.name", "k8s.node.name"),
      container: text("container.id", "k8s.pod.uid", "k8s.pod.name"))
  }
}
