import TraceModel

// What stands between objects.
extension JSONTextImporter {
  /// Whether an array is open that the input began with.
  enum TopArray {
    case unknown, open, closed
  }

  /// Passes over text up to the next brace.
  mutating func skipText(_ bytes: Span<UInt8>, _ position: inout Int, base: Int) {
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "{"):
        mode = .candidate
        return
      case 0x20, 0x0a, 0x0d, 0x09:
        if skipped.isActive { skipped.append(byte, at: base + position) }
        bracket = nil
      case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","):
        // At top level an array stands for its elements.
        if skipped.isActive {
          skipped.append(byte, at: base + position)
        } else {
          bracket = byte == UInt8(ascii: "[") ? base + position : nil
          if bracket != nil, array == .unknown, !isRecognized { array = .open }
          if byte == UInt8(ascii: "]") { array = .closed }
        }
      case 0xef where base + position == 0, 0xbb where base + position == 1,
        0xbf where base + position == 2:
        break  // The byte order mark.
      default:
        if !skipped.isActive {
          lines.advance(to: base + position, in: bytes, base: base)
          var place = lines.place
          if let bracket, bracket == base + position - 1 {
            place.column -= 1
            skipped.begin(at: bracket, place: place)
            skipped.append(UInt8(ascii: "["), at: bracket)
          } else {
            skipped.begin(at: base + position, place: place)
          }
        }
        bracket = nil
        array = .closed
        skipped.append(byte, at: base + position)
      }
      position &+= 1
    }
  }

  /// Notes of what format an object is.
  mutating func recognize(_ format: String) {
    recent = format
    isRecognized = true
    recognizedCodec = nil
  }

  /// The format of an object that is cut short, if its first members are enough to claim it, or one
  /// belongs to that format only.
  func formatByTelltale(_ bytes: Span<UInt8>) -> String? {
    for codec in codecs where codec.claim(shape, bytes).isClaimed {
      return type(of: codec).format.name
    }
    for member in shape.members {
      switch JSONTrigger.keys.find(bytes, member.key) {
      case .otlp, .otherSignal: return OTLPJSON.format.name
      case .list, .object, .listOrInside, nil: break
      }
      for codec in codecs {
        let type = type(of: codec)
        for name in type.telltales where bytes.matches(member.key, text: name) {
          return type.format.name
        }
      }
    }
    return nil
  }

  /// Ends a run of skipped text, because a record begins.
  mutating func endSkipped(_ batch: inout SpanBatch) {
    if wrapper.isOpen, !wrapper.isClaimed {
      wrapper.isClaimed = true
      skipped = wrapper.textBefore
    }
    if let issue = skipped.take(.skippedText) { batch.issues.append(issue) }
    bracket = nil
  }
}
