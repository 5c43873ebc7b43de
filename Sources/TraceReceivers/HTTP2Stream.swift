import NIOCore
import NIOHPACK
import NIOHTTP2

/// Answers the request of one stream of HTTP/2: a call of gRPC, or what HTTP/1.1 carries too.
final class HTTP2Stream: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame.FramePayload
  typealias OutboundOut = HTTP2Frame.FramePayload

  private enum Request {
    case plain(IncomingRequest)
    case call(GRPCCall)
  }

  private let reception: Reception
  private let collector: Collector
  private var patience = Patience()
  private var request: Request?

  init(_ reception: Reception, collector: Collector) {
    self.reception = reception
    self.collector = collector
  }

  /// Makes a connection speak HTTP/2.
  static func configure(
    _ pipeline: ChannelPipeline.SynchronousOperations, _ reception: Reception
  ) throws {
    var connection = NIOHTTP2Handler.ConnectionConfiguration()
    connection.initialSettings = [
      HTTP2Setting(parameter: .maxConcurrentStreams, value: 100),
      HTTP2Setting(parameter: .maxHeaderListSize, value: 64 << 10),
      HTTP2Setting(parameter: .initialWindowSize, value: windowSize),
      HTTP2Setting(parameter: .maxFrameSize, value: 1 << 20),
    ]
    connection.targetWindowSize = 4 * windowSize
    // Clients of gRPC measure the connection with pings while they send much.
    connection.controlFrameRateLimit.maximumCount = 2_000
    var stream = NIOHTTP2Handler.StreamConfiguration()
    stream.targetWindowSize = windowSize
    let eventLoop = pipeline.eventLoop
    let http2 = NIOHTTP2Handler(
      mode: .server, eventLoop: eventLoop, connectionConfiguration: connection,
      streamConfiguration: stream
    ) { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(
          HTTP2Stream(reception, collector: reception.collector(of: channel.eventLoop)))
      }
    }
    try pipeline.addHandlers([http2, HTTP2Connection(idleTime: reception.limits.idleTime)])
  }

  /// How much a client may send in one stream before we have taken it.
  private static let windowSize = 1 << 20

  func channelActive(context: ChannelHandlerContext) {
    patience.begin(reception.limits.requestTime, for: context.channel)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .headers(let headers):
      if request == nil { begin(headers.headers, context) }
      if headers.endStream { end(context) }
    case .data(let data):
      if case .byteBuffer(let bytes) = data.data {
        switch request {
        case .plain(let request): request.append(bytes)
        case .call(let call): call.append(bytes)
        case nil: break
        }
      }
      if data.endStream { end(context) }
    default: break
    }
  }

  private func begin(_ headers: HPACKHeaders, _ context: ChannelHandlerContext) {
    if let connection = context.channel.parent { reception.connections.touch(connection) }
    let head = RequestHead(
      method: headers.first(name: ":method") ?? "", target: headers.first(name: ":path") ?? ""
    ) { headers.first(name: $0 == "host" ? ":authority" : $0) }
    let isCall =
      head.mediaType == "application/grpc" || head.mediaType.hasPrefix("application/grpc+")
    request =
      isCall
      ? .call(
        GRPCCall(
          head, encoding: headers.first(name: "grpc-encoding") ?? "identity",
          reception: reception, collector: collector))
      : .plain(IncomingRequest(head, reception: reception, collector: collector))
  }

  private func end(_ context: ChannelHandlerContext) {
    guard let request else { return }
    self.request = nil
    patience.end()
    switch request {
    case .plain(let request): write(request.answer(), to: request.head.method, context)
    case .call(let call): write(call.answer(), context)
    }
    context.flush()
  }

  private func write(_ answer: Answer, to method: String, _ context: ChannelHandlerContext) {
    var headers = HPACKHeaders([(":status", "\(answer.status)")])
    if let type = answer.contentType { headers.add(name: "content-type", value: type) }
    for (name, value) in answer.headers { headers.add(name: name.lowercased(), value: value) }
    let hasBody = !answer.body.isEmpty && method != "HEAD"
    write(headers, isEnd: !hasBody, context)
    if hasBody { write(answer.body, isEnd: true, context) }
  }

  private func write(_ answer: GRPCAnswer, _ context: ChannelHandlerContext) {
    let first = HPACKHeaders([(":status", "200"), ("content-type", "application/grpc")])
    guard let message = answer.message else {
      return write(
        HPACKHeaders(first.map { ($0.name, $0.value) } + answer.trailers), isEnd: true, context)
    }
    write(first, isEnd: false, context)
    write(GRPCCall.framed(message), isEnd: false, context)
    write(HPACKHeaders(answer.trailers), isEnd: true, context)
  }

  private func write(_ headers: HPACKHeaders, isEnd: Bool, _ context: ChannelHandlerContext) {
    context.write(
      wrapOutboundOut(.headers(.init(headers: headers, endStream: isEnd))), promise: nil)
  }

  private func write(_ bytes: [UInt8], isEnd: Bool, _ context: ChannelHandlerContext) {
    context.write(
      wrapOutboundOut(.data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes)), endStream: isEnd))),
      promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    patience.end()
    request = nil
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
