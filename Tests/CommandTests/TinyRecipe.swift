import TestSupport

/// Recipe lines around a random model of 190 thousand weights, which trains in milliseconds.
enum TinyRecipe {
  static let model = References.path("tiny-llama/q8_0.gguf")

  static let header = "recipe \"test\", language: 1\n"
  static let load = header + "seed 1\nload \"\(model)\"\n"
  /// Two rows to learn from, one for each other part.
  static let data = load + dataset + "split valid: 1, test: 1\n"
  /// The same with products of whole floats, for comparisons that are closer than bfloat16.
  static let exactData = data.replacing("q8_0.gguf\"", with: "q8_0.gguf\", precision: f32")
  static let adapter = data + "lora rank: 2, targets: [q_proj, v_proj]\n"

  static let dataset = """
    dataset \"""
    {"prompt": "one", "completion": "uno"}
    {"prompt": "two", "completion": "dos"}
    {"prompt": "three", "completion": "tres"}
    {"prompt": "four", "completion": "cuatro"}
    \"""

    """

  /// The line of a recipe's last statement.
  static func lastLine(of recipe: String) -> Int {
    recipe.split(separator: "\n", omittingEmptySubsequences: false).count - 1
  }
}
