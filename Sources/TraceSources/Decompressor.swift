import CCompression
import TraceModel

/// Decompresses gzip members and zstd frames, one behind the other and in any order, and the
/// messages of a Collector that are compressed each for itself behind a length.
///
/// Its memory is that of a decoder's window (at most 128 MiB, for zstd) and of the compressed bytes
/// that were read at once.
struct Decompressor {
  /// How compressed input begins.
  enum Method: String {
    case gzip
    case zstd
    /// Each message behind its length in four bytes, which are left out: OTLP's messages, one behind
    /// the other, are a message.
    case zstdMessages = "zstd, each message for itself"

    /// The method of input with these first bytes (`headCount` are enough); nil if it is not
    /// compressed.
    init?(head: some Collection<UInt8>) {
      if head.starts(with: [0x1f, 0x8b]) {
        self = .gzip
      } else if head.starts(with: Self.zstdMagic) {
        self = .zstd
      } else if head.dropFirst(4).starts(with: Self.zstdMagic) {
        self = .zstdMessages
      } else {
        return nil
      }
    }

    static let headCount = 8
    fileprivate static let zstdMagic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]
  }

  /// How far compressed bytes may expand, so that a small file can neither fill the memory nor keep
  /// the program busy for days. What traces gain is below 100 even where all spans are alike.
  struct Limits {
    /// Output up to this size is never too much, in bytes.
    var anyRatio = 256 << 20
    /// Beyond that, how many bytes of output there may be for one of input.
    var ratio = 400
    /// The most output, in bytes.
    var most = 1 << 40
  }

  /// What a step came to.
  enum Step {
    /// That many bytes were decompressed.
    case filled(Int)
    /// Nothing can be done without more input.
    case needsInput
    /// Nothing more comes, because of this.
    case failed(ImportIssue)
  }

  /// A decoder of C, which goes when this does.
  private final class Decoder {
    let pointer: OpaquePointer

    init?(_ method: Int) {
      guard let pointer = ccompression_make(CInt(method)) else { return nil }
      self.pointer = pointer
    }

    deinit { ccompression_free(pointer) }
  }

  private enum State {
    /// Before a member or frame, or the length of a message.
    case between
    /// In a member or frame.
    case decoding(Decoder, name: String)
    /// In a message that is not compressed, with so many bytes to come.
    case copying(Int)
  }

  private let hasLengths: Bool
  private let limits: Limits
  private var state = State.between
  /// One of each, to be used again.
  private var gzip: Decoder?
  private var zstd: Decoder?
  private var input: [UInt8]
  private var position = 0
  /// How much input was given, and output made.
  private var inputCount: Int
  private var outputCount = 0

  init(_ method: Method, head: [UInt8], limits: Limits = Limits()) {
    hasLengths = method == .zstdMessages
    self.limits = limits
    input = head
    inputCount = head.count
  }

  /// Whether there is input that was not used yet.
  var hasInput: Bool { position < input.count }

  /// Lets `read` append input, of which it says how much; only when `needsInput`.
  mutating func refill(_ read: (inout [UInt8]) -> Int) -> Int {
    // What is left is part of the head of a member.
    input.removeFirst(position)
    position = 0
    let count = read(&input)
    inputCount += max(0, count)
    return count
  }

  /// What to say of the end of the input at this point; nil if it may end here.
  func issueAtEnd() -> ImportIssue? {
    switch state {
    case .between where position == input.count: return nil
    case .between:
      return issue(.truncatedInput, "the input ends inside the head of compressed data")
    case .decoding(_, let name): return issue(.truncatedInput, "the \(name) data ends too early")
    case .copying: return issue(.truncatedInput, "the input ends inside a message")
    }
  }

  /// Appends at most `room` bytes to `output`.
  mutating func decompress(_ room: Int, into output: inout [UInt8]) -> Step {
    while true {
      switch state {
      case .between:
        if let step = beginNext() { return step }
      case .copying(let count):
        let part = min(count, room, input.count - position)
        guard part > 0 else { return .needsInput }
        output.append(contentsOf: input[position..<position + part])
        position += part
        state = part == count ? .between : .copying(count - part)
        outputCount += part
        return .filled(part)
      case .decoding(let decoder, let name):
        let (used, filled, result) = run(decoder, room, into: &output)
        position += used
        outputCount += filled
        if let issue = issueOfExpansion() { return .failed(issue) }
        if result == CCOMPRESSION_END { state = .between }
        if filled > 0 { return .filled(filled) }
        if result == CCOMPRESSION_DAMAGED {
          return .failed(
            issue(
              .damagedCompression,
              "\(name): \(String(cString: ccompression_reason(decoder.pointer)))"))
        }
        if result == CCOMPRESSION_MORE, position == input.count { return .needsInput }
        // A step that does nothing would be done forever.
        if result == CCOMPRESSION_MORE, used == 0 {
          return .failed(issue(.damagedCompression, "\(name): nothing can be made of the data"))
        }
      }
    }
  }

  /// Begins with what stands next; a step if that is not possible.
  private mutating func beginNext() -> Step? {
    // Zeros behind a member are padding, as on tapes, or messages without contents.
    if !hasLengths {
      while position < input.count, input[position] == 0 { position += 1 }
    }
    let headCount = hasLengths ? Method.headCount : 4
    let head = input[position...].prefix(headCount)
    if hasLengths, head.count >= 4, head.prefix(4).allSatisfy({ $0 == 0 }) {
      position += 4
      return nil
    }
    guard head.count == headCount else { return .needsInput }
    let magic = head.suffix(4)
    if hasLengths, !magic.elementsEqual(Method.zstdMagic) {
      state = .copying(head.prefix(4).reduce(0) { $0 << 8 | Int($1) })
      position += 4
      return nil
    }
    if hasLengths { position += 4 }
    let isZstd = magic.elementsEqual(Method.zstdMagic) || Self.isSkippableFrame(magic)
    if isZstd {
      zstd = zstd ?? Decoder(CCOMPRESSION_ZSTD)
    } else if magic.starts(with: [0x1f, 0x8b]) {
      gzip = gzip ?? Decoder(CCOMPRESSION_GZIP)
    } else {
      return .failed(issue(.damagedCompression, "neither gzip nor zstd goes on here"))
    }
    guard let decoder = isZstd ? zstd : gzip else {
      return .failed(issue(.limitReached, "there is no memory to decompress"))
    }
    state = .decoding(decoder, name: isZstd ? "zstd" : "gzip")
    return nil
  }

  /// Whether a frame of zstd begins that holds no data. (RFC 8878, 3.1.2.)
  private static func isSkippableFrame(_ magic: ArraySlice<UInt8>) -> Bool {
    magic.dropFirst().elementsEqual([0x2a, 0x4d, 0x18]) && (magic.first ?? 0) & 0xf0 == 0x50
  }

  private func run(
    _ decoder: Decoder, _ room: Int, into output: inout [UInt8]
  ) -> (used: Int, filled: Int, result: Int) {
    var (used, filled, result) = (0, 0, CInt(0))
    output.append(addingCapacity: room) { span in
      span.withUnsafeMutableBufferPointer { target, count in
        input.withUnsafeBufferPointer { source in
          guard let from = source.baseAddress, let to = target.baseAddress else { return }
          result = ccompression_step(
            decoder.pointer, from + position, source.count - position, &used, to, room, &filled)
        }
        count = filled
      }
    }
    return (used, filled, Int(result))
  }

  private func issueOfExpansion() -> ImportIssue? {
    guard outputCount > limits.anyRatio else { return nil }
    let read = inputCount - (input.count - position)
    guard outputCount > limits.most || outputCount / limits.ratio > read else { return nil }
    return issue(
      .limitReached, "\(read) bytes expand to more than \(outputCount), which no traces do")
  }

  private func issue(_ kind: ImportIssue.Kind, _ detail: String) -> ImportIssue {
    let place = inputCount - (input.count - position)
    return ImportIssue(
      kind, byteOffset: outputCount,
      detail: "\(detail), at byte \(place) of the compressed data; what stands before it is shown")
  }
}
