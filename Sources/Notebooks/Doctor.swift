import CKernels
import RecipeLanguage
import Sessions
import Tensors

/// What a bug report needs to know of a machine.
package enum Doctor {
  package static func report() -> Value {
    var tables: [Value] = []
    var index = 0
    while let name = ck_isa_available(index) {
      tables.append(.word(String(cString: name)))
      index += 1
    }
    let models = ModelFolder.available
    return .record(
      Record([
        ("kernels", .word(String(cString: ck_isa_name()))),
        ("kernels_available", .list(tables)),
        ("bf16_products", .bool(ck_has_bf16())),
        ("threads", .int(Compute.defaultThreadCount)),
        ("free_memory", .size(FreeMemory.bytes)),
        ("openblas", .string(LibraryProduct.version)),
        ("model_folders", .list(ModelFolder.folders.map { .string($0) })),
        (
          "models",
          models.isEmpty ? .string("none: run `make model`") : .list(models.map { .string($0) })
        ),
      ]))
  }
}
