import Notebooks
import Testing

@Suite struct SessionRecipeTests {
  @Test func cellsBecomeAFormattedRecipe() {
    let text = SessionRecipe.text(
      title: "first", cells: [(1, "load   \"smollm2\""), (3, "for r in [1] {lora rank:r}")])
    #expect(
      text == """
        recipe "first", language: 1

        load "smollm2"
        for r in [1] {
          lora rank: r
        }

        """)
  }

  @Test func valuesOfThePromptGetNames() {
    let text = SessionRecipe.text(
      title: "t",
      cells: [
        (1, "eval"), (2, "let value1 = 2"), (3, "assert _1.loss < 3"), (4, "eval on: train; 1 + 1"),
        (5, "show \"{_} and {_1.loss}\""), (6, "show _4"),
      ])
    #expect(
      text == """
        recipe "t", language: 1

        let value1_2 = eval
        let value1 = 2
        assert value1_2.loss < 3
        eval on: train;
        let value4 = 1 + 1
        show "{value4} and {value1_2.loss}"
        show value4

        """)
  }
}
