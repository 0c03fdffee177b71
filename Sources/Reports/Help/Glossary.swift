/// What the words of the field mean, in a sentence or two each.
enum Glossary {
  struct Entry {
    /// As it is asked for; the first one is how it is written.
    let names: [String]
    let text: String

    init(_ names: String..., text: String) {
      self.names = names
      self.text = text
    }
  }

  static func entry(_ name: String) -> Entry? {
    let asked = name.lowercased()
    return all.first { $0.names.contains { $0.lowercased() == asked } }
  }

  static let all = [
    Entry(
      "LoRA", "low-rank adaptation",
      text:
        "The weights W stay frozen; beside them stand two thin matrices A [rank, in] and B [out, rank]. The "
        + "layer gives W·x + alpha/rank · B·A·x, and only A and B are trained (Hu et al., 2021)."),
    Entry(
      "QLoRA",
      text:
        "LoRA over weights that are stored in 4 bits, NF4 with double quantization, and dequantized when they are "
        + "multiplied; adapters and gradients stay in higher precision (Dettmers et al., 2023)."),
    Entry(
      "rank", "r",
      text:
        "The width of A and B. Small ranks store little and train fast; the update of a fine-tune is often of "
        + "low rank, so that 8 or 16 do as well as 64."),
    Entry(
      "alpha",
      text:
        "The strength of an adapter: its update counts alpha/rank times, with rank-stabilized scaling "
        + "alpha/√rank times."),
    Entry(
      "adapter",
      text:
        "What LoRA trains: A and B of each target module. It is saved without the base, some MB where the base "
        + "has hundreds, and means nothing without it."),
    Entry(
      "base", "base model",
      text:
        "The pretrained model whose weights stay as they are. An adapter remembers which one it was trained on."
    ),
    Entry(
      "target modules", "target_modules", "modules",
      text:
        "The linear layers that get an adapter, such as q_proj and v_proj. More of them learn more and cost more."
    ),
    Entry(
      "quantization",
      text:
        "Storing weights as small whole numbers with a shared factor for each block. Less memory, some error: "
        + "`quantize` tells both."),
    Entry(
      "block",
      text:
        "The weights that share one factor, 64 for NF4. Smaller blocks follow the weights more closely and need "
        + "more factors."),
    Entry(
      "absmax",
      text:
        "The factor of a block: its largest weight without the sign. Weights are divided by it before they are rounded."
    ),
    Entry(
      "nf4", "NormalFloat",
      text:
        "4-bit codes whose 16 values are quantiles of the normal distribution, scaled to -1...1, so that normally "
        + "distributed weights use each code about equally often. Format of QLoRA and bitsandbytes."
    ),
    Entry(
      "fp4",
      text:
        "4-bit codes that are tiny floating-point numbers: sign, two bits of exponent, one of fraction."
    ),
    Entry(
      "int8",
      text: "8-bit codes -127...127 with one factor a row: a quarter of f32, with hardly any error."
    ),
    Entry("int4", text: "4-bit codes -7...7 with one factor a block, equally spaced."),
    Entry(
      "double quantization", "double",
      text:
        "The factors of blocks are quantized themselves, to 8 bits: 0.13 bits a weight instead of 0.5 with blocks of 64."
    ),
    Entry(
      "perplexity",
      text:
        "e to the mean loss a token: among how many equally likely tokens the model hesitates. 1 is certainty; smaller is better."
    ),
    Entry(
      "loss", "cross-entropy",
      text:
        "The mean of -ln p over the tokens that count, p being the probability that the model gave to the right token."
    ),
    Entry(
      "logits",
      text: "A model's scores for all next tokens, before softmax makes probabilities of them."),
    Entry(
      "token",
      text: "A piece of text with a number, a word or part of one; what a model reads and writes."),
    Entry(
      "tokenizer",
      text: "What cuts text into tokens and joins tokens to text. It belongs to its model."),
    Entry(
      "template", "chat template",
      text:
        "How a conversation becomes one text: which tokens begin and end a turn. A model understands the one that it was trained with."
    ),
    Entry(
      "mask",
      text:
        "Which tokens of a row are learnt: those of replies, not those of prompts. `inspect data` shows them."
    ),
    Entry(
      "learning rate", "lr",
      text:
        "How far one step moves the weights. Too large diverges, too small learns nothing; LoRA takes 1e-4 to 1e-3."
    ),
    Entry("warmup", text: "Steps at the start over which the learning rate grows from zero."),
    Entry(
      "schedule",
      text: "How the learning rate falls towards the end: not at all, along a line, along a cosine."
    ),
    Entry(
      "step",
      text: "One update of the weights, from the gradient of `batch` times `accumulate` rows."),
    Entry("epoch", text: "One pass over all training rows."),
    Entry("batch", text: "Rows whose gradients are taken together in one go."),
    Entry(
      "gradient accumulation", "accumulate",
      text:
        "Adding up the gradients of several batches before a step: the effect of a larger batch in the memory of a small one."
    ),
    Entry(
      "clipping", "clip",
      text:
        "Scaling a gradient down whose norm is above a limit, so that one odd batch does no harm."),
    Entry(
      "weight decay", "weight_decay",
      text: "Pulling weights a little towards zero in each step (AdamW: apart from the gradient)."),
    Entry(
      "AdamW",
      text:
        "The optimizer: a step for each weight by running means of its gradient and of the square of it (Loshchilov and Hutter, 2019)."
    ),
    Entry(
      "dropout",
      text: "Leaving out random inputs of the adapter while it trains, against learning by heart."),
    Entry(
      "checkpointing",
      text:
        "Keeping few activations and computing the others again on the way back: less memory, a third more time."
    ),
    Entry(
      "overfitting",
      text:
        "Learning rows by heart: the training loss falls on while the loss of held-out rows rises."),
    Entry(
      "held-out", "validation", "test",
      text: "Rows that are not trained on and tell what was learnt."),
    Entry(
      "seed",
      text: "Where random numbers begin. The same seed, recipe and files give the same bytes."),
    Entry(
      "temperature",
      text:
        "What logits are divided by before a token is drawn: below 1 bolder, above 1 more varied, 0 always the likeliest."
    ),
    Entry("top_k", text: "Drawing from the k likeliest tokens only."),
    Entry(
      "top_p", "nucleus",
      text: "Drawing from the likeliest tokens that have the share p of the probability together."),
    Entry(
      "min_p",
      text: "Drawing from tokens that have at least this share of the likeliest one's probability."),
    Entry("greedy", text: "Always taking the likeliest token: the same text each time."),
    Entry(
      "GGUF", text: "The file of llama.cpp: weights in many formats, tokenizer and settings in one."
    ),
    Entry(
      "safetensors",
      text: "The weight files of Hugging Face: a header of names and shapes, then plain numbers."),
    Entry("PEFT", text: "Hugging Face's library of adapters; `save` writes folders that it loads."),
    Entry(
      "SFT", "instruction tuning",
      text: "Supervised fine-tuning: learning replies to instructions from examples."),
  ]
}
