import NIOCore
import NIOHTTP2

/// Closes a connection that speaks HTTP/2 when there is nothing to do on it for long, or when the client
/// has said that nothing more comes.
final class HTTP2Connection: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame

  private let idleTime: TimeAmount
  private var patience = Patience()
  private var openStreams = 0
  private var isLast = false

  init(idleTime: TimeAmount) { self.idleTime = idleTime }

  func handlerAdded(context: ChannelHandlerContext) {
    patience.begin(idleTime, for: context.channel)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is NIOHTTP2StreamCreatedEvent:
      openStreams += 1
      patience.end()
    case is StreamClosedEvent:
      openStreams -= 1
      if openStreams == 0 { patience.begin(idleTime, for: context.channel) }
    case ChannelEvent.inputClosed, is ChannelShouldQuiesceEvent: isLast = true
    default: break
    }
    if isLast, openStreams <= 0 { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelInactive(context: ChannelHandlerContext) {
    patience.end()
    context.fireChannelInactive()
  }
}
