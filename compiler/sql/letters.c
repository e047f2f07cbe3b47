// Small and capital letters for a dialect whose own functions depend on a locale: the query carries
// the simple mappings of Unicode as two texts, one letter below the other.
#include <stdio.h>

#include "compiler/sql/internal.h"
#include "runtime/base/utf8_letter.h"
#include "runtime/base/utf8_walk.h"

enum { LAST_LETTER = 0x10ffff, FIRST_SURROGATE = 0xd800, LAST_SURROGATE = 0xdfff };

static bool maps_letters(const struct seg_node *node) {
  if (node == NULL)
    return false;
  bool found = node->kind == SEG_NODE_TEXT_MAP && node->text_map != SEG_TRIM;
  if (node->kind == SEG_NODE_AGGREGATE) {
    found = maps_letters(node->filter) || maps_letters(node->argument);
    if (node->sequence != NULL)
      found = found || maps_letters(node->sequence->filter);
  }
  for (uint32_t i = 0; !found && i < node->operand_count; i++)
    found = maps_letters(node->operands[i]);
  return found;
}

// Also in what no rule stands on: then the table is there for nothing, and does no harm.
static bool is_asked_for(const struct seg_program *program) {
  bool found = false;
  for (uint32_t i = 0; i < program->segment_count; i++)
    found = found || maps_letters(program->segments[i].when);
  for (uint32_t i = 0; i <= program->event_count; i++) {
    const struct seg_program_entity *entity = i == 0 ? &program->customer : &program->events[i - 1];
    found = found || maps_letters(entity->where);
    for (uint32_t j = 0; j < entity->column_count; j++)
      found = found || maps_letters(entity->columns[j].computed);
  }
  return found;
}

static void write_letters(struct seg_sql *sql, uint32_t (*map)(uint32_t), bool mapped,
                          const char *name) {
  char letter[SEG_UTF8_MAX];
  fputs("'", sql->out);
  for (uint32_t i = 1; i <= LAST_LETTER; i++) {
    if ((i >= FIRST_SURROGATE && i <= LAST_SURROGATE) || map(i) == i)
      continue;
    size_t size = seg_utf8_put(mapped ? map(i) : i, letter);
    fwrite(letter, 1, size, sql->out);
  }
  fprintf(sql->out, "' AS %s", name);
}

void seg_sql_write_letters(struct seg_sql *sql) {
  if (sql->request->dialect != SEG_SQL_POSTGRES || !is_asked_for(sql->program))
    return;
  seg_sql_begin(sql, seg_str_view("#letters"),
                seg_str_view("the letters that `lower` and `upper` change, and what they become"));
  fputs("  SELECT\n    ", sql->out);
  write_letters(sql, seg_utf8_lower, false, "capital");
  fputs(",\n    ", sql->out);
  write_letters(sql, seg_utf8_lower, true, "lowered");
  fputs(",\n    ", sql->out);
  write_letters(sql, seg_utf8_upper, false, "small");
  fputs(",\n    ", sql->out);
  write_letters(sql, seg_utf8_upper, true, "raised");
  fputs("\n", sql->out);
  seg_sql_end(sql);
}
