import Glibc
import TraceFormats

/// Where the last records of a file begin.
enum TailStart {
  private static let blockSize = 64 << 10

  /// The offset of the last `count` records: of lines that begin an object (JSON Lines, and what
  /// console exporters print), or of messages behind their lengths. Nil if the records of the file
  /// cannot be told apart.
  static func offset(ofLast count: Int, in descriptor: CInt) -> Int? {
    let prefix = bytes(at: 0, count: 4_096, of: descriptor)
    guard !prefix.isEmpty else { return 0 }
    let format = FormatRegistry.importer(for: prefix.span, isWhole: false)?.format.name
    if format == OTLPProtobufFramesImporter.format.name {
      return offset(ofLastFrames: count, in: descriptor)
    }
    // An array: its elements are no records of their own.
    let first = prefix.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }
    guard first != UInt8(ascii: "["), Decompressor.Method(head: prefix) == nil else { return nil }
    return offset(ofLastObjects: count, in: descriptor)
  }

  private static func offset(ofLastObjects count: Int, in descriptor: CInt) -> Int? {
    var end = Int(lseek(descriptor, 0, SEEK_END))
    lseek(descriptor, 0, SEEK_SET)
    var found = 0
    /// The first byte of the block behind.
    var next: UInt8?
    while end > 0 {
      let start = max(0, end - blockSize)
      let block = bytes(at: start, count: end - start, of: descriptor)
      for index in block.indices.reversed() {
        if block[index] == UInt8(ascii: "\n") {
          if count == 0 { return start + index + 1 }
          if next == UInt8(ascii: "{") { found += 1 }
          if found == count { return start + index + 1 }
        }
        next = block[index]
      }
      // It was cut meanwhile.
      if block.isEmpty { return 0 }
      end = start
    }
    return found > 0 || next == UInt8(ascii: "{") ? 0 : nil
  }

  private static func offset(ofLastFrames count: Int, in descriptor: CInt) -> Int {
    let size = Int(lseek(descriptor, 0, SEEK_END))
    lseek(descriptor, 0, SEEK_SET)
    /// The last ones, the oldest at `total % count` once there are enough.
    var starts: [Int] = []
    var (offset, total) = (0, 0)
    while true {
      let head = bytes(at: offset, count: 4, of: descriptor)
      let length = head.reduce(0) { $0 << 8 | Int($1) }
      guard head.count == 4, offset + 4 + length <= size else { break }
      if starts.count < count {
        starts.append(offset)
      } else if count > 0 {
        starts[total % count] = offset
      }
      total += 1
      offset += 4 + length
    }
    guard count > 0 else { return offset }
    return starts.count < count ? 0 : starts[total % count]
  }

  private static func bytes(at offset: Int, count: Int, of descriptor: CInt) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = pread(descriptor, &bytes, count, off_t(offset))
    bytes.removeLast(count - max(0, read))
    return bytes
  }
}
