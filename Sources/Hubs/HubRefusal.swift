import Files

/// A refusal of the hub, with what to do about it.
struct HubRefusal {
  let error: FileError

  init(
    _ answer: HTTPClient.Answer, _ reference: HubReference, _ what: String, hasToken: Bool,
    _ settings: HubSettings
  ) {
    let page = "\(settings.endpoint)/\(reference.repository)"
    let code = answer.headers["x-error-code"] ?? ""
    let isDenied = answer.status == 401 || answer.status == 403
    func error(_ kind: FileError.Kind, _ cause: String, _ fix: String) -> FileError {
      FileError(kind, file: reference.text, cause: cause, fix: fix)
    }
    if code == "GatedRepo" || (isDenied && code.isEmpty && hasToken) {
      self.error = error(
        .unreadable,
        "the model is gated: its owner lets only those have it who agreed to its terms",
        "agree to them at \(page)" + (hasToken ? ", with the account of your token" : "; then ")
          + (hasToken
            ? "" : "put a token of your account into HF_TOKEN, or into its file by `hf auth login`")
      )
    } else if code == "RevisionNotFound" {
      self.error = error(
        .missing, "the model has no branch, tag or commit \"\(reference.revision)\"",
        "look at the branches and tags at \(page)")
    } else if code == "EntryNotFound" {
      self.error = error(.missing, "the model has no file \(what)", "look at its files at \(page)")
    } else if code == "RepoNotFound" || isDenied || answer.status == 404 {
      self.error = error(
        .missing, "the hub has no such model, or it is private",
        "check the name at \(page)"
          + (hasToken ? "" : "; for a private one put a token of your account into HF_TOKEN"))
    } else {
      self.error = error(
        .unreadable, "\(settings.endpoint) refuses \(what) with the status \(answer.status)",
        "look at \(page)")
    }
  }
}
