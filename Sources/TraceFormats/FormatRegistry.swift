public import TraceModel

/// All formats, and which importer reads what.
public enum FormatRegistry {
  /// All importers, in the order in which they are asked.
  public static let all: [any SpanImporter.Type] = [
    DatadogMessagePackImporter.self, DelimitedTextImporter.self, JSONTextImporter.self,
    LightstepProtobufImporter.self, CppConsole.self,
    DotNetConsole.self, RustConsole.self,
    OTLPProtobufFramesImporter.self,
    OTLPProtobufImporter.self,
  ].sorted { $0.format.priority < $1.format.priority }

  /// All formats, for the help: an importer that reads several has a line for each.
  public static let formats: [FormatDescriptor] =
    (all.map { $0.format }.filter { $0.name != JSONTextImporter.format.name } + JSONCodecs.formats)
    .sorted { $0.priority < $1.priority }

  /// The formats whose fields the user can name.
  public static let rowFormats = [DelimitedTextImporter.format.name, JSONRows.format.name]

  /// The importer of the input that begins with `prefix` (all of it, if `isWhole`); nil if it is in
  /// no known format. `prefix` should be 4 KiB where there are as many.
  public static func importer(
    for prefix: Span<UInt8>, isWhole: Bool
  ) -> (any SpanImporter.Type)? {
    for importer in all where importer.sniff(prefix, isWhole: isWhole) { return importer }
    return nil
  }

  /// The importer of the format with that name.
  public static func named(_ name: String) -> (any SpanImporter.Type)? {
    if JSONCodecs.formats.contains(where: { $0.name == name }) { return JSONTextImporter.self }
    return all.first { $0.format.name == name }
  }

  /// What reads the format with that name, and no other, whatever the input looks like.
  public static func importer(named name: String) -> (any SpanImporter)? {
    JSONTextImporter(only: name) ?? named(name)?.init()
  }

  /// What reads the rows of the input that begins with `prefix`, whose fields are named as `columns`
  /// says: JSON objects, or CSV.
  public static func importer(
    ofRows columns: ColumnMap, for prefix: Span<UInt8>
  ) -> any SpanImporter {
    var index = 0
    while index < prefix.count, JSONReader.isSpace(prefix[index]) || prefix[index] >= 0xbb {
      index += 1
    }
    let isJSON =
      index < prefix.count
      && (prefix[index] == UInt8(ascii: "{") || prefix[index] == UInt8(ascii: "["))
    return isJSON ? JSONTextImporter(rows: columns) : DelimitedTextImporter(columns: columns)
  }

  /// What to say of input for which there is no importer.
  public static func unrecognized(_ prefix: Span<UInt8>) -> ImportIssue {
    if prefix.isEmpty {
      return ImportIssue(.emptyInput, byteOffset: 0, detail: "the input has no bytes")
    }
    if let container = container(prefix) {
      return ImportIssue(.unrecognizedFormat, byteOffset: 0, detail: container)
    }
    if TextSniff.isUTF16(prefix) {
      return ImportIssue(
        .unrecognizedFormat, byteOffset: 0,
        detail: "text in UTF-16: convert it first, for example with iconv -f UTF-16 -t UTF-8")
    }
    return ImportIssue(
      .unrecognizedFormat, byteOffset: 0,
      detail: tried(formats.map(\.name)) + Excerpt.hexadecimal(prefix))
  }

  /// The beginning of the issue for text without any span of these formats.
  static func tried(_ names: [String]) -> String {
    "tried \(names.joined(separator: ", ")); the input begins with "
  }

  /// What the input is, if it only contains other files.
  private static func container(_ prefix: Span<UInt8>) -> String? {
    func has(_ magic: [UInt8], at start: Int = 0) -> Bool {
      guard prefix.count >= start + magic.count else { return false }
      for index in magic.indices where prefix[start + index] != magic[index] { return false }
      return true
    }
    // Compressed input comes here decompressed.
    if has([0x1f, 0x8b]) { return "compressed twice, inside with gzip: decompress it once" }
    if has([0x28, 0xb5, 0x2f, 0xfd]) || has([0x28, 0xb5, 0x2f, 0xfd], at: 4) {
      return "compressed twice, inside with zstd: decompress it once"
    }
    if has([0x42, 0x5a, 0x68]) { return "compressed with bzip2: decompress first (bunzip2)" }
    if has([0xfd, 0x37, 0x7a, 0x58, 0x5a]) { return "compressed with xz: decompress first (unxz)" }
    if has([0x50, 0x4b, 0x03, 0x04]) { return "a zip archive: unpack it first (unzip)" }
    if has(Array("ustar".utf8), at: 257) { return "a tar archive: unpack it first (tar -x)" }
    return nil
  }
}
