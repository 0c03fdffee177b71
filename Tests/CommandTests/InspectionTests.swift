import Checkpoints
import Files
import TestSupport
import Testing

/// The values of `inspect`, `tokenize`, `compare` and of a model that was quantized in part.
@Suite struct InspectionTests {
  private func run(_ recipe: String, _ folder: String = "") throws -> ChildProcess.Outcome {
    let outcome = try SkilletRun().recipe(recipe, "--json")
    #expect(outcome.ending == .exited(0), outcome.comment)
    return outcome
  }

  /// The values of a verb, in their order.
  private func values(_ outcome: ChildProcess.Outcome, of verb: String) throws -> [JSONValue] {
    try outcome.output.split(separator: "\n").compactMap { line in
      let event = try JSONValue(parsing: line.utf8)
      return event["verb"]?.string == verb && event["event"] == "value" ? event["value"] : nil
    }
  }

  private static let float = """
    recipe "test", language: 1
    load "\(References.path("tiny-llama/f32.gguf"))"

    """

  @Test
  func `inspect worst lists the rows that are expected least, and their losses make up the mean`()
    throws
  {
    let recipe = TinyRecipe.load + TinyRecipe.dataset + "split valid: 3\neval\ninspect worst\n"
    let outcome = try run(recipe)
    let rows = try #require(values(outcome, of: "inspect").first?["worst"]?.array)
    let losses = rows.compactMap { $0["loss"]?.double }
    let tokens = rows.compactMap { $0["tokens"]?.int }
    #expect(losses.count == 3 && losses == losses.sorted(by: >))
    let sum = zip(losses, tokens).reduce(0) { $0 + $1.0 * Double($1.1) }
    let mean = try #require(values(outcome, of: "eval").first?["loss"]?.double)
    #expect(abs(sum / Double(tokens.reduce(0, +)) - mean) < 1e-5)
    #expect(rows.allSatisfy { $0["learnt"]?.string?.isEmpty == false })
    let fewer = try #require(
      values(run(recipe.replacing("inspect worst", with: "inspect worst, top: 1")), of: "inspect")
        .first)
    #expect(fewer["worst"]?.array == [rows[0]])
  }

  @Test func `inspect model gives the sizes of its configuration`() throws {
    let value = try #require(
      values(run(TinyRecipe.load + "inspect model\n"), of: "inspect").first)
    let configuration = try JSONValue(
      parsing: MappedFile.contents(of: References.path("tiny-llama/hf/config.json")))
    for (field, key) in [
      ("layers", "num_hidden_layers"), ("hidden", "hidden_size"),
      ("intermediate", "intermediate_size"), ("heads", "num_attention_heads"),
      ("key_value_heads", "num_key_value_heads"), ("vocabulary", "vocab_size"),
      ("tied_head", "tie_word_embeddings"),
    ] {
      #expect(value[field] != nil && value[field] == configuration[key], "\(field)")
    }
    #expect(value["linear_format"] == "q8_0")
    #expect(value["bytes"] == 201_984)
  }

  @Test func `inspect of a module gives its weights as the file has them`() throws {
    let value = try #require(
      values(run(Self.float + "inspect down_proj, layer: 2\n"), of: "inspect").first)
    let file = try SafetensorsFile(path: References.path("tiny-llama/hf/model.safetensors"))
    let tensor = try #require(file.tensors["model.layers.2.mlp.down_proj.weight"])
    let first = (0..<8).map {
      JSONValue.double(
        Double(tensor.bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)))
    }
    #expect(value["first_weights"] == .array(first))
    #expect(value["rows"]?.int == tensor.shape[0])
    #expect(value["columns"]?.int == tensor.shape[1])
    #expect(value["format"] == "f32")
    #expect(value["bits_per_weight"] == 32.0)
    #expect(value["rms_error"] == 0.0)
  }

  /// Before a training B is zero, and so is what the adapter adds; its size is rank · (rows + columns).
  @Test func `inspect adapter tells what training has changed`() throws {
    let found = try values(
      run(TinyRecipe.adapter + "inspect adapter\ntrain steps: 2, lr: 1e-2\ninspect adapter\n"),
      of: "inspect")
    #expect(found.count == 2)
    for (value, steps) in zip(found, [0, 2]) {
      #expect(value["rank"] == 2)
      #expect(value["steps"]?.int == steps)
      #expect(value["targets"] == ["q_proj", "v_proj"])
      #expect(value["trainable"]?.int == 3 * 2 * ((64 + 64) + (64 + 32)))
      let norms = value["update_norms"]?.object
      #expect(norms?.keys == ["q_proj", "v_proj"])
      for norm in norms?.members ?? [] {
        #expect(((norm.value.double ?? .nan) > 0) == (steps > 0), "\(norm.key)")
      }
    }
  }

  @Test func `inspect data gives a row's text, and what of it is learnt`() throws {
    let value = try #require(
      values(run(TinyRecipe.data + "inspect data, row: 3\n"), of: "inspect").first)
    #expect(
      value["read"] == "<|im_start|>user\nthree<|im_end|>\n<|im_start|>assistant\n")
    #expect(value["learnt"] == "tres<|im_end|>")
    #expect(value["text"]?.string == (value["read"]?.string ?? "") + "tres<|im_end|>")
    #expect(value["line"] == 3)
    #expect(value["trained_tokens"] == 4)
    let flags = try #require(value["trained"]?.array)
    #expect(flags.count == value["ids"]?.array?.count && flags.count == value["tokens"]?.int)
    #expect(flags.count { $0.bool == true } == 4)
    #expect(flags.suffix(4).allSatisfy { $0.bool == true })
  }

  @Test func `a row of a part is counted in that part`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet(
      input: TinyRecipe.data + "let held = inspect data, part: valid\nlet rows = [1, 2, 3, 4]\n"
        + "let same = inspect data, row: held.line\nassert same.ids == held.ids\n"
        + "show held.part\nshow held.text\n"
        + "inspect data, part: valid, row: 2\n")
    #expect(
      outcome.errors.contains("error[E0423]: there is no row 2: the part `valid` has 1"),
      outcome.comment)
    #expect(outcome.output.contains("\nvalid\n"), outcome.comment)
    let unsplit = try skillet(
      input: TinyRecipe.load + TinyRecipe.dataset + "inspect data, part: test\n")
    #expect(unsplit.errorCount == 1 && unsplit.ending == .exited(65), unsplit.comment)
    let other = try skillet(input: TinyRecipe.data + "inspect model, part: valid\n")
    #expect(other.errors.contains("`part` is for `subject: data`"), other.comment)
  }

  @Test func `cut_after divides a text where its marker ends first`() throws {
    let recipe =
      TinyRecipe.load + #"""
        dataset """
        {"text": "Q: one\nA: uno\nA: again"}
        {"text": "Q: two\nA: dos"}
        """, cut_after: "\nA:", template: none
        inspect data, row: 1
        inspect data, row: 2

        """#
    let found = try values(run(recipe), of: "inspect")
    #expect(found.map { $0["read"] } == ["Q: one\nA:", "Q: two\nA:"])
    #expect(
      found.map { $0["learnt"]?.string?.hasPrefix(" ") } == [true, true],
      "\(found)")
    #expect(found.first?["learnt"]?.string?.hasPrefix(" uno\nA: again") == true)
  }

  @Test func `tokenize gives ids, the text of each, and names of special tokens as asked`() throws {
    let found = try values(
      run(
        TinyRecipe.load + """
          tokenize "Hi <|im_end|> é"
          tokenize "Hi <|im_end|> é", special: false

          """), of: "tokenize")
    let ends = try #require(found.first)
    // A character of two tokens stands with the last of them.
    #expect(ends["pieces"] == ["H", "i", " ", "<|im_end|>", " ", "", "é"])
    #expect(ends["ids"] == [42, 75, 223, 2, 223, 130, 105])
    #expect(ends["count"] == 7)
    let spelt = try #require(found.last)
    #expect(spelt["pieces"]?.array?.compactMap(\.string).joined() == "Hi <|im_end|> é")
    #expect(spelt["count"]?.int == spelt["ids"]?.array?.count)
    #expect(spelt["ids"]?.array?.contains(2) == false)
  }

  @Test func `quantize leaves alone what skip names`() throws {
    let found = try values(
      run(
        TinyRecipe.load + """
          quantize nf4, skip: [lm_head, q_proj]
          inspect q_proj
          inspect k_proj
          quantize nf4
          inspect q_proj

          """), of: "inspect")
    #expect(found.map { $0["format"] } == ["q8_0", "nf4", "nf4"])
    #expect(found.map { $0["rms_error"] == 0.0 } == [true, false, false])
  }

  /// Bits of a weight: 4 of its code; a factor of 32 bits for 64 weights, or of 8 bits with one more
  /// factor for 256 blocks and their mean.
  @Test func `double keeps the factors in fewer bits`() throws {
    let found = try values(
      run(
        Self.float + """
          quantize nf4, double: false
          inspect gate_proj
          quantize nf4
          inspect gate_proj
          quantize nf4, block: 128, double: false
          inspect gate_proj

          """), of: "inspect")
    let bits = found.map { $0["bits_per_weight"]?.double ?? .nan }
    #expect(bits[0] == 4 + 32.0 / 64)
    #expect(bits[1] > 4 + 8.0 / 64 && bits[1] < 4 + 8.0 / 64 + 0.02, "\(bits)")
    let errors = found.map { $0["rms_error"]?.double ?? .nan }
    #expect(errors[1] != errors[0] && abs(errors[1] / errors[0] - 1) < 0.01, "\(errors)")
  }

  @Test func `compare chooses columns and measures by a baseline`() throws {
    let found = try values(
      run(
        TinyRecipe.header + """
          let runs = {a: {loss: 2.0, seconds: 4s, rows: 3}, b: {loss: 1.0, seconds: 1s, rows: 6}}
          compare runs, baseline: "a", columns: [loss, loss_ratio]
          compare runs, sort: loss, columns: [rows]

          """), of: "compare")
    #expect(
      found == [
        [
          ["name": "a", "loss": 2.0, "loss_ratio": 1.0],
          ["name": "b", "loss": 1.0, "loss_ratio": 0.5],
        ],
        [["name": "b", "rows": 6], ["name": "a", "rows": 3]],
      ])
  }
}
