import Files
import Tensors

/// What operations do with the stack, and which functions are known.
extension PickleMachine {
  /// Storages of `torch`, by the type of their numbers.
  private static let storageTypes: [String: ElementType] = [
    "DoubleStorage": .f64, "FloatStorage": .f32, "HalfStorage": .f16, "BFloat16Storage": .bf16,
    "LongStorage": .i64, "IntStorage": .i32, "ShortStorage": .i16, "CharStorage": .i8,
    "ByteStorage": .u8, "BoolStorage": .bool,
  ]
  /// Types of `torch`'s tensors, where a storage has bytes only.
  private static let numberTypes: [String: ElementType] = [
    "float64": .f64, "float32": .f32, "float16": .f16, "bfloat16": .bf16, "int64": .i64,
    "int32": .i32, "int16": .i16, "int8": .i8, "uint8": .u8, "bool": .bool,
    "float8_e4m3fn": .f8e4m3, "float8_e5m2": .f8e5m2,
  ]
  private static let untyped = "torch.storage.UntypedStorage"
  private static let orderedDictionary = "collections.OrderedDict"
  private static let tensor = "torch._utils._rebuild_tensor_v2"
  private static let tensorOfType = "torch._utils._rebuild_tensor_v3"
  private static let parameter = "torch._utils._rebuild_parameter"

  private static func type(ofStorage name: String) -> ElementType? {
    name == untyped
      ? .u8 : name.hasPrefix("torch.") ? storageTypes[String(name.dropFirst(6))] : nil
  }

  private static func type(ofNumbers name: String) -> ElementType? {
    name.hasPrefix("torch.") ? numberTypes[String(name.dropFirst(6))] : nil
  }

  // MARK: - Functions

  mutating func pushGlobal(_ name: String) throws(FileError) {
    let isKnown =
      [Self.orderedDictionary, Self.tensor, Self.tensorOfType, Self.parameter].contains(name)
      || Self.type(ofStorage: name) != nil || Self.type(ofNumbers: name) != nil
    guard isKnown else {
      throw error(
        .unsupported, at: reader.offset,
        "the pickle names \(name), which is nothing that weights are made of; such a file can run any "
          + "program when Python opens it")
    }
    stack.append(.global(name))
  }

  /// A storage, by `("storage", type, key, device, count)`.
  mutating func pushStorage(_ id: Value) throws(FileError) {
    guard case .tuple(let place) = id, case let parts = tuples[place], parts.count >= 5,
      case .text("storage") = parts[0], case .global(let name) = parts[1],
      case .text(let key) = parts[2], case .int(let count) = parts[4], count >= 0,
      let type = Self.type(ofStorage: name)
    else { throw malformed("a storage of tensors is described otherwise than PyTorch does") }
    if parts.count > 5, case .none = parts[5] {
    } else if parts.count > 5 {
      throw error(
        .unsupported, at: reader.offset,
        "the storage \(key) is a view of another, as PyTorch wrote them before 0.4")
    }
    storages.append(Storage(key: key, type: type, elementCount: count))
    stack.append(.storage(storages.count - 1))
  }

  /// Calls a function with a tuple.
  mutating func call(_ parts: [Value]) throws(FileError) {
    guard case .global(let name) = parts[0], case .tuple(let place) = parts[1] else {
      throw malformed("something is called that is no function")
    }
    let arguments = tuples[place]
    switch name {
    case Self.orderedDictionary where arguments.isEmpty: pushDictionary()
    case Self.tensor: try pushTensor(arguments, type: nil)
    case Self.tensorOfType:
      guard arguments.count > 6, case .global(let name) = arguments[6],
        let type = Self.type(ofNumbers: name)
      else { throw malformed("a tensor has no type") }
      try pushTensor(arguments, type: type)
    case Self.parameter:
      guard case .tensor? = arguments.first else { throw malformed("a parameter is no tensor") }
      stack.append(arguments[0])
    default: throw malformed("\(name) is called with other things than PyTorch gives it")
    }
  }

  /// A tensor, by storage, offset, shape and strides.
  private mutating func pushTensor(
    _ arguments: [Value], type: ElementType?
  ) throws(FileError) {
    guard arguments.count >= 4, case .storage(let storage) = arguments[0],
      case .int(let offset) = arguments[1], let shape = integers(arguments[2]),
      let strides = integers(arguments[3]), shape.count == strides.count, offset >= 0,
      shape.allSatisfy({ $0 >= 0 })
    else { throw malformed("a tensor is described otherwise than PyTorch does") }
    tensors.append(
      Tensor(
        storage: storages[storage], type: type ?? storages[storage].type, offset: offset,
        shape: shape, strides: strides))
    stack.append(.tensor(tensors.count - 1))
  }

  /// The numbers of a tuple; nil where it has others.
  private func integers(_ value: Value) -> [Int]? {
    guard case .tuple(let place) = value else { return nil }
    var result: [Int] = []
    for part in tuples[place] {
      guard case .int(let number) = part else { return nil }
      result.append(number)
    }
    return result
  }

  // MARK: - The stack

  mutating func push(tuple parts: [Value]) {
    tuples.append(parts)
    stack.append(.tuple(tuples.count - 1))
  }

  mutating func pushDictionary() {
    dictionaries.append([])
    stack.append(.dictionary(dictionaries.count - 1))
  }

  /// Puts keys and values that alternate into the dictionary on the stack.
  mutating func setItems(_ parts: [Value]) throws(FileError) {
    guard case .dictionary(let place) = try top(), parts.count % 2 == 0 else {
      throw malformed("entries are put into something that is no dictionary")
    }
    for start in stride(from: 0, to: parts.count, by: 2) {
      dictionaries[place].append((parts[start], parts[start + 1]))
    }
  }

  mutating func pop() throws(FileError) -> Value {
    if let value = stack.popLast() { return value }
    throw malformed("its stack is empty before its end")
  }

  mutating func pop(_ count: Int) throws(FileError) -> [Value] {
    guard stack.count >= count else { throw malformed("its stack is empty before its end") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  mutating func popToMark() throws(FileError) -> [Value] {
    let place = stack.lastIndex { if case .mark = $0 { true } else { false } }
    guard let place else { throw malformed("its stack has no mark") }
    defer { stack.removeSubrange(place...) }
    return Array(stack[(place + 1)...])
  }

  func top() throws(FileError) -> Value {
    if let value = stack.last { return value }
    throw malformed("its stack is empty before its end")
  }

  func remembered(_ place: Int) throws(FileError) -> Value {
    if let value = memo[place] { return value }
    throw malformed("it asks for the value \(place), which it has not kept")
  }

  // MARK: - Bytes

  mutating func byte() throws(FileError) -> UInt8 {
    try reader.read(UInt8.self, "an operation of the pickle")
  }

  /// A whole number of up to 8 bytes.
  mutating func long() throws(FileError) -> Int {
    let count = Int(try byte())
    guard count <= 8 else { throw malformed("a number has \(count) bytes") }
    let bytes = try unsafe reader.take(count, "a number")
    var value: Int64 = 0
    for index in bytes.indices { value |= unsafe Int64(bytes[index]) << (8 * Int64(index)) }
    if count > 0, count < 8, unsafe bytes[count - 1] >= 0x80 { value -= 1 << (8 * Int64(count)) }
    return Int(value)
  }

  mutating func text(_ count: Int) throws(FileError) -> String {
    let bytes = try unsafe reader.take(count, "a text of the pickle")
    if let text = unsafe String(validating: bytes, as: UTF8.self) { return text }
    throw malformed("a text is not UTF-8")
  }

  /// A name, which ends with its line.
  mutating func line() throws(FileError) -> String {
    var bytes: [UInt8] = []
    while true {
      let next = try byte()
      if next == UInt8(ascii: "\n") { break }
      guard bytes.count < 256 else { throw malformed("a name has no end") }
      bytes.append(next)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: - Errors

  func malformed(_ cause: String) -> FileError {
    error(.malformed, at: reader.offset, "the pickle is damaged: \(cause)")
  }

  func error(_ kind: FileError.Kind, at place: Int, _ cause: String) -> FileError {
    FileError(kind, file: file, offset: place, cause: cause, fix: PickledFile.fix)
  }

  static func shown(_ code: UInt8) -> String {
    let digits = String(code, radix: 16, uppercase: true)
    return "0x" + (code < 16 ? "0" : "") + digits
  }
}
