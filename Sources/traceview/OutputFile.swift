import Glibc

/// Why something could not be written.
struct OutputError: Error {
  let code: CInt

  var reason: String {
    guard let text = strerror(code) else { return "error \(code)" }
    let words = String(cString: text)
    return words.prefix(1).lowercased() + words.dropFirst()
  }
}

/// A file that is there when it is whole: it is written under another name beside its own, which it
/// gets at the end. `-` is standard output; what is no plain file is written as it is.
struct OutputFile: ~Copyable {
  private let descriptor: CInt
  private let path: String
  /// The name while it is written; nil if it has its own.
  private var temporary: String?

  init(_ path: String) throws(OutputError) {
    let opened = try Self.open(path)
    self.path = path
    descriptor = opened.descriptor
    temporary = opened.temporary
  }

  private static func open(
    _ path: String
  ) throws(OutputError) -> (descriptor: CInt, temporary: String?) {
    if path == "-" { return (STDOUT_FILENO, nil) }
    var status = stat()
    let exists = stat(path, &status) == 0
    let type = status.st_mode & S_IFMT
    if exists, type == S_IFDIR { throw OutputError(code: EISDIR) }
    var name: String?
    let descriptor: CInt
    if exists, type != S_IFREG {
      descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC)
    } else {
      // A file that may not be written is not replaced either.
      if exists, access(path, W_OK) != 0 { throw OutputError(code: errno) }
      let temporary = "\(path).\(getpid()).part"
      name = temporary
      let mode = exists ? status.st_mode & 0o777 : 0o666
      descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    }
    guard descriptor >= 0 else { throw OutputError(code: errno) }
    return (descriptor, name)
  }

  deinit {
    if descriptor != STDOUT_FILENO { close(descriptor) }
    if let temporary { unlink(temporary) }
  }

  /// Writes all of the bytes.
  func write(_ bytes: [UInt8]) throws(OutputError) {
    if let code = Descriptor.write(bytes, to: descriptor) { throw OutputError(code: code) }
  }

  /// Gives the file its name: it is whole.
  mutating func commit() throws(OutputError) {
    guard let temporary else { return }
    // Some file systems say only now that there was no room.
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
      throw OutputError(code: errno)
    }
    self.temporary = nil
  }

  /// Whether both names are the same file.
  static func isSame(_ one: String, _ other: String) -> Bool {
    var (first, second) = (stat(), stat())
    guard one != "-", other != "-", stat(one, &first) == 0, stat(other, &second) == 0 else {
      return false
    }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
      && first.st_mode & S_IFMT == S_IFREG
  }
}
