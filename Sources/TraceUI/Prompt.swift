/// A line that the user is typing at the foot of the screen.
struct Prompt: Sendable {
  enum Kind: Sendable, Hashable {
    case search, filter, command

    var sign: String {
      switch self {
      case .search: "/"
      case .filter: "&"
      case .command: ":"
      }
    }
  }

  let kind: Kind
  private(set) var text: [Character] = []
  private(set) var cursor = 0
  /// Which line of the history is shown, counted from the end; 0 is the new one.
  private var recalled = 0
  private var typed: [Character] = []

  init(_ kind: Kind) { self.kind = kind }

  var string: String { String(text) }

  /// How long a line may become.
  private static let limit = 1_000

  mutating func insert(_ character: Character) {
    guard text.count < Self.limit else { return }
    text.insert(character, at: cursor)
    cursor += 1
  }

  /// Deletes the character before the cursor; `false` if there is nothing to delete at all.
  mutating func deleteBackward() -> Bool {
    guard cursor > 0 else { return !text.isEmpty }
    cursor -= 1
    text.remove(at: cursor)
    return true
  }

  mutating func deleteForward() {
    if cursor < text.count { text.remove(at: cursor) }
  }

  mutating func deleteWord() {
    while cursor > 0, text[cursor - 1] == " " { _ = deleteBackward() }
    while cursor > 0, text[cursor - 1] != " " { _ = deleteBackward() }
  }

  mutating func deleteAll() { set("") }

  mutating func move(by distance: Int) { cursor = min(max(0, cursor + distance), text.count) }

  mutating func moveToStart() { cursor = 0 }

  mutating func moveToEnd() { cursor = text.count }

  mutating func set(_ string: String) {
    text = Array(string)
    cursor = text.count
  }

  /// Shows an older (or newer) line of the history.
  mutating func recall(older: Bool, from history: [String]) {
    let wanted = recalled + (older ? 1 : -1)
    guard (0...history.count).contains(wanted) else { return }
    if recalled == 0 { typed = text }
    recalled = wanted
    set(wanted == 0 ? String(typed) : history[history.count - wanted])
  }
}
