import RecipeLanguage
import Training

package enum Split: Verb {
  package static let valid = Argument<ShareOrCount>.shareOrCount(
    "valid", default: .share(0.1),
    foreign: [
      "val", "validation", "val_size", "validation_size", "validation_split", "val_set_size",
      "valid_size", "dev",
    ], "for evaluation while you work")
  package static let test = Argument<ShareOrCount?>.shareOrCount(
    "test", foreign: ["test_size"], "kept for the last word")
  package static let train = Argument<ShareOrCount?>.shareOrCount(
    "train", foreign: ["train_size"], "the rest if not given")
  package static let seed = Argument<Int?>.int(
    "seed", 0...Int.max, foreign: ["random_state"], "the session's seed if not given")

  package static let declaration = VerbDeclaration(
    "split", "cuts the dataset into parts, the same way for the same seed",
    arguments: [valid, test, train, seed],
    fields: [
      FieldDeclaration("train", "int", "rows to learn from"),
      FieldDeclaration("valid", "int", "rows held out"),
      FieldDeclaration("test", "int", "rows held back"),
    ],
    effects: [
      .needs(.dataset), .changes(.dataset), .removesRows, .givesRows(.train), .givesRows(.valid),
      .givesRows(.test, when: .given(test)),
    ],
    examples: ["split valid: 10%", "split valid: 10%, test: 10%, seed: 1"],
    related: ["dataset", "eval"],
    next: { shape in
      shape.has.contains(.model)
        ? "let base = eval, then lora rank: 8" : "load \"smollm2\", the model to tune"
    },
    details: """
      A random order of the rows is drawn from the seed; `valid` takes the first ones of it, \
      `test` the next, `train` the rest, each in the file's order. A model is judged by rows that \
      it was not trained on: choose by `valid` while you work, and look at `test` once, at the \
      end.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.split(call)
  }
}

extension Session {
  func split(_ call: VerbCall) throws(VerbFailure) -> Value {
    var data = try requireData(Split.name)
    func size(_ part: ShareOrCount?) -> PartSize? {
      switch part {
      case .share(let share)?: share == 0 ? nil : .fraction(share)
      case .count(let rows)?: rows == 0 ? nil : .rows(rows)
      case nil: nil
      }
    }
    do throws(DataError) {
      let seed = call[Split.seed].map { UInt64($0) } ?? state.seed
      let split = try DatasetSplit(
        of: data.dataset, train: size(call[Split.train]), valid: size(call[Split.valid]),
        test: size(call[Split.test]), seed: seed)
      data.split = split
      state.data = data
      if split.duplicates > 0 {
        notice(
          (split.duplicates == 1
            ? "1 held-out row stands" : "\(split.duplicates) held-out rows stand")
            + " in the training part too: dataset …, dedupe: true reads each row once")
      }
      return .record(
        Record([
          ("train", .int(split.train.count)), ("valid", .int(split.valid.count)),
          ("test", .int(split.test.count)),
        ]))
    } catch {
      throw VerbFailure("E0424", error.reason, help: error.fix.beginningInLowerCase)
    }
  }
}
