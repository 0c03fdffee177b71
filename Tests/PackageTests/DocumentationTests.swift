import Testing

/// Pages that name files name all of them.
@Suite struct DocumentationTests {
  private func text(_ path: String) throws -> String {
    try #require(Repository.files.first { $0.path == path }, "\(path) is missing").text
  }

  @Test func `the README's map names every folder of Sources`() throws {
    let readme = try text("README.md")
    for folder in Repository.sourceFolders {
      #expect(readme.contains("`\(folder)`") || readme.contains("Sources/\(folder)"), "\(folder)")
    }
  }

  @Test func `the page of a folder of recipes lists each of them`() throws {
    let recipes = Repository.files(under: "recipes", ".recipe")
    #expect(recipes.count >= 3)
    for recipe in recipes {
      let page = try text(String(recipe.path.dropLast(recipe.name.count)) + "README.md")
      #expect(page.contains("(\(recipe.name))"), "\(recipe.path)")
    }
  }

  @Test func `links from page to page lead somewhere`() {
    let known = Set(Repository.files.map(\.path))
    for file in Repository.files where file.path.hasSuffix(".md") {
      let folder = file.path.split(separator: "/").dropLast().map(String.init)
      for match in file.text.matches(of: /\]\(([^)#:\s]+)\)/) {
        var path = folder
        for part in match.1.split(separator: "/") where part != "." {
          if part == ".." { path = path.dropLast() } else { path.append(String(part)) }
        }
        let target = path.joined(separator: "/")
        let isFolder = known.contains { $0.hasPrefix(target + "/") }
        #expect(known.contains(target) || isFolder, "\(file.path): \(match.1)")
      }
    }
  }
}
