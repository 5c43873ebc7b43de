import ArgumentParser
import Dispatch
import Glibc
import SpanGenerator
import Synchronization

@main
struct GenerateLoad: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate-load",
    abstract: "Sends spans to a receiver, flat out or at a rate, and says how many it took.")

  enum ProtocolName: String, ExpressibleByArgument, CaseIterable {
    case http, grpc
  }

  @Option(name: .customLong("protocol"), help: "How to send: http or grpc.")
  var protocolName = ProtocolName.http
  @Option(help: "The receiver's port on this machine.")
  var port = 4318
  @Option(help: "How many connections send at the same time.")
  var connections = 4
  @Option(help: "Seconds to send for.")
  var seconds = 10.0
  @Option(help: "Spans a second, of all connections together; as many as possible if 0.")
  var rate = 0
  @Option(help: "Spans of a request.")
  var batch = 512
  @Option(help: "Attributes of a span.")
  var attributes = 10

  /// How many requests are made ahead, of which each connection has a share.
  private static let prepared = 32

  /// What was sent, of one connection or of all.
  private struct Count: Sendable {
    var sent = 0
    var accepted = 0
    var refused = 0
    var failure: String?
  }

  mutating func run() throws {
    var requests: [PreparedRequest] = []
    var generator = SpanGenerator(
      GeneratorOptions(
        spans: batch * Self.prepared, format: .otlpProtobuf, attributes: attributes,
        batchSize: batch))
    generator.run { bytes in
      if !bytes.isEmpty { requests.append(PreparedRequest(bytes, spans: batch)) }
    }
    let prepared = requests
    let total = Mutex(Count())
    let began = ContinuousClock.now
    let end = began + .seconds(seconds)
    let (connections, rate, port, protocolName) = (connections, rate, port, protocolName)
    let senders = DispatchGroup()
    for number in 0..<connections {
      // A queue of its own has a thread of its own, however few processors there are.
      DispatchQueue(label: "connection \(number)").async(group: senders) {
        let own = prepared.indices.filter { $0 % connections == number % prepared.count }
        let count = Self.send(
          own.map { prepared[$0] }, number: number, until: end,
          rate: Double(rate) / Double(connections), port: port, protocolName)
        total.withLock {
          $0.sent += count.sent
          $0.accepted += count.accepted
          $0.refused += count.refused
          $0.failure = $0.failure ?? count.failure
        }
      }
    }
    senders.wait()
    let time = began.duration(to: .now) / .seconds(1)
    let count = total.withLock { $0 }
    print(
      "sent \(count.sent) accepted \(count.accepted) refused \(count.refused) seconds \(time) rate \(Int(Double(count.accepted) / time))"
    )
    if let failure = count.failure { throw Connection.Failure(description: failure) }
  }

  /// Sends the requests over one connection, again and again.
  private static func send(
    _ requests: [PreparedRequest], number: Int, until end: ContinuousClock.Instant, rate: Double,
    port: Int, _ protocolName: ProtocolName
  ) -> Count {
    var count = Count()
    guard !requests.isEmpty else { return count }
    do throws(Connection.Failure) {
      let connection = try Connection(port: port)
      var sender: any Sender =
        protocolName == .http ? HTTPSender(connection: connection) : try GRPCSender(connection)
      let began = ContinuousClock.now
      var repetition = UInt64(number) << 40
      var requests = requests
      while ContinuousClock.now < end {
        repetition += 1
        for index in requests.indices {
          requests[index].change(to: repetition)
          let spans = requests[index].spans
          count.sent += spans
          if try sender.send(requests[index].message) {
            count.accepted += spans
          } else {
            count.refused += spans
            // It was told that there is no room: asking again at once would only be refused again.
            usleep(10_000)
          }
          if rate > 0 {
            let due = began + .seconds(Double(count.sent) / rate)
            let wait = ContinuousClock.now.duration(to: due) / .seconds(1)
            // A rate is kept by being idle until the next request is due.
            if wait > 0 { usleep(useconds_t(min(wait, 1) * 1_000_000)) }
          }
          if ContinuousClock.now >= end { break }
        }
      }
    } catch {
      count.failure = error.description
    }
    return count
  }
}
