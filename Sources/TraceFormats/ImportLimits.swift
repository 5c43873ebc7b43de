/// How much importers hold in memory, in one place.
///
/// Beyond a limit nothing is lost silently: each of them has an issue kind, or only changes when
/// something is read, not what.
public enum ImportLimits {
  /// The longest record (a span, a resource, a whole value of an unknown kind) in bytes. A longer
  /// one is skipped to its end without being held. (`record-too-long`)
  public static let recordBytes = 64 << 20

  /// An object of OTLP JSON with spans in it that is cut by the end of a chunk is carried until it
  /// is whole, up to this length: what stands behind its spans (`schemaUrl` does, as Collectors
  /// write it) is then known before the first of them is handed on. A longer one is read span by
  /// span.
  static let heldBytes = 256 << 10

  /// Raw texts of resources and scopes that are remembered, so that each is decoded once.
  static let cachedScopeBytes = 4 << 20

  /// Records that wait for others which belong to them, as Honeycomb's spans for their events. Beyond
  /// it the oldest waits no longer.
  static let waitingBytes = 16 << 20

  /// Errors of Elastic's agents that wait for their transaction: those that are not sampled have
  /// errors, but never come. (`other-signal`)
  static let waitingErrors = 10_000

  /// Traces of Datadog whose upper half of the ID is remembered.
  static let openTraces = 65_536

  /// The issues that one record can cause; more are not kept.
  static let issuesPerRecord = 100

  /// The part of skipped or unknown text that an issue shows, in bytes.
  static let excerptBytes = 48
}
