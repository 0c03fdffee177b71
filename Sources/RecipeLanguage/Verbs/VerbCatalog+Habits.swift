/// What other tools call things, and what they are called here.
extension VerbCatalog {
  package static let foreignVerbs = [
    "chat": "generate", "complete": "generate", "encode": "tokenize", "evaluate": "eval",
    "export": "save", "finetune": "train", "fine_tune": "train", "fit": "train",
    "infer": "generate", "peft": "lora", "predict": "generate", "print": "show", "qlora": "lora",
    "sample": "generate", "test": "eval", "write": "save",
  ]

  package static let foreignArguments = [
    "batch_size": "batch", "block_size": "block", "cutoff_len": "max_length", "ctx": "context",
    "double_quant": "double", "dtype": "precision", "early_stopping_patience": "patience",
    "eval_steps": "eval_every", "grad_accum": "accumulate", "gradient_accumulation": "accumulate",
    "gradient_accumulation_steps": "accumulate", "gradient_checkpointing": "checkpointing",
    "group_size": "block", "iterations": "steps", "iters": "steps", "layers_to_transform": "layers",
    "learning_rate": "lr", "lora_alpha": "alpha", "lora_dropout": "dropout", "lora_r": "rank",
    "lora_rank": "rank", "lr_scheduler": "schedule", "lr_scheduler_type": "schedule",
    "max_grad_norm": "clip", "max_new_tokens": "max_tokens", "max_seq_length": "max_length",
    "max_steps": "steps", "modules": "targets", "n_ctx": "context", "n_predict": "max_tokens",
    "num_epochs": "epochs", "num_iters": "steps", "num_predict": "max_tokens",
    "num_train_epochs": "epochs", "optim": "optimizer", "output_dir": "to", "packing": "pack",
    "per_device_train_batch_size": "batch", "r": "rank", "repeat_penalty": "repetition_penalty",
    "save_steps": "save_every", "scheduler": "schedule", "stop_sequences": "stop",
    "target_modules": "targets", "temp": "temperature", "time": "budget", "use_rslora": "rslora",
    "val": "valid", "validation": "valid", "warmup_ratio": "warmup", "warmup_steps": "warmup",
  ]

  package static let foreignTypes = [
    "boolean": "bool", "double": "float", "file": "path", "integer": "int", "number": "float",
    "percentage": "percent", "str": "string", "text": "string", "time": "duration",
  ]
}
