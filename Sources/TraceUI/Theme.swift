public import Cells

/// The colours of all roles for one kind of terminal.
///
/// Whatever a colour says is said by a character or an attribute too, so `monochrome` shows the
/// same facts.
public enum Theme: String, Sendable, CaseIterable {
  case dark, light, monochrome

  public var palette: Palette {
    switch self {
    case .dark: Self.colored(Self.darkRoles, services: Self.darkServices)
    case .light: Self.colored(Self.lightRoles, services: Self.lightServices)
    case .monochrome: Self.plain
    }
  }

  private static let darkRoles: [Role: Palette.Entry] = [
    .fact: .init(ink: Color(246, basic: 7)),
    .error: .init(ink: Color(203, basic: 9)),
    .problem: .init(ink: Color(215, basic: 11)),
    .critical: .init(ink: Color(220, basic: 11)),
    .guide: .init(ink: Color(239, basic: 8)),
    .selection: .init(ground: Color(237, basic: 8)),
    .faintSelection: .init(ground: Color(235, basic: 0)),
    .cure: .init(ink: Color(114, basic: 10)),
    .match: .init(ground: Color(58, basic: 3)),
    .onBar: .init(ink: Color(16, basic: 0)),
    .window: .init(ink: Color(250, basic: 7), ground: Color(238, basic: 8)),
  ]

  private static let lightRoles: [Role: Palette.Entry] = [
    .fact: .init(ink: Color(242, basic: 8)),
    .error: .init(ink: Color(160, basic: 1)),
    .problem: .init(ink: Color(130, basic: 3)),
    .critical: .init(ink: Color(136, basic: 3)),
    .guide: .init(ink: Color(250, basic: 7)),
    .selection: .init(ground: Color(253, basic: 7)),
    .faintSelection: .init(ground: Color(255, basic: 7)),
    .cure: .init(ink: Color(28, basic: 2)),
    .match: .init(ground: Color(229, basic: 11)),
    .onBar: .init(ink: Color(231, basic: 15)),
    .window: .init(ink: Color(240, basic: 8), ground: Color(252, basic: 7)),
  ]

  // No reds and oranges: those are errors and problems.
  private static let darkServices: [Color] = [
    Color(75, basic: 12), Color(114, basic: 10), Color(179, basic: 3), Color(176, basic: 13),
    Color(73, basic: 6), Color(117, basic: 14), Color(141, basic: 5), Color(80, basic: 14),
    Color(143, basic: 2), Color(211, basic: 13), Color(67, basic: 4), Color(150, basic: 10),
    Color(222, basic: 11), Color(168, basic: 5), Color(152, basic: 14), Color(104, basic: 12),
    Color(137, basic: 3), Color(71, basic: 2),
  ]

  private static let lightServices: [Color] = [
    Color(25, basic: 4), Color(28, basic: 2), Color(100, basic: 3), Color(90, basic: 5),
    Color(30, basic: 6), Color(24, basic: 4), Color(55, basic: 5), Color(31, basic: 6),
    Color(58, basic: 2), Color(125, basic: 5), Color(60, basic: 4), Color(64, basic: 2),
    Color(94, basic: 3), Color(161, basic: 5), Color(23, basic: 6), Color(61, basic: 4),
    Color(95, basic: 3), Color(22, basic: 2),
  ]

  private static func colored(_ entries: [Role: Palette.Entry], services: [Color]) -> Palette {
    var entries = entries
    for (number, color) in services.enumerated() {
      entries[.service(number)] = .init(ink: color, ground: color)
    }
    return Palette(entries: entries)
  }

  private static let plain: Palette = {
    var entries: [Role: Palette.Entry] = [
      .error: .init(inkAttributes: .bold),
      .problem: .init(inkAttributes: .bold),
      .critical: .init(inkAttributes: .bold),
      .guide: .init(inkAttributes: .dim),
      .fact: .init(inkAttributes: .dim),
      .selection: .init(groundAttributes: .reverse),
      .faintSelection: .init(groundAttributes: .underline),
      .match: .init(groundAttributes: .underline),
      .window: .init(groundAttributes: .reverse),
    ]
    for number in 0..<Role.serviceCount {
      entries[.service(number)] = .init(groundAttributes: .reverse)
    }
    return Palette(entries: entries)
  }()
}
