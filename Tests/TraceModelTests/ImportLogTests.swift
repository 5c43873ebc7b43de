import Testing
import TraceModel

@Suite struct ImportLogTests {
  @Test func firstIssuesAreKeptAndAllAreCounted() {
    var log = ImportLog()
    for offset in 0..<1_000 {
      log.append(ImportIssue(.malformedRecord, byteOffset: offset), source: SourceID(0))
    }
    #expect(log.entries.count == 1)
    #expect(log.entries[0].count == 1_000)
    #expect(log.entries[0].first.map(\.byteOffset) == (0..<ImportLog.kept).map { $0 })
  }

  @Test func sourcesAndKindsAreToldApartInTheOrderOfArrival() {
    var log = ImportLog()
    let arrivals: [(ImportIssue.Kind, Int)] = [
      (.invalidID, 1), (.skippedText, 0), (.invalidID, 0), (.invalidID, 1),
    ]
    for (kind, source) in arrivals {
      log.append(ImportIssue(kind, byteOffset: 0), source: SourceID(source))
    }
    #expect(log.entries.map(\.kind) == [.invalidID, .skippedText, .invalidID])
    #expect(log.entries.map(\.source.rawValue) == [1, 0, 0])
    #expect(log.entries.map(\.count) == [2, 1, 1])
  }

  @Test func issuesAreCountedBySeverity() {
    var log = ImportLog()
    for kind in [ImportIssue.Kind.base64ID, .invalidID, .invalidID, .malformedRecord] {
      log.append(ImportIssue(kind, byteOffset: 0), source: SourceID(0))
    }
    #expect(log.count(atLeast: .info) == 4)
    #expect(log.count(atLeast: .warning) == 3)
    #expect(log.count(atLeast: .dataLoss) == 1)
  }

  @Test func everyKindHasANameOfItsOwnAndASentence() {
    for kind in ImportIssue.Kind.allCases {
      #expect(kind.rawValue.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" }, "\(kind)")
      #expect(kind.explanation.hasSuffix("."), "\(kind)")
      #expect(!kind.severity.name.isEmpty)
    }
    let sentences = Set(ImportIssue.Kind.allCases.map(\.explanation))
    #expect(sentences.count == ImportIssue.Kind.allCases.count)
  }

  @Test func severitiesAreInOrder() {
    #expect(ImportIssue.Severity.info < .warning)
    #expect(ImportIssue.Severity.warning < .dataLoss)
  }
}
