import Files
import Tensors

/// What an adapter's folder tells beside PEFT's two files: which base the adapter was made on, and which
/// rows it has seen. PEFT passes the file over.
package struct AdapterCard: Sendable, Equatable {
  /// The base as its file has it.
  package struct Base: Sendable, Equatable {
    package var name: String
    package var format: String
    package var digests: BaseIdentity.Digests
    /// The commit of a model of the hub; nil for any other.
    package var revision: String?

    package init(
      name: String, format: String, digests: BaseIdentity.Digests, revision: String? = nil
    ) {
      self.revision = revision
      self.name = name
      self.format = format
      self.digests = digests
    }

    package init(_ identity: BaseIdentity, with pool: WorkerPool) {
      self.init(
        name: identity.name, format: identity.format, digests: identity.digests(with: pool),
        revision: identity.revision)
    }

    /// What tells another base from this one, with both named; nil where there is nothing. The template
    /// is no part of that: an adapter may be meant for another one.
    func difference(from other: BaseIdentity, with pool: WorkerPool) -> String? {
      let own = digests
      let others = other.digests(with: pool)
      let what: (name: String, own: String, other: String)
      if own.weights != others.weights {
        what = ("weights", own.weights, others.weights)
      } else if own.tokenizer != others.tokenizer {
        what = ("tokenizer", own.tokenizer, others.tokenizer)
      } else {
        return nil
      }
      return "\(name) (\(format), \(what.name) \(what.own.prefix(12))…); this model is "
        + "\(other.name) (\(other.format), \(what.name) \(what.other.prefix(12))…)"
    }
  }

  package var base: Base
  /// How the base was kept when the adapter was trained last, such as `nf4`; nil for as in its file.
  package var quantization: String?
  /// Optimizer steps that made the adapter.
  package var steps: Int
  /// Rows that it was trained on.
  package var rows: TrainedRows
  /// What of the adapter is to be trained.
  package var form: LoRAConfiguration.Form

  package init(
    base: Base, quantization: String?, steps: Int, rows: TrainedRows,
    form: LoRAConfiguration.Form = .lowRank
  ) {
    self.form = form
    self.base = base
    self.quantization = quantization
    self.steps = steps
    self.rows = rows
  }
}

/// Rows of a training, each by a hash of its tokens.
package struct TrainedRows: Sendable, Equatable {
  /// More rows than this are not remembered one by one.
  package static let limit = 1 << 18

  package private(set) var hashes: Set<UInt64> = []
  /// Whether there were more than the limit, so that what is known is a part.
  package private(set) var isPartial = false

  package init(isPartial: Bool = false) { self.isPartial = isPartial }

  package mutating func insert(_ hash: UInt64) {
    if hashes.count >= Self.limit, !hashes.contains(hash) {
      isPartial = true
    } else {
      hashes.insert(hash)
    }
  }

  package func contains(_ hash: UInt64) -> Bool { hashes.contains(hash) }
}
