import Files
import Notebooks
import RecipeLanguage
import Synchronization

/// What a front end asks while a cell runs; answered by a thread of its own.
package final class KernelControl: Sendable {
  private let sender: KernelSender
  private let level = Atomic<Int>(0)
  private let ends = Atomic<Bool>(false)

  package init(sender: KernelSender) { self.sender = sender }

  /// Whether the cell at hand is to stop at the next safe place.
  var isInterrupted: Bool { level.load(ordering: .relaxed) > 0 }
  /// Whether it is to give up the step in hand as well: it was asked to stop twice, or the kernel ends.
  var isAborted: Bool { level.load(ordering: .relaxed) > 1 }
  /// Whether the kernel was asked to end.
  package var hasToEnd: Bool { ends.load(ordering: .acquiring) }

  /// Forgets what was asked for, at the start of a cell.
  func reset() { if !hasToEnd { level.store(0, ordering: .relaxed) } }

  /// Ends the kernel after the step in hand.
  package func end() {
    ends.store(true, ordering: .releasing)
    level.store(2, ordering: .relaxed)
  }

  package func answer(_ request: KernelMessage) { answer(request, on: .control) }

  /// Answers what can be asked over both channels.
  func answer(_ request: KernelMessage, on channel: KernelChannel) {
    sender.working(on: request) {
      switch request.kind {
      case "kernel_info_request": sender.reply(to: request, on: channel, Self.information)
      case "interrupt_request":
        level.wrappingAdd(1, ordering: .relaxed)
        sender.reply(to: request, on: channel, ["status": "ok"])
      case "shutdown_request":
        let restarts = request.content["restart"]?.bool ?? false
        sender.reply(to: request, on: channel, ["status": "ok", "restart": .bool(restarts)])
        sender.publish(
          "shutdown_reply", ["status": "ok", "restart": .bool(restarts)], for: request)
        end()
      default:
        let message = "this kernel knows no \(request.kind)"
        sender.reply(
          to: request, on: channel,
          ["status": "error", "ename": "unknown", "evalue": .string(message), "traceback": []])
      }
    }
  }

  private static let information: JSONObject = [
    "status": "ok", "protocol_version": .string(KernelMessage.protocolVersion),
    "implementation": "skillet", "implementation_version": .string(SkilletVersion.current),
    "language_info": [
      "name": "skillet", "version": .string(String(VerbCatalog.languageVersion)),
      "mimetype": "text/x-skillet", "file_extension": ".recipe",
    ],
    "banner":
      "skillet: fine-tune a small model, a line a step. Begin with load \"smollm2\"; ?load explains it.",
    "help_links": [],
  ]
}
