"""Makes two tiny random Llama models, as Hugging Face folders and as GGUF, and what they must compute."""

import json
import shutil

import reference_files as files
import numpy as np
import torch
from gguf import GGUFReader
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

import tiny_gguf

SEED = 20240
VOCABULARY = 320
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEXT = """\
The quick brown fox jumps over the lazy dog, and the dog does not mind.
A skillet is a small pan; a recipe says what goes into it and for how long.
Select the name and the price from the table where the count is above 10.
She said that they would come when the weather was better, but it never was.
In the morning the children walked to the school near the river and the bridge.
There is nothing that the other side of the mountain does not have on this side.
def total(values): return sum(value for value in values if value > 0)
""".splitlines()
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content']"
    " + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant\\n' }}{% endif %}")
SAMPLES = [
    "The quick brown fox", "the dog's table, where?", " leading and  double  spaces ", "12345 and 6.7",
    "naïve café — 日本語 🙂", "line one\nline two\n\n\tindented", "<|im_start|>user\nHi<|im_end|>\n", "",
]
MODELS = {
    "tiny-llama": dict(
        hidden_size=64, intermediate_size=192, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, rope_theta=10000.0, rms_norm_eps=1e-5, tie_word_embeddings=False),
    "tiny-llama-tied": dict(
        hidden_size=128, intermediate_size=96, num_hidden_layers=2, num_attention_heads=8,
        num_key_value_heads=2, rope_theta=100000.0, rms_norm_eps=1e-6, tie_word_embeddings=True),
}


def make_tokenizer():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=SPECIAL, show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator(TEXT, trainer)
    assert tokenizer.get_vocab_size() == VOCABULARY
    return tokenizer


def make_model(name, generator):
    """Weights large enough that attention, norms and the gate all matter to the logits."""
    options = dict(MODELS[name])
    theta = options.pop("rope_theta")
    config = LlamaConfig(
        vocab_size=VOCABULARY, max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=2,
        attn_implementation="eager", rope_parameters={"rope_type": "default", "rope_theta": theta}, **options)
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for key, weight in model.named_parameters():
            noise = torch.randn(weight.shape, generator=generator)
            if weight.ndim == 1:
                weight.copy_(1 + 0.2 * noise)
            elif "embed_tokens" in key:
                weight.copy_(noise if not config.tie_word_embeddings else noise * 0.3)
            else:
                weight.copy_(noise * 1.2 / weight.shape[1] ** 0.5)
            if config.tie_word_embeddings:
                weight.copy_(weight.bfloat16().float())
    return model


def save_folder(folder, model, tokenizer, config_style, dtype):
    folder.mkdir(parents=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    files.write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": SPECIAL[1], "eos_token": SPECIAL[2],
        "pad_token": SPECIAL[2], "unk_token": SPECIAL[0], "model_max_length": 256,
        "clean_up_tokenization_spaces": False, "chat_template": CHAT_TEMPLATE})
    config = json.loads(model.config.to_json_string())
    config["architectures"] = ["LlamaForCausalLM"]
    config.pop("dtype", None)
    if config_style == "transformers 4":
        config["torch_dtype"] = "bfloat16"
        config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
        config["rope_scaling"] = None
        config["transformers_version"] = "4.42.3"
    else:
        config["dtype"] = "float32"
    files.write_json(folder / "config.json", config)
    state = {k: v.to(dtype).contiguous() for k, v in model.state_dict().items()}
    if model.config.tie_word_embeddings:
        del state["lm_head.weight"]
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    return {k: v.float().numpy() for k, v in state.items()}


def make_sequences(generator):
    return {f"s{n}": torch.randint(3, VOCABULARY, (n,), generator=generator).tolist() for n in (7, 33)}


def train_flags(length):
    """A prompt of 12, a completion of 8, a second prompt of 5 and a completion to the end."""
    return [0 if i < 12 or 20 <= i < 25 else 1 for i in range(length)]


@torch.no_grad()
def measure(model, sequences, tensors, prefix, full):
    """Adds logits to `tensors`; returns the numbers that follow from them."""
    result = {}
    for key, ids in sequences.items():
        tokens = torch.tensor([ids])
        output = model(tokens, output_hidden_states=True)
        logits = output.logits[0]
        tensors[f"{prefix}.{key}.logits"] = (logits if full or key == "s7" else logits[-1:]).clone()
        logprobs = torch.log_softmax(logits.double(), -1)[:-1].gather(1, tokens[0, 1:, None])[:, 0]
        result[key] = {
            "token_loglikelihoods": logprobs.tolist(), "loglikelihood": logprobs.sum().item(),
            "argmax": logits.argmax(-1).tolist()}
        if full and key == "s7":
            tensors[f"{prefix}.{key}.hidden"] = torch.stack([h[0] for h in output.hidden_states])
        if full:
            exact = model.double()(tokens).logits[0]
            result[key]["logit_error_of_f32"] = (exact - logits).abs().max().item()
            model.float()
        if key == "s33":
            flags = train_flags(len(ids))
            labels = torch.tensor([[t if f else -100 for t, f in zip(ids, flags)]])
            result["masked"] = {
                "loss": model(tokens, labels=labels).loss.item(), "trained_tokens": sum(flags[1:]),
                "loss_of_all": model(tokens, labels=tokens).loss.item()}
    return result


def check_gguf(path, model, sequences, tensors, prefix):
    """Reads the file back through transformers, which undoes the row order by its own code."""
    copy = AutoModelForCausalLM.from_pretrained(
        str(path.parent), gguf_file=path.name, dtype=torch.float32, attn_implementation="eager")
    with torch.no_grad():
        logits = copy(torch.tensor([sequences["s7"]])).logits[0]
    difference = (logits - tensors[f"{prefix}.s7.logits"]).abs().max().item()
    assert difference < 1e-4, (path, difference)


def forget_repetition(expected, tensors):
    """The F32 file holds the numbers of the folder: its results must be those under `hf`."""
    if "f32" not in expected:
        return
    for key, results in expected.pop("f32").items():
        assert all(expected["hf"][key][name] == value for name, value in results.items())
    for key in [key for key in tensors if key.startswith("f32.")]:
        rows = tensors.pop(key)
        assert torch.equal(rows, tensors["hf" + key[3:]][-len(rows):])


def make(name, tokenizer, schemes, dtype, style):
    generator = torch.Generator().manual_seed(SEED + len(name))
    folder = files.ROOT / name
    shutil.rmtree(folder, ignore_errors=True)
    model = make_model(name, generator)
    state = save_folder(folder / "hf", model, tokenizer, style, dtype)
    sequences = make_sequences(generator)
    tensors, expected = {}, {}
    loaded = AutoModelForCausalLM.from_pretrained(
        folder / "hf", dtype=torch.float32, attn_implementation="eager").eval()
    expected["hf"] = measure(loaded, sequences, tensors, "hf", True)
    tokenizer_json = json.loads((folder / "hf/tokenizer.json").read_text())
    for scheme in schemes:
        path = folder / f"{scheme.lower()}.gguf"
        back = tiny_gguf.write(path, name, model.config, state, scheme, tokenizer_json, CHAT_TEMPLATE)
        quantized = LlamaForCausalLM(model.config).eval()
        quantized.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in back.items()}, strict=False)
        quantized.tie_weights()
        prefix = scheme.lower()
        expected[prefix] = measure(quantized, sequences, tensors, prefix, False)
        check_gguf(path, quantized, sequences, tensors, prefix)
        assert len(GGUFReader(path).tensors) == len(state)
    forget_repetition(expected, tensors)
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "logits.safetensors")
    fast = AutoTokenizer.from_pretrained(folder / "hf")
    files.write_json(folder / "expected.json", {
        "sequences": sequences, "train_flags_s33": train_flags(33), "results": expected,
        "tokenizer_samples": [
            {"text": text, "ids": fast(text, add_special_tokens=False)["input_ids"]} for text in SAMPLES]})


def main():
    torch.set_num_threads(1)
    tokenizer = make_tokenizer()
    make("tiny-llama", tokenizer, ["F32", "Q8_0", "Q4_1"], torch.float32, "transformers 5")
    make("tiny-llama-tied", tokenizer, ["Q4_1"], torch.bfloat16, "transformers 4")
    files.record("make_tiny_llama.py", {"torch": SEED}, ["tiny-llama", "tiny-llama-tied"])


if __name__ == "__main__":
    main()
