import CKernels

/// The kernels that run on this CPU.
package enum Kernels {
  /// The table in use, such as `avx512bf16`.
  package static var name: String { unsafe String(cString: ck_isa_name()) }

  /// The tables that this CPU can run, best first.
  package static var available: [String] {
    var names: [String] = []
    while let name = unsafe ck_isa_available(names.count) {
      unsafe names.append(String(cString: name))
    }
    return names
  }

  /// Whether bf16 operands are multiplied in hardware.
  package static var hasBF16: Bool { ck_has_bf16() }
}
