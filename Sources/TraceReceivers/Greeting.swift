import NIOCore
import NIOHTTP1
import NIOHTTP2

/// Looks at the first bytes of a connection and puts in its place what speaks that protocol: clients
/// come to the wrong port often, and mean well.
final class Greeting: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let reception: Reception
  private var patience = Patience()
  private var head = ByteBuffer()

  /// How a client of HTTP/2 begins, as far as it tells it from one of HTTP/1.1.
  private static let preface = Array("PRI * HTTP/2".utf8)
  /// How a client of TLS begins.
  private static let handshake: UInt8 = 0x16

  init(_ reception: Reception) { self.reception = reception }

  func channelActive(context: ChannelHandlerContext) {
    reception.connections.add(context.channel)
    reception.note { $0.connections += 1 }
    patience.begin(reception.limits.idleTime, for: context.channel)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if head.readableBytes == 0 {
      patience.begin(reception.limits.requestTime, for: context.channel)
      reception.connections.touch(context.channel)
    }
    head.writeImmutableBuffer(unwrapInboundIn(data))
    let view = head.readableBytesView
    if view.first == Self.handshake {
      reception.note { $0.note("a client speaks TLS: use http:// instead of https://") }
      context.close(promise: nil)
    } else if view.starts(with: Self.preface) {
      patience.end()
      become(context) { pipeline in try HTTP2Stream.configure(pipeline, reception) }
    } else if view.count >= Self.preface.count || !Self.preface.starts(with: view) {
      become(context) { pipeline in
        let (encoder, decoder) = HTTPConnection.codec()
        try pipeline.addHandlers([
          encoder, decoder,
          HTTPConnection(
            reception: reception, collector: reception.collector(of: context.eventLoop),
            patience: patience),
        ])
      }
    }
  }

  private func become(
    _ context: ChannelHandlerContext,
    _ add: (ChannelPipeline.SynchronousOperations) throws -> Void
  ) {
    do {
      try add(context.pipeline.syncOperations)
      context.fireChannelRead(wrapInboundOut(head))
      context.fireChannelReadComplete()
      context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    } catch {
      context.close(promise: nil)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is ChannelShouldQuiesceEvent: context.close(promise: nil)
    case ChannelEvent.inputClosed: context.close(promise: nil)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    patience.end()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
