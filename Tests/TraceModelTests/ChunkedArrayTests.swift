import Testing
import TraceModel

@Suite struct ChunkedArrayTests {
  @Test(arguments: [0, 1, 15, 16, 17, 4_095, 4_096, 4_097, 10_000])
  func holdsWhatWasAppended(count: Int) {
    var array = ChunkedArray<Int>()
    for number in 0..<count { array.append(number * 3) }
    #expect(array.count == count)
    #expect(array.indices == 0..<count)
    #expect(array.indices.map { array[$0] } == (0..<count).map { $0 * 3 })
  }

  @Test func snapshotStaysWhatItWas() {
    var array = ChunkedArray<Int>()
    for number in 0..<5_000 { array.append(number) }
    let snapshot = array
    array[0] = -1
    array[4_999] += 1
    for number in 5_000..<9_000 { array.append(number) }
    #expect(snapshot.count == 5_000)
    #expect(snapshot.indices.allSatisfy { snapshot[$0] == $0 })
    #expect(array[0] == -1)
    #expect(array[4_999] == 5_000)
    #expect(array[8_999] == 8_999)
  }

  @Test func copyThatGrowsLeavesTheOriginal() {
    var array = ChunkedArray<String>()
    array.append("a")
    var copy = array
    copy.append("b")
    array.append("c")
    #expect(array[1] == "c")
    #expect(copy[1] == "b")
  }
}
