import Glibc
import Synchronization

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

/// Reads a descriptor in large blocks.
///
/// A file gives full blocks. Of a pipe a block has what comes before it is full or the pipe pauses;
/// what came is kept back for a short time, so that spans that trickle in share a block.
struct BlockReader {
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
    /// There is no room for more.
    case full
  }

  // Bytes. The first blocks are small, so that the first screen comes soon.
  private static let firstSize = 64 << 10
  private static let size = 4 << 20

  private let descriptor: CInt
  private let isFile: Bool
  private let patience: Duration
  private var nextSize = Self.firstSize
  private var handedOut: ContinuousClock.Instant?

  init(descriptor: CInt, isFile: Bool, patience: Duration) {
    self.descriptor = descriptor
    self.isFile = isFile
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
      while bytes.count < full {
        let count = read(full - bytes.count, into: &bytes)
        if count == 0 { block.end = .input }
        if count < 0 { block.end = .error(errno) }
        if block.end != nil { break }
        guard !isFile else { continue }
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

  /// Reads up to `count` bytes, and goes on after a signal; how many came, or less than 0.
  private func read(_ count: Int, into bytes: inout [UInt8]) -> Int {
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
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, CInt(max(0, time / .milliseconds(1)))) != 0
  }
}
