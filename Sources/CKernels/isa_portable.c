/* The baseline of the compiler's target, in 128-bit vectors: every machine, and the reference for
 * the other tables. bf16 operands work here too, slowly. */
#define FN(name) name##_portable
#define TABLE_NAME "portable"
#define LANES 4
#define HAS_F16 0
#define HAS_BF16 0
#define TILE_ROWS 4
#define TILE_VECTORS 2
#define UNROLL

#include "lanes.h"
#include "plain_lookups.h"
#include "table_body.h"
