/// The client's and the server's half of one call, where both have the same span ID.
///
/// Zipkin's clients hand their span ID on, and the server goes on with it instead of starting one of
/// its own. (openzipkin/b3-propagation, "Why is ParentSpanId propagated?".)
///
///     frontend  GET    client  id 2, parent 1  |0..............30|
///     backend   GET    server  id 2, parent 1      |5......25|
///     backend   query  client  id 3, parent 2        |10.20|
struct CallHalves {
  let client: Int32
  let server: Int32
  private let clientService: ServiceID
  private let serverService: ServiceID

  /// Two nodes of one ID, if that is what they are.
  init?(_ one: Int32, _ other: Int32, _ nodes: [SpanNode], _ store: SpanStore) {
    func facts(_ node: Int32) -> (kind: SpanKind, service: ServiceID) {
      let (sealed, index) = store.locate(nodes[Int(node)].row)
      return (sealed.batch.kind(at: index), sealed.service(at: index))
    }
    // The parent's ID is handed on too.
    guard nodes[Int(one)].parentID == nodes[Int(other)].parentID else { return nil }
    let (first, second) = (facts(one), facts(other))
    guard first.service != second.service else { return nil }
    switch (first.kind, second.kind) {
    case (.client, .server):
      (client, clientService) = (one, first.service)
      (server, serverService) = (other, second.service)
    case (.server, .client):
      (client, clientService) = (other, second.service)
      (server, serverService) = (one, first.service)
    default: return nil
    }
  }

  /// The half that a child of that service belongs to; `nil` if it is of neither.
  func parent(ofChildIn service: ServiceID) -> Int32? {
    service == serverService ? server : service == clientService ? client : nil
  }
}
