import Files
import Synchronization
import Tensors
import Tokenizers

/// What adapters and runs belong to: a model as its file has it, told apart from others by all of its
/// bytes and by everything else that decides what its numbers mean.
///
/// The digests are made when they are first asked for, and once.
package final class BaseIdentity: Sendable {
  /// The name in the file's metadata, or the file's own.
  package let name: String
  /// What PEFT can load the base by: a name of the hub or a folder's path; else its name.
  package let reference: String
  /// The commit of a model of the hub; nil for any other.
  package let revision: String?
  /// The folder that the tokenizer was read from; nil where it stands in the model's one file.
  package let tokenizerFolder: String?
  /// `gguf` or `safetensors`; with it go the order of rotary pairs and the rows of q_proj and k_proj.
  package let format: String
  package let description: DecoderDescription

  private let decoder: DecoderModel
  private let tokenizerParts: Tokenizer
  private let chatTemplate: ChatTemplateSource?
  private let mappings: [MappedFile]
  private let known = Mutex<Digests?>(nil)

  /// SHA-256 in hexadecimal.
  package struct Digests: Sendable, Equatable {
    /// Of the weights in the file's format, and of what the configuration makes of them.
    package let weights: String
    /// Of tokens, merges and rules.
    package let tokenizer: String
    /// Of the conversation template's text; empty without one.
    package let template: String
  }

  init(
    name: String, reference: String? = nil, revision: String? = nil,
    tokenizerFolder: String? = nil, format: String,
    decoder: DecoderModel, tokenizer: Tokenizer, chatTemplate: ChatTemplateSource?,
    mappings: [MappedFile]
  ) {
    self.name = name
    self.reference = reference ?? name
    self.revision = revision
    self.tokenizerFolder = tokenizerFolder
    self.format = format
    description = decoder.description
    self.decoder = decoder
    tokenizerParts = tokenizer
    self.chatTemplate = chatTemplate
    self.mappings = mappings
  }

  /// The base that an adapter's folding made of this one: its weights are others, all else is the same.
  package func merged(with adapter: String, into decoder: DecoderModel) -> BaseIdentity {
    BaseIdentity(
      name: "\(name) with \"\(adapter)\" merged", tokenizerFolder: tokenizerFolder,
      format: format, decoder: decoder, tokenizer: tokenizerParts, chatTemplate: chatTemplate,
      mappings: mappings)
  }

  /// - Parameter pool: reads the weights with all its threads; not to be called from one of its tasks.
  package func digests(with pool: WorkerPool) -> Digests {
    if let digests = known.withLock({ $0 }) { return digests }
    let digests = Digests(
      weights: decoder.digest(with: pool), tokenizer: tokenizerParts.digest,
      template: chatTemplate.map { FileDigest.sha256(Array($0.text.utf8)) } ?? "")
    known.withLock { $0 = digests }
    return digests
  }

  /// Lets the system take the memory of the mapped file back, which making the digests has read.
  package func releasePages() {
    for mapping in mappings { mapping.releasePages() }
  }
}

extension DecoderModel {
  /// Of every byte of the weights in their formats, of the constants that products do not show, and of
  /// the angles of the first position, from which those of all others follow.
  fileprivate func digest(with pool: WorkerPool) -> String {
    // Tasks only read the weights.
    nonisolated(unsafe) let pieces = unsafe weights.matrices.flatMap(unsafe \.pieces)
    let digests = unsafe Mutex([String](repeating: "", count: pieces.count))
    for start in unsafe stride(from: 0, to: pieces.count, by: WorkerPool.largestTaskCount) {
      let count = unsafe min(pieces.count - start, WorkerPool.largestTaskCount)
      pool.run(count) { task, _ in
        let digest = unsafe FileDigest.sha256(pieces[start + task])
        digests.withLock { $0[start + task] = digest }
      }
    }
    var stream = FileDigest.Stream()
    stream.append(Array(constants.joined(separator: "\n").utf8))
    for matrix in weights.matrices {
      stream.append(Array("\(matrix.format.rawValue) \(matrix.rows) \(matrix.columns)\n".utf8))
    }
    for digest in digests.withLock({ $0 }) { stream.append(Array(digest.utf8)) }
    for matrix in weights.matrices where matrix.format.ggmlNumber == nil {
      matrix.appendValues(to: &stream)
    }
    for vector in weights.vectors { unsafe vector.withUnsafeBytes { unsafe stream.append($0) } }
    for rope in [ropes.all, ropes.windowed] {
      unsafe rope?.firstTurn.withUnsafeBytes { unsafe stream.append($0) }
    }
    return stream.finish()
  }

  private var constants: [String] {
    let sizes = description.sizes
    let pairs =
      switch description.positions {
      case .rotary(_, let pairing, _, _, _): "pairs \(pairing)"
      case .learned: "learned positions"
      case .linearBiases(.distances): "linear biases"
      case .linearBiases(.roundedPlaces): "rounded linear biases"
      }
    return [
      description.architecture, "heads \(sizes.heads)", "key/value heads \(sizes.keyValueHeads)",
      "head size \(sizes.head)", "epsilon \(description.normEpsilon.bitPattern)", pairs,
    ] + description.peculiarities
  }
}

extension FrozenMatrix {
  /// The weights in f32: of a format with factors beside its codes, which no file has and a merged base may,
  /// the codes say too little.
  fileprivate func appendValues(to stream: inout FileDigest.Stream) {
    var values = [Float](repeating: 0, count: columns)
    for row in 0..<rows {
      unsafe values.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { unsafe dequantize(row: row, into: base) }
      }
      unsafe values.withUnsafeBytes { unsafe stream.append($0) }
    }
  }

  /// Bytes of one task. It divides the weights, and so is part of what the digest is.
  private static var pieceSize: Int { 1 << 22 }

  /// The bytes of the codes, as they are in the file.
  fileprivate var pieces: [UnsafeRawBufferPointer] {
    unsafe stride(from: 0, to: codes.count, by: Self.pieceSize).map {
      unsafe UnsafeRawBufferPointer(rebasing: codes[$0..<min($0 + Self.pieceSize, codes.count)])
    }
  }
}

extension Tokenizer {
  fileprivate var digest: String {
    var stream = FileDigest.Stream()
    unsafe forEachPart { unsafe stream.append($0) }
    return stream.finish()
  }
}

extension ChatTemplateSource {
  /// The program, or why there is none that could be taken.
  fileprivate var text: String {
    switch self {
    case .jinja(let text, nil), .unusable(let text): text
    case .jinja(let text, let tools?): text + "\u{0}" + tools
    }
  }
}

extension DecoderDescription {
  /// What sets this decoder apart from one that has nothing but sizes, norms before its sublayers and turns;
  /// empty for such a one.
  fileprivate var peculiarities: [String] {
    var result: [String] = []
    if scales != DecoderScales() { result.append("scales \(scales)") }
    if normPlacement != .before { result.append("norms \(normPlacement.rawValue)") }
    if let headNorms { result.append("norms of each \(headNorms.rawValue)") }
    if windows.contains(where: { $0 != nil }) {
      result.append("windows \(windows.map { $0.map(String.init) ?? "none" })")
    }
    if isParallel { result.append("parallel") }
    if dividesScoresByLayer { result.append("scores by layer") }
    if !normHasWeight { result.append("norms without weights") }
    let isUsual = activation == Architecture.named(architecture)?.activation
    if !isUsual || activation == .gelu || activation == .relu {
      result.append(activation.rawValue)
    }
    if !unturnedLayers.isEmpty { result.append("no places in \(unturnedLayers.sorted())") }
    return result
  }
}
