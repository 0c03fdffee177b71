import Files
import TestSupport
import Testing
import Tokenizers

import Training

/// Datasets of folders and lists of files.
@Suite struct SeveralFilesTests {
  private let folder = TemporaryFolder()

  private func write(_ rows: ClosedRange<Int>, as name: String) {
    let lines = rows.map { "{\"prompt\": \"p\($0)\", \"completion\": \"c\($0)\"}\n" }
    folder.write(lines.joined(), as: name)
  }

  private func dataset(_ source: DatasetSource) throws -> Dataset {
    try Dataset(reading: source, options: DatasetOptions(), text: modelText())
  }

  private func whole() throws -> Dataset { try dataset(.file(path: folder.path)) }

  private func prompts(_ dataset: Dataset) -> [String] {
    dataset.examples.map { example in
      if case .messages(let messages) = example.content { messages[0].content } else { "" }
    }
  }

  @Test func `the data files of a folder are read in the order of their names`() throws {
    write(1...2, as: "b.jsonl")
    folder.write("prompt,completion\np3,c3\n", as: "c.csv")
    folder.write("[{\"prompt\": \"p0\", \"completion\": \"c0\"}]", as: "a.json")
    folder.write("# About", as: "README.md")
    let dataset = try whole()
    #expect(prompts(dataset) == ["p0", "p1", "p2", "p3"])
    #expect(dataset.examples.map(\.line) == [1, 1, 2, 2])
    #expect(dataset.examples[3].file == folder.path + "/c.csv")
    #expect(dataset.summary.notices.contains("rows of the files: a.json 1, b.jsonl 2, c.csv 1"))
    #expect(dataset.summary.notices.contains("\(folder.path): not read: README.md"))
  }

  @Test func `a row that cannot be used is named with its file, and so is a file`() throws {
    write(1...2, as: "a.jsonl")
    folder.write("{\"prompt\": \"p\", \"completion\": \"\"}", as: "b.jsonl")
    let skipped = try whole().summary.skipped
    #expect(skipped.map(\.file) == [folder.path + "/b.jsonl"])
    folder.write("prompt,completion\n\"p,c\n", as: "c.csv")
    let error = #expect(throws: DataError.self) { try whole() }
    #expect(error?.file == folder.path + "/c.csv")
    #expect(error?.line == 2)
  }

  @Test func `files to measure on are not trained on`() throws {
    write(1...2, as: "train.jsonl")
    write(3...3, as: "validation-00000.jsonl")
    let error = #expect(throws: DataError.self) { try whole() }
    #expect(error?.reason.contains("to measure on, by their names: validation-00000.jsonl") == true)
    #expect(
      error?.fix == "Name those to train on: [\"\(folder.path)/train.jsonl\"]",
      "\(error?.fix ?? "")")
    let named = try dataset(.file(path: folder.path + "/validation-00000.jsonl"))
    #expect(prompts(named) == ["p3"])
  }

  @Test
  func `of a saved dataset the files are read that it names, and of several one is asked for`()
    throws
  {
    write(1...1, as: "data-00000-of-00001.jsonl")
    write(9...9, as: "cache-12.jsonl")
    folder.write("{}", as: "dataset_info.json")
    folder.write(
      "{\"_data_files\": [{\"filename\": \"data-00000-of-00001.jsonl\"}]}", as: "state.json")
    #expect(prompts(try whole()) == ["p1"])
    folder.write("{\"splits\": [\"train\", \"test\"]}", as: "dataset_dict.json")
    let error = #expect(throws: DataError.self) { try whole() }
    #expect(error?.reason == "the folder has several datasets: train, test")
    #expect(error?.fix == "Name one of them: \"\(folder.path)/train\"")
  }

  @Test func `a saved dataset names no file outside its folder`() throws {
    folder.write("{}", as: "dataset_info.json")
    folder.write("{\"_data_files\": [{\"filename\": \"../rows.jsonl\"}]}", as: "state.json")
    let error = #expect(throws: DataError.self) { try whole() }
    #expect(error?.reason == "its file \"../rows.jsonl\" is not in the folder")
  }

  @Test func `a folder without data names what it has`() throws {
    folder.write("x", as: "data/rows.jsonl")
    let error = #expect(throws: DataError.self) { try whole() }
    #expect(error?.reason == "the folder has no data file")
    #expect(error?.fix == "Name one of its folders: data")
  }

  @Test func `weights take a share of the rows that the seed draws, or rows several times`() throws
  {
    write(1...10, as: "a.jsonl")
    write(11...12, as: "b.jsonl")
    func mixed(_ weights: (Double, Double), seed: UInt64 = 1) throws -> Dataset {
      try dataset(
        .files(
          [
            DatasetSource.Part(path: folder.path + "/a.jsonl", weight: weights.0),
            DatasetSource.Part(path: folder.path + "/b.jsonl", weight: weights.1),
          ], seed: seed))
    }
    #expect(prompts(try mixed((1, 1))) == (1...12).map { "p\($0)" })
    let half = try mixed((0.5, 2))
    let taken = prompts(half)
    #expect(taken.count == 9)
    #expect(taken.suffix(4) == ["p11", "p11", "p12", "p12"])
    #expect(Set(taken.prefix(5)).count == 5)
    #expect(taken == prompts(try mixed((0.5, 2))))
    #expect(try (2...5).contains { prompts(try mixed((0.5, 2), seed: UInt64($0))) != taken })
    #expect(
      half.summary.notices.contains(
        "rows of the files: a.jsonl 5 of 10, by the weight 0.5, b.jsonl 4 of 2, by the weight 2.0"))
  }
}
