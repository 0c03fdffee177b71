import Models
import Tensors

/// The optimizers by the names that recipes and files of trainings have for them.
package enum OptimizerName: String, CaseIterable, Sendable {
  case adamw
  case adamw8bit
  case lion
  case adafactor
  case sgd
}

/// What a training asks of its optimizer.
package struct OptimizerOptions: Sendable, Equatable {
  package var name: OptimizerName
  package var weightDecay: Double
  /// Of `sgd`.
  package var momentum: Double
  /// The learning rate of B as a multiple of A's (LoRA+, arXiv 2402.12354).
  package var ratioOfB: Double
  /// The learning rate of each block as a multiple of that of the block above it (discriminative fine-tuning,
  /// arXiv 1801.06146).
  package var layerDecay: Double

  package init(
    name: OptimizerName = .adamw, weightDecay: Double = 0, momentum: Double = 0,
    ratioOfB: Double = 1, layerDecay: Double = 1
  ) {
    self.name = name
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.ratioOfB = ratioOfB
    self.layerDecay = layerDecay
  }

  package var rule: any UpdateRule {
    switch name {
    case .adamw: AdamW(weightDecay: weightDecay)
    case .adamw8bit: AdamW8Bit(weightDecay: weightDecay)
    case .lion: Lion(weightDecay: weightDecay)
    case .adafactor: Adafactor(weightDecay: weightDecay)
    case .sgd: SGD(momentum: momentum, weightDecay: weightDecay)
    }
  }
}

/// How an optimizer turns a gradient into an update. What it remembers from step to step is declared
/// and kept for it, so that copies, files of trainings and counts of bytes know of no optimizer.
package protocol UpdateRule: Sendable {
  /// What is remembered, before the first step.
  func memory(of layout: AdapterLayout) -> [OptimizerMemory]

  /// One update of `parameters` against `gradient`, both in the layout of the memory.
  func update(
    _ parameters: AdapterVector, gradient: AdapterVector, memory: [OptimizerMemory],
    _ step: UpdateStep)
}

/// One vector that an optimizer remembers.
package final class OptimizerMemory {
  /// What files of trainings call it.
  let name: String
  let type: ElementType
  let count: Int
  /// Whether a negative number in it would be none of the rule's.
  let isNonNegative: Bool
  private let buffer: RawBuffer

  /// All zero at first.
  ///
  /// - Parameter type: `f32` or `u8`.
  init(
    _ name: String, _ type: ElementType = .f32, count: Int, isNonNegative: Bool = false
  ) {
    precondition(type == .f32 || type == .u8, "memory of type \(type)")
    (self.name, self.type, self.count) = (name, type, count)
    self.isNonNegative = isNonNegative
    buffer = RawBuffer(byteCount: count * (type == .f32 ? 4 : 1))
    unsafe buffer.bound(to: UInt8.self).update(repeating: 0, count: buffer.byteCount)
  }

  var byteCount: Int { buffer.byteCount }

  var floats: UnsafeMutablePointer<Float> {
    precondition(type == .f32, "\(name) has elements of type \(type)")
    return unsafe buffer.bound(to: Float.self)
  }

  var codes: UnsafeMutablePointer<UInt8> {
    precondition(type == .u8, "\(name) has elements of type \(type)")
    return unsafe buffer.bound(to: UInt8.self)
  }

  /// The bytes as files have them, little-endian.
  var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: buffer.base, count: byteCount)
  }

  func takeBytes(of other: OptimizerMemory) {
    precondition(
      other.name == name && other.byteCount == byteCount,
      "\(byteCount) bytes of \(name) from \(other.byteCount) of \(other.name)")
    unsafe buffer.base.copyMemory(from: other.buffer.base, byteCount: byteCount)
  }
}

/// An optimizer at work on one adapter: a rule, what it remembers, and how often it was applied.
package final class Optimizer {
  private let rule: any UpdateRule
  private let ratioOfB: Double
  private let layerDecay: Double
  let memory: [OptimizerMemory]
  /// Updates done.
  private(set) var updates: Int

  /// - Parameters:
  ///   - ratioOfB: the learning rate of B as a multiple of A's.
  ///   - layerDecay: that of each block as a multiple of that of the block above it.
  ///   - updates: how many were done before, for a memory that is then read from a file.
  package init(
    _ rule: any UpdateRule, ratioOfB: Double = 1, layerDecay: Double = 1, layout: AdapterLayout,
    updates: Int = 0
  ) {
    self.rule = rule
    self.ratioOfB = ratioOfB
    self.layerDecay = layerDecay
    memory = rule.memory(of: layout)
    self.updates = updates
  }

  package convenience init(_ options: OptimizerOptions, layout: AdapterLayout, updates: Int = 0) {
    self.init(
      options.rule, ratioOfB: options.ratioOfB, layerDecay: options.layerDecay, layout: layout,
      updates: updates)
  }

  /// An optimizer of the same name that goes on from here by itself.
  func copy(options: OptimizerOptions, layout: AdapterLayout) -> Optimizer {
    let copy = Optimizer(options, layout: layout, updates: updates)
    precondition(
      copy.memory.count == memory.count,
      "\(memory.count) memories for an optimizer with \(copy.memory.count)")
    for (new, old) in zip(copy.memory, memory) { new.takeBytes(of: old) }
    return copy
  }

  /// Bytes of all that is remembered.
  package var byteCount: Int { memory.reduce(0) { $0 + $1.byteCount } }

  /// One update of `parameters` against `gradient`.
  ///
  /// - Parameters:
  ///   - rate: the learning rate of A in the last block.
  ///   - ownRates: those of A in modules that have another, whatever their block.
  package func step(
    _ parameters: AdapterVector, gradient: AdapterVector, rate: Double,
    ownRates: [ModulePlace: Double] = [:]
  ) {
    precondition(
      parameters.count == gradient.count,
      "\(parameters.count) numbers and \(gradient.count) gradients")
    updates += 1
    rule.update(
      parameters, gradient: gradient, memory: memory,
      UpdateStep(
        number: updates, rateOfA: rate, ratioOfB: ratioOfB, layerDecay: layerDecay,
        ownRates: ownRates))
  }
}
