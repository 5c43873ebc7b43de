import Glibc
import Synchronization
import TraceModel

/// The memory of a block, which several blocks have one after the other; one thread at a time has it.
final class BlockBuffer: Sendable {
  let bytes = Mutex<[UInt8]>([])

  var count: Int { bytes.withLock { $0.count } }

  /// Appends the first bytes of another buffer.
  func append(from other: BlockBuffer, count: Int) {
    bytes.withLock { bytes in
      other.bytes.withLock { bytes.append(contentsOf: $0.prefix(count)) }
    }
  }
}

/// Reads a descriptor in large blocks; what is compressed is decompressed.
///
/// A file gives full blocks. Of a pipe, or a file that grows, a block has what comes before it is
/// full or nothing more comes; what came is kept back for a short time, so that spans that trickle in
/// share a block.
struct BlockReader {
  enum Origin {
    case file(CInt)
    case pipe(CInt)
    case growing(GrowingFile)
  }

  struct Block {
    let buffer: BlockBuffer
    /// Whether nothing more had come when the block was handed out.
    var isPaused = false
    /// Why there is no block behind this one.
    var end: End?
  }

  enum End {
    /// The input has ended.
    case input
    /// It cannot be read; an `errno`.
    case error(CInt)
    /// The compressed data is damaged, cut, or expands too far.
    case undecodable(ImportIssue)
    /// There is no room for more.
    case full
  }

  // Bytes. The first blocks are small, so that the first screen comes soon.
  private static let firstSize = 64 << 10
  private static let size = 4 << 20

  private let origin: Origin
  private let patience: Duration
  private let expansion: Decompressor.Limits
  private var nextSize = Self.firstSize
  private var handedOut: ContinuousClock.Instant?
  /// How the input is compressed; nil before the first block, and if it is not.
  private(set) var compression: Decompressor.Method?
  private var decompressor: Decompressor?

  /// How much compressed input is read at a time, in bytes.
  private static let compressedSize = 256 << 10

  init(_ origin: Origin, patience: Duration, expansion: Decompressor.Limits = .init()) {
    self.expansion = expansion
    self.origin = origin
    self.patience = patience
  }

  /// The next block, behind what the buffer has already. Only the last one can be empty.
  mutating func next(_ buffer: BlockBuffer) -> Block {
    let size = nextSize
    nextSize = min(nextSize * 4, Self.size)
    var block = Block(buffer: buffer)
    buffer.bytes.withLock { bytes in
      // Room for the head of the block behind it.
      bytes.reserveCapacity(bytes.count + size + size / 4)
      let full = bytes.count + size
      if handedOut == nil { block.end = readHead(into: &bytes) }
      while bytes.count < full, block.end == nil {
        block.end = fill(full - bytes.count, of: &bytes)
        guard block.end == nil, !hasInput else { continue }
        if case .file = origin { continue }
        let rest = handedOut.map { patience - $0.duration(to: .now) } ?? .zero
        guard rest > .zero, hasMore(within: rest) else {
          block.isPaused = true
          break
        }
      }
    }
    handedOut = .now
    return block
  }

  /// Reads so much that it can be told whether the input is compressed.
  private mutating func readHead(into bytes: inout [UInt8]) -> End? {
    var head: [UInt8] = []
    while head.count < Decompressor.Method.headCount {
      let count = Self.read(
        Decompressor.Method.headCount - head.count, of: origin, into: &head)
      if count < 0 { return .error(errno) }
      if count == 0 { break }
    }
    compression = Decompressor.Method(head: head)
    if let compression {
      decompressor = Decompressor(compression, head: head, limits: expansion)
    } else {
      bytes += head
    }
    return nil
  }

  /// Whether there may be more without reading.
  private var hasInput: Bool { decompressor?.hasInput ?? false }

  /// Appends up to `count` bytes, at least one; the end if there is none.
  private mutating func fill(_ count: Int, of bytes: inout [UInt8]) -> End? {
    guard decompressor != nil else {
      let result = Self.read(count, of: origin, into: &bytes)
      return result > 0 ? nil : result == 0 ? .input : .error(errno)
    }
    let origin = origin
    while let step = decompressor?.decompress(count, into: &bytes) {
      switch step {
      case .filled: return nil
      case .failed(let issue): return .undecodable(issue)
      case .needsInput:
        let result =
          decompressor?.refill { input in
            Self.read(Self.compressedSize, of: origin, into: &input)
          } ?? 0
        if result < 0 { return .error(errno) }
        if result == 0 { return decompressor?.issueAtEnd().map { .undecodable($0) } ?? .input }
      }
    }
    return .input
  }

  /// Reads up to `count` bytes; how many came, 0 at the end, or less than 0. Waits for more where
  /// more may come.
  private static func read(_ count: Int, of origin: Origin, into bytes: inout [UInt8]) -> Int {
    switch origin {
    case .file(let descriptor), .pipe(let descriptor):
      return read(count, of: descriptor, into: &bytes)
    case .growing(let file):
      while !file.isStopped {
        let result = read(count, of: file.descriptor, into: &bytes)
        guard result == 0, file.waitForMore() else { return result }
      }
      return 0
    }
  }

  /// Reads up to `count` bytes, and goes on after a signal; how many came, or less than 0.
  private static func read(
    _ count: Int, of descriptor: CInt, into bytes: inout [UInt8]
  ) -> Int {
    var result = 0
    bytes.append(addingCapacity: count) { output in
      output.withUnsafeMutableBufferPointer { pointer, filled in
        repeat {
          result = Glibc.read(descriptor, pointer.baseAddress, count)
        } while result < 0 && errno == EINTR
        filled = max(0, result)
      }
    }
    return result
  }

  /// Whether a read would give something, or the end, within that time.
  private func hasMore(within time: Duration) -> Bool {
    switch origin {
    case .file: return true
    case .pipe(let descriptor):
      var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      return Glibc.poll(&poll, 1, time.wholeMilliseconds) != 0
    case .growing(let file): return file.hasMore(after: time)
    }
  }
}
