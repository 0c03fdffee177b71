import Files
import RecipeLanguage
import Training

/// Rows of files that are looked at before there is a model.
extension Session {
  /// - Parameters:
  ///   - path: of a data file, or of a folder of such files.
  ///   - argument: what an error points to.
  func sourceRows(
    _ path: String, named argument: any DeclaredArgument
  ) throws(VerbFailure) -> RawRows {
    do throws(DataError) {
      let rows = try RawRows(.file(path: Paths.expandingHome(path)))
      for text in rows.notices { notice(text) }
      return rows
    } catch {
      throw VerbFailure(error, argument: argument)
    }
  }

  /// Calls `body` with each row.
  func read(
    _ rows: RawRows, named argument: any DeclaredArgument, _ body: (DatasetRow) -> Void
  ) throws(VerbFailure) {
    do throws(DataError) {
      try rows.forEach(body)
    } catch {
      throw VerbFailure(error, argument: argument)
    }
  }
}

extension DatasetRow {
  /// Its columns by their names; what is neither text, number nor flag as JSON.
  var values: [(name: String, value: Value)] {
    object.members.map { member in
      let value: Value =
        switch member.value {
        case .null: .none
        case .bool(let flag): .bool(flag)
        case .int(let number): .int(number)
        case .double(let number): .float(number)
        case .string(let text): .string(text)
        case .digits, .array, .object: .string(member.value.text(.compact, sortedKeys: false))
        }
      return (member.key, value)
    }
  }
}
