import Cells
import Foundation
import Testing
import TraceUI

/// Golden screens: a file with the text of a frame, then a letter per cell for its role, so that a
/// mistake of colour is seen in a plain diff.
///
/// `RECORD_SNAPSHOTS=1` writes the files and fails, so that nobody commits them unseen.
func expectScreen(
  _ frame: Frame, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots")
  let file = folder.appending(path: name + ".screen")
  let roles = frame.rolesText { style in
    style.ground == .plain ? style.ink.letter : style.ground.letter
  }
  let actual = frame.text + "--- roles\n" + roles
  if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
    try? actual.write(to: file, atomically: true, encoding: .utf8)
    Issue.record(
      "recorded \(name).screen: review it, then run again", sourceLocation: sourceLocation)
    return
  }
  guard let expected = try? String(contentsOf: file, encoding: .utf8) else {
    Issue.record(
      "no \(name).screen: run RECORD_SNAPSHOTS=1 swift test --filter TraceUITests",
      sourceLocation: sourceLocation)
    return
  }
  #expect(actual == expected, "\(name).screen differs", sourceLocation: sourceLocation)
}
