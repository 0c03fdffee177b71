extension String {
  /// `an int`, `a float`, `none`.
  package var withArticle: String {
    if self == "none" { return self }
    let vowels: Set<Character> = ["a", "e", "i", "o", "u"]
    return (first.map(vowels.contains) == true ? "an " : "a ") + self
  }
}
