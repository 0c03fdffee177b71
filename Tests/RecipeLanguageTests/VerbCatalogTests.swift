import Diagnostics
import RecipeLanguage
import Testing

@Suite struct VerbCatalogTests {
  @Test func `names of other tools lead to names of ours, and are none of ours`() {
    let arguments = Set(VerbCatalog.all.flatMap { $0.arguments.map(\.name) })
    for (foreign, ours) in VerbCatalog.foreignArguments {
      #expect(arguments.contains(ours) && !arguments.contains(foreign), "\(foreign)")
    }
    for (foreign, ours) in VerbCatalog.foreignVerbs {
      #expect(VerbCatalog.names.contains(ours) && !VerbCatalog.names.contains(foreign))
    }
    for (foreign, ours) in VerbCatalog.foreignTypes {
      #expect(ParameterType.names.contains(ours) && !ParameterType.names.contains(foreign))
    }
  }

  @Test(arguments: VerbCatalog.all.map(\.name)) func examplesAreFaultless(name: String) throws {
    let verb = try #require(VerbCatalog.verb(named: name))
    var context = CheckContext()
    context.state = nil
    context.isPrompt = true
    #expect(!verb.examples.isEmpty)
    for example in verb.examples {
      #expect(CheckerTests.check(example, context).map(\.message) == [], "\(example)")
    }
  }

  @Test(arguments: VerbCatalog.all.map(\.name)) func declarationsHoldTogether(name: String) throws {
    let verb = try #require(VerbCatalog.verb(named: name))
    #expect(Set(verb.arguments.map(\.name)).count == verb.arguments.count)
    #expect(verb.related.allSatisfy { VerbCatalog.verb(named: $0) != nil && $0 != name })
    #expect(!verb.summary.hasSuffix("."))
    for argument in verb.arguments {
      if let value = argument.defaultValue {
        let problem = argument.error(for: value, of: name, at: SourceRange(at: 0))
        #expect(problem == nil, "\(name) \(argument.name): \(problem?.message ?? "")")
      }
    }
  }

  @Test func noVerbIsAKeywordOrAFunction() {
    for name in VerbCatalog.names {
      #expect(!Keyword.all.contains(name) && PureFunction(rawValue: name) == nil)
    }
  }
}
