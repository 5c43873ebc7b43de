/// The attributes of each kind of operation, by OpenTelemetry's semantic conventions. About one in
/// three has a value that no other span has, as in real data.
struct AttributeSets {
  let httpServer: [AttributeTemplate]
  let httpClient: [AttributeTemplate]
  let rpc: [AttributeTemplate]
  let database: [AttributeTemplate]
  let cache: [AttributeTemplate]
  let messaging: [AttributeTemplate]
  let `internal`: [AttributeTemplate]

  /// Sets of `count` attributes each: cut, or filled up with numbered ones.
  init(count: Int) {
    func fitted(_ attributes: [AttributeTemplate]) -> [AttributeTemplate] {
      let missing = max(0, count - attributes.count)
      return attributes.prefix(count)
        + (0..<missing).map { AttributeTemplate("app.field.\($0)", .unique("value-", digits: 12)) }
    }
    httpServer = fitted(Self.httpServer)
    httpClient = fitted(Self.httpClient)
    rpc = fitted(Self.rpc)
    database = fitted(Self.database)
    cache = fitted(Self.cache)
    messaging = fitted(Self.messaging)
    `internal` = fitted(Self.internal)
  }

  private static let httpServer: [AttributeTemplate] = [
    .init("http.request.method", .oneOf("GET", "POST", "PUT", "DELETE")),
    .init("http.route", .oneOf("/product/{id}", "/cart", "/checkout", "/api/products/{id}")),
    .init("url.path", .numbered("/api/v1/products/", 10_000...99_999, "/details")),
    .init("url.scheme", .oneOf("https", "http")),
    .init("http.response.status_code", .int([200, 200, 200, 201, 204, 302, 404, 500])),
    .init("server.address", .oneOf("shop.example.com", "api.shop.internal")),
    .init("client.address", .address),
    .init(
      "user_agent.original",
      .oneOf(
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15", "okhttp/4.12.0")),
    .init("network.protocol.version", .oneOf("1.1", "2")),
    .init("http.request.header.x-request-id", .unique("req-", digits: 16)),
  ]

  private static let httpClient: [AttributeTemplate] = [
    .init("http.request.method", .oneOf("GET", "POST")),
    .init("url.full", .numbered("https://api.shop.internal/v1/orders/", 1...9_999_999, "?x=1")),
    .init("http.response.status_code", .int([200, 200, 200, 201, 404, 503])),
    .init("server.address", .oneOf("api.shop.internal", "quote.shop.internal")),
    .init("server.port", .int([443, 8080, 8443])),
    .init("network.peer.address", .address),
    .init("network.peer.port", .range(30_000...60_000)),
    .init("network.protocol.name", .oneOf("http")),
    .init("http.request.resend_count", .range(0...2)),
    .init("http.request.header.x-request-id", .unique("req-", digits: 16)),
  ]

  private static let rpc: [AttributeTemplate] = [
    .init("rpc.system", .oneOf("grpc")),
    .init("rpc.service", .oneOf("oteldemo.CartService", "oteldemo.PaymentService")),
    .init("rpc.method", .oneOf("GetCart", "Charge", "GetProduct", "ListRecommendations")),
    .init("rpc.grpc.status_code", .int([0, 0, 0, 0, 4, 14])),
    .init("server.address", .numbered("pod-", 1...40, ".shop.svc.cluster.local")),
    .init("server.port", .int([50051, 50052, 8080])),
    .init("network.peer.address", .address),
    .init("network.transport", .oneOf("tcp")),
    .init("app.user.id", .unique("user-", digits: 12)),
    .init("app.session.id", .unique("", digits: 16)),
  ]

  private static let database: [AttributeTemplate] = [
    .init("db.system.name", .oneOf("postgresql", "mysql")),
    .init("db.namespace", .oneOf("shop", "payments", "accounting")),
    .init("db.operation.name", .oneOf("SELECT", "INSERT", "UPDATE")),
    .init("db.collection.name", .oneOf("product", "transaction", "order", "zone")),
    .init(
      "db.query.text",
      .oneOf(
        "SELECT id, name, price FROM product WHERE id = $1 AND \"deleted\" IS NULL",
        "INSERT INTO transaction (id, amount, currency) VALUES ($1, $2, $3)",
        "UPDATE \"order\" SET state = $1\n WHERE id = $2")),
    .init("db.response.returned_rows", .range(0...500)),
    .init("server.address", .numbered("db-", 0...3, ".shop.internal")),
    .init("server.port", .int([5432, 3306])),
    .init("db.query.parameter.id", .unique("", digits: 12)),
    .init("network.peer.address", .address),
  ]

  private static let cache: [AttributeTemplate] = [
    .init("db.system.name", .oneOf("redis")),
    .init("db.namespace", .oneOf("0", "1")),
    .init("db.operation.name", .oneOf("HGET", "HMSET", "GET", "EXPIRE")),
    .init("db.query.text", .unique("HGET cart:", digits: 16)),
    .init("server.address", .oneOf("redis.shop.internal")),
    .init("server.port", .int([6379])),
    .init("network.peer.address", .address),
    .init("network.peer.port", .int([6379])),
    .init("cache.hit", .flag),
    .init("cache.item.size", .range(40...9_000)),
  ]

  private static let messaging: [AttributeTemplate] = [
    .init("messaging.system", .oneOf("kafka")),
    .init("messaging.destination.name", .oneOf("orders", "refunds")),
    .init("messaging.operation.type", .oneOf("publish", "process")),
    .init("messaging.message.id", .unique("msg-", digits: 16)),
    .init("messaging.destination.partition.id", .numbered("", 0...11)),
    .init("messaging.kafka.offset", .range(0...99_999_999_999)),
    .init("messaging.message.body.size", .range(120...30_000)),
    .init("messaging.client.id", .numbered("accounting-consumer-", 1...9)),
    .init("messaging.consumer.group.name", .oneOf("accounting", "reporting")),
    .init("messaging.message.conversation_id", .unique("order-", digits: 12)),
  ]

  private static let `internal`: [AttributeTemplate] = [
    .init("code.function.name", .oneOf("com.shop.Cart.load", "checkout.placeOrder", "render")),
    .init("code.file.path", .oneOf("src/cart/store.ts", "internal/checkout/order.go")),
    .init("code.line.number", .range(10...900)),
    .init("thread.id", .range(1...64)),
    .init("thread.name", .numbered("worker-", 1...64)),
    .init("app.user.id", .unique("user-", digits: 12)),
    .init("app.order.total", .decimal(100...99_999)),
    .init("app.order.items", .range(1...40)),
    .init("app.feature.new_checkout", .flag),
    .init("app.order.id", .unique("order-", digits: 16)),
  ]
}
