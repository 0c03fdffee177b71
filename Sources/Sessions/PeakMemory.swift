import Glibc

/// The most memory that this process has had at once.
package enum PeakMemory {
  /// `VmHWM` of the process. What getrusage tells is at least the peak of the program that started this one, and
  /// stands in only where there is no such file.
  package static var bytes: Int {
    MemoryFigure.bytes("VmHWM", in: "/proc/self/status") ?? usage
  }

  private static var usage: Int {
    var usage = rusage()
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
