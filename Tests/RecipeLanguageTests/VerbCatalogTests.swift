import Diagnostics
import RecipeLanguage
import Sessions
import Testing

@Suite struct VerbCatalogTests {
  @Test func `names of other tools lead to names of ours, and are none of ours`() {
    for verb in VerbCatalog.standard.all {
      let arguments = Set(verb.arguments.map(\.name))
      for argument in verb.arguments {
        #expect(arguments.isDisjoint(with: argument.foreignNames), "\(verb.name) \(argument.name)")
      }
    }
    for (foreign, ours) in VerbCatalog.standard.foreignVerbs {
      #expect(
        VerbCatalog.standard.names.contains(ours) && !VerbCatalog.standard.names.contains(foreign))
    }
    for (foreign, ours) in ParameterType.foreignNames {
      #expect(ParameterType.names.contains(ours) && !ParameterType.names.contains(foreign))
    }
  }

  @Test(arguments: VerbCatalog.standard.all.map(\.name)) func examplesAreFaultless(name: String)
    throws
  {
    let verb = try #require(VerbCatalog.standard.verb(named: name))
    var context = CheckContext()
    context.state = nil
    context.isPrompt = true
    #expect(!verb.examples.isEmpty)
    for example in verb.examples {
      #expect(CheckerTests.check(example, context).map(\.message) == [], "\(example)")
    }
  }

  @Test(arguments: VerbCatalog.standard.all.map(\.name)) func declarationsHoldTogether(name: String)
    throws
  {
    let verb = try #require(VerbCatalog.standard.verb(named: name))
    #expect(Set(verb.arguments.map(\.name)).count == verb.arguments.count)
    #expect(verb.related.allSatisfy { VerbCatalog.standard.verb(named: $0) != nil && $0 != name })
    #expect(!verb.summary.hasSuffix("."))
    #expect(!verb.details.isEmpty, "??\(name) has nothing to say")
    for argument in verb.arguments {
      if let value = argument.defaultValue {
        let problem = argument.error(for: value, of: verb, at: SourceRange(at: 0))
        #expect(problem == nil, "\(name) \(argument.name): \(problem?.message ?? "")")
      }
    }
  }

  @Test func noVerbIsAKeywordOrAFunction() {
    for name in VerbCatalog.standard.names {
      #expect(!Keyword.all.contains(name) && PureFunction(rawValue: name) == nil)
    }
  }
}
