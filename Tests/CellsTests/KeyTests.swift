import Cells
import Testing

@Suite struct KeyTests {
  @Test func namesInHelpTexts() {
    let names: [(Key, String)] = [
      ("j", "j"), (" ", "Space"), ("ß", "ß"), (.control("d"), "Ctrl-d"), (.pageUp, "PgUp"),
      (.pageDown, "PgDn"), (.enter, "Enter"), (.escape, "Esc"), (.tab, "Tab"),
      (.shiftTab, "Shift-Tab"), (.shiftLeft, "Shift-Left"), (.function(1), "F1"),
      (.delete, "Del"), (.mouse(.wheelUp, x: 1, y: 2), "Wheel-Up"),
      (.mouse(.doubleClick, x: 1, y: 2), "Double-Click"),
    ]
    for (key, name) in names { #expect(key.description == name) }
  }

  @Test func literalsAreTypedCharacters() {
    #expect(Key.character("j") == "j")
    let keys: [Key] = ["j", .down, "é"]
    #expect(keys == [.character("j"), .down, .character("é")])
  }
}
