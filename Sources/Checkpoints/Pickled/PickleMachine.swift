import Files
import Tensors

/// Reads what Python's `pickle` wrote, as far as weights need it: a pickle is a program for a machine with a stack,
/// of which nothing is run but what makes texts, numbers, tuples, dictionaries and tensors out of bytes. What else
/// a program names is refused by its name.
struct PickleMachine {
  /// A value; what has parts stands in the machine's arrays by its place there, so that no depth of a program
  /// becomes a depth of calls.
  enum Value {
    case none, mark
    case bool(Bool)
    case int(Int)
    case float(Double)
    case text(String)
    case tuple([Value].Index)
    /// Whose parts nothing asks for.
    case list
    case dictionary([Value].Index)
    /// A function or type, by its module and name.
    case global(String)
    case storage([Storage].Index)
    case tensor([Tensor].Index)
  }

  /// Bytes that tensors lie in.
  struct Storage {
    let key: String
    let type: ElementType
    let elementCount: Int
  }

  /// A tensor as the program makes it, its numbers not checked yet.
  struct Tensor {
    let storage: Storage
    let type: ElementType
    /// In elements, as are the strides.
    let offset: Int
    let shape: [Int]
    let strides: [Int]
  }

  let file: String
  var reader: ByteReader
  var stack: [Value] = []
  var memo: [Int: Value] = [:]
  var tuples: [[Value]] = []
  var dictionaries: [[(key: Value, value: Value)]] = []
  var storages: [Storage] = []
  var tensors: [Tensor] = []

  /// All texts of the program, in their order.
  private(set) var texts: [String] = []
  private let start: Int

  /// A description of many more tensors than any model has.
  private static let longest = 64 << 20

  /// - Parameter reader: at the beginning of the program.
  init(_ reader: ByteReader, file: String) {
    self.reader = reader
    start = reader.offset
    self.file = file
  }

  /// Runs the program to its end.
  mutating func run() throws(FileError) -> Value {
    while true {
      let place = reader.offset
      guard place - start <= Self.longest else {
        throw malformed("it is longer than \(Self.longest) bytes")
      }
      let code = try byte()
      guard let operation = Operation(rawValue: code) else {
        throw error(
          .unsupported, at: place,
          "the pickle has the operation \(Self.shown(code)), which no weights need")
      }
      if operation == .stop { return try pop() }
      try perform(operation)
    }
  }

  /// Codes of `pickletools`, by their names there.
  private enum Operation: UInt8 {
    case protocolNumber = 0x80
    case frame = 0x95
    case stop = 0x2E
    case mark = 0x28
    case none = 0x4E
    case newTrue = 0x88
    case newFalse = 0x89
    case binInt = 0x4A
    case binInt1 = 0x4B
    case binInt2 = 0x4D
    case long1 = 0x8A
    case binFloat = 0x47
    case binUnicode = 0x58
    case shortBinUnicode = 0x8C
    case emptyTuple = 0x29
    case tuple = 0x74
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case emptyList = 0x5D
    case append = 0x61
    case appends = 0x65
    case emptyDictionary = 0x7D
    case setItem = 0x73
    case setItems = 0x75
    case binPut = 0x71
    case longBinPut = 0x72
    case memoize = 0x94
    case binGet = 0x68
    case longBinGet = 0x6A
    case global = 0x63
    case stackGlobal = 0x93
    case persistentId = 0x51
    case reduce = 0x52
    case build = 0x62
  }

  private mutating func pushText(_ count: Int) throws(FileError) {
    let text = try text(count)
    texts.append(text)
    stack.append(.text(text))
  }

  private mutating func perform(_ operation: Operation) throws(FileError) {
    switch operation {
    case .protocolNumber: _ = try byte()
    case .frame: _ = try unsafe reader.take(8, "the length of a frame")
    case .stop: break
    case .mark: stack.append(.mark)
    case .none: stack.append(.none)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .binInt: stack.append(.int(Int(try reader.read(Int32.self, "a number"))))
    case .binInt1: stack.append(.int(Int(try byte())))
    case .binInt2: stack.append(.int(Int(try reader.read(UInt16.self, "a number"))))
    case .long1: stack.append(.int(try long()))
    case .binFloat:
      let bits = try reader.read(UInt64.self, "a number").byteSwapped
      stack.append(.float(Double(bitPattern: bits)))
    case .binUnicode:
      try pushText(Int(try reader.read(UInt32.self, "a length")))
    case .shortBinUnicode: try pushText(Int(try byte()))
    case .emptyTuple: push(tuple: [])
    case .tuple: push(tuple: try popToMark())
    case .tuple1: push(tuple: try pop(1))
    case .tuple2: push(tuple: try pop(2))
    case .tuple3: push(tuple: try pop(3))
    case .emptyList: stack.append(.list)
    case .append: _ = try pop()
    case .appends: _ = try popToMark()
    case .emptyDictionary: pushDictionary()
    case .setItem: try setItems(try pop(2))
    case .setItems: try setItems(try popToMark())
    case .binPut: memo[Int(try byte())] = try top()
    case .longBinPut: memo[Int(try reader.read(UInt32.self, "a place"))] = try top()
    case .memoize: memo[memo.count] = try top()
    case .binGet: stack.append(try remembered(Int(try byte())))
    case .longBinGet:
      stack.append(try remembered(Int(try reader.read(UInt32.self, "a place"))))
    case .global: try pushGlobal(try line() + "." + line())
    case .stackGlobal:
      let names = try pop(2)
      guard case .text(let module) = names[0], case .text(let name) = names[1] else {
        throw malformed("a function is named by something else than texts")
      }
      try pushGlobal(module + "." + name)
    case .persistentId: try pushStorage(try pop())
    case .reduce: try call(try pop(2))
    case .build:
      // attributes of a dictionary, such as the versions of its modules
      _ = try pop()
      guard case .dictionary = try top() else {
        throw malformed("an object that is no dictionary gets attributes")
      }
    }
  }
}
