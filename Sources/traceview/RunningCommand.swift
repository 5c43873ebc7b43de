import Dispatch
import Glibc
import Synchronization
import TraceUI

/// A command that traceview has started.
final class RunningCommand: Sendable {
  /// What was typed: `python3 aa.py`.
  let title: String
  private let process: pid_t
  /// Where its output comes from; nil if it writes to traceview's own.
  private let output: CInt?
  private let hasEnded = DispatchSemaphore(value: 0)
  /// The exit status, as a shell gives it.
  private let result = Mutex<Int32?>(nil)

  /// How long a command may take to end when it is asked to.
  private static let patience = DispatchTimeInterval.seconds(3)

  /// Starts a command. With `capturesOutput` its output is for `watch`, it reads nothing, and it is a
  /// process group of its own, which the terminal leaves alone.
  ///
  /// - Throws: `OutputError` if there is no such command, or it cannot be run.
  init(
    _ words: [String], environment: [String], capturesOutput: Bool
  ) throws(OutputError) {
    title = words.joined(separator: " ")
    var ends: [CInt] = [-1, -1]
    if capturesOutput, pipe(&ends) != 0 { throw OutputError(code: errno) }
    for end in ends where end >= 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { if ends[1] >= 0 { close(ends[1]) } }
    let spawned = Self.spawn(words, environment, output: capturesOutput ? ends[1] : nil)
    switch spawned {
    case .success(let process): self.process = process
    case .failure(let error):
      if ends[0] >= 0 { close(ends[0]) }
      throw error
    }
    output = capturesOutput ? ends[0] : nil
    DispatchQueue(label: "command").async { [self] in
      var status: CInt = 0
      while waitpid(process, &status, 0) < 0, errno == EINTR {}
      let signal = status & 0x7f
      result.withLock { $0 = signal == 0 ? (status >> 8) & 0xff : 128 + signal }
      hasEnded.signal()
    }
  }

  deinit { if let output { close(output) } }

  private static func spawn(
    _ words: [String], _ environment: [String], output: CInt?
  ) -> Result<pid_t, OutputError> {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    // What traceview ignores the command does not.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    // Nor does it wait with any: it could not be asked to end.
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    var flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    if let output {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
      posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
      posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
      flags |= POSIX_SPAWN_SETPGROUP
    }
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var arguments = words.map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var process: pid_t = 0
    let code = posix_spawnp(&process, words[0], &actions, &attributes, &arguments, &variables)
    return code == 0 ? .success(process) : .failure(OutputError(code: code))
  }

  /// The exit status; nil while it runs.
  var status: Int32? { result.withLock { $0 } }

  /// Waits for the end, at most that long; the exit status if it has come.
  @discardableResult
  func wait(_ time: DispatchTimeInterval = .never) -> Int32? {
    if hasEnded.wait(timeout: time == .never ? .distantFuture : .now() + time) == .success {
      hasEnded.signal()
    }
    return status
  }

  func send(_ signal: Int32) {
    guard status == nil else { return }
    kill(output == nil ? process : -process, signal)
  }

  /// Asks it to end, makes it, and returns the exit status.
  @discardableResult
  func end() -> Int32 {
    send(SIGTERM)
    if wait(Self.patience) == nil {
      send(SIGKILL)
      wait()
    }
    return status ?? 0
  }

  /// Reports what it writes, and then how it has ended, on another thread. `why` says what is to say
  /// at the end.
  func watch(
    _ why: @escaping @Sendable () -> [String], _ report: @escaping @Sendable (CommandNews) -> Void
  ) {
    guard let output else { return }
    DispatchQueue(label: "command output").async { [self] in
      // The descriptor is closed with this object.
      defer { withExtendedLifetime(self) {} }
      var buffer = [UInt8](repeating: 0, count: 64 << 10)
      while true {
        let count = read(output, &buffer, buffer.count)
        if count > 0 { report(.output(Array(buffer.prefix(count)))) }
        if count == 0 || (count < 0 && errno != EINTR) { break }
      }
    }
    DispatchQueue(label: "command end").async { [self] in
      let status = wait() ?? 0
      report(.ended(status: status, why: why()))
    }
  }
}
