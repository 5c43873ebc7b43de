import NIOCore

/// How much a receiver takes, holds and waits for, in one place. Smaller only in tests.
struct ReceiverLimits: Sendable {
  /// The longest body of a request, also after it was decompressed. (64 MiB is what OTLP's specification
  /// recommends.)
  var bodyBytes = 64 << 20
  /// How many bytes of bodies that are not whole yet are held, of all connections together; beyond that,
  /// requests are turned away.
  var heldBytes = 256 << 20
  /// How many connections there are at a time; for a new one the one that was silent longest is closed.
  var connections = 512

  /// What an event loop collects before it is handed on at once.
  var batchSpans = 8_192
  var batchBytes = 16 << 20
  /// What an event loop collects at most while nobody takes it: then requests are turned away.
  var waitingSpans = 32_768
  var waitingBytes = 64 << 20
  /// How long spans are kept back to come in one batch with others: each batch has a cost of its own.
  var patience = Duration.milliseconds(50)

  /// How long a request may take from its first byte to its last.
  var requestTime = TimeAmount.seconds(30)
  /// How long a connection may be idle between two requests.
  var idleTime = TimeAmount.minutes(5)
  /// How long requests that have begun may take when the receiver is stopped.
  var stopTime = Duration.milliseconds(500)
}
