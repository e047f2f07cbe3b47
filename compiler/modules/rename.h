/**
 * The names a module needs, replaced by those the project has. Inside compiler/modules only.
 */
#ifndef SEG_COMPILER_MODULES_RENAME_H
#define SEG_COMPILER_MODULES_RENAME_H

#include "grammar/ast.h"

/** Replace the names of needed events and their columns in the declarations of file `file`, as
 * `use` says, and note in the file's needs that they come from `use`. */
void seg_rename_needs(struct seg_ast *ast, uint32_t file, const struct seg_use *use);

/** Does `needed` ("purchase", "purchase.amount") name the event or a column of it? */
bool seg_rename_is_of(struct seg_str needed, const struct seg_need *need);

#endif
