import CNCurses

/// Ends `Terminal.waitForInput` from any thread.
///
/// It may outlive the terminal: then it does nothing.
public struct Waker: Sendable {
  /// The eventfd, which stays open as long as the process lives.
  let token: Int32

  /// Makes the wait that is going on, or the next one, give `Input.woken`.
  public func wake() { cnc_wake(token) }
}
