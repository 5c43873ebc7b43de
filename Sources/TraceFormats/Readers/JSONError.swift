/// Why JSON could not be read, and where: an offset in the bytes that the reader was given.
struct JSONError: Error, Hashable, Sendable {
  var offset: Int
  var reason: Reason

  init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// What was expected; the raw value is the text that users see.
  enum Reason: String, Sendable {
    /// The bytes end inside the value: with more of them it may be well-formed.
    case endOfInput = "expected more: the value is cut short"
    case value = "expected a value"
    case key = "expected an object key"
    case colon = "expected ':' after object key"
    case commaInObject = "expected ',' or '}' after object member"
    case commaInArray = "expected ',' or ']' after array element"
    case object = "expected an object"
    case array = "expected an array"
    case quote = "expected '\"' before the line that begins with '{'"
    case quoteOnLine = "expected the end of a string on its line"
    case newObject = "expected the end of an object before the next one begins"
  }
}
