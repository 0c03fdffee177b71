/* The encoder of IQ3_S: the magnitudes of four elements are an entry of a code book, and signs stand beside them. A
 * part's factor is the best of nineteen tried by least squares, each element weighing as its own square. */
#include "encode.h"
#include "grids.h"

#include <pthread.h>

enum {
  BLOCK = 256,
  PART = 32,
  FOURS = PART / 4,
  ENTRIES = 512,
  CODES = 1 << 12,  /* four levels of three bits */
  HIGHEST = 7,      /* level l stands for 2l + 1 */
  DISTANCES = 3,    /* how many of the least distances count as near */
  NEIGHBOURS = 24733 /* in all lists together */
};

/* The code book by levels. */
static struct {
  int16_t entries[CODES];      /* the entry that has a code's levels; -1 for none */
  uint16_t starts[CODES + 1]; /* where the list of entries near to a code begins, which is empty for an entry's */
  uint16_t neighbours[NEIGHBOURS];
} book;

static int level_of(size_t entry, int place) {
  return (int)(ck_grid_iq3_s[entry] >> 8 * place & 255) / 2;
}

static int distance_of(size_t code, size_t entry) {
  int sum = 0;
  for (int i = 0; i < 4; i++) {
    int difference = (int)(code >> 3 * i & 7) - level_of(entry, i);
    sum += difference * difference;
  }
  return sum;
}

/* Appends the entries near to a code, the nearest first, of several the first ones. */
static uint32_t add_neighbours(size_t code, uint32_t end) {
  int distances[ENTRIES], last = -1;
  for (size_t e = 0; e < ENTRIES; e++) distances[e] = distance_of(code, e);
  for (int round = 0; round < DISTANCES; round++) {
    int next = INT32_MAX;
    for (size_t e = 0; e < ENTRIES; e++)
      if (distances[e] > last && distances[e] < next) next = distances[e];
    for (size_t e = 0; e < ENTRIES; e++)
      if (distances[e] == next && end < NEIGHBOURS) book.neighbours[end++] = (uint16_t)e;
    last = next;
  }
  return end;
}

static void make_book(void) {
  memset(book.entries, -1, sizeof book.entries);
  for (size_t e = 0; e < ENTRIES; e++) {
    size_t code = 0;
    for (int i = 0; i < 4; i++) code |= (size_t)level_of(e, i) << 3 * i;
    book.entries[code] = (int16_t)e;
  }
  uint32_t end = 0;
  for (size_t code = 0; code < CODES; code++) {
    book.starts[code] = (uint16_t)end;
    if (book.entries[code] < 0) end = add_neighbours(code, end);
  }
  book.starts[CODES] = (uint16_t)end;
}

/* The entry nearest to four magnitudes among those near to a code. */
static size_t nearest_entry(size_t code, const float *x, const float *weights, float factor) {
  float least = 3.40282347e38f;
  size_t nearest = book.neighbours[book.starts[code]];
  for (uint32_t n = book.starts[code]; n < book.starts[code + 1]; n++) {
    size_t entry = book.neighbours[n];
    float sum = 0;
    for (int i = 0; i < 4; i++) {
      float difference = factor * (float)(2 * level_of(entry, i) + 1) - x[i];
      sum += weights[i] * difference * difference;
    }
    if (!(sum < least)) continue;
    least = sum;
    nearest = entry;
  }
  return nearest;
}

/* A part's entries. */
typedef struct {
  uint16_t entries[FOURS];
  bool is_rounded; /* whether each is of the levels that are nearest by themselves */
} choice;

/* Those for levels times a factor, with its inverse, which is rounded by itself. */
static choice choose(const float *x, const float *roots, float factor, float inverse) {
  choice c = {.is_rounded = true};
  for (size_t k = 0; k < FOURS; k++) {
    size_t code = 0;
    for (size_t i = 0; i < 4; i++) {
      int level = ck_clamp(ck_nearest(0.5f * (inverse * x[4 * k + i] - 1)), 0, HIGHEST);
      code |= (size_t)level << 3 * i;
    }
    int entry = book.entries[code];
    if (entry < 0) {
      c.is_rounded = false;
      entry = (int)nearest_entry(code, x + 4 * k, roots + 4 * k, factor);
    }
    c.entries[k] = (uint16_t)entry;
  }
  return c;
}

/* Sums for the factor of least squares. */
typedef struct {
  float xq, q2;
} sums;

static sums sum_choice(const float *x, const float *weights, const choice *c) {
  sums s = {0, 0};
  for (size_t i = 0; i < PART; i++) {
    float q = (float)(2 * level_of(c->entries[i / 4], (int)(i % 4)) + 1);
    s.xq += weights[i] * x[i] * q;
    s.q2 += weights[i] * q * q;
  }
  return s;
}

/* Gives the factor of magnitudes, whose largest is `most`, and chooses their entries. */
static float fit_part(const float *x, float most, choice *best) {
  enum { tries = 9, largest = 2 * HIGHEST + 1 };
  float weights[PART], roots[PART], factor = most / (float)largest, score = 0;
  for (size_t i = 0; i < PART; i++) {
    weights[i] = x[i] * x[i];
    roots[i] = sqrtf(weights[i]);
  }
  *best = (choice){.is_rounded = false};
  for (int try = -tries; try <= tries; try++) {
    float inverse = ((float)largest + (float)try * 0.2f) / most;
    choice tried = choose(x, roots, 1 / inverse, inverse);
    sums s = sum_choice(x, weights, &tried);
    if (!(s.q2 > 0 && s.xq * s.xq > score * s.q2)) continue;
    factor = s.xq / s.q2;
    score = factor * s.xq;
    *best = tried;
  }
  if (best->is_rounded || !(factor > 0)) return factor;
  *best = choose(x, roots, factor, 1 / factor);
  sums s = sum_choice(x, weights, best);
  return s.q2 > 0 ? s.xq / s.q2 : factor;
}

/* A part of zeros keeps its place. llama.cpp's quantizer (of 2026) writes what follows such a part in its place, so
 * that only there its blocks are others. */
void ck_encode_IQ3_S(const float *x, uint8_t *block) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_book);
  float factors[BLOCK / PART] = {0}, most_factor = 0;
  memset(block, 0, 110);
  for (size_t part = 0; part < BLOCK / PART; part++) {
    float magnitudes[PART];
    uint8_t *signs = block + 74 + 4 * part;
    for (size_t i = 0; i < PART; i++) {
      float element = x[PART * part + i];
      magnitudes[i] = element >= 0 ? element : -element;
      if (!(element >= 0)) signs[i / 8] |= (uint8_t)(1 << i % 8);
    }
    float most = ck_largest_magnitude(magnitudes, PART);
    if (most == 0) continue;
    choice best;
    factors[part] = fit_part(magnitudes, most, &best);
    if (factors[part] > most_factor) most_factor = factors[part];
    for (size_t k = 0; k < FOURS; k++) {
      block[2 + FOURS * part + k] = (uint8_t)best.entries[k];
      block[66 + part] |= (uint8_t)(best.entries[k] >> 8 << k);
    }
  }
  if (most_factor == 0) return;
  float d = most_factor / 31.0f, inverse = 1 / d;
  ck_store_half(d * 1.033f, block);
  for (size_t part = 0; part < BLOCK / PART; part++) {
    int whole = ck_clamp(ck_nearest(0.5f * (inverse * factors[part] - 1)), 0, 15);
    block[106 + part / 2] |= (uint8_t)(whole << part % 2 * 4);
  }
}
