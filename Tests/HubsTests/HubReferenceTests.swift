import Hubs
import Testing

/// What a model of the hub is called.
@Suite struct HubReferenceTests {
  private static let commit = "0123456789abcdef0123456789abcdef01234567"

  @Test(
    arguments: [
      ("owner/name", "owner/name", "main", nil, nil),
      ("hf:owner/name", "owner/name", "main", nil, nil),
      ("hf:gpt2", "gpt2", "main", nil, nil),
      ("hf:owner/name@\(commit)", "owner/name", commit, nil, nil),
      ("hf:owner/name@refs/pr/1", "owner/name", "refs/pr/1", nil, nil),
      ("hf:owner/name:Q4_K_M", "owner/name", "main", nil, "Q4_K_M"),
      ("hf.co/owner/name:Q4_K_M", "owner/name", "main", nil, "Q4_K_M"),
      ("https://huggingface.co/owner/Name-1.5", "owner/Name-1.5", "main", nil, nil),
      ("hf:owner/name@v1:IQ2_XS", "owner/name", "v1", nil, "IQ2_XS"),
      (
        "hf:owner/name/sub/m-00001-of-00002.gguf", "owner/name", "main",
        "sub/m-00001-of-00002.gguf", nil
      ),
      ("hf:owner/name@v1/m.gguf", "owner/name", "v1", "m.gguf", nil),
    ] as [(String, String, String, String?, String?)])
  func `a name has a repository and may have a revision, a file or a type`(
    text: String, repository: String, revision: String, file: String?, type: String?
  ) throws {
    let reference = try #require(HubReference(text))
    #expect(reference.repository == repository)
    #expect(reference.revision == revision)
    #expect(reference.file == file)
    #expect(reference.type == type)
    #expect(HubReference(reference.text)?.text == reference.text)
  }

  @Test(arguments: [
    "", "name", "models/m.gguf", "a/b/c", "./name", "../name", "/name", "~/name", "a//b", "hf:",
    "hf:/name", "hf:../name", "hf:a/..", "hf:a/b@..", "hf:a/b@../c", "hf:a/b@", "hf:a/b:",
    "hf:a--b/c",
    "hf:a/b/c", "hf:a/b/../m.gguf", "hf:a b/c", "hf:a/b?x", "hf:a/b@x\u{0}", "ollama:a/b",
  ])
  func `a text of another form is no name of the hub`(text: String) {
    #expect(HubReference(text) == nil)
  }
}
