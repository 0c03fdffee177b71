/// The version of the program, which runs and bug reports name.
package enum SkilletVersion {
  package static let current = "0.1.0"
}
