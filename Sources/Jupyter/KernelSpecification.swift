import Files

/// What makes a kernel known to Jupyter: a folder with a file that says how it is started
/// (jupyter-client.readthedocs.io/en/stable/kernels.html).
package struct KernelSpecification {
  /// The kernel's program, by its whole path.
  private let program: String

  package init(program: String) { self.program = program }

  /// Writes it below a folder where Jupyter keeps its data; gives the folder of the kernel.
  package func install(in dataFolder: String) throws(FileError) -> String {
    let folder = dataFolder + "/kernels/skillet"
    _ = try FolderMaking.make(folder)
    try AtomicFile.write(text, to: folder + "/kernel.json")
    return folder
  }

  /// Interrupts come as messages: the kernel reads them while a cell runs.
  private var text: String {
    let file: JSONValue = [
      "argv": [.string(program), "{connection_file}"], "display_name": "Skillet",
      "language": "skillet", "interrupt_mode": "message",
    ]
    return file.text(.pretty, sortedKeys: false)
  }
}
