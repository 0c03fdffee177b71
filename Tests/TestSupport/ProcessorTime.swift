import Glibc

/// Seconds that processors have worked. Unlike a clock's they do not grow while a busy machine does
/// something else, so that limits on them hold everywhere.
package enum ProcessorTime {
  /// What this thread works for `body`, which must not hand its work to other threads.
  package static func seconds(of body: () throws -> Void) rethrows -> Double {
    let start = now(CLOCK_THREAD_CPUTIME_ID)
    try body()
    return now(CLOCK_THREAD_CPUTIME_ID) - start
  }

  /// What all threads of a process have worked; zero once it has ended.
  static func seconds(ofProcess process: pid_t) -> Double {
    var clock = clockid_t()
    return clock_getcpuclockid(process, &clock) == 0 ? now(clock) : 0
  }

  private static func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
