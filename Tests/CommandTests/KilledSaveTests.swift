import Glibc
import TestSupport
import Testing

/// Saves that are killed between any two of their calls of the system, or fail in one; `make faults` does more.
@Suite struct KilledSaveTests {
  private static let library = BuiltProgram.path("libSystemCallFaults.so")
  private static let old = TinyRecipe.data + "lora rank: 4, targets: [q_proj]\nsave \"out\"\n"
  private static let new = TinyRecipe.adapter + "save \"out\"\n"
  private static let largestCallCount = 200

  private func faulty(_ settings: [String: String]) throws -> SkilletRun {
    try SkilletRun(
      ["LD_PRELOAD": Self.library, "FAULT_FOLDER": "/tmp/skillet-tests"].merging(settings) { $1 })
  }

  /// The bytes of each file in the folder.
  private func contents(_ skillet: SkilletRun) throws -> [String: [UInt8]] {
    var result: [String: [UInt8]] = [:]
    for file in skillet.folder.files where file.hasPrefix("out/") {
      result[file] = try skillet.folder.bytes(of: file)
    }
    return result
  }

  private func states() throws -> (old: [String: [UInt8]], new: [String: [UInt8]]) {
    let (first, second) = (try SkilletRun(), try SkilletRun())
    #expect(try first.recipe(Self.old).ending == .exited(0))
    #expect(try second.recipe(Self.new).ending == .exited(0))
    return (try contents(first), try contents(second))
  }

  /// Saves with a fault at each call in turn until none is left to fail.
  ///
  /// - Returns: how many faults there were.
  private func eachFault(
    over isOlder: Bool, _ settings: [String: String], check: (SkilletRun, Bool) throws -> Void
  ) throws -> Int {
    for at in 1...Self.largestCallCount {
      var skillet = try faulty(settings.merging(["FAULT_AT": "\(at)"]) { $1 })
      let environment = skillet.environment
      for name in environment.keys where name.hasPrefix("FAULT_") || name == "LD_PRELOAD" {
        skillet.environment[name] = nil
      }
      if isOlder { #expect(try skillet.recipe(Self.old).ending == .exited(0)) }
      let clean = skillet.environment
      skillet.environment = environment
      let outcome = try skillet.recipe(Self.new)
      skillet.environment = clean
      if outcome.ending == .exited(0) { return at - 1 }
      try check(skillet, outcome.ending == .killed(signal: SIGKILL))
    }
    return Self.largestCallCount
  }

  @Test(arguments: [false, true])
  func `a save that is killed leaves the old adapter or the new one, and the next one works`(
    over isOlder: Bool
  ) throws {
    let (old, new) = try states()
    let count = try eachFault(over: isOlder, [:]) { skillet, wasKilled in
      #expect(wasKilled)
      let found = try contents(skillet)
      #expect(found == new || found == (isOlder ? old : [:]))
      #expect(try skillet.recipe(Self.new).ending == .exited(0))
      #expect(try contents(skillet) == new)
      #expect(skillet.folder.names == ["out", "test.recipe"])
    }
    #expect(count >= 14)
  }

  /// ENOSPC in `write`, EIO in `fsync`.
  @Test(arguments: [("write", "28", 3), ("fsync", "5", 5)])
  func `a disk that fails leaves the old adapter and nothing else`(
    _ call: String, _ number: String, _ least: Int
  ) throws {
    let (old, _) = try states()
    let settings = ["FAULT_CALL": call, "FAULT_ERROR": number]
    let count = try eachFault(over: true, settings) { skillet, _ in
      let found = try contents(skillet)
      #expect(found == old)
      #expect(skillet.folder.names == ["out", "test.recipe"])
    }
    #expect(count >= least)
  }

  @Test func `a saving on the way of a training that fails is told and ends the run with 1`() throws
  {
    let skillet = try faulty(["FAULT_CALL": "write", "FAULT_AT": "1", "FAULT_ERROR": "28"])
    let outcome = try skillet.recipe(
      TinyRecipe.adapter + "train steps: 4, save_every: 2, to: \"out\"\nlet after = eval\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("the adapter of step 2 is not saved"), outcome.comment)
    #expect(outcome.errors.contains("the adapter of step 4 is in out"), outcome.comment)
    #expect(skillet.folder.has("out/adapter_model.safetensors"))
  }
}
