/* A row for each file that the program carries: a new lesson is a file in lessons/ and a row here. */
#include "CLessons.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char perplexity[] = {
#embed "lessons/01-perplexity.md"
};
static const unsigned char quantization[] = {
#embed "lessons/02-quantization.md"
};
static const unsigned char four_bits[] = {
#embed "lessons/03-four-bits.md"
};
static const unsigned char bits[] = {
#embed "lessons/04-bits.md"
};
static const unsigned char directions[] = {
#embed "lessons/05-directions.md"
};
static const unsigned char rank[] = {
#embed "lessons/06-rank.md"
};
static const unsigned char alpha[] = {
#embed "lessons/07-alpha.md"
};
static const unsigned char targets[] = {
#embed "lessons/08-targets.md"
};
static const unsigned char learning_rate[] = {
#embed "lessons/09-learning-rate.md"
};
static const unsigned char switching[] = {
#embed "lessons/10-switching.md"
};
static const unsigned char merging[] = {
#embed "lessons/11-merging.md"
};
static const unsigned char comparison[] = {
#embed "lessons/12-comparison.md"
};
static const unsigned char reproducible[] = {
#embed "lessons/13-reproducible.md"
};
static const unsigned char real_model[] = {
#embed "lessons/14-real-model.md"
};
static const unsigned char kitchen_gguf[] = {
#embed "data/kitchen.gguf"
};
static const unsigned char kitchen_txt[] = {
#embed "data/kitchen.txt"
};
static const unsigned char sentences_jsonl[] = {
#embed "data/sentences.jsonl"
};
static const unsigned char orders_jsonl[] = {
#embed "data/orders.jsonl"
};

static const cl_file files[] = {
    {"01-perplexity.md", perplexity, sizeof perplexity},
    {"02-quantization.md", quantization, sizeof quantization},
    {"03-four-bits.md", four_bits, sizeof four_bits},
    {"04-bits.md", bits, sizeof bits},
    {"05-directions.md", directions, sizeof directions},
    {"06-rank.md", rank, sizeof rank},
    {"07-alpha.md", alpha, sizeof alpha},
    {"08-targets.md", targets, sizeof targets},
    {"09-learning-rate.md", learning_rate, sizeof learning_rate},
    {"10-switching.md", switching, sizeof switching},
    {"11-merging.md", merging, sizeof merging},
    {"12-comparison.md", comparison, sizeof comparison},
    {"13-reproducible.md", reproducible, sizeof reproducible},
    {"14-real-model.md", real_model, sizeof real_model},
    {"kitchen.gguf", kitchen_gguf, sizeof kitchen_gguf},
    {"kitchen.txt", kitchen_txt, sizeof kitchen_txt},
    {"sentences.jsonl", sentences_jsonl, sizeof sentences_jsonl},
    {"orders.jsonl", orders_jsonl, sizeof orders_jsonl},
};

const size_t cl_file_count = sizeof files / sizeof *files;

cl_file cl_file_at(size_t index) { return files[index < cl_file_count ? index : 0]; }
