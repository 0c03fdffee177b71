import Checkpoints
import Files
import Glibc
import Models
import Tensors

/// A training on the disk: a file beside the adapter from which another process goes on to the same
/// bits. It holds the numbers of its adapter too, so that it is whole whatever happens to the others.
package struct TrainingStateFile {
  package static let name = AdapterFolder.stateName
  private static let format = "skillet training state 1"
  /// Says that the adapter is a whole change of its matrices.
  private static let formNote = "form"
  private static let fix = "go on from another saving, or train again"

  /// What the numbers mean; the caller's own, and those of this type.
  package let notes: [String: String]
  /// The losses of all steps.
  package let losses: [Double]
  package let evaluations: [(step: Int, loss: Double)]
  package let path: String
  private let tensors: TensorDirectory

  // MARK: - Writing

  /// The bytes of a state's file.
  ///
  /// - Parameters:
  ///   - losses: of all its steps.
  ///   - notes: whatever a reader needs to know beside.
  package static func bytes(
    of state: TrainingState, losses: [Double], evaluations: [(step: Int, loss: Double)],
    notes: [String: String]
  ) throws(FileError) -> [UInt8] {
    var vectors = [("parameters", state.adapter.parameters)]
    var notes = notes
    notes["format"] = format
    notes["steps"] = "\(state.steps)"
    notes["configuration"] = AdapterConfigurationFile.value(
      of: state.adapter.configuration, on: state.adapter.parameters.layout.model, baseModel: ""
    ).text()
    let form = state.adapter.configuration.form
    if form != .lowRank { notes[formNote] = form.rawValue }
    if let best = state.best {
      vectors.append(("best_parameters", best.adapter.parameters))
      (notes["best_step"], notes["best_loss"]) = ("\(best.step)", "\(best.loss)")
    }
    var tensors = vectors.map { name, vector in
      Tensor(name: name, type: .f32, shape: [vector.count], bytes: bytes(of: vector))
    }
    tensors.append(Tensor("losses", [losses.count], losses))
    for memory in state.optimizer.memory where memory.count > 0 {
      unsafe tensors.append(
        Tensor(
          name: memory.name, type: memory.type, shape: [memory.count], bytes: Array(memory.bytes)))
    }
    tensors.append(
      Tensor(
        "evaluations", [evaluations.count, 2], evaluations.flatMap { [Double($0.step), $0.loss] }))
    notes["sha256"] = digest(of: tensors.map { ($0.name, $0.bytes) }, notes)
    var writer = SafetensorsWriter(file: name, metadata: notes)
    for tensor in tensors {
      try writer.add(tensor.name, tensor.type, shape: tensor.shape, bytes: tensor.bytes)
    }
    return try writer.bytes()
  }

  fileprivate struct Tensor {
    let name: String
    let type: ElementType
    let shape: [Int]
    let bytes: [UInt8]
  }

  private static func bytes(of vector: AdapterVector) -> [UInt8] {
    unsafe (0..<vector.count).map { unsafe vector.values[$0].bitPattern.littleEndian }
      .withUnsafeBytes(unsafe Array.init)
  }

  /// Of everything in the file but itself, so that no damage is trained on.
  private static func digest(
    of tensors: [(name: String, bytes: [UInt8])], _ notes: [String: String]
  ) -> String {
    var bytes: [UInt8] = []
    for tensor in tensors.sorted(by: { $0.name < $1.name }) {
      bytes += Array(tensor.name.utf8) + tensor.bytes
    }
    for key in notes.keys.sorted() where key != "sha256" {
      bytes += Array("\(key)=\(notes[key] ?? "");".utf8)
    }
    return FileDigest.sha256(bytes)
  }

  // MARK: - Reading

  /// Opens the file of a folder and checks that it is whole.
  package init(folder: String) throws(FileError) {
    path = FolderJournal.place(of: Self.name, in: folder) ?? folder + "/" + Self.name
    let file = try SafetensorsFile(path: path)
    (notes, tensors) = (file.metadata, file.tensors)
    guard notes["format"] == Self.format else {
      throw FileError(
        .wrongFormat, file: path,
        cause: "its format is \(notes["format"] ?? "not told"), not \"\(Self.format)\"",
        fix: Self.fix)
    }
    let contents = tensors.entries.map { unsafe (name: $0.name, bytes: Array($0.bytes)) }
    guard notes["sha256"] == Self.digest(of: contents, notes) else {
      throw FileError(
        .malformed, file: path, cause: "its contents are not those that were written", fix: Self.fix
      )
    }
    losses = try Self.doubles("losses", in: tensors, path)
    let pairs = try Self.doubles("evaluations", in: tensors, path)
    guard losses.allSatisfy(\.isFinite), pairs.count.isMultiple(of: 2) else {
      throw Self.damaged(path, "its losses or evaluations are no list of such")
    }
    var evaluations: [(step: Int, loss: Double)] = []
    for place in stride(from: 0, to: pairs.count, by: 2) {
      guard let step = Int(exactly: pairs[place]), step > evaluations.last?.step ?? -1,
        step <= losses.count
      else { throw Self.damaged(path, "its evaluations are not of steps that it has done") }
      evaluations.append((step, pairs[place + 1]))
    }
    self.evaluations = evaluations
  }

  /// The state, to go on with `options`.
  package func state(
    for model: DecoderDescription, options: OptimizerOptions
  ) throws(FileError) -> TrainingState {
    let configuration = try configuration(for: model)
    guard notes["steps"].flatMap({ Int($0) }) == losses.count else {
      throw damaged("its number of steps is not that of its losses")
    }
    let layout = AdapterLayout(configuration: configuration, model: model)
    func adapter(_ name: String) throws(FileError) -> Adapter {
      Adapter(configuration: configuration, parameters: try vector(name, layout))
    }
    var best: TrainingState.Evaluated?
    if let step = notes["best_step"], let loss = notes["best_loss"] {
      guard
        let found = evaluations.first(where: { "\($0.step)" == step && "\($0.loss)" == loss }),
        found.loss.isFinite
      else { throw damaged("its best evaluation is none of its evaluations") }
      best = .init(step: found.step, loss: found.loss, adapter: try adapter("best_parameters"))
    }
    let optimizer = Optimizer(options, layout: layout, updates: losses.count)
    for memory in optimizer.memory where memory.count > 0 { try read(memory) }
    return TrainingState(
      adapter: try adapter("parameters"), optimizer: optimizer, evaluations: evaluations,
      best: best)
  }

  private func configuration(for model: DecoderDescription) throws(FileError) -> LoRAConfiguration {
    let configuration = try AdapterConfigurationFile.read(
      configurationValue(), file: path, model: model)
    guard let name = notes[Self.formNote] else { return configuration }
    guard let form = LoRAConfiguration.Form(rawValue: name),
      let result = configuration.taking(form, of: model)
    else { throw damaged("its adapter is not of the form \(name)") }
    return result
  }

  private func configurationValue() throws(FileError) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(parsing: Array((notes["configuration"] ?? "").utf8))
    } catch {
      throw damaged("its adapter's configuration is not JSON: \(error.cause)")
    }
  }

  private func vector(
    _ name: String, _ layout: AdapterLayout
  ) throws(FileError) -> AdapterVector {
    let vector = AdapterVector(layout: layout)
    try unsafe readFloats(name, to: vector.values, count: layout.count)
    return vector
  }

  private func read(_ memory: OptimizerMemory) throws(FileError) {
    if memory.type == .u8 {
      let entry = try entry(memory.name, .u8, count: memory.count)
      let bytes = unsafe entry.bytes
      for index in 0..<memory.count { unsafe memory.codes[index] = unsafe bytes[index] }
      return
    }
    try unsafe readFloats(memory.name, to: memory.floats, count: memory.count)
    guard memory.isNonNegative else { return }
    guard (0..<memory.count).allSatisfy({ unsafe memory.floats[$0] >= 0 }) else {
      throw damaged("its \(memory.name) has a negative number")
    }
  }

  private func readFloats(
    _ name: String, to values: UnsafeMutablePointer<Float>, count: Int
  ) throws(FileError) {
    let bytes = try unsafe entry(name, .f32, count: count).bytes
    for index in 0..<count {
      let bits = unsafe bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
      let value = Float(bitPattern: UInt32(littleEndian: bits))
      guard value.isFinite else { throw damaged("its \(name) have a number that is not finite") }
      unsafe values[index] = value
    }
  }

  private func entry(
    _ name: String, _ type: ElementType, count: Int
  ) throws(FileError) -> TensorEntry {
    let entry = try tensors.entry(name, file: path)
    guard entry.elementType == type, entry.shape == [count] else {
      throw damaged("its \(name) do not have the training's \(count) numbers")
    }
    return entry
  }

  private static func doubles(
    _ name: String, in tensors: TensorDirectory, _ path: String
  ) throws(FileError) -> [Double] {
    let entry = try tensors.entry(name, file: path)
    guard entry.elementType == .f64 else {
      throw FileError(
        .malformed, file: path, cause: "its \(name) are not of type f64", fix: Self.fix)
    }
    let bytes = unsafe entry.bytes
    return stride(from: 0, to: bytes.count, by: 8).map { offset in
      unsafe Double(
        bitPattern: UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
    }
  }

  /// Whether a folder's training is the one that made an adapter.
  ///
  /// - Parameter digest: the adapter's, which the note `adapter_sha256` may tell.
  package static func has(in folder: String, of digest: String) -> Bool {
    (try? TrainingStateFile(folder: folder))?.notes["adapter_sha256"] == digest
  }

  /// What is told of a file that no training wrote.
  package func damaged(_ cause: String) -> FileError { Self.damaged(path, cause) }

  private static func damaged(_ path: String, _ cause: String) -> FileError {
    FileError(.malformed, file: path, cause: cause, fix: fix)
  }
}

extension TrainingStateFile.Tensor {
  fileprivate init(_ name: String, _ shape: [Int], _ values: [Double]) {
    unsafe self.init(
      name: name, type: .f64, shape: shape,
      bytes: values.map(\.bitPattern.littleEndian).withUnsafeBytes(unsafe Array.init))
  }
}
