/// The formats by name. Sources: each model's published `chat_template`; for those that have none FastChat's
/// conversation.py (Vicuna), Stanford Alpaca's train.py, EasyLM's docs/koala.md and the card of
/// oasst-sft-4-pythia-12b.
extension ChatFormat {
  static let builtIn: [ChatFormat] = [
    chatML, llama2, llama3, mistral, zephyr, gemma, phi, deepSeek, vicuna, koala, openAssistant,
    alpaca, alpacaPlain, none,
  ]

  static let chatML = ChatFormat(
    name: "chatml",
    system: .turn(chatMLTurn("system")),
    user: chatMLTurn("user"),
    reply: Reply(
      before: chatMLTurn("assistant").before, end: .token("<|im_end|>"), after: [.text("\n")]),
    tool: chatMLTurn("tool"))

  private static func chatMLTurn(_ role: String) -> Turn {
    Turn(
      before: [.token("<|im_start|>"), .text(role + "\n")],
      after: [.token("<|im_end|>"), .text("\n")])
  }

  static let llama2 = ChatFormat(
    name: "llama-2",
    system: .firstUser(
      before: "<<SYS>>\n", after: "\n<</SYS>>\n\n", trimsTogether: true),
    user: Turn(before: [.begin, .text("[INST] ")], after: [.text(" [/INST]")]),
    reply: Reply(leading: " ", trailing: " "),
    trims: true, alternates: true)

  static let llama3 = ChatFormat(
    name: "llama-3",
    opening: [.begin],
    system: .turn(llama3Turn("system")),
    user: llama3Turn("user"),
    reply: Reply(before: llama3Turn("assistant").before, end: .token("<|eot_id|>")),
    trims: true)

  private static func llama3Turn(_ role: String) -> Turn {
    Turn(
      before: [
        .token("<|start_header_id|>"), .text(role), .token("<|end_header_id|>"), .text("\n\n"),
      ],
      after: [.token("<|eot_id|>")])
  }

  /// Mistral 7B Instruct v0.3, whose system message stands before the first message of the user.
  static let mistral = ChatFormat(
    name: "mistral",
    opening: [.begin],
    system: .firstUser(before: "", after: "\n\n"),
    user: Turn(before: [.token("[INST]"), .text(" ")], after: [.token("[/INST]")]),
    reply: Reply(leading: " "),
    alternates: true)

  /// Phi 3.
  static let phi = ChatFormat(
    name: "phi",
    system: .turn(phiTurn("system")),
    user: phiTurn("user"),
    reply: Reply(
      before: phiTurn("assistant").before, end: .token("<|end|>"), after: [.text("\n")]))

  private static func phiTurn(_ role: String) -> Turn {
    Turn(
      before: [.token("<|\(role)|>"), .text("\n")], after: [.token("<|end|>"), .text("\n")])
  }

  /// DeepSeek LLM and V2.
  static let deepSeek = ChatFormat(
    name: "deepseek",
    opening: [.begin],
    system: .turn(Turn(after: [.text("\n\n")])),
    user: Turn(before: [.text("User: ")], after: [.text("\n\n")]),
    reply: Reply(before: [.text("Assistant:")], leading: " "))

  static let koala = ChatFormat(
    name: "koala",
    opening: [.begin],
    system: .turn(Turn(after: [.text(" ")])),
    user: Turn(before: [.text("USER: ")], after: [.text(" ")]),
    reply: Reply(before: [.text("GPT:")]),
    defaultSystem: "BEGINNING OF CONVERSATION:",
    alternates: true)

  static let openAssistant = ChatFormat(
    name: "open-assistant",
    system: .turn(openAssistantTurn("system")),
    user: openAssistantTurn("prompter"),
    reply: Reply(before: openAssistantTurn("assistant").before))

  private static func openAssistantTurn(_ role: String) -> Turn {
    Turn(before: [.token("<|\(role)|>")], after: [.end])
  }

  static let zephyr = ChatFormat(
    name: "zephyr",
    system: .turn(zephyrTurn("system")),
    user: zephyrTurn("user"),
    reply: Reply(before: [.text("<|assistant|>\n")], after: [.text("\n")]))

  private static func zephyrTurn(_ role: String) -> Turn {
    Turn(before: [.text("<|\(role)|>\n")], after: [.end, .text("\n")])
  }

  static let gemma = ChatFormat(
    name: "gemma",
    opening: [.begin],
    system: .firstUser(before: "", after: "\n\n"),
    user: Turn(
      before: [.token("<start_of_turn>"), .text("user\n")],
      after: [.token("<end_of_turn>"), .text("\n")]),
    reply: Reply(
      before: [.token("<start_of_turn>"), .text("model\n")],
      end: .token("<end_of_turn>"), after: [.text("\n")]),
    trims: true, alternates: true)

  static let vicuna = ChatFormat(
    name: "vicuna",
    system: .turn(Turn(after: [.text(" ")])),
    user: Turn(before: [.text("USER: ")], after: [.text(" ")]),
    reply: Reply(before: [.text("ASSISTANT:")], leading: " "),
    defaultSystem: "A chat between a curious user and an artificial intelligence assistant. "
      + "The assistant gives helpful, detailed, and polite answers to the user's questions.",
    alternates: true)

  static let alpaca = ChatFormat(
    name: "alpaca",
    system: .turn(Turn(after: [.text("\n\n")])),
    user: Turn(before: [.text("### Instruction:\n")], after: [.text("\n\n")]),
    contextLabel: "\n\n### Input:\n",
    reply: Reply(before: [.text("### Response:")], after: [.text("\n\n")]),
    defaultSystem: "Below is an instruction that describes a task. "
      + "Write a response that appropriately completes the request.",
    defaultSystemWithContext: "Below is an instruction that describes a task, paired with an input "
      + "that provides further context. "
      + "Write a response that appropriately completes the request.",
    alternates: true)

  /// Alpaca's form without its preamble.
  static let alpacaPlain: ChatFormat = {
    var format = alpaca
    format.name = "alpaca-plain"
    (format.defaultSystem, format.defaultSystemWithContext) = (nil, nil)
    return format
  }()

  /// Prompt, completion and the end token, with nothing between.
  static let none = ChatFormat(
    name: "none", system: .firstUser(before: "", after: ""), user: Turn(), reply: Reply())
}
