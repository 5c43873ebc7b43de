import Dispatch
import Synchronization
import TraceFormats
import TraceModel

/// Reads the parts of one source on several threads, and hands on what they hold in the order of the
/// source.
///
/// A part that begins at a cut is read before it is known what stands before it, on any thread; who
/// has the part before it then joins both. A part without a cut, or with one that turns out to be
/// none, is read by the importer that has read all before it. So the result does not depend on which
/// thread was faster.
final class PartReader<Importer: SpanImporter>: Sendable {
  /// A piece of the source: a block, and the head of the next one up to its cut.
  struct Part: Sendable {
    var cut: PartCut?
    var buffer: BlockBuffer
    /// Where in the buffer the part begins.
    var start = 0
    /// Whether what was read so far should not wait for more.
    var isUrgent = false
  }

  private enum Reading: Sendable {
    case whole(Importer, SpanBatch, Part)
    case bytes(Part)
  }

  /// What joins the parts; one thread at a time has it.
  private struct Joiner: Sendable {
    var importer: Importer
    /// What `importer` reads itself.
    var batch: SpanBatch
    /// How many cuts in a row were none.
    var falseCuts = 0
    var progress = InputReading.Progress()
  }

  private struct State: Sendable {
    /// How many parts there are so far; they are numbered from 0.
    var partCount = 0
    var readings: [Int: Reading] = [:]
    /// The part that is joined next.
    var next = 0
    /// Absent while a thread has it.
    var joiner: Joiner?
    var scratch: [SpanBatch] = []
    var buffers: [BlockBuffer] = []
  }

  private let source: SourceID
  private let limits: BatchLimits
  private let inbox: Inbox<SourceEvent>
  private let tell: @Sendable (InputReading.Progress) -> Void
  private let state: Mutex<State>
  private let queue: DispatchQueue
  private let room: DispatchSemaphore
  private let isEmpty = DispatchGroup()
  /// Whether cuts are still believed; those of a file that is no OTLP are none.
  private let believesCuts = Atomic(true)

  /// Parts that are held at a time: each processor reads one, and as many wait.
  private static var capacity: Int { Processors.count + 2 }
  /// How much of a part is read into a batch before it is asked whether to hand it on, in bytes.
  private static var piece: Int { 1 << 20 }
  /// How many cuts in a row may be none.
  private static var falseCutLimit: Int { 3 }

  init(
    _ importer: Importer, source: SourceID, limits: BatchLimits,
    inbox: Inbox<SourceEvent>, tell: @escaping @Sendable (InputReading.Progress) -> Void
  ) {
    self.source = source
    self.limits = limits
    self.inbox = inbox
    self.tell = tell
    state = Mutex(
      State(joiner: Joiner(importer: importer, batch: SpanBatch(source: source, number: -1))))
    queue = DispatchQueue(label: "parts of source \(source.rawValue)", attributes: .concurrent)
    room = DispatchSemaphore(value: 0)
    for _ in 0..<Self.capacity { room.signal() }
  }

  /// Whether it is worth looking for cuts.
  var wantsCuts: Bool { believesCuts.load(ordering: .relaxed) }

  /// An empty buffer: one that was used before, if there is one, since the pages of new memory cost
  /// more than reading into them.
  func buffer() -> BlockBuffer { state.withLock { $0.buffers.popLast() } ?? BlockBuffer() }

  /// Reads the next part; waits while too many are being read.
  func read(_ part: Part) {
    room.wait()
    let number = state.withLock { state in
      defer { state.partCount += 1 }
      return state.partCount
    }
    isEmpty.enter()
    queue.async { [self] in
      Background.begin()
      finish(reading(of: part, number), number)
      isEmpty.leave()
    }
  }

  /// Waits for all parts and hands on the rest. `isEnd`: whether the input has ended there, so that
  /// what is not whole will not become so.
  func finish(isEnd: Bool) {
    isEmpty.wait()
    guard var joiner = state.withLock({ $0.joiner.take() }) else { return }
    if isEnd { joiner.importer.finish(into: &joiner.batch) }
    handOn(&joiner, atLeast: BatchLimits(count: 1))
    tell(joiner.progress)
  }

  // MARK: Reading

  private func reading(of part: Part, _ number: Int) -> Reading {
    guard let cut = part.cut, wantsCuts else { return .bytes(part) }
    var batch = state.withLock { $0.scratch.popLast() } ?? SpanBatch(source: source)
    batch.removeAll(number: number)
    var importer = Importer(at: cut)
    part.buffer.bytes.withLock { bytes in
      importer.read(bytes.span.extracting(part.start...), into: &batch)
    }
    let compact = batch.compact()
    state.withLock { $0.scratch.append(batch) }
    return .whole(importer, compact, part)
  }

  // MARK: Joining

  /// Puts a reading where its turn is, and joins all whose turn has come.
  private func finish(_ reading: Reading, _ number: Int) {
    state.withLock { $0.readings[number] = reading }
    while let (reading, joiner) = takeNext() {
      var joiner = joiner
      join(reading, to: &joiner)
      state.withLock { state in
        state.joiner = joiner
        state.next += 1
      }
      room.signal()
    }
  }

  /// The reading whose turn it is, with the joiner; nil if it is not there, or another thread has
  /// the joiner, which will ask again.
  private func takeNext() -> (Reading, Joiner)? {
    state.withLock { state in
      guard state.joiner != nil, let reading = state.readings.removeValue(forKey: state.next),
        let joiner = state.joiner.take()
      else { return nil }
      return (reading, joiner)
    }
  }

  private func join(_ reading: Reading, to joiner: inout Joiner) {
    let part: Part
    switch reading {
    case .bytes(let bytes):
      part = bytes
      readHere(part, &joiner)
    case .whole(let importer, var batch, let whole):
      part = whole
      if joiner.importer.join(importer, &batch) {
        joiner.falseCuts = 0
        handOn(&joiner, atLeast: BatchLimits(count: 1))
        joiner.progress.spanCount += batch.count
        if !batch.isEmpty { inbox.post(.batch(batch)) }
      } else {
        joiner.falseCuts += 1
        if joiner.falseCuts >= Self.falseCutLimit { believesCuts.store(false, ordering: .relaxed) }
        readHere(part, &joiner)
      }
    }
    joiner.progress.bytesRead += part.buffer.bytes.withLock { bytes in
      defer { bytes.removeAll(keepingCapacity: true) }
      return bytes.count - part.start
    }
    tell(joiner.progress)
    state.withLock { $0.buffers.append(part.buffer) }
  }

  /// Reads a part behind everything before it.
  private func readHere(_ part: Part, _ joiner: inout Joiner) {
    part.buffer.bytes.withLock { bytes in
      // In pieces, so that a batch can be handed on before it is too large.
      for start in stride(from: part.start, to: bytes.count, by: Self.piece) {
        let end = min(bytes.count, start + Self.piece)
        joiner.importer.read(bytes.span.extracting(start..<end), into: &joiner.batch)
        handOn(&joiner, atLeast: limits)
      }
    }
    if !joiner.importer.mayJoin { believesCuts.store(false, ordering: .relaxed) }
    if part.isUrgent { handOn(&joiner, atLeast: BatchLimits(count: 1)) }
  }

  /// Hands a batch on if it has reached one of the limits, and begins another one.
  private func handOn(_ joiner: inout Joiner, atLeast limits: BatchLimits) {
    guard Self.isDue(joiner.batch, limits) else { return }
    joiner.progress.spanCount += joiner.batch.count
    inbox.post(.batch(joiner.batch.compact()))
    // Below zero, where no number of a part is.
    joiner.batch.removeAll(number: joiner.batch.number - 1)
  }

  private static func isDue(_ batch: borrowing SpanBatch, _ limits: BatchLimits) -> Bool {
    batch.count + batch.issues.count >= limits.count && !batch.isHeld
      || batch.strings.byteCount >= limits.stringBytes
  }
}
