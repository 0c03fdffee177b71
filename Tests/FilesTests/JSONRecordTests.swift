import Files
import Testing

@Suite struct JSONRecordTests {
  @Test func `every value comes back as it was`() throws {
    let long = String(repeating: "ä€😀\u{0}\"\\\r\n", count: 50)
    let object: JSONObject = [
      "": .null, "yes": .bool(true), "no": .bool(false), "least": .int(.min), "most": .int(.max),
      "double": .double(-0.1), "infinite": .double(.infinity), "digits": .digits("1.50e400"),
      "no number": .digits("Infinity"), "text": .string(long), "empty": .string(""),
      "list": .array([.array([]), .object(JSONObject()), .string("a")]),
      "object": .object([long: .int(-1), "a": .object(["a": .array([.null])])]),
    ]
    var bytes: [UInt8] = []
    JSONRecord.append(object, to: &bytes)
    let read = JSONRecord.object(of: bytes)
    #expect(read == object)
    #expect(read.keys == object.keys)
  }
}
