import Files
import Files
import Files
import Files
import Files
import Glibc

/// Weights as PyTorch's `torch.save` wrote them before safetensors: a program for Python's unpickler.
package enum PickledWeights {
  /// Says what is the matter where such a file lies in place of the one that is looked for.
  package static func refuse(
    _ name: String, in folder: String, insteadOf expected: String
  ) throws(FileError) {
    let path = folder + "/" + name
    guard !Paths.exists(folder + "/" + expected), Paths.exists(path) else { return }
    throw FileError(
      .unsupported, file: path,
      cause: "a pickled file can run any program when it is opened, so Skillet does not read it",
      fix: "load and save it once with a current transformers or PEFT, which write \(expected)")
  }
}
