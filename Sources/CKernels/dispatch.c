/* Chooses a table once (or, for tests, one a thread) and forwards every public function to it. */
#include "dispatch.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct candidate {
  const ck_table *table;
  bool (*usable)(void);
} candidate;

static bool always(void) { return true; }

#if defined(__x86_64__)
static bool usable_avx2(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("f16c");
}

/* Cascade Lake, Ice Lake, Zen 4 and later: the first AVX-512 without VNNI gains too little. */
static bool usable_avx512(void) {
  return usable_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vnni");
}

static bool usable_avx512bf16(void) {
  return usable_avx512() && __builtin_cpu_supports("avx512bf16");
}
#endif

static const candidate candidates[] = {
#if defined(__x86_64__)
    {&ck_table_avx512bf16, usable_avx512bf16},
    {&ck_table_avx512, usable_avx512},
    {&ck_table_avx2, usable_avx2},
#elif defined(__aarch64__)
    {&ck_table_neon, always},
#endif
    {&ck_table_portable, always},
};

static const ck_table *_Nullable usable_table(size_t index) {
  for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
    if (candidates[i].usable() && index-- == 0) return candidates[i].table;
  return NULL;
}

static const ck_table *_Nullable table_named(const char *name) {
  const ck_table *table;
  for (size_t i = 0; (table = usable_table(i)) != NULL; i++)
    if (strcmp(table->name, name) == 0) return table;
  return NULL;
}

static _Atomic(const ck_table *) chosen;
static _Thread_local const ck_table *forced;

/* Two threads that come first at once choose the same table, so the race is harmless. */
static const ck_table *current(void) {
  if (forced) return forced;
  const ck_table *table = atomic_load_explicit(&chosen, memory_order_acquire);
  if (table) return table;
  const char *wanted = getenv("SKILLET_ISA");
  if (wanted) table = table_named(wanted);
  if (!table) table = usable_table(0);
  atomic_store_explicit(&chosen, table, memory_order_release);
  return table;
}

const char *ck_isa_name(void) { return current()->name; }

bool ck_use_isa(const char *name) {
  const ck_table *table = name ? table_named(name) : NULL;
  if (name && !table) return false;
  forced = table;
  return true;
}

const char *ck_isa_available(size_t index) {
  const ck_table *table = usable_table(index);
  return table ? table->name : NULL;
}

bool ck_has_bf16(void) { return current()->has_bf16; }

size_t ck_tile_rows(ck_operands operands) {
  (void)operands;
  return current()->tile_rows;
}

size_t ck_panel_columns(ck_operands operands) {
  (void)operands;
  return current()->panel_columns;
}

size_t ck_packed_rows_bytes(ck_operands operands, size_t rows, size_t depth) {
  size_t tile = current()->tile_rows;
  return (rows + tile - 1) / tile * ck_line_bytes(tile * ck_steps(operands, depth));
}

size_t ck_panel_bytes(ck_operands operands, size_t depth) {
  return ck_line_bytes(current()->panel_columns * ck_steps(operands, depth));
}

#define CK_FORWARD(result, name, parameters, arguments)                                            \
  result ck_##name parameters { return current()->name arguments; }
CK_KERNELS(CK_FORWARD)
