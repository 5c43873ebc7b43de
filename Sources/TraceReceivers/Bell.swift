import Dispatch
import Synchronization

/// Wakes the thread of a receiver when there is something to hand on.
final class Bell: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  /// What there is; rung for once until it is taken.
  private let spans = Atomic(false)
  private let urgent = Atomic(false)
  private let news = Atomic(false)

  /// Says that there are spans.
  func ringForSpans() { ring(spans) }
  /// Says that what there is should not wait for more.
  func ringAtOnce() { ring(urgent) }
  /// Says that the receiver's status has changed.
  func ringForNews() { ring(news) }

  private func ring(_ flag: borrowing Atomic<Bool>) {
    if !flag.exchange(true, ordering: .acquiringAndReleasing) { semaphore.signal() }
  }

  /// Waits until there is something to do: spans not before `spansFrom` unless it is urgent, news not
  /// before `newsFrom`. Says what.
  func wait(
    spansFrom: ContinuousClock.Instant, newsFrom: ContinuousClock.Instant
  ) -> (spans: Bool, news: Bool) {
    while true {
      let now = ContinuousClock.now
      let isUrgent = urgent.load(ordering: .acquiring)
      let hasSpans = spans.load(ordering: .acquiring)
      let hasNews = news.load(ordering: .acquiring)
      let takesSpans = isUrgent || hasSpans && now >= spansFrom
      let takesNews = hasNews && (now >= newsFrom || isUrgent)
      if takesSpans || takesNews {
        // Before the spans are taken, so that those which come meanwhile ring again.
        if takesSpans {
          urgent.store(false, ordering: .releasing)
          spans.store(false, ordering: .releasing)
        }
        if takesNews { news.store(false, ordering: .releasing) }
        return (takesSpans, takesNews)
      }
      let next = [hasSpans ? spansFrom : nil, hasNews ? newsFrom : nil].compactMap { $0 }.min()
      if let next {
        let (seconds, attoseconds) = (next - now).components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        _ = semaphore.wait(timeout: .now() + .nanoseconds(max(1, nanoseconds)))
      } else {
        semaphore.wait()
      }
    }
  }
}
