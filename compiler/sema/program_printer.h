/**
 * What the dump of the typed program and its normal form share; private to these two files.
 */
#ifndef SEG_COMPILER_SEMA_PROGRAM_PRINTER_H
#define SEG_COMPILER_SEMA_PROGRAM_PRINTER_H

#include "compiler/sema/program.h"

/** A normal form under way. */
struct seg_normal {
  enum seg_normal_form form;
  struct seg_touched *touched; // NULL: nobody asks
  bool failed;                 // memory is out
};

/** The program and the entity whose columns the node at hand reads. */
struct seg_printer {
  const struct seg_program *program;
  const struct seg_program_entity *entity;
  FILE *out;
  struct seg_normal *normal; // NULL: as it was built
};

void seg_print_indent(const struct seg_printer *printer, int depth);

/** One node a line, its operands below it. */
void seg_print_node(const struct seg_printer *printer, const struct seg_node *node, int depth);

/** A word, and a node over `entity` below it. */
void seg_print_part(const struct seg_printer *printer, const char *word,
                    const struct seg_program_entity *entity, const struct seg_node *node,
                    int depth);

/** What a node holds besides its operands, on its line. */
void seg_print_content(const struct seg_printer *printer, const struct seg_node *node);

/** Type of a node or column; lists are long and printed at their column only (`full`). */
void seg_print_type(FILE *out, const struct seg_type *type, bool optional, bool full);

/** The name in program_nodes.def. */
const char *seg_node_word(enum seg_node_kind kind);

/** The normal form of the kinds of nodes where it is not what was built; false for all others. */
bool seg_print_normal(const struct seg_printer *printer, const struct seg_node *node, int depth);

/** Which rows of an event exist; nothing unless meanings are printed. */
void seg_print_event_behind(const struct seg_printer *printer, uint32_t event, int depth);

#endif
