/**
 * Binding: which files or which query stand behind a logical source name such as "purchases".
 *
 * An override NAME=VALUE wins: VALUE is SQL when its first word is select, with or from (in any
 * case), otherwise a file, a folder or a glob. Without one the data folder is searched for
 * NAME.parquet, NAME.csv, NAME.csv.gz and a folder NAME; exactly one may exist. Files of a folder
 * or a glob are all of one kind and are read in the order of their names (byte for byte).
 */
#ifndef SEG_RUNTIME_IO_BINDING_H
#define SEG_RUNTIME_IO_BINDING_H

#include <stddef.h>

#include "runtime/base/arena.h"
#include "runtime/base/status.h"
#include "runtime/base/str.h"

enum seg_binding_kind { SEG_BINDING_PARQUET, SEG_BINDING_CSV, SEG_BINDING_SQL };

struct seg_binding {
  struct seg_str source; // the logical name
  enum seg_binding_kind kind;
  size_t file_count; // at least 1, or 0 for SQL
  const struct seg_str *files;
  struct seg_str sql;
};

struct seg_binding_options {
  struct seg_str data_folder; // empty: none was given
  size_t override_count;
  const struct seg_str *overrides; // NAME=VALUE
};

/** Find what stands behind `source`. Everything in `binding` lives in the arena. Errors: D101 ...
 */
SEG_NODISCARD enum seg_status
seg_binding_resolve(struct seg_arena *arena, const struct seg_binding_options *options,
                    struct seg_str source, struct seg_binding *binding, struct seg_error *error);

/** Every override must have the form NAME=VALUE, name one of the sources, and none twice. */
SEG_NODISCARD enum seg_status seg_binding_check_overrides(const struct seg_binding_options *options,
                                                          size_t source_count,
                                                          const struct seg_str *sources,
                                                          struct seg_error *error);

#endif
