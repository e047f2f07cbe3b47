// The data dictionary for people: on a terminal, and as Markdown.
#include "compiler/report/dictionary.h"

#include <string.h>

enum { NAME_WIDTH = 11 };

static bool is_empty(struct seg_str text) {
  return text.size == 0;
}

static void list(const struct seg_dictionary_texts *texts, const char *between, FILE *out) {
  for (uint32_t i = 0; i < texts->count; i++)
    fprintf(out, "%s%.*s", i == 0 ? "" : between, SEG_STR(texts->items[i]));
}

static void label(const char *name, FILE *out) {
  fprintf(out, "  %-*s", NAME_WIDTH, name);
}

static void fold_count(uint32_t folds, FILE *out) {
  if (folds > 0)
    fprintf(out, "; %u aggregate%s", (unsigned)folds, folds == 1 ? "" : "s");
}

static void text_relation(const char *word, const struct seg_dictionary_texts *segments,
                          FILE *out) {
  if (segments->count == 0)
    return;
  label(word, out);
  fputs("with ", out);
  list(segments, ", ", out);
  fputc('\n', out);
}

static void text_segment(const struct seg_dictionary_segment *segment, FILE *out) {
  fprintf(out, "%.*s", SEG_STR(segment->name));
  if (!is_empty(segment->title))
    fprintf(out, ": %.*s", SEG_STR(segment->title));
  fprintf(out, "\n  %.*s\n\n", SEG_STR(segment->sentence));
  label("rule", out);
  fprintf(out, "%.*s\n", SEG_STR(segment->rule));
  for (uint32_t i = 0; i < segment->clause_count; i++)
    fprintf(out, "  %.*s%*s%.*s\n", SEG_STR(segment->clauses[i].name),
            (int)(segment->clauses[i].name.size < NAME_WIDTH
                      ? NAME_WIDTH - segment->clauses[i].name.size
                      : 1),
            "", SEG_STR(segment->clauses[i].value));
  if (segment->windows.count > 0) {
    label("windows", out);
    list(&segment->windows, "; ", out);
    fputc('\n', out);
  }
  if (segment->metrics.count > 0) {
    label("metrics", out);
    list(&segment->metrics, ", ", out);
    fputc('\n', out);
  }
  for (uint32_t i = 0; i < segment->place_count; i++) {
    label(i == 0 ? "chains" : "", out);
    fprintf(out, "%.*s: %u of %u\n", SEG_STR(segment->places[i].chain),
            (unsigned)segment->places[i].position, (unsigned)segment->places[i].members);
  }
  text_relation("exclusive", &segment->exclusive, out);
  text_relation("overlap", &segment->overlaps, out);
  for (uint32_t i = 0; i < segment->read_count; i++) {
    const struct seg_dictionary_read *read = &segment->reads[i];
    label(i == 0 ? "reads" : "", out);
    fprintf(out, "%.*s from \"%.*s\": ", SEG_STR(read->entity), SEG_STR(read->source));
    list(&read->columns, ", ", out);
    fold_count(read->folds, out);
    fputc('\n', out);
  }
  fputc('\n', out);
}

static void text_metric(const struct seg_dictionary_metric *metric, FILE *out) {
  fprintf(out, "  %.*s = %.*s\n", SEG_STR(metric->name), SEG_STR(metric->definition));
  fprintf(out, "    %.*s\n",
          SEG_STR(is_empty(metric->meaning) ? seg_str_view("takes a window where it is used")
                                            : metric->meaning));
  fputs("    used by: ", out);
  if (metric->used_by.count == 0)
    fputs("no segment", out);
  list(&metric->used_by, ", ", out);
  fputc('\n', out);
}

static void text_constants(const struct seg_dictionary *dictionary, FILE *out) {
  fputs(dictionary->constant_count > 0 ? "Constants\n" : "", out);
  for (uint32_t i = 0; i < dictionary->constant_count; i++) {
    const struct seg_dictionary_constant *constant = &dictionary->constants[i];
    fprintf(out, "  %.*s = %.*s", SEG_STR(constant->name), SEG_STR(constant->definition));
    if (!seg_str_equal(constant->definition, constant->value))
      fprintf(out, ": %.*s", SEG_STR(constant->value));
    fputc('\n', out);
  }
  fputs(dictionary->constant_count > 0 ? "\n" : "", out);
}

static void text_entity(const struct seg_dictionary_entity *entity, FILE *out) {
  fprintf(out, "  %.*s from \"%.*s\", key %.*s", SEG_STR(entity->name), SEG_STR(entity->source),
          SEG_STR(entity->key));
  if (!is_empty(entity->time))
    fprintf(out, ", dated by %.*s", SEG_STR(entity->time));
  fputc('\n', out);
  if (!is_empty(entity->condition))
    fprintf(out, "    only those %.*s\n", SEG_STR(entity->condition));
  if (entity->unique.count > 0) {
    fputs("    each customer's rows with the same ", out);
    list(&entity->unique, ", ", out);
    fputs(" count once\n", out);
  }
}

void seg_dictionary_write_text(const struct seg_dictionary *dictionary, FILE *out) {
  for (uint32_t i = 0; i < dictionary->segment_count; i++)
    text_segment(&dictionary->segments[i], out);
  text_constants(dictionary, out);
  fputs(dictionary->metric_count > 0 ? "Metrics\n" : "", out);
  for (uint32_t i = 0; i < dictionary->metric_count; i++)
    text_metric(&dictionary->metrics[i], out);
  fputs(dictionary->metric_count > 0 ? "\n" : "", out);
  fputs(dictionary->chain_count > 0 ? "Chains: the first segment that matches wins\n" : "", out);
  for (uint32_t i = 0; i < dictionary->chain_count; i++) {
    const struct seg_dictionary_chain *chain = &dictionary->chains[i];
    fprintf(out, "  %.*s: ", SEG_STR(chain->name));
    list(&chain->members, " > ", out);
    if (!is_empty(chain->otherwise))
      fprintf(out, ", otherwise %.*s", SEG_STR(chain->otherwise));
    fputc('\n', out);
  }
  fputs(dictionary->chain_count > 0 ? "\n" : "", out);
  fputs(dictionary->relation_count > 0 ? "Said about segments\n" : "", out);
  for (uint32_t i = 0; i < dictionary->relation_count; i++)
    fprintf(out, "  %.*s\n", SEG_STR(dictionary->relations[i].text));
  fputs(dictionary->relation_count > 0 ? "\n" : "", out);
  fprintf(out, "Data: days of %.*s\n", SEG_STR(dictionary->timezone));
  for (uint32_t i = 0; i < dictionary->entity_count; i++)
    text_entity(&dictionary->entities[i], out);
}

// --- Markdown ---

// Text outside of code: what would be markup is escaped.
static void escaped(struct seg_str text, FILE *out) {
  for (size_t i = 0; i < text.size; i++) {
    if (strchr("\\`*_{}[]<>#|", text.data[i]) != NULL)
      fputc('\\', out);
    fputc(text.data[i], out);
  }
}

// Code: a pair of backquotes is enough where none is inside; in a table `|` ends a cell.
static void code(struct seg_str text, FILE *out) {
  fputc('`', out);
  for (size_t i = 0; i < text.size; i++)
    fprintf(out, text.data[i] == '|' ? "\\%c" : "%c", text.data[i] == '`' ? '\'' : text.data[i]);
  fputc('`', out);
}

static void code_list(const struct seg_dictionary_texts *texts, const char *between, FILE *out) {
  for (uint32_t i = 0; i < texts->count; i++) {
    fputs(i == 0 ? "" : between, out);
    code(texts->items[i], out);
  }
}

static void markdown_relation(const char *word, const struct seg_dictionary_texts *segments,
                              FILE *out) {
  if (segments->count == 0)
    return;
  fprintf(out, "| %s | with ", word);
  code_list(segments, ", ", out);
  fputs(" |\n", out);
}

static void markdown_segment(const struct seg_dictionary_segment *segment, FILE *out) {
  fputs("\n### ", out);
  escaped(segment->name, out);
  if (!is_empty(segment->title)) {
    fputs(": ", out);
    escaped(segment->title, out);
  }
  fputs("\n\n", out);
  escaped(segment->sentence, out);
  fputs("\n\n| | |\n|---|---|\n| rule | ", out);
  code(segment->rule, out);
  fputs(" |\n", out);
  for (uint32_t i = 0; i < segment->clause_count; i++) {
    fprintf(out, "| %.*s | ", SEG_STR(segment->clauses[i].name));
    escaped(segment->clauses[i].value, out);
    fputs(" |\n", out);
  }
  if (segment->windows.count > 0) {
    fputs("| windows | ", out);
    list(&segment->windows, "; ", out);
    fputs(" |\n", out);
  }
  if (segment->metrics.count > 0) {
    fputs("| metrics | ", out);
    code_list(&segment->metrics, ", ", out);
    fputs(" |\n", out);
  }
  for (uint32_t i = 0; i < segment->place_count; i++) {
    fputs("| chain | ", out);
    code(segment->places[i].chain, out);
    fprintf(out, ": %u of %u |\n", (unsigned)segment->places[i].position,
            (unsigned)segment->places[i].members);
  }
  markdown_relation("exclusive", &segment->exclusive, out);
  markdown_relation("overlap", &segment->overlaps, out);
  for (uint32_t i = 0; i < segment->read_count; i++) {
    const struct seg_dictionary_read *read = &segment->reads[i];
    fputs("| reads | ", out);
    code(read->entity, out);
    fputs(" from ", out);
    code(read->source, out);
    fputs(": ", out);
    code_list(&read->columns, ", ", out);
    fold_count(read->folds, out);
    fputs(" |\n", out);
  }
}

static void markdown_constants(const struct seg_dictionary *dictionary, FILE *out) {
  if (dictionary->constant_count == 0)
    return;
  fputs("\n## Constants\n\n| constant | definition | value |\n|---|---|---|\n", out);
  for (uint32_t i = 0; i < dictionary->constant_count; i++) {
    const struct seg_dictionary_constant *constant = &dictionary->constants[i];
    fputs("| ", out);
    code(constant->name, out);
    fputs(" | ", out);
    code(constant->definition, out);
    fputs(" | ", out);
    escaped(constant->value, out);
    fputs(" |\n", out);
  }
}

static void markdown_metrics(const struct seg_dictionary *dictionary, FILE *out) {
  if (dictionary->metric_count == 0)
    return;
  fputs("\n## Metrics\n\n| metric | definition | meaning | used by |\n|---|---|---|---|\n", out);
  for (uint32_t i = 0; i < dictionary->metric_count; i++) {
    const struct seg_dictionary_metric *metric = &dictionary->metrics[i];
    fputs("| ", out);
    code(metric->name, out);
    fputs(" | ", out);
    code(metric->definition, out);
    fputs(" | ", out);
    escaped(is_empty(metric->meaning) ? seg_str_view("takes a window where it is used")
                                      : metric->meaning,
            out);
    fputs(" | ", out);
    code_list(&metric->used_by, ", ", out);
    fputs(" |\n", out);
  }
}

static void markdown_entity(const struct seg_dictionary_entity *entity, FILE *out) {
  fputs("- ", out);
  code(entity->name, out);
  fputs(" from ", out);
  code(entity->source, out);
  fputs(", key ", out);
  code(entity->key, out);
  if (!is_empty(entity->time)) {
    fputs(", dated by ", out);
    code(entity->time, out);
  }
  if (!is_empty(entity->condition)) {
    fputs("; only those ", out);
    escaped(entity->condition, out);
  }
  if (entity->unique.count > 0) {
    fputs("; each customer's rows with the same ", out);
    code_list(&entity->unique, ", ", out);
    fputs(" count once", out);
  }
  fputc('\n', out);
}

void seg_dictionary_write_markdown(const struct seg_dictionary *dictionary, FILE *out) {
  fputs("# Segments\n", out);
  for (uint32_t i = 0; i < dictionary->segment_count; i++)
    markdown_segment(&dictionary->segments[i], out);
  markdown_constants(dictionary, out);
  markdown_metrics(dictionary, out);
  fputs(dictionary->chain_count > 0 ? "\n## Chains\n\nThe first segment that matches wins.\n\n"
                                    : "",
        out);
  for (uint32_t i = 0; i < dictionary->chain_count; i++) {
    const struct seg_dictionary_chain *chain = &dictionary->chains[i];
    fputs("- ", out);
    code(chain->name, out);
    fputs(": ", out);
    code_list(&chain->members, ", then ", out);
    if (!is_empty(chain->otherwise)) {
      fputs(", otherwise ", out);
      code(chain->otherwise, out);
    }
    fputc('\n', out);
  }
  fputs(dictionary->relation_count > 0 ? "\n## Said about segments\n\n" : "", out);
  for (uint32_t i = 0; i < dictionary->relation_count; i++) {
    fputs("- ", out);
    code(dictionary->relations[i].text, out);
    fputc('\n', out);
  }
  fprintf(out, "\n## Data\n\nDays of %.*s.\n\n", SEG_STR(dictionary->timezone));
  for (uint32_t i = 0; i < dictionary->entity_count; i++)
    markdown_entity(&dictionary->entities[i], out);
}
