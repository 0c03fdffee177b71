import Glibc

/// Memory that the system could give to this process now.
package enum FreeMemory {
  /// `MemAvailable` of /proc/meminfo; half of what the machine has where there is no such file.
  package static var bytes: Int {
    MemoryFigure.bytes("MemAvailable", in: "/proc/meminfo")
      ?? Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE))) / 2
  }
}
