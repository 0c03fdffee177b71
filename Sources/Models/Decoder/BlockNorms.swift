import Tensors

/// Where the norms of a block stand.
package enum NormPlacement: String, Sendable {
  /// Each sublayer reads the norm of the residual stream.
  case before
  /// Its output is normed as well before it joins the stream (Gemma 2).
  case beforeAndAfter
  /// Only its output is normed (OLMo 2).
  case after
  /// The stream is normed once its output has joined it (arXiv 1706.03762; OPT-350m).
  case afterSum

  var isBefore: Bool { self == .before || self == .beforeAndAfter }
  var isAfter: Bool { self != .before }
}

/// The norms of a block; which there are, its description says.
package struct BlockNorms: Sendable {
  package private(set) var attention: Norm?
  package private(set) var feedForward: Norm?
  package private(set) var afterAttention: Norm?
  package private(set) var afterFeedForward: Norm?
  package private(set) var heads: HeadNorms?
  /// Whether the norms after sublayers are of the stream, their outputs included.
  let areOfSums: Bool
  /// Whether the feed-forward reads what the attention reads.
  private let isShared: Bool

  package init(
    attention: Norm?, feedForward: Norm?, afterAttention: Norm? = nil,
    afterFeedForward: Norm? = nil, heads: HeadNorms? = nil, isShared: Bool = false,
    areOfSums: Bool = false
  ) {
    self.areOfSums = areOfSums
    self.isShared = isShared
    self.attention = attention
    self.feedForward = feedForward
    self.afterAttention = afterAttention
    self.afterFeedForward = afterFeedForward
    self.heads = heads
  }

  /// The norm that the feed-forward reads.
  var readByFeedForward: BlockNormRole { isShared ? .attention : .feedForward }

  subscript(_ role: BlockNormRole) -> Norm? {
    switch role {
    case .attention: attention
    case .feedForward: feedForward
    case .afterAttention: afterAttention
    case .afterFeedForward: afterFeedForward
    case .queries: heads?.queries
    case .keys: heads?.keys
    }
  }

  /// The same with each norm as `change` gives it.
  func changed(by change: (BlockNormRole, Norm) -> Norm) -> BlockNorms {
    func new(_ role: BlockNormRole) -> Norm? { self[role].map { change(role, $0) } }
    return BlockNorms(
      attention: new(.attention), feedForward: new(.feedForward),
      afterAttention: new(.afterAttention), afterFeedForward: new(.afterFeedForward),
      heads: heads.map { heads in
        HeadNorms(
          queries: change(.queries, heads.queries), keys: change(.keys, heads.keys),
          headSize: heads.headSize)
      }, isShared: isShared, areOfSums: areOfSums)
  }

  /// Those that there are, in an order that digests keep.
  var all: [Norm] {
    [attention, feedForward, afterAttention, afterFeedForward, heads?.queries, heads?.keys]
      .compactMap(\.self)
  }
}

/// A norm of a block by what it does.
package enum BlockNormRole: Int, Sendable, CaseIterable {
  case attention, feedForward, afterAttention, afterFeedForward, queries, keys

  var isOfHeads: Bool { self == .queries || self == .keys }
}

extension DecoderDescription {
  /// The norms that each block has.
  var blockNorms: [BlockNormRole] {
    (normPlacement.isBefore ? [.attention] : [])
      + (normPlacement.isBefore && !sharesNorm ? [.feedForward] : [])
      + (normPlacement.isAfter ? [.afterAttention, .afterFeedForward] : [])
      + (headNorms == nil ? [] : [.queries, .keys])
  }

  /// Of the weights of a norm in a file.
  func shape(of role: BlockNormRole) -> [Int] {
    switch (role, headNorms) {
    case (.queries, .token): [sizes.query]
    case (.keys, .token): [sizes.keyValue]
    case (.queries, .headAlone): [sizes.heads, sizes.head]
    case (.keys, .headAlone): [sizes.keyValueHeads, sizes.head]
    case (.queries, _), (.keys, _): [sizes.head]
    default: [sizes.hidden]
    }
  }

  /// Whether a norm adds a bias. Heads with weights of their own add none.
  func hasBias(_ role: BlockNormRole) -> Bool {
    normHasBias && !(role.isOfHeads && headNorms == .headAlone)
  }
}
