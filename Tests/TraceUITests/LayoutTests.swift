import Cells
import Testing
import TraceModel

@testable import TraceUI

@Suite struct LayoutTests {
  /// Ink exactly when span and window touch, never outside, at least one cell.
  @Test func barStaysInside() {
    let moments: [UInt64] = [0, 1, 2, 3, 5, 8, 100, UInt64.max - 1, .max]
    for width in 0...12 {
      for start in moments {
        for end in moments {
          for from in moments {
            for to in moments where to >= from {
              let window = TimeWindow(start: start, end: end)
              let extent = SpanExtent(start: UnixNanos(from), end: UnixNanos(to))
              let bar = WaterfallBar(extent, window: window, width: width)
              let touches =
                width > 0 && extent.start.rawValue <= window.end
                && extent.end.rawValue >= window.start
              let isRight =
                bar.cells.isEmpty != touches && bar.cells.lowerBound >= 0
                && bar.cells.upperBound <= width && (1...8).contains(bar.lastEighths)
              guard !isRight else { continue }
              Issue.record("\(extent) in \(window), \(width) wide: \(bar)")
              return
            }
          }
        }
      }
    }
  }

  @Test func barOfTheWholeWindowFillsIt() {
    let bar = WaterfallBar(
      SpanExtent(start: UnixNanos(10), end: UnixNanos(20)), window: TimeWindow(start: 10, end: 20),
      width: 7)
    #expect(bar.cells == 0..<7)
    #expect(bar.lastEighths == 8)
  }

  @Test func windowsStayInsideTheirLimits() {
    for limits in [
      TimeWindow(start: 0, end: 0), TimeWindow(start: 5, end: 1_000),
      TimeWindow(start: 0, end: .max), TimeWindow(start: .max, end: .max),
    ] {
      var window = limits
      for step in 0..<500 {
        switch step % 7 {
        case 0, 1, 2: window = window.zoomed(1, 2, around: window.start, in: limits)
        case 3: window = window.panned(eighths: step % 2 == 0 ? 2 : -2, in: limits)
        case 4: window = window.zoomed(2, 1, around: window.end, in: limits)
        case 5: window = window.panned(eighths: -8, in: limits)
        default: window = window.panned(eighths: 8, in: limits)
        }
        #expect(window.start >= limits.start && window.end <= limits.end)
        #expect(window.start < window.end)
      }
    }
  }

  @Test func zoomingOutUndoesZoomingIn() {
    let limits = TimeWindow(start: 1_000, end: 9_000)
    let zoomed = limits.zoomed(1, 2, around: 5_000, in: limits)
    #expect(zoomed == TimeWindow(start: 3_000, end: 7_000))
    #expect(zoomed.zoomed(2, 1, around: 5_000, in: limits) == limits)
  }

  @Test(arguments: [
    (UInt64(0), UInt64(412_600_000), 60, ["0", "100 ms", "200 ms", "300 ms"]),
    (36_100_000, 36_100_500, 40, ["36.1000 ms", "36.1002 ms"]),
    (0, 7_200_000_000_000, 40, ["0", "30 min", "1 h", "1 h 30 min"]),
    (0, 10, 40, ["0", "5 ns"]),
  ])
  func ticksAreRound(start: UInt64, end: UInt64, width: Int, labels: [String]) {
    let axis = TimeAxis(window: TimeWindow(start: start, end: end), origin: 0, width: width)
    #expect(axis.ticks.map(\.label).prefix(labels.count) == labels[...])
  }

  @Test func ticksFitAtEveryWidth() {
    for width in 0...120 {
      for end: UInt64 in [1, 7, 1_000, 999_999, 412_600_000, 90_000_000_000, .max] {
        let axis = TimeAxis(window: TimeWindow(start: 0, end: end), origin: 0, width: width)
        var free = 0
        for tick in axis.ticks {
          #expect(tick.cell >= free, "\(width) wide, to \(end)")
          #expect(tick.cell + tick.label.count <= width)
          free = tick.cell + tick.label.count
        }
      }
    }
  }

  @Test func waterfallPartsDoNotOverlap() {
    for width in 10...200 {
      for height in 3...60 {
        for open in [false, true] {
          let layout = WaterfallLayout(
            size: .init(width: width, height: height), hasMinimap: true, hasNote: true,
            isDetailOpen: open)
          #expect(layout.names.upperBound <= layout.gutter)
          #expect(layout.gutter < layout.bars.lowerBound)
          #expect(layout.bars.upperBound <= max(layout.tree.x.upperBound, layout.bars.lowerBound))
          #expect(layout.tree.y.upperBound <= height - 1)
          if let detail = layout.detail, detail.x.lowerBound == 0 {
            #expect(detail.y.lowerBound > layout.tree.y.upperBound - 1)
          }
        }
      }
    }
  }

  @Test func serviceColorsDependOnTheNameOnly() {
    #expect(Role.service(named: "cart") == Role.service(named: "cart"))
    let names = (0..<40).map { "service-\($0)" }
    #expect(Set(names.map { Role.service(named: $0) }).count > 6)
  }
}
