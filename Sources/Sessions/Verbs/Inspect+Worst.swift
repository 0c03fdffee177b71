import Models
import RecipeLanguage
import Tensors
import Tokenizers
import Training

/// `inspect worst`: the held-out rows that the model expects least. Often they are those whose labels are wrong.
extension Session {
  func inspectWorst(_ call: VerbCall, _ model: ModelInUse) throws(VerbFailure) -> Record {
    let part = DatasetSplit.Part.valid
    let examples = try requireData(Inspect.name).examples(part)
    try require(examples, fit: model)
    let (losses, _) = try measure(Inspect.name, model, examples.count, unit: "rows") {
      evaluation, progress in
      var losses: [(index: Int, score: CrossEntropy.Score)] = []
      for (index, example) in examples.enumerated() {
        let score = evaluation.run([example])
        if score.tokens > 0 { losses.append((index, score)) }
        if !progress(index + 1, examples.count) { break }
      }
      return losses
    }
    try refuse(losses.reduce(0) { $0 + $1.score.loss }, "the loss of the part `\(part.rawValue)`")
    let sorted = losses.sorted {
      ($1.score.meanLoss, $0.index) < ($0.score.meanLoss, $1.index)
    }
    let rows = sorted.prefix(call[Inspect.top]).map { index, score in
      let example = examples[index]
      let learnt = zip(example.tokens, example.trained).filter(\.1).map(\.0)
      return Table.Row(
        label: "\(example.line)",
        record: Record([
          ("loss", .float(score.meanLoss)), ("tokens", .int(score.tokens)),
          ("learnt", .string(model.loaded.tokenizer.readable(learnt))),
        ]))
    }
    return Record([
      ("subject", .word(Inspect.worst)), ("rows", .int(losses.count)),
      ("worst", .table(Table(rows: Array(rows), heading: "line"))),
    ])
  }
}
