/// A type of Arrow by its number and what belongs to it (Schema.fbs, the union `Type`).
struct ArrowType {
  let layout: ArrowField.Layout
  let scalar: Scalar?
  /// For messages, in the plural.
  let name: String
  /// How many parts it must have; nil where any number is good.
  var children: Int? = 0

  private init(
    _ layout: ArrowField.Layout, _ scalar: Scalar? = nil, _ name: String = "", children: Int? = 0
  ) {
    (self.layout, self.scalar, self.name, self.children) = (layout, scalar, name, children)
  }

  /// - Parameter field: a table `Field`.
  init(_ field: FlatTable) throws(TableFault) {
    let number = try field.number(2, UInt8(0))
    guard let type = try field.table(3) else { throw .damaged("a column is of no type") }
    if let scalar = try Self.number(Int(number), type) {
      self = scalar
    } else {
      self = try Self.parts(Int(number), type)
    }
  }

  private static func number(_ number: Int, _ type: FlatTable) throws(TableFault) -> ArrowType? {
    switch number {
    case 1: return ArrowType(.null, .null)
    case 2:
      let bits = Int(try type.number(0, Int32(0)))
      guard [8, 16, 32, 64].contains(bits) else {
        throw .damaged("its whole numbers have \(bits) bits")
      }
      return ArrowType(.fixed(bits: bits), try type.flag(1) ? .signed : .unsigned)
    case 3:
      let precision = try type.number(0, Int16(0))
      guard (0...2).contains(precision) else { throw .damaged("its numbers have no precision") }
      return ArrowType(.fixed(bits: 16 << Int(precision)), .floating)
    case 6: return ArrowType(.fixed(bits: 1), .boolean)
    case 7:
      let (scale, bits) = (Int(try type.number(1, Int32(0))), Int(try type.number(2, Int32(128))))
      guard [32, 64, 128, 256].contains(bits) else {
        throw .damaged("its decimals have \(bits) bits")
      }
      let isRead = bits <= 128 && Scalar.scales.contains(scale)
      return ArrowType(
        .fixed(bits: bits), isRead ? .decimal(scale: scale) : nil,
        "decimals of more than 38 digits")
    case 8:
      let isDays = try type.number(0, Int16(1)) == 0
      return ArrowType(
        .fixed(bits: isDays ? 32 : 64), isDays ? .date : .timestamp(perSecond: 1000, isUTC: false))
    case 9:
      let bits = Int(try type.number(1, Int32(32)))
      guard [32, 64].contains(bits) else { throw .damaged("its times have \(bits) bits") }
      return ArrowType(
        .fixed(bits: bits), .time(perSecond: try perSecond(type, Int16(1))))
    case 10:
      return ArrowType(
        .fixed(bits: 64),
        .timestamp(perSecond: try perSecond(type, 0), isUTC: try type.text(1)?.isEmpty == false))
    case 11:
      return ArrowType(
        .fixed(bits: [32, 64, 128][Int(min(2, UInt16(bitPattern: try type.number(0, Int16(0)))))]),
        nil, "intervals")
    case 18: return ArrowType(.fixed(bits: 64), nil, "durations")
    default: return nil
    }
  }

  private static func parts(_ number: Int, _ type: FlatTable) throws(TableFault) -> ArrowType {
    switch number {
    case 4, 19: return ArrowType(.bytes(isLarge: number == 19), nil, "bytes")
    case 5, 20: return ArrowType(.bytes(isLarge: number == 20), .text)
    case 12, 21: return ArrowType(.list(isLarge: number == 21), children: 1)
    case 13: return ArrowType(.record, children: nil)
    case 14:
      return ArrowType(
        .union(isDense: try type.number(0, Int16(0)) == 1), nil, "a union", children: nil)
    case 15:
      let size = Int(try type.number(0, Int32(0)))
      guard size >= 0 else { throw .damaged("its values have \(size) bytes") }
      return ArrowType(.fixed(bits: 8 * size), nil, "bytes")
    case 16:
      let size = Int(try type.number(0, Int32(0)))
      guard size >= 0 else { throw .damaged("its lists have \(size) elements") }
      return ArrowType(.fixedList(size: size), children: 1)
    case 17: return ArrowType(.map, children: 1)
    case 22: return ArrowType(.runs, nil, "runs", children: 2)
    case 23: return ArrowType(.views, nil, "bytes")
    case 24: return ArrowType(.views, .text)
    case 25, 26: return ArrowType(.listViews(isLarge: number == 26), children: 1)
    default: throw .unsupported("a column is of the type number \(number)")
    }
  }

  /// Counts of a second, by the number of a unit.
  private static func perSecond(_ type: FlatTable, _ absent: Int16) throws(TableFault) -> Int {
    let unit = Int(try type.number(0, absent))
    let units = [1, 1000, 1_000_000, 1_000_000_000]
    guard units.indices.contains(unit) else { throw .damaged("its times have no unit") }
    return units[unit]
  }
}
