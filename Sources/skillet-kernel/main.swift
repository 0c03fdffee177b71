#if Jupyter
  import Files
  import Glibc

  guard CommandLine.arguments.count == 2 else {
    complain(
      "skillet-kernel is started by Jupyter, with a connection file; skillet kernel install makes it known"
    )
    exit(64)
  }
  do throws(FileError) {
    try serve(connectionFile: CommandLine.arguments[1])
  } catch {
    complain("\(error.file): \(error.cause); \(error.fix)")
    exit(66)
  }
#else
  import Glibc

  print("skillet-kernel: built without libzmq; make kernel builds it with")
  exit(64)
#endif
