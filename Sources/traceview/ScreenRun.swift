import Cells
import Glibc
import Terminal
import TraceModel
import TraceSources
import TraceUI

/// Shows sources on the screen until the user quits.
struct ScreenRun {
  let options: ViewOptionsGroup
  let names: [String]

  func run(_ sources: [FileSource], _ failures: [SourceError]) -> Int32 {
    let end: EventLoop.End
    do throws(TerminalError) {
      end = try show(sources, failures)
    } catch {
      StandardError.write("traceview: \(error.description); --print tree writes text instead\n")
      return ViewCommand.Status.software
    }
    switch end {
    case .quit: return 0
    case .signal(let number):
      // Die of the signal, so that who sent it sees that.
      signal(number, SIG_DFL)
      raise(number)
      return 128 + number
    case .nothingRead(let data, let load):
      for failure in load.failures { StandardError.write("traceview: \(failure)\n") }
      IssueText(names: names).write(data.log)
      return ViewCommand.Status.noInput
    }
  }

  /// Takes the terminal, and leaves it as it was before it returns.
  private func show(
    _ sources: [FileSource], _ failures: [SourceError]
  ) throws(TerminalError) -> EventLoop.End {
    let environment = ScreenEnvironment(options: options)
    var terminal = try Terminal(mouse: !options.noMouse, colors: environment.screenColors)
    let theme = environment.theme(
      background: terminal.colorDepth == .none || options.theme != .auto
        ? nil : terminal.background(colorFGBG: environment.value("COLORFGBG")))
    let palette = terminal.colorDepth == .none ? Theme.monochrome.palette : theme.palette
    let usesASCII = environment.usesASCII || !terminal.supportsUTF8
    let names = self.names
    var loop = EventLoop(
      terminal: terminal,
      options: ViewOptions(sourceNames: names, zone: LocalTime.zone(utc: options.utc)),
      palette: palette, ascii: usesASCII
    ) { inbox in
      Loader(sources: sources, sourceNames: names) { data, quality, load in
        inbox.post(.data(data, quality, load))
      }.start(failures: failures)
    }
    return loop.run()
  }
}
