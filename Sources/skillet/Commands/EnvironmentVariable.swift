import Glibc
import Notebooks

/// A variable of the environment that the command reads.
struct EnvironmentVariable {
  let name: String
  let meaning: String

  /// nil where it is not set.
  var value: String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

  /// Seconds between two savings of a training for `:recover`.
  static var recoveryInterval: Double {
    recovery.value.flatMap { Double($0) } ?? Recovery.standardInterval
  }

  private static let recovery = EnvironmentVariable(
    name: "SKILLET_RECOVERY",
    meaning:
      "seconds between two savings of a training into the folder above, which `:recover` finds after a crash: "
      + "60 if not set, 0 for none.")

  static let all = [
    EnvironmentVariable(
      name: "SKILLET_THREADS",
      meaning:
        "threads to compute with, 1 or more; as many as there are processors if not set. Adapters have the "
        + "same bytes whatever it is."),
    EnvironmentVariable(
      name: "SKILLET_MODELS",
      meaning:
        "a folder that is searched for models before the others; `skillet doctor` lists all of them."
    ),
    EnvironmentVariable(
      name: "SKILLET_HOME",
      meaning: "the folder of history, remembered runs and init.recipe, ~/.skillet if not set."),
    recovery,
    EnvironmentVariable(
      name: "SKILLET_ISA",
      meaning:
        "the kernels to use instead of the best ones of the processor: portable, avx2, avx512, avx512_bf16 or "
        + "neon. For comparisons."),
    EnvironmentVariable(
      name: "NO_COLOR", meaning: "no colours if it is set and not empty; --color decides before it."
    ),
    EnvironmentVariable(
      name: "TERM", meaning: "the terminal's kind; `dumb` has no colours and no editing of lines."),
    EnvironmentVariable(
      name: "LC_ALL",
      meaning:
        "the character set, as LC_CTYPE and LANG where it is not set: boxes and charts are drawn in ASCII where "
        + "it is not UTF-8."),
    EnvironmentVariable(
      name: "VISUAL", meaning: "the editor of :editor, else EDITOR."),
    EnvironmentVariable(
      name: "TMPDIR", meaning: "where :editor puts the text that it edits, /tmp if not set."),
    EnvironmentVariable(
      name: "CI", meaning: "if set, `skillet accept` asks nobody and records nothing without --all."
    ),
    EnvironmentVariable(
      name: "OPENBLAS_CORETYPE",
      meaning:
        "read by OpenBLAS, which multiplies where the portable kernels are in use: another core type helps where "
        + "it picks one that the machine does not have."),
  ]
}
