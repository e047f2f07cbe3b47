/**
 * Writes the values of one column of a store: in the narrowest type that holds them, with a bitmap
 * of those that are known when some are not.
 */
#ifndef SEG_RUNTIME_PREPARE_VALUES_WRITER_H
#define SEG_RUNTIME_PREPARE_VALUES_WRITER_H

#include "runtime/column/column.h"
#include "runtime/column/text_codes.h"
#include "runtime/prepare/array_file.h"

/** Bits in words, one after the other. */
struct seg_bit_writer {
  struct seg_array_file file;
  uint64_t word;
  uint64_t count;
};

struct seg_values_writer {
  struct seg_build *build;
  enum seg_layout layout;
  struct seg_str name;
  struct seg_array_file values; // not for bits
  struct seg_array_file bytes;  // of texts
  struct seg_bit_writer bits;   // for bits
  struct seg_bit_writer known;
  bool has_known; // some were not known
  uint64_t rows;
  uint64_t text_bytes;
  struct seg_str text_name, entries_name;
  bool makes_codes; // of fractions: to be set after begin
  struct seg_str codes_name, bounds_name;
  bool numbers_texts;           // so far there are few different ones
  struct seg_text_codes codes;  // those
  struct seg_array_file places; // of each row among them
};

/**
 * `entity`, `column` and `kind` make the names of the files, as in seg_values_name. Texts of a
 * column are numbered when there are few different ones. Discard after an error.
 */
SEG_NODISCARD enum seg_status seg_values_writer_begin(struct seg_values_writer *writer,
                                                      struct seg_build *build,
                                                      enum seg_layout layout, struct seg_str entity,
                                                      struct seg_str column, const char *kind,
                                                      struct seg_error *error);

/** `count` rows: an array of what the layout names (bits for BIT) and, when some are missing, bits
 * of those that are known. What is not known may hold anything. */
SEG_NODISCARD enum seg_status seg_values_writer_append(struct seg_values_writer *writer,
                                                       const void *values, const uint64_t *known,
                                                       uint64_t count, struct seg_error *error);

/** Nothing more is appended, as in seg_array_file_complete. Numbers' bytes all go into the file. */
SEG_NODISCARD enum seg_status seg_values_writer_complete(struct seg_values_writer *writer,
                                                         struct seg_error *error);

SEG_NODISCARD enum seg_status seg_values_writer_finish(struct seg_values_writer *writer,
                                                       struct seg_store_values *made,
                                                       struct seg_error *error);
void seg_values_writer_discard(struct seg_values_writer *writer);

/** A name for a file of `entity`, `column` (may be empty) and `kind` (may be empty) that this
 * generation does not have yet. What is no letter, digit or underscore becomes an underscore;
 * `data` is NULL when memory is out. */
SEG_NODISCARD struct seg_str seg_values_name(struct seg_build *build, struct seg_str entity,
                                             struct seg_str column, const char *kind);

#endif
