import Testing

import Files

/// Packed by Python's gzip, bz2, lzma and zipfile, by zstd and by pyarrow.
private enum Packed {
  static let gzip = bytes(
    "1f8b0800000000000203ab562a28cacf2d2851b252504a54d251504a06f272524b32f3f34042494a"
      + "b55c00f5726c5623000000")
  static let twoMembers = bytes(
    "1f8b0800000000000203ab562a28cacf2d2851b252504a54d251504a06f272524b32f3f34042494a"
      + "b55c00f5726c56230000001f8b0800000000000203ab562a28cacf2d2851b252504a56d20112405e"
      + "4e6a49667e1e482849a9960b001ca1fabb23000000")
  static let zstd = bytes(
    "28b52ffd04581901007b2270726f6d7074223a202261222c2022636f6d706c6574696f6e223a2022"
      + "62227d0a5035a0c4")
  static let zip = bytes(
    "504b03041400000008000000215cf5726c5621000000230000000a000000726f77732e6a736f6e6c"
      + "ab562a28cacf2d2851b252504a54d251504a06f272524b32f3f34042494ab55c00504b0102140314"
      + "00000008000000215cf5726c5621000000230000000a000000000000000000000080010000000072"
      + "6f77732e6a736f6e6c504b0506000000000100010038000000490000000000")
  static let storedTable = bytes(
    "504b03041400000000000000215c00000000000000000000000007000000666f6c6465722f504b03"
      + "041400000000000000215c2e26e40516000000160000000f000000666f6c6465722f726f77732e63"
      + "737670726f6d70742c636f6d706c6574696f6e0a612c620a504b010214031400000000000000215c"
      + "000000000000000000000000070000000000000000000000800100000000666f6c6465722f504b01"
      + "0214031400000000000000215c2e26e40516000000160000000f0000000000000000000000800125"
      + "000000666f6c6465722f726f77732e637376504b0506000000000200020072000000680000000000")
  static let twoFiles = bytes(
    "504b03041400000008000000215c43bfa6a3040000000200000007000000612e6a736f6e6cabae05"
      + "00504b03041400000008000000215c43bfa6a3040000000200000007000000622e6a736f6e6cabae"
      + "0500504b010214031400000008000000215c43bfa6a3040000000200000007000000000000000000"
      + "0000800100000000612e6a736f6e6c504b010214031400000008000000215c43bfa6a30400000002"
      + "000000070000000000000000000000800129000000622e6a736f6e6c504b05060000000002000200"
      + "6a000000520000000000")
  static let bzip2 = bytes(
    "425a6839314159265359b4f9e758000010d9800010500400103a27d40a2000221064034794299313"
      + "20c8c2c8ce22ca7394587016083793a135f8bb9229c28485a7cf3ac0")
  static let xz = bytes(
    "fd377a585a000004e6d6b4460200210116000000742fe5a30100227b2270726f6d7074223a202261"
      + "222c2022636f6d706c6574696f6e223a202262227d0a000062b26d86537d438d00013b23612b53be"
      + "1fb6f37d010000000004595a")
  static let lz4 = bytes(
    "04224d18604082230000807b2270726f6d7074223a202261222c2022636f6d706c6574696f6e223a"
      + "202262227d0a00000000")
  static let zerosByBzip2 = bytes(
    "425a6839314159265359de1a073a0001884400c00000040008200030cc0529a6085b1085e2ee48a7"
      + "0a121bc340e740")
  static let zerosByGzip = bytes(
    "1f8b0800000000000203edc13101000000c2a0f54f6d0d0fa0000000000000000000000000000000"
      + "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
      + "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
      + "008057037d9511d4a0860100")
  static let zerosByZstd = bytes(
    "28b52ffd045855000010000001009b8639c002db234ef3")

  private static func bytes(_ digits: String) -> [UInt8] {
    let digits = Array(digits)
    return stride(from: 0, to: digits.count, by: 2).map {
      UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0
    }
  }
}

@Suite struct PackedFileTests {
  private let row = "{\"prompt\": \"a\", \"completion\": \"b\"}\n"

  private func unpacked(
    _ bytes: [UInt8], limit: Int = 1 << 20
  ) throws -> (text: String, name: String?) {
    let kind = try #require(PackedFile.kind(of: bytes))
    let (result, name) = try PackedFile(path: "rows", size: bytes.count, limit: limit).unpacked(
      bytes[...], kind)
    return (String(decoding: result, as: UTF8.self), name)
  }

  private func refusal(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> String {
    let error = #expect(throws: FileError.self) { try unpacked(bytes, limit: limit) }
    return error?.cause ?? ""
  }

  @Test func `what programs of compression packed is as it was`() throws {
    #expect(try unpacked(Packed.bzip2).text == row)
    #expect(try unpacked(Packed.xz).text == row)
    #expect(try unpacked(Packed.lz4).text == row)
    #expect(try unpacked(Packed.gzip).text == row)
    #expect(try unpacked(Packed.zstd).text == row)
    #expect(try unpacked(Packed.zip) == (row, "rows.jsonl"))
    #expect(try unpacked(Packed.storedTable) == ("prompt,completion\na,b\n", "folder/rows.csv"))
  }

  @Test func `members and frames stand one after the other`() throws {
    #expect(try unpacked(Packed.twoMembers).text == row + row.replacing("\"a\"", with: "\"c\""))
    for packed in [Packed.zstd, Packed.bzip2, Packed.xz, Packed.lz4] {
      #expect(try unpacked(packed + packed).text == row + row)
    }
    #expect(try unpacked(Packed.gzip + [UInt8](repeating: 0, count: 100)).text == row)
  }

  @Test func `of several files none is chosen`() throws {
    #expect(try refusal(Packed.twoFiles).contains("2 files, and one is read (a.jsonl, b.jsonl)"))
  }

  @Test func `a few bytes may not become as many as many bytes may`() throws {
    let packed = PackedFile(path: "rows", size: 1000, limit: 1 << 30)
    let zeros = (0..<200).flatMap { _ in Packed.zerosByGzip }
    let error = #expect(throws: FileError.self) { try packed.unpacked(zeros[...], .gzip) }
    #expect(
      error?.cause.contains("more than 17033216 bytes, the most") == true, "\(error?.cause ?? "")")
    let whole = PackedFile(path: "rows", size: 20_000, limit: 1 << 30)
    #expect(try whole.unpacked(zeros[...], .gzip).bytes.count == 20_000_000)
  }

  @Test func `more than the limit is refused, and exactly the limit is not`() throws {
    for bytes in [Packed.zerosByGzip, Packed.zerosByZstd] {
      #expect(try refusal(bytes, limit: 99_999).contains("more than 99999 bytes"))
      #expect(try unpacked(bytes, limit: 100_000).text.utf8.count == 100_000)
    }
    #expect(try refusal(Packed.zerosByBzip2, limit: 199_999).contains("more than 199999 bytes"))
    #expect(try unpacked(Packed.zerosByBzip2, limit: 200_000).text.utf8.count == 200_000)
  }

  @Test(
    arguments: [
      Packed.gzip, Packed.zstd, Packed.bzip2, Packed.xz, Packed.lz4, Packed.zip, Packed.storedTable,
    ])
  func `every cut and every changed byte is read or refused`(bytes: [UInt8]) {
    for length in 6..<bytes.count { _ = try? unpacked(Array(bytes.prefix(length))) }
    for place in bytes.indices {
      for value in [0, 0xFF, bytes[place] ^ 1] {
        var changed = bytes
        changed[place] = value
        guard PackedFile.kind(of: changed) != nil else { continue }
        _ = try? unpacked(changed)
      }
    }
  }

  @Test func `a file that is cut is called so`() throws {
    #expect(try refusal(Array(Packed.gzip.dropLast(5))).contains("ends before its contents do"))
    for packed in [Packed.zstd, Packed.bzip2, Packed.xz, Packed.lz4] {
      #expect(try refusal(packed.dropLast(5)).contains("ends before its contents do"))
    }
    #expect(try refusal(Array(Packed.zip.dropLast(5))).contains("damaged or not whole"))
  }
}
