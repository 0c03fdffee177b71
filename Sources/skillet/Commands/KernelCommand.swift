import ArgumentParser
import Diagnostics
import Files
import Glibc
import Jupyter
import Terminals

/// `skillet kernel`: notebooks of Jupyter that run the language.
struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Make Skillet known to Jupyter as a kernel.",
    subcommands: [KernelInstallCommand.self])
}

/// `skillet kernel install`.
struct KernelInstallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Write kernel.json where JupyterLab, VS Code and nbclient look for kernels.")

  @Option(help: "Write it for the Python environment in this folder, such as a venv's.")
  var prefix: String?

  @Option(help: "The kernel's program; skillet-kernel beside skillet if not given.")
  var program: String?

  @OptionGroup var options: OutputOptions

  func run() throws {
    let screen = Screen(color: options.color)
    let printer = options.printer(on: screen, echoes: false)
    guard let program = wholePath else {
      printer.tell(
        "there is no program \(programPath); make kernel builds it, with libzmq", .error)
      throw ExitStatus.badInput
    }
    do throws(FileError) {
      let folder = try KernelSpecification(program: program).install(in: dataFolder)
      let output = screen.streams.output
      if options.json {
        output.writeJSON([
          "event": "kernel", "program": .string(program), "folder": .string(folder),
        ])
      } else {
        output.writeLine("Jupyter starts \(program)")
        output.writeLine("as \(folder) says; choose the kernel Skillet in a notebook")
      }
    } catch {
      printer.tell("\(error.file): \(error.cause); \(error.fix)", .error)
      throw ExitStatus.failed
    }
  }

  private var programPath: String {
    program ?? (Self.resolved("/proc/self/exe").map { Paths.parent(of: $0) + "/" } ?? "")
      + "skillet-kernel"
  }

  /// Nil where the program is not there, or may not be run.
  private var wholePath: String? {
    guard let path = Self.resolved(Paths.expandingHome(programPath)), access(path, X_OK) == 0,
      !Paths.isFolder(path)
    else { return nil }
    return path
  }

  private var dataFolder: String {
    if let prefix { return Paths.expandingHome(prefix) + "/share/jupyter" }
    return EnvironmentVariable.jupyterData.value ?? Paths.expandingHome("~/.local/share/jupyter")
  }

  private static func resolved(_ path: String) -> String? {
    guard let whole = realpath(path, nil) else { return nil }
    defer { free(whole) }
    return String(cString: whole)
  }
}
