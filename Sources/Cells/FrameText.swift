extension Frame {
  /// The frame as plain text: rows end without trailing blanks, each with a line feed.
  public var text: String { "" }
}
