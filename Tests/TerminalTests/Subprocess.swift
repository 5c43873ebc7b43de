import Foundation
import Glibc

/// A program run to its end, with what it wrote.
///
/// Not Foundation's `Process`: that lets children inherit the descriptors by which it notices their
/// end, and a server that a child leaves behind (tmux does) keeps them open, so that the wait for
/// the child never ends; not even that for a child of another test.
struct Subprocess {
  var status: Int32
  var output: String

  /// Runs `path` with these arguments and exactly this environment; `scratch` is a file to be
  /// written.
  init(
    _ path: String, _ arguments: [String], environment: [String: String], scratch: URL
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(
      &actions, 1, scratch.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // Closing what is not open is no error here.
    for descriptor in Int32(3)..<512 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    // Tests run on threads that block signals, and a child would inherit that.
    var attributes = posix_spawnattr_t()
    var none = sigset_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] =
      environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid = pid_t()
    let problem = posix_spawn(&pid, path, &actions, &attributes, &argv, &envp)
    guard problem == 0 else { throw POSIXError(POSIXErrorCode(rawValue: problem) ?? .EIO) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    self.status = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    output = String(decoding: try Data(contentsOf: scratch), as: UTF8.self)
  }
}
