/// What becomes of an adapter that trains more than pairs of matrices, as lines of a recipe.
struct AdapterLife {
  /// The lines before it, up to a dataset and its parts.
  let start: String
  /// A `lora …`, and how it is trained, by which it learns much.
  let adapter: String
  let training: String
  /// A condition on what `lora` gave, `made`.
  let size: String
  /// How far its first loss may be from the base's.
  var startTolerance = "1e-5"
  /// How it is written with the base, and folded into it.
  var export = "export \"out.gguf\", type: f32, embedding: f32"
  var merge = "merge to: f32"
  /// What else is written, of the adapter and of the merged base.
  var alsoWritten = ""
  var mergedWritten = ""
  /// Which of the files is the model in the end.
  let model: String

  /// It starts as the base, learns, is the same when it is read again, and stays that model in a file and folded in.
  var lines: String {
    start + """
      let base = eval on: train
      let made = \(adapter)
      assert \(size)
      let start = eval on: train
      assert abs(start.loss - base.loss) <= \(startTolerance)
      train \(training)
      let tuned = eval on: train
      assert tuned.loss < base.loss - 0.1
      inspect adapter
      save "saved"
      use "read", from: "saved"
      let read = eval on: train
      assert read.loss == tuned.loss
      let written = \(export)
      assert written.kl < 1e-6 and written.read_back < 1e-3
      \(alsoWritten)
      let folded = \(merge)
      assert folded.kl < 1e-6
      \(mergedWritten)
      load "\(model)", precision: f32
      \(TinyRecipe.dataset)split valid: 1, test: 1
      let after = eval on: train
      assert abs(after.loss - tuned.loss) < 1e-4

      """
  }

  /// A training in one go as `whole`, and in parts that go on in the session and from a folder: to the same bytes.
  static func resumption(of adapter: String, training: String) -> String {
    """
    \(adapter)
    let whole = train \(training)
    \(adapter)
    let half = train \(training), until: 3
    let rest = train resume: half
    assert rest.adapter_sha256 == whole.adapter_sha256
    \(adapter)
    train \(training), until: 3, to: "half"
    let other = train resume: "half", to: "end"
    assert other.adapter_sha256 == whole.adapter_sha256

    """
  }
}
