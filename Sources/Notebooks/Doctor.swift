import RecipeLanguage
import Sessions
import Tensors

/// What a bug report needs to know of a machine.
package enum Doctor {
  package static func report() -> Value {
    let models = ModelFolder.available
    return .record(
      Record([
        ("kernels", .word(Kernels.name)),
        ("kernels_available", .list(Kernels.available.map { .word($0) })),
        ("bf16_products", .bool(Kernels.hasBF16)),
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
