import Tokenizers

/// What counts in the loss.
package enum LossMask: String, CaseIterable, Sendable {
  /// Replies and the token that ends them.
  case completion
  /// Of each conversation the last of them.
  case last
  /// Every token but the first.
  case all
}

/// How a dataset is read.
package struct DatasetOptions: Equatable, Sendable {
  /// Nil chooses the format that most rows have.
  package var format: DatasetFormat?
  package var columns: ColumnMapping
  /// A chat template's name, `none`, or `auto`: the model's own template, else what suits the format.
  package var template: String
  package var mask: LossMask
  /// The most tokens that an example may have.
  package var maxLength: Int
  /// Whether names of special tokens in texts and under the template `none` are those tokens. In
  /// chat they are always text.
  package var special: Bool
  /// The date that a model's own template writes where it asks for today's.
  package var date: TemplateDate?
  /// Whether a row that is, token for token, a row before it is left out.
  package var dropsRepeated: Bool

  package init(
    format: DatasetFormat? = nil, columns: ColumnMapping = ColumnMapping(),
    template: String = "auto", mask: LossMask = .completion, maxLength: Int = 512,
    special: Bool = true, dropsRepeated: Bool = false, date: TemplateDate? = nil
  ) {
    self.format = format
    self.columns = columns
    self.template = template
    self.mask = mask
    self.maxLength = maxLength
    self.special = special
    self.date = date
    self.dropsRepeated = dropsRepeated
  }
}
