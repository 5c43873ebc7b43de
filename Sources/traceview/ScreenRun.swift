import Cells
import Glibc
import Terminal
import TraceModel
import TraceSources
import TraceUI

/// Shows sources on the screen until the user quits.
struct ScreenRun {
  let options: ViewOptionsGroup

  /// Exit status 0, or what went wrong. `why` says, when the command has ended, why nothing came of it.
  func run(
    _ opened: OpenedSources, _ recorder: Recorder?, _ command: RunningCommand? = nil,
    _ why: @escaping @Sendable () -> [String] = { [] }
  ) -> Int32 {
    let end: EventLoop.End
    do throws(TerminalError) {
      end = try show(opened, recorder, command, why)
    } catch {
      StandardError.complain("\(error.description); --print tree writes text instead")
      return ViewCommand.Status.software
    }
    switch end {
    case .quit(let load):
      for failure in load.failures { StandardError.complain(failure) }
      return 0
    case .signal(let number):
      // Die of the signal, so that who sent it sees that; nothing is done after it.
      command?.end()
      recorder?.finish()
      signal(number, SIG_DFL)
      raise(number)
      return 128 + number
    case .nothingRead(let data, let load):
      for failure in load.failures { StandardError.complain(failure) }
      IssueText(names: opened.names).write(data)
      return ViewCommand.Status.noInput
    }
  }

  /// Takes the terminal, and leaves it as it was before it returns.
  private func show(
    _ opened: OpenedSources, _ recorder: Recorder?, _ command: RunningCommand?,
    _ why: @escaping @Sendable () -> [String]
  ) throws(TerminalError) -> EventLoop.End {
    let environment = ScreenEnvironment(options: options)
    var terminal = try Terminal(mouse: !options.noMouse, colors: environment.screenColors)
    let usesASCII = environment.usesASCII || !terminal.supportsUTF8
    let memory = MemoryLimit(options.maxMemory, isLive: opened.isLive)
    var view = ViewOptions(sourceNames: opened.names, zone: LocalTime.zone(utc: options.utc))
    view.sendingHelp = opened.sendingHelp
    view.command = command?.title
    let known = TerminalBackground(colorFGBG: environment.value("COLORFGBG"))
    let hasColors = terminal.colorDepth != .none
    func palette(on ground: TerminalBackground?) -> Palette {
      (hasColors ? environment.theme(background: ground) : .monochrome).palette
    }
    if hasColors, known == nil, (options.theme ?? .auto) == .auto { terminal.askForBackground() }
    var loop = EventLoop(
      terminal: terminal,
      options: view,
      ascii: usesASCII, palette: palette(on: known), paletteOn: palette,
      startLoader: { inbox, output in
        Loader(opened, memory: memory, recorder: recorder) { data, quality, load in
          inbox.post(.data(data, quality, load))
        }.start()
        command?.watch(why) { output.post($0) }
      })
    return loop.run()
  }
}
