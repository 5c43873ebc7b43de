public import Cells

/// What the cells of traceview's screens mean.
extension Role {
  /// Facts that matter less than names: grey.
  static let fact = Role(rawValue: 1)
  static let error = Role(rawValue: 2)
  /// Something about the data is broken, or may be.
  static let problem = Role(rawValue: 3)
  static let critical = Role(rawValue: 4)
  /// Tree guides, grid and separators: hardly there.
  static let guide = Role(rawValue: 5)
  /// Ground of the selected row.
  static let selection = Role(rawValue: 6)
  /// Lines of code that cure a problem.
  static let cure = Role(rawValue: 7)
  /// Ground of text that a search found.
  static let match = Role(rawValue: 8)
  /// Ink on a bar.
  static let onBar = Role(rawValue: 9)
  /// Ground of the part of the minimap that is on the screen.
  static let window = Role(rawValue: 10)
  /// Ground of the selected row of the pane that the keys do not go to.
  static let faintSelection = Role(rawValue: 11)

  /// How many colours services share.
  static let serviceCount = 18
  private static let firstService: UInt8 = 16

  /// The role of a service: derived from its name, so it is the same in every trace and every run.
  static func service(named name: String) -> Role {
    var hash: UInt32 = 0x811c_9dc5
    for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    hash ^= hash >> 15
    return service(Int(hash % UInt32(serviceCount)))
  }

  static func service(_ number: Int) -> Role {
    Role(rawValue: firstService + UInt8(number % serviceCount))
  }

  /// One letter a role, for golden screens.
  public var letter: Character {
    switch self {
    case .plain: "."
    case .fact: "f"
    case .error: "E"
    case .problem: "P"
    case .critical: "C"
    case .guide: "g"
    case .selection: "S"
    case .cure: "c"
    case .match: "M"
    case .onBar: "b"
    case .window: "W"
    case .faintSelection: "s"
    default: "#"
    }
  }
}
