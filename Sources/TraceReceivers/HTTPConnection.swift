import NIOCore
import NIOHTTP1

/// Answers the requests of one connection that speaks HTTP/1.1, in their order.
final class HTTPConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let reception: Reception
  private let collector: Collector
  private var patience: Patience
  private var request: IncomingRequest?
  private var isKeptAlive = true
  private var isStopping = false
  /// Whether the last answer was given, so that what still comes is not looked at.
  private var isDone = false

  /// The pipeline's handlers that read and write HTTP/1.1.
  static func codec() -> (HTTPResponseEncoder, ByteToMessageHandler<HTTPRequestDecoder>) {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderListSize = 64 << 10
    limits.maxHeaderFieldCount = 128
    return (
      HTTPResponseEncoder(),
      ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: limits))
    )
  }

  init(reception: Reception, collector: Collector, patience: Patience) {
    self.reception = reception
    self.collector = collector
    self.patience = patience
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isDone else { return }
    switch unwrapInboundIn(data) {
    case .head(let head): begin(head, context)
    case .body(let part): request?.append(part)
    case .end:
      guard let request else { return }
      self.request = nil
      write(request.answer(), to: request.head.method, context)
      guard isKeptAlive, !isStopping else { return close(context) }
      patience.begin(reception.limits.idleTime, for: context.channel)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

  /// Who does not read our answers is not read from.
  func channelWritabilityChanged(context: ChannelHandlerContext) {
    let isWritable = context.channel.isWritable
    context.channel.setOption(.autoRead, value: isWritable).whenFailure { _ in }
    context.fireChannelWritabilityChanged()
  }

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    patience.begin(reception.limits.requestTime, for: context.channel)
    reception.connections.touch(context.channel)
    isKeptAlive = head.isKeepAlive
    let request = IncomingRequest(
      RequestHead(method: head.method.rawValue, target: head.uri) {
        head.headers.first(name: $0)
      },
      reception: reception, collector: collector)
    self.request = request
    guard request.head.expectsContinue else { return }
    if request.isWanted {
      context.writeAndFlush(
        wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))),
        promise: nil)
    } else {
      // Without being told to go on, the client may send the body or not: the connection is of no use.
      self.request = nil
      isKeptAlive = false
      write(request.answer(), to: request.head.method, context)
      close(context)
    }
  }

  private func write(_ answer: Answer, to method: String, _ context: ChannelHandlerContext) {
    if answer.closes { isKeptAlive = false }
    var head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status))
    if let type = answer.contentType { head.headers.add(name: "Content-Type", value: type) }
    for (name, value) in answer.headers { head.headers.add(name: name, value: value) }
    if answer.status != 204 {
      head.headers.add(name: "Content-Length", value: "\(answer.body.count)")
    }
    if !isKeptAlive || isStopping { head.headers.add(name: "Connection", value: "close") }
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !answer.body.isEmpty, method != "HEAD" {
      context.write(
        wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
    }
    context.write(wrapOutboundOut(.end(nil)), promise: nil)
  }

  /// Closes the connection once everything was written: first our half, so that what the client still
  /// sends does not make the system throw the answer away.
  private func close(_ context: ChannelHandlerContext) {
    isDone = true
    context.flush()
    context.close(mode: .output, promise: nil)
    patience.begin(.seconds(1), for: context.channel)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent {
      isStopping = true
      if request == nil { context.close(promise: nil) }
    } else if case .inputClosed? = event as? ChannelEvent {
      // Nothing more comes; all that came was answered.
      context.close(promise: nil)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is HTTPParserError, !isDone else { return context.close(promise: nil) }
    request = nil
    isKeptAlive = false
    let isLarge = (error as? HTTPParserError) == .headerOverflow
    let answer = Answer.trouble(
      isLarge ? 431 : 400,
      isLarge ? "a request with too many headers: 431" : "a request that is no HTTP/1.1: 400")
    reception.note { $0.note(answer.trouble ?? "") }
    write(answer, to: "", context)
    close(context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    patience.end()
    request = nil
    context.fireChannelInactive()
  }
}
