import TraceModel

/// Numbers the processes that the spans of a store come from, by what their resources say.
///
/// A batch is looked at once; after that the process of a span is an index. (Semantic conventions:
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

  private(set) var processes: [Process] = []
  /// For each process its clock.
  private(set) var clocks: [Int32] = []
  private var index: [Process: Int32] = [:]
  private var clockIndex: [Process: Int32] = [:]
  private var batches: [ObjectIdentifier: [Int32]] = [:]
  private var last: (id: ObjectIdentifier, numbers: [Int32])?

  /// The process of the span at `row` of a batch.
  mutating func number(of row: Int, in sealed: SealedBatch) -> Int32 {
    numbers(of: sealed)[Int(sealed.batch.scopeIDs[row].rawValue)]
  }

  /// The process of each scope of a batch.
  mutating func numbers(of sealed: SealedBatch) -> [Int32] {
    let id = ObjectIdentifier(sealed)
    if let last, last.id == id { return last.numbers }
    let numbers: [Int32]
    if let known = batches[id] {
      numbers = known
    } else {
      numbers = read(sealed)
      batches[id] = numbers
    }
    last = (id, numbers)
    return numbers
  }

  private mutating func read(_ sealed: SealedBatch) -> [Int32] {
    var ofResource = [Int32](repeating: -1, count: sealed.batch.resources.count)
    var numbers: [Int32] = []
    for entry in sealed.batch.scopes {
      let resource = Int(entry.resource.rawValue)
      if ofResource[resource] < 0 {
        ofResource[resource] = intern(
          Self.process(sealed.batch.resources[resource]))
      }
      numbers.append(ofResource[resource])
    }
    return numbers
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
