import Cells
import Testing

@Suite struct Base64Tests {
  @Test func textsOfEveryLength() {
    let table = [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"), ("ÿ", "w78="),
    ]
    for (text, encoded) in table { #expect(Base64.encode(text.utf8) == encoded) }
  }
}
