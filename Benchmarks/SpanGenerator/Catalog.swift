/// A process that makes spans.
struct ServiceTemplate {
  let name: String
  let language: String
  let version: String
  /// The instrumentation library that makes its spans.
  let scope: String
}

/// A kind of span that a service makes.
struct OperationTemplate {
  /// What an operation may be in a trace.
  enum Role {
    /// Where a call enters a service.
    case entry
    /// Work inside the service.
    case inner
    /// Ends here, like a database query.
    case leaf
    /// Calls an entry of another service.
    case call(Int)
  }

  let service: Int
  let name: Text
  /// OTLP's number of the span kind.
  let kind: UInt8
  let role: Role
  let attributes: [AttributeTemplate]

  var isCall: Bool { if case .call = role { true } else { false } }
}

/// The made-up shop whose spans are generated.
struct Catalog {
  static let instancesPerService = 3

  let services = [
    ServiceTemplate(
      name: "frontend", language: "nodejs", version: "2.14.0",
      scope: "@opentelemetry/instrumentation-http"),
    ServiceTemplate(
      name: "api", language: "go", version: "1.9.2",
      scope: "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"),
    ServiceTemplate(
      name: "cart", language: "dotnet", version: "3.0.1",
      scope: "OpenTelemetry.Instrumentation.StackExchangeRedis"),
    ServiceTemplate(
      name: "payment", language: "java", version: "5.2.7",
      scope: "io.opentelemetry.spring-webmvc-6.0"),
    ServiceTemplate(
      name: "catalog", language: "go", version: "1.4.0",
      scope: "go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"),
    ServiceTemplate(
      name: "shipping", language: "rust", version: "0.8.3",
      scope: "opentelemetry-instrumentation-actix-web"),
    ServiceTemplate(
      name: "recommendation", language: "python", version: "2.2.0",
      scope: "opentelemetry.instrumentation.grpc"),
    ServiceTemplate(
      name: "accounting", language: "python", version: "1.1.5",
      scope: "opentelemetry.instrumentation.kafka"),
  ]

  let operations: [OperationTemplate]
  /// For each service the numbers of its operations, by role.
  let entries: [[Int]]
  let inner: [[Int]]
  let leaves: [[Int]]
  let calls: [[Int]]

  private let eventCount: Int

  init(attributeCount: Int, eventCount: Int) {
    self.eventCount = eventCount
    let sets = AttributeSets(count: attributeCount)
    operations = Self.operations(sets)
    var lists = Array(repeating: Array(repeating: [Int](), count: 8), count: 4)
    for (number, operation) in operations.enumerated() {
      let role =
        switch operation.role {
        case .entry: 0
        case .inner: 1
        case .leaf: 2
        case .call: 3
        }
      lists[role][operation.service].append(number)
    }
    (entries, inner, leaves, calls) = (lists[0], lists[1], lists[2], lists[3])
  }

  /// How many events a span has that are no exceptions: those of all spans, and one that few have.
  func eventCount(of plan: SpanPlan) -> Int {
    eventCount + (plan.marks.contains(.event) ? 1 : 0)
  }

  private static func operations(_ sets: AttributeSets) -> [OperationTemplate] {
    func entry(
      _ service: Int, _ name: Text, _ attributes: [AttributeTemplate], kind: UInt8 = 2
    ) -> OperationTemplate {
      OperationTemplate(
        service: service, name: name, kind: kind, role: .entry, attributes: attributes)
    }
    func inner(_ service: Int, _ name: Text) -> OperationTemplate {
      OperationTemplate(
        service: service, name: name, kind: 1, role: .inner, attributes: sets.internal)
    }
    func leaf(
      _ service: Int, _ name: Text, _ attributes: [AttributeTemplate]
    ) -> OperationTemplate {
      OperationTemplate(
        service: service, name: name, kind: 3, role: .leaf, attributes: attributes)
    }
    func call(
      _ service: Int, to callee: Int, _ name: Text, _ attributes: [AttributeTemplate],
      kind: UInt8 = 3
    ) -> OperationTemplate {
      OperationTemplate(
        service: service, name: name, kind: kind, role: .call(callee), attributes: attributes)
    }
    return [
      entry(0, "GET /", sets.httpServer), entry(0, "GET /product/{id}", sets.httpServer),
      entry(0, "POST /cart", sets.httpServer), entry(0, "POST /checkout", sets.httpServer),
      inner(0, "render page"), inner(0, "middleware - session"),
      leaf(0, "dns.lookup", sets.httpClient), call(0, to: 1, "GET", sets.httpClient),
      call(0, to: 1, "POST", sets.httpClient),

      entry(1, "GET /api/products/{id}", sets.httpServer),
      entry(1, "GET /api/cart", sets.httpServer), entry(1, "POST /api/checkout", sets.httpServer),
      inner(1, "validateToken"), inner(1, "placeOrder"), leaf(1, "GET session", sets.cache),
      call(1, to: 2, "oteldemo.CartService/GetCart", sets.rpc),
      call(1, to: 3, "oteldemo.PaymentService/Charge", sets.rpc),
      call(1, to: 4, "oteldemo.ProductCatalogService/GetProduct", sets.rpc),
      call(1, to: 5, "POST", sets.httpClient),
      call(1, to: 6, "oteldemo.RecommendationService/ListRecommendations", sets.rpc),

      entry(2, "oteldemo.CartService/GetCart", sets.rpc),
      entry(2, "oteldemo.CartService/AddItem", sets.rpc), inner(2, "CartStore.Load"),
      leaf(2, "HGET", sets.cache), leaf(2, "HMSET", sets.cache),

      entry(3, "oteldemo.PaymentService/Charge", sets.rpc), inner(3, "Luhn.check"),
      inner(3, "FraudRules.evaluate"), leaf(3, "INSERT payments.transaction", sets.database),
      call(3, to: 7, "orders publish", sets.messaging, kind: 4),

      entry(4, "oteldemo.ProductCatalogService/GetProduct", sets.rpc),
      inner(4, "decodeProduct"), leaf(4, "SELECT catalog.product", sets.database),

      entry(5, "POST /get-quote", sets.httpServer), inner(5, "quote::calculate"),
      leaf(5, "SELECT shipping.zone", sets.database),

      entry(6, "oteldemo.RecommendationService/ListRecommendations", sets.rpc),
      inner(6, "rank candidates"), leaf(6, "GET features", sets.cache),
      call(6, to: 4, "oteldemo.ProductCatalogService/ListProducts", sets.rpc),

      entry(7, "orders process", sets.messaging, kind: 5), inner(7, "book order"),
      leaf(7, "INSERT accounting.order", sets.database),
    ]
  }
}
