import Files
import Testing

/// A list that is read element by element is the list that is read as a whole.
@Suite struct JSONElementsTests {
  private func elements(_ text: String) throws -> [JSONValue] {
    try unsafe Array(text.utf8).withUnsafeBytes { bytes in
      var elements = unsafe JSONElements(of: bytes, keepsDigits: false)
      var values: [JSONValue] = []
      while let value = try elements.next() { values.append(value) }
      #expect(try elements.next() == nil)
      return values
    }
  }

  @Test(
    arguments: [
      "[]", " [ ] ", "[1]", "\u{FEFF}[1, \"a,]\", [2, [3]], {\"a\": [4]}, null]\n",
      "[{\"a\": 1},\n{\"a\": 2}]",
    ])
  func `the elements are those of the list`(text: String) throws {
    #expect(JSONValue.array(try elements(text)) == (try JSONValue(parsing: text)))
  }

  @Test(
    arguments: [
      "", "{}", "1", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1] 2", "[1}", "[{]", "[[1]",
      "[1]]", "[\"a]",
    ])
  func `what is no list is refused where the whole is`(text: String) throws {
    let refusal = #expect(throws: JSONError.self) { try elements(text) }
    do throws(JSONError) {
      #expect(try JSONValue(parsing: text).array == nil)
      #expect(refusal?.cause == "a list should stand here")
    } catch {
      #expect(refusal?.offset == error.offset)
    }
  }

  @Test func `lists in lists count as deep as in a whole`() throws {
    let deep = String(repeating: "[", count: 256) + String(repeating: "]", count: 256)
    #expect(JSONValue.array(try elements(deep)) == (try JSONValue(parsing: deep)))
    let error = #expect(throws: JSONError.self) { try elements("[" + deep + "]") }
    #expect(error?.cause.contains("nested more than 256") == true)
  }
}
