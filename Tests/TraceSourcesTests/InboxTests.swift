import Dispatch
import Testing
import TraceSources

@Suite struct InboxTests {
  @Test func valuesKeepTheirOrder() {
    let inbox = Inbox<Int>()
    for value in 0..<10 { inbox.post(value) }
    #expect(inbox.wait(atMost: .seconds(20)) == Array(0..<10))
    #expect(inbox.drain() == [])
  }

  @Test func aFullInboxMakesWaitUntilItIsDrained() {
    let inbox = Inbox<Int>(capacity: 3)
    DispatchQueue.global().async { for value in 0..<100 { inbox.post(value) } }
    var values: [Int] = []
    while values.count < 100 {
      let some = inbox.wait(atMost: .seconds(20))
      #expect(some.count <= 3)
      values += some
    }
    #expect(values == Array(0..<100))
  }

  /// As when the user quits while something is still being read: what nobody took goes with it.
  @Test func anInboxCanGoWithValuesInIt() {
    for count in 0...3 {
      let inbox = Inbox<Int>(capacity: 3)
      for value in 0..<count { inbox.post(value) }
    }
  }
}
