import NIOCore
import Synchronization
import TraceModel

/// What the connections of one receiver share.
final class Reception: Sendable {
  let kind: ReceiverKind
  let gate: Gate
  let limits: ReceiverLimits
  let bell = Bell()
  let connections: Connections
  private let collectors: [ObjectIdentifier: Collector]
  private let spare: Collector
  private let seen = Mutex(ReceiverActivity())
  /// The bytes of bodies that are not whole yet.
  private let held = Atomic(0)
  /// How many requests have begun and are not answered.
  private let open = Atomic(0)

  init(
    kind: ReceiverKind, source: SourceID, gate: Gate, limits: ReceiverLimits,
    group: any EventLoopGroup
  ) {
    self.kind = kind
    self.gate = gate
    self.limits = limits
    connections = Connections(limit: limits.connections)
    let bell = bell
    spare = Collector(source: source, limits: limits, bell: bell)
    collectors = Dictionary(
      group.makeIterator().map {
        (ObjectIdentifier($0), Collector(source: source, limits: limits, bell: bell))
      }, uniquingKeysWith: { one, _ in one })
  }

  /// What takes the spans that come to an event loop.
  func collector(of loop: any EventLoop) -> Collector {
    collectors[ObjectIdentifier(loop)] ?? spare
  }

  /// All spans that have come, in batches to be handed on.
  func takeAll() -> [SpanBatch] { (collectors.values + [spare]).flatMap { $0.takeAll() } }

  // MARK: What was seen

  var activity: ReceiverActivity { seen.withLock { $0 } }

  /// Changes what was seen, and has it shown.
  func note(_ change: (inout ReceiverActivity) -> Void) {
    seen.withLock { change(&$0) }
    bell.ringForNews()
  }

  // MARK: Requests

  var openRequests: Int { open.load(ordering: .acquiring) }
  func beginRequest() { open.add(1, ordering: .acquiringAndReleasing) }
  func endRequest() { open.subtract(1, ordering: .acquiringAndReleasing) }

  /// Whether that many bytes more can be held; if so, they count until they are released.
  func hold(_ count: Int) -> Bool {
    let new = held.add(count, ordering: .acquiringAndReleasing).newValue
    if new <= limits.heldBytes { return true }
    release(count)
    return false
  }

  func release(_ count: Int) { held.subtract(count, ordering: .acquiringAndReleasing) }
}
