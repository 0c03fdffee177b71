import Files
import Glibc
import Models

/// The adapters of trainings, kept in the user's own folder: each in a folder as `save` writes it, named by
/// the fingerprint of its weights. So any run of the past can be talked to, though nobody saved it.
package struct AdapterArchive: Sendable {
  private let folder: String
  private let largest: Int

  /// - Parameters:
  ///   - folder: of all of them; it is made when one is kept.
  ///   - largest: bytes of weights in all; beyond them the oldest adapters go.
  package init(in folder: String, upTo largest: Int = 1 << 30) {
    (self.folder, self.largest) = (folder, largest)
  }

  /// The folder of an adapter; nil if it is not kept, or not any more.
  package func path(of sha256: String) -> String? {
    let path = folder + "/" + sha256
    let isName = sha256.utf8.count == 64 && sha256.allSatisfy(\.isHexDigit)
    return isName && bytes(of: path) != nil ? path : nil
  }

  /// Keeps an adapter, but one so large that a few of them would push all others out. A training is none the
  /// worse for not being kept, so nothing is said of failure.
  func keep(_ adapter: AdapterInUse, _ card: AdapterCard) {
    guard adapter.adapter.byteCount <= largest / 8,
      let sha256 = try? adapter.files.sha256(of: adapter.adapter), path(of: sha256) == nil,
      unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST
    else { return }
    _ = try? adapter.files.write(adapter.adapter, to: folder + "/" + sha256, card: card)
    removeOldest(but: sha256)
  }

  private func removeOldest(but newest: String) {
    let kept = (Paths.names(in: folder) ?? []).map { folder + "/" + $0 }
      .compactMap { path in bytes(of: path).map { (path: path, bytes: $0, time: time(of: path)) } }
      .sorted { $0.time > $1.time }
    var total = 0
    for adapter in kept {
      total += adapter.bytes
      guard total > largest, Paths.name(of: adapter.path) != newest else { continue }
      for file in Paths.names(in: adapter.path) ?? [] { unsafe unlink(adapter.path + "/" + file) }
      unsafe rmdir(adapter.path)
    }
  }

  private func bytes(of path: String) -> Int? {
    Paths.size(of: path + "/" + AdapterFolder.weightsName)
  }

  /// When an adapter was written, in nanoseconds since 1970.
  private func time(of path: String) -> Int {
    var status = stat()
    guard unsafe stat(path + "/" + AdapterFolder.weightsName, &status) == 0 else { return 0 }
    return Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
  }
}
