import Glibc
import Notebooks

/// A variable of the environment that the command reads.
struct EnvironmentVariable {
  let name: String
  let meaning: String
  /// Whether its value is for nobody's eyes.
  var isSecret = false

  /// nil where it is not set.
  var value: String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

  /// What may be shown of the value.
  var shownValue: String? { isSecret ? value.map { _ in "(set)" } : value }

  /// Seconds between two savings of a training for `:recover`.
  static var recoveryInterval: Double {
    recovery.value.flatMap { Double($0) } ?? Recovery.standardInterval
  }

  private static let recovery = EnvironmentVariable(
    name: "SKILLET_RECOVERY",
    meaning:
      "seconds between two savings of a training into the folder above, which `:recover` finds after a crash, "
      + "as it finds those that were stopped: 60 if not set, 0 for none of either.")

  static let jupyterData = EnvironmentVariable(
    name: "JUPYTER_DATA_DIR",
    meaning: "where `skillet kernel install` writes, ~/.local/share/jupyter if not set.")

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
      name: "HF_HOME",
      meaning:
        "the folder of Hugging Face's programs, ~/.cache/huggingface if not set (XDG_CACHE_HOME moves that): models "
        + "of the hub are kept in its folder hub, as HF_HUB_CACHE says where it is set."),
    EnvironmentVariable(
      name: "HF_ENDPOINT", meaning: "another address of the hub, such as a mirror's."),
    EnvironmentVariable(
      name: "HF_TOKEN",
      meaning:
        "a token for gated and private models, else what `hf auth login` wrote (HF_TOKEN_PATH). It is sent to the "
        + "hub's own address only, and neither shown nor kept.", isSecret: true),
    EnvironmentVariable(
      name: "HF_HUB_OFFLINE",
      meaning: "if 1, nothing is asked of the hub; TRANSFORMERS_OFFLINE means the same."),
    EnvironmentVariable(
      name: "OLLAMA_MODELS", meaning: "the folder of Ollama's models, ~/.ollama/models if not set."),
    EnvironmentVariable(
      name: "SKILLET_HOME",
      meaning:
        "the folder of history, remembered runs, what they trained (up to 1 GB of the latest adapters) and "
        + "init.recipe, ~/.skillet if not set."),
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
      name: "SKILLET_GRAPHICS",
      meaning:
        "how curves are drawn on a terminal: kitty (its protocol, which WezTerm, Ghostty and Konsole have too), "
        + "sixel (foot, mlterm, xterm -ti vt340), none for characters. If not set, images are drawn where the "
        + "terminal says that it is kitty, WezTerm, Ghostty, foot or mlterm, but not under NO_COLOR nor within "
        + "tmux and screen."),
    EnvironmentVariable(
      name: "LC_ALL",
      meaning:
        "the character set, as LC_CTYPE and LANG where it is not set: boxes and charts are drawn in ASCII where "
        + "it is not UTF-8."),
    EnvironmentVariable(
      name: "VISUAL", meaning: "the editor of :editor, else EDITOR."),
    EnvironmentVariable(
      name: "SKILLET_PAGER",
      meaning:
        "the program that shows what is longer than the screen, else PAGER, else less; empty for none. "
        + "--no-pager does without once."),
    EnvironmentVariable(
      name: "TMPDIR",
      meaning:
        "where the texts for :editor and the pager are put, /tmp if not set, and where the tokens of large datasets "
        + "are, /var/tmp if not set."),
    jupyterData,
    EnvironmentVariable(
      name: "CI",
      meaning: "if set, `skillet accept` asks nobody and records nothing without --force."
    ),
    EnvironmentVariable(
      name: "OPENBLAS_CORETYPE",
      meaning:
        "read by OpenBLAS, which multiplies where the portable kernels are in use: another core type helps where "
        + "it picks one that the machine does not have."),
  ]
}
