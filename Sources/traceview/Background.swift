import Glibc

/// Threads that give way to the loop's: a key is answered at once, whatever else is done.
enum Background {
  /// How much nicer than the process they are.
  private static let niceness: CInt = 5
  private static let processNiceness = getpriority(CInt(PRIO_PROCESS.rawValue), id_t(getpid()))

  /// Makes the calling thread, and those that it starts, such threads. (On Linux the niceness that
  /// is set for process 0 is that of the calling thread alone.)
  static func begin() {
    setpriority(CInt(PRIO_PROCESS.rawValue), 0, min(19, processNiceness + niceness))
  }
}
