import Files
import Testing

@Suite struct JSONValueTests {
  static let sound: [(String, JSONValue)] = [
    ("0", .int(0)), ("-7", .int(-7)), ("9223372036854775807", .int(.max)),
    ("-9223372036854775808", .int(.min)), ("9223372036854775808", .double(9.223372036854775808e18)),
    ("1.0", .double(1)), ("1e3", .double(1000)), ("-2.5E-1", .double(-0.25)),
    ("true", .bool(true)), ("false", .bool(false)), ("null", .null), (" [ ] ", []), ("{}", [:]),
    ("\"\"", ""), ("\"a\\n\\t\\r\\b\\f\\/\\\\\\\"\"", "a\n\t\r\u{8}\u{C}/\\\""),
    ("\"\\u00e9\\u65E5\"", "\u{E9}\u{65E5}"), ("\"\\ud83d\\ude42\"", "\u{1F642}"),
    ("\"\\u0000\"", "\0"), ("[1,[2,{\"a\":[]}]]", [1, [2, ["a": []]]]),
    ("\u{FEFF}1", 1),
  ]

  @Test(arguments: sound)
  func soundTextIsRead(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: text) == value)
  }

  @Test(arguments: [
    ("", 0), ("  ", 2), ("nul", 0), ("True", 0), ("NaN", 0), ("-Infinity", 1), ("01", 2),
    ("-", 1), ("1.", 2), ("1e", 2), (".5", 0), ("+1", 0), ("1e999", 0), ("[1,]", 3), ("[1 2]", 3),
    ("[", 1), ("{\"a\"}", 4), ("{\"a\":1,}", 7), ("{a:1}", 1), ("\"a", 2), ("\"\\x\"", 2),
    ("\"\\u12G4\"", 5), ("\"\\ud800\"", 7), ("\"\\ud800\\u0041\"", 13), ("\"\\udc00\"", 7),
    ("\"\n\"", 1), ("1 2", 2), ("[1]]", 3), ("{\"a\":1,\"a\":2}", 7), ("'a'", 0),
  ])
  func unsoundTextIsRefusedAtItsPlace(text: String, offset: Int) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    #expect(error?.offset == offset, "\(error?.cause ?? "")")
  }

  @Test func bytesThatAreNotTextAreRefused() {
    for bytes in [[0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xC0, 0x80]] as [[UInt8]] {
      #expect(throws: JSONError.self) {
        try JSONValue(parsing: [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")])
      }
    }
  }

  @Test func deepNestingIsRefusedNotTrapped() {
    let text = String(repeating: "[", count: 100_000)
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    #expect(error?.cause.contains("nested") == true)
  }

  @Test func aDuplicateIsFoundInALargeObject() {
    let members = (0..<1000).map { "\"k\($0)\":\($0)" } + ["\"k500\":0"]
    let error = #expect(throws: JSONError.self) {
      try JSONValue(parsing: "{" + members.joined(separator: ",") + "}")
    }
    #expect(error?.cause == "the key \"k500\" occurs twice in one object")
  }

  @Test func keysThatOnlyLookAlikeAreTwo() throws {
    let value = try JSONValue(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(value["\u{E9}"] == 1)
    #expect(value["e\u{301}"] == 2)
  }

  @Test func writingSortsKeysAndEscapes() {
    let value: JSONValue = ["b": [1, 2.5, nil, true], "a": "\u{1}\"\\\n\u{E9}", "c": [:]]
    #expect(
      value.text() == #"{"a":"\u0001\"\\\n"# + "\u{E9}" + #"","b":[1,2.5,null,true],"c":{}}"#)
    #expect(
      value.text(.pretty) == """
        {
          "a": "\\u0001\\"\\\\\\n\u{E9}",
          "b": [
            1,
            2.5,
            null,
            true
          ],
          "c": {}
        }

        """)
  }

  @Test func numbersSurviveARoundTrip() throws {
    let numbers: [JSONValue] = [
      .int(.max), .double(0.1), .double(1e-300), .double(.leastNonzeroMagnitude), 0, -1,
    ]
    for number in numbers { #expect(try JSONValue(parsing: number.text()) == number) }
    #expect(JSONValue.double(.nan).text() == "null")
  }

  @Test func aWholeNumberIsAnIntegerHoweverWritten() {
    #expect(JSONValue.double(5).int == 5)
    #expect(JSONValue.double(5.5).int == nil)
    #expect(JSONValue.double(1e300).int == nil)
    #expect(JSONValue.int(3).double == 3)
  }

  @Test(arguments: ["1.10", "1e400", "12345678901234567890", "-0", "1E+5"])
  func `digits are kept for a reader that asks for them`(digits: String) throws {
    let value = try JSONValue(parsing: digits.utf8, keepsDigits: true)
    #expect(value == .digits(digits))
    #expect(value.double == Double(digits))
    #expect(value.text() == digits)
    #expect(throws: JSONError.self) { try JSONValue(parsing: "01".utf8, keepsDigits: true) }
  }

  @Test func `digits of whole numbers are integers`() {
    #expect(JSONValue.digits("3").int == 3)
    #expect(JSONValue.digits("3.0").int == 3)
    #expect(JSONValue.digits("3.5").int == nil)
    #expect(JSONValue.digits("1e400").int == nil)
  }
}
