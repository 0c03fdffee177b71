/* The bodies in order of need, and the set's table. */
#include "float_body.h"
#include "row_body.h"
#include "block_codes_body.h"
#include "grid_codes_body.h"
#include "dequantize_body.h"
#include "pack_body.h"
#include "product_body.h"
#include "quantized_dot_body.h"

#define CK_ENTRY(result, kernel, parameters, arguments) .kernel = FN(kernel),
const ck_table FN(ck_table) = {.name = TABLE_NAME,
                               .has_bf16 = HAS_BF16,
                               .tile_rows = TILE_ROWS,
                               .panel_columns = PANEL_COLUMNS,
                               CK_KERNELS(CK_ENTRY)};
