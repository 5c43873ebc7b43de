import Dispatch
import Glibc

/// Being asked to end, while no terminal is taken.
enum Termination {
  /// Calls `body` on another thread at the first SIGINT, SIGTERM or SIGHUP; the second one kills.
  static func onSignal(_ body: @escaping @Sendable (_ signal: Int32) -> Void) {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler {
        signal(number, SIG_DFL)
        // Handlers hold their source, which lives as long as the program.
        withExtendedLifetime(source) { body(number) }
      }
      source.activate()
    }
  }
}
