import Diagnostics
import Files
import RecipeLanguage
import Sessions
import Training

/// A recipe of a session as its file gets it: paths begin at the folder of the file, and trainings that only
/// the recovery folder has, which keeps the last few, get a copy beside it.
package struct PlacedRecipe {
  package let text: String
  /// What runs it.
  package let command: String
  /// Paths that are computed, such as `line 7: dir`; they, and so all, begin at the current folder. Nil where
  /// there are none.
  package let computed: String?
  /// Trainings that it goes on from, and the folders of their copies.
  private let starts: [(training: String, copy: String)]

  /// - Parameters:
  ///   - recipe: whose paths begin at the current folder.
  ///   - path: of its file, which ends with `.recipe`.
  package init(_ recipe: String, at path: String) {
    let place = Paths.expandingHome(path)
    var text: String
    do throws(MovedPaths.Refusal) {
      text = try MovedPaths.recipe(recipe, writtenTo: place)
      (command, computed) = ("skillet run", nil)
    } catch {
      text = recipe
      (command, computed) = ("skillet run --cwd", error.message)
    }
    var starts: [(training: String, copy: String)] = []
    for left in Recovery.left where text.contains(NumberText.quoted(left.path)) {
      let copy = Self.copy(of: left.path, for: place, except: starts.map(\.copy))
      starts.append((left.path, copy))
      let name = computed == nil ? Paths.name(of: copy) : copy
      text = text.replacing(NumberText.quoted(left.path), with: NumberText.quoted(name))
    }
    (self.text, self.starts) = (text, starts)
  }

  /// A folder beside the recipe that is not there, or has this training already.
  private static func copy(
    of training: String, for recipe: String, except taken: [String]
  ) -> String {
    let base = recipe.dropLast(".recipe".count) + "-start"
    var (copy, number) = (String(base), 1)
    while taken.contains(copy) || Paths.exists(copy) && !areSame(training, copy) {
      number += 1
      copy = "\(base)-\(number)"
    }
    return copy
  }

  private static func areSame(_ training: String, _ copy: String) -> Bool {
    let digests = [training, copy].compactMap {
      try? FileDigest.sha256(file: $0 + "/" + TrainingStateFile.name)
    }
    return digests.count == 2 && digests[0] == digests[1]
  }

  /// Writes the copies.
  ///
  /// - Returns: their folders.
  package func writeStarts() throws(FileError) -> [String] {
    for (training, copy) in starts where !Paths.exists(copy) {
      let names = Paths.names(in: training) ?? []
      let files = try names.map { name throws(FileError) in
        FolderFile(name, try MappedFile.contents(of: training + "/" + name))
      }
      try WholeFolder.write(files, to: copy, owning: Set(names))
    }
    return starts.map(\.copy)
  }
}
