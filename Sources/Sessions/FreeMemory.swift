import Glibc

/// Memory that the system could give to this process now.
package enum FreeMemory {
  /// `MemAvailable` of /proc/meminfo; half of what the machine has where there is no such file.
  package static var bytes: Int {
    if let file = unsafe fopen("/proc/meminfo", "r") {
      defer { unsafe fclose(file) }
      var line = [CChar](repeating: 0, count: 256)
      while unsafe fgets(&line, Int32(line.count), file) != nil {
        let text = String(
          decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard text.hasPrefix("MemAvailable:") else { continue }
        let digits = text.filter(\.isNumber)
        if let kilobytes = Int(digits) { return kilobytes * 1024 }
      }
    }
    return Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE))) / 2
  }
}
