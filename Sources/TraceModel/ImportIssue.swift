/// One thing that the reader of a file, or of a live source, could not take as it was.
public struct ImportIssue: Hashable, Sendable {
  public var kind: Kind
  /// Where it is in the source, in bytes from its start.
  public var byteOffset: Int
  /// 1-based line and column (in bytes), where the format has lines.
  public var place: LineAndColumn?
  /// What was expected or found, and what was done about it.
  public var detail: String

  public init(
    _ kind: Kind, byteOffset: Int, place: LineAndColumn? = nil, detail: String = ""
  ) {
    self.kind = kind
    self.byteOffset = byteOffset
    self.place = place
    self.detail = detail
  }

  /// A place in text.
  public struct LineAndColumn: Hashable, Sendable {
    public var line: Int
    public var column: Int
    public init(line: Int, column: Int) {
      self.line = line
      self.column = column
    }
  }

  /// How bad it is.
  public enum Severity: Int, Sendable, Comparable {
    /// Read, but worth knowing.
    case info
    /// Read in part, or after a guess.
    case warning
    /// Something that may have been a span was not read.
    case dataLoss

    public static func < (one: Severity, other: Severity) -> Bool { one.rawValue < other.rawValue }

    public var name: String {
      switch self {
      case .info: "info"
      case .warning: "warning"
      case .dataLoss: "data loss"
      }
    }
  }

  /// Every kind of issue; the raw value is the name that users see and search for.
  public enum Kind: String, Sendable, CaseIterable {
    case unrecognizedFormat = "unrecognized-format"
    case emptyInput = "empty-input"
    case compressedInput = "compressed-input"
    case damagedCompression = "damaged-compression"
    case malformedRecord = "malformed-record"
    case truncatedInput = "truncated-input"
    case recordTooLong = "record-too-long"
    case nestingTooDeep = "nesting-too-deep"
    case invalidUTF8 = "invalid-utf8"
    case invalidID = "invalid-id"
    case base64ID = "base64-id"
    case invalidTime = "invalid-time"
    case numberOutOfRange = "number-out-of-range"
    case unexpectedType = "unexpected-type"
    case assumption = "assumption"
    case resourceAfterSpans = "resource-after-spans"
    case skippedText = "skipped-text"
    case otherSignal = "other-signal"
    case limitReached = "limit-reached"
  }
}

extension ImportIssue.Kind {
  /// How bad an issue of this kind is.
  public var severity: ImportIssue.Severity {
    switch self {
    case .unrecognizedFormat, .damagedCompression, .malformedRecord, .recordTooLong, .limitReached:
      .dataLoss
    case .emptyInput, .truncatedInput, .nestingTooDeep, .invalidUTF8, .invalidID, .invalidTime,
      .numberOutOfRange, .unexpectedType, .resourceAfterSpans:
      .warning
    case .compressedInput, .assumption, .base64ID, .skippedText, .otherSignal: .info
    }
  }

  /// One sentence for the reader: what it means and what was done.
  public var explanation: String {
    switch self {
    case .unrecognizedFormat: "The input is in no format that traceview knows; it was not read."
    case .emptyInput:
      "There is nothing in the input: no byte, or only white space and brackets."
    case .compressedInput:
      "The input is compressed; places of other issues, and of spans, are those in what it holds."
    case .damagedCompression:
      "The compressed data is damaged; all that was decompressed before that place is shown."
    case .malformedRecord: "A record could not be read and was skipped; reading went on behind it."
    case .truncatedInput:
      "The input ends in the middle of a record, as a file does that is still being written; all whole spans are shown."
    case .recordTooLong: "A record is longer than the limit and was skipped."
    case .nestingTooDeep: "A value is nested deeper than the limit; it is kept as text."
    case .invalidUTF8: "Text is no valid UTF-8; the bad bytes are shown as a replacement sign."
    case .invalidID:
      "A trace or span ID is missing, all zero, or of the wrong length; the span is kept."
    case .base64ID:
      "IDs are base64, as plain protobuf JSON writes them, where OTLP asks for hexadecimal."
    case .invalidTime: "A time could not be read; the span is kept with no time."
    case .numberOutOfRange: "A number does not fit its field; it was cut or kept as text."
    case .unexpectedType: "A field has another type than the format says; it was left out."
    case .assumption:
      "The format leaves something open; the most likely was assumed."
    case .resourceAfterSpans:
      "A resource stands behind so many of its spans that the first of them were read without it."
    case .skippedText: "Text between the spans, such as the program's own output, was skipped."
    case .otherSignal: "Metrics and logs were skipped: traceview shows traces."
    case .limitReached: "A limit was reached; the rest was not read."
    }
  }
}
