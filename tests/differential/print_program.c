// The generated program as rules. Parentheses stand where the language wants them, and where the
// generator asked for more.
#include <stdio.h>
#include <stdlib.h>

#include "runtime/time/civil.h"
#include "tests/differential/model.h"

// How tightly a form binds, loosest first, as in the grammar.
enum level { ANY, CONDITION, SUM, PRODUCT, SIGNED, POSTFIX };

static void print_term(struct model *model, FILE *out, const struct term *term, enum level wanted);

static enum level level_of(const struct term *term) {
  switch (term->kind) {
  case TERM_LITERAL: return term->text[0] == '-' && term->constant == 0 ? SIGNED : POSTFIX;
  case TERM_ARITHMETIC: return term->sign[0] == '+' || term->sign[0] == '-' ? SUM : PRODUCT;
  case TERM_NEGATE: return SIGNED;
  case TERM_ELSE: return ANY; // in parentheses wherever it is an operand
  case TERM_COMPARE:
  case TERM_BETWEEN:
  case TERM_IN:
  case TERM_IS: return CONDITION;
  case TERM_NOT:
  case TERM_AND:
  case TERM_OR: return ANY;
  case TERM_DURATION: return POSTFIX;
  case TERM_TRUE: return level_of(term->operands[0]);
  case TERM_COLUMN:
  case TERM_TIME:
  case TERM_METRIC:
  case TERM_AGGREGATE:
  case TERM_MEMBER:
  case TERM_LISTED:
  case TERM_BUCKET:
  case TERM_BAND:
  case TERM_FUNCTION:
  case TERM_RANK:
  case TERM_TOP:
  case TERM_TEXT_TEST:
  case TERM_TALLY: return POSTFIX;
  }
  return ANY;
}

static void print_day(FILE *out, int32_t day) {
  char text[SEG_CIVIL_TEXT];
  seg_civil_format(day, text);
  fputs(text, out);
}

static void print_window(FILE *out, const struct model_window *window) {
  switch (window->kind) {
  case SEG_WINDOW_WITHIN:
    fprintf(out, " within %d%s", window->first, window->hours ? "h" : window->weeks ? "w" : "d");
    return;
  case SEG_WINDOW_BETWEEN:
    fprintf(out, window->hours ? " between %dh and %dh ago" : " between %dd and %dd ago",
            window->first, window->second);
    return;
  case SEG_WINDOW_FROM:
    fputs(" from ", out);
    print_day(out, window->first);
    fputs(" through ", out);
    print_day(out, window->second);
    return;
  case SEG_WINDOW_EVER: fputs(" ever", out); return;
  case SEG_WINDOW_IN:
    fprintf(out, " in %04d", window->first);
    if (window->unit != SEG_PERIOD_UNIT_YEAR)
      fprintf(out,
              window->unit == SEG_PERIOD_UNIT_QUARTER ? "-Q%d"
              : window->unit == SEG_PERIOD_UNIT_WEEK  ? "-W%02d"
                                                      : "-%02d",
              window->second);
    return;
  case SEG_WINDOW_THIS: fprintf(out, " in this %s", seg_period_word(window->unit)); return;
  case SEG_WINDOW_LAST:
    if (window->first == 0)
      fprintf(out, " in last %s", seg_period_word(window->unit));
    else
      fprintf(out, " in last %d %ss", window->first, seg_period_word(window->unit));
    return;
  }
}

static void print_filter(struct model *model, FILE *out, const struct term *filter) {
  if (filter == NULL)
    return;
  fputc('[', out);
  print_term(model, out, filter, ANY);
  fputc(']', out);
}

// `sum(purchase[filter].amount)`, `count(purchase[filter])`
static void print_aggregate(struct model *model, FILE *out, const struct term *term) {
  static const char *const words[] = {
#define SEG_AGGREGATE(name, word) word,
#include "compiler/sema/aggregates.def"
#undef SEG_AGGREGATE
  };
  fprintf(out, "%s(%s", words[term->aggregate], model->events[term->entity].name);
  print_filter(model, out, term->filter);
  if (term->operand_count > 0) {
    fputc('.', out);
    print_term(model, out, term->operands[0], POSTFIX);
  }
  if (term->sequence != NULL) {
    const struct model_sequence *sequence = term->sequence;
    fprintf(out, " %s %s", sequence->without ? "without" : "then",
            model->events[sequence->next].name);
    print_filter(model, out, sequence->filter);
    fprintf(out, " within %d%c", sequence->limit, sequence->unit);
  }
  fputc(')', out);
}

static void print_list(struct model *model, FILE *out, const struct term *term, uint32_t first) {
  for (uint32_t i = first; i < term->operand_count; i++) {
    if (i > first)
      fputs(", ", out);
    print_term(model, out, term->operands[i], SUM);
  }
}

static void print_joined(struct model *model, FILE *out, const struct term *term) {
  const char *word = term->kind == TERM_AND ? "and" : "or";
  for (uint32_t i = 0; i < term->operand_count; i++) {
    if (i > 0)
      fprintf(out, " %s ", word);
    print_term(model, out, term->operands[i], CONDITION);
  }
}

static void print_value(struct model *model, FILE *out, const struct term *term) {
  enum level level = level_of(term);
  switch (term->kind) {
  case TERM_DURATION: fputs(term->text, out); break;
  case TERM_LITERAL:
    fputs(term->constant > 0 ? model->constants[term->constant - 1].name : term->text, out);
    break;
  case TERM_COLUMN:
    fputs(model_entity(model, term->entity)->columns[term->column].name, out);
    break;
  case TERM_TIME: fputs(model_entity(model, term->entity)->time, out); break;
  case TERM_METRIC:
    fputs(model->metrics[term->metric].name, out);
    print_filter(model, out, term->filter);
    break;
  case TERM_BUCKET: fprintf(out, "bucket(%s)", term->text); break;
  case TERM_AGGREGATE: print_aggregate(model, out, term); break;
  case TERM_BAND:
    fputs("band(", out);
    print_list(model, out, term, 0);
    fputc(')', out);
    break;
  case TERM_RANK:
    fputs(term->text, out);
    print_list(model, out, term, 0);
    fputc(')', out);
    break;
  case TERM_FUNCTION:
    fprintf(out, "%s(", term->text);
    print_list(model, out, term, 0);
    fputc(')', out);
    break;
  case TERM_ARITHMETIC:
    print_term(model, out, term->operands[0], level);
    fprintf(out, " %s ", term->sign);
    print_term(model, out, term->operands[1], level + 1); // left-associative
    break;
  case TERM_NEGATE:
    fputc('-', out);
    print_term(model, out, term->operands[0], POSTFIX);
    break;
  case TERM_ELSE:
    print_term(model, out, term->operands[0], SUM);
    fputs(" else ", out);
    print_term(model, out, term->operands[1], SUM);
    break;
  default: break; // conditions: print_condition
  }
  if (term->has_window)
    print_window(out, &term->window);
}

static void print_condition(struct model *model, FILE *out, const struct term *term) {
  switch (term->kind) {
  case TERM_COMPARE:
    print_term(model, out, term->operands[0], SUM);
    fprintf(out, " %s ", term->sign);
    print_term(model, out, term->operands[1], SUM);
    break;
  case TERM_BETWEEN:
    print_term(model, out, term->operands[0], SUM);
    fputs(term->negated ? " not between " : " between ", out);
    print_term(model, out, term->operands[1], SUM);
    fputs(" and ", out);
    print_term(model, out, term->operands[2], SUM);
    break;
  case TERM_IN:
    print_term(model, out, term->operands[0], SUM);
    fputs(term->negated ? " not in (" : " in (", out);
    print_list(model, out, term, 1);
    fputc(')', out);
    break;
  case TERM_IS:
    print_term(model, out, term->operands[0], SUM);
    fputs(term->negated ? " is missing" : " is known", out);
    break;
  case TERM_TEXT_TEST:
    fprintf(out, "%s(", term->text);
    print_list(model, out, term, 0);
    fputc(')', out);
    break;
  case TERM_TOP:
    fputs(term->text, out);
    print_list(model, out, term, 0);
    fputc(')', out);
    break;
  case TERM_TRUE: print_term(model, out, term->operands[0], ANY); break;
  case TERM_LISTED: fprintf(out, "member(%s)", model->lists[term->metric].name); break;
  case TERM_MEMBER: fprintf(out, "member(%s)", model->segments[term->metric].name); break;
  case TERM_NOT:
    fputs("not ", out);
    print_term(model, out, term->operands[0], CONDITION);
    break;
  case TERM_AND:
  case TERM_OR: print_joined(model, out, term); break;
  case TERM_TALLY:
    fprintf(out, "%s(%u", term->text, term->number);
    for (uint32_t i = 0; i < term->operand_count; i++) {
      fputs(", ", out);
      print_term(model, out, term->operands[i], ANY);
    }
    fputc(')', out);
    break;
  default: break; // values: print_value
  }
  if (term->behind)
    print_window(out, &term->window);
}

static void print_term(struct model *model, FILE *out, const struct term *term, enum level wanted) {
  bool parens = term->parens || level_of(term) < wanted;
  if (parens)
    fputc('(', out);
  if (term->kind < TERM_COMPARE)
    print_value(model, out, term);
  else
    print_condition(model, out, term);
  if (parens)
    fputc(')', out);
}

static void print_type(FILE *out, const struct model_column *column) {
  switch (column->type.kind) {
  case SEG_TYPE_BOOL: fputs("bool", out); break;
  case SEG_TYPE_INT: fputs("int", out); break;
  case SEG_TYPE_NUMBER: fputs("number", out); break;
  case SEG_TYPE_MONEY:
  case SEG_TYPE_AMOUNT:
    fprintf(out, "money(%s", column->type.currency);
    if (column->type.scale == 4) // the only scale that is not its currency's own
      fputs(", 4", out);
    fputc(')', out);
    break;
  case SEG_TYPE_TEXT: fputs("text", out); break;
  case SEG_TYPE_DATE: fputs("date", out); break;
  case SEG_TYPE_TIMESTAMP: fputs("timestamp", out); break;
  case SEG_TYPE_ENUM:
    fputs("one of (", out);
    for (uint32_t i = 0; i < column->type.list->count; i++)
      fprintf(out, "%s\"%s\"", i > 0 ? ", " : "", column->type.list->values[i]);
    fputc(')', out);
    break;
  case SEG_TYPE_KIND_COUNT: break;
  }
  fprintf(out, "%s%s", column->optional ? "?" : "", column->personal ? " personal" : "");
}

static void print_items(struct model *model, FILE *out, const struct model_entity *entity) {
  fputs(" {\n", out);
  for (uint32_t i = 0; i < entity->column_count; i++) {
    const struct model_column *column = &entity->columns[i];
    if (column->dropped)
      continue;
    fprintf(out, "  %s", column->name);
    fputs(column->computed != NULL ? " = " : ": ", out);
    if (column->computed != NULL)
      print_term(model, out, column->computed, ANY);
    else
      print_type(out, column);
    fputc('\n', out);
  }
  if (entity->where != NULL) {
    fputs("  where ", out);
    print_term(model, out, entity->where, ANY);
    fputc('\n', out);
  }
  for (uint32_t i = 0; i < entity->unique_count; i++) {
    int32_t column = entity->unique[i];
    fputs(i > 0 ? ", " : "  unique by ", out);
    fputs(column == SEG_UNIQUE_TIME ? entity->time : entity->columns[column].name, out);
  }
  fputs(entity->unique_count > 0 ? "\n}\n" : "}\n", out);
}

static void print_chain(struct model *model, FILE *out, const struct model_chain *chain) {
  bool first = true;
  for (uint32_t i = 0; i < chain->member_count; i++) {
    const struct model_segment *segment = &model->segments[chain->members[i]];
    if (segment->dropped)
      continue;
    if (first)
      fprintf(out, "priority %s: %s", chain->name, segment->name);
    else
      fprintf(out, " > %s", segment->name);
    first = false;
  }
  if (!first)
    fputs(chain->otherwise ? " otherwise nobody\n" : "\n", out);
}

// Two segments at least; those that are dropped are left out.
static void print_relation(struct model *model, FILE *out, const struct model_relation *relation) {
  uint32_t left = 0, printed = 0;
  for (uint32_t i = 0; i < relation->member_count; i++)
    left += !model->segments[relation->members[i]].dropped;
  if (left < 2)
    return;
  fputs(relation->overlap ? "overlap: " : "exclusive: ", out);
  for (uint32_t i = 0; i < relation->member_count; i++) {
    const struct model_segment *segment = &model->segments[relation->members[i]];
    if (segment->dropped)
      continue;
    const char *between = printed == 0 ? "" : printed == 1 && relation->overlap ? " with " : ", ";
    fprintf(out, "%s%s", between, segment->name);
    printed++;
  }
  fputc('\n', out);
}

static void print_program(struct model *model, FILE *out) {
  fprintf(out, "segc 1\ntimezone: \"%s\"\ncurrency: EUR\n\n", model->timezone);
  if (model->from_event) {
    fprintf(out, "customer from %s\n", model->events[0].name);
  } else {
    fprintf(out, "customer from \"%s\" key %s", model->customer.source, model->customer.key);
    print_items(model, out, &model->customer);
  }
  for (uint32_t i = 0; i < model->event_count; i++) {
    const struct model_entity *event = &model->events[i];
    if (event->dropped)
      continue;
    fprintf(out, "\nevent %s from \"%s\" by %s at %s", event->name, event->source, event->key,
            event->time);
    print_items(model, out, event);
  }
  fputc('\n', out);
  for (uint32_t i = 0; i < model->constant_count; i++) {
    const struct model_constant *constant = &model->constants[i];
    if (!constant->dropped)
      fprintf(out, constant->computed ? "let %s = 2 * (%s) / 2\n" : "let %s = %s\n", constant->name,
              constant->text);
  }
  for (uint32_t i = 0; i < model->list_count; i++)
    if (!model->lists[i].dropped)
      fprintf(out, "list %s from \"%s\" key %s\n", model->lists[i].name, model->lists[i].source,
              model->lists[i].key);
  for (uint32_t i = 0; i < model->metric_count; i++) {
    if (model->metrics[i].dropped)
      continue;
    fprintf(out, "metric %s = ", model->metrics[i].name);
    print_term(model, out, model->metrics[i].value, ANY);
    fputc('\n', out);
  }
  for (uint32_t i = 0; i < model->segment_count; i++) {
    if (model->segments[i].dropped)
      continue;
    fprintf(out, "\nsegment %s {\n  when: ", model->segments[i].name);
    print_term(model, out, model->segments[i].when, ANY);
    fprintf(out, "\n  decision: \"act %u\"\n", i);
    if (!model->segments[i].no_holdout)
      fprintf(out, "  holdout: %s\n", model->segments[i].holdout);
    fputs("}\n", out);
  }
  fputc('\n', out);
  for (uint32_t i = 0; i < model->chain_count; i++)
    if (!model->chains[i].dropped)
      print_chain(model, out, &model->chains[i]);
  for (uint32_t i = 0; i < model->relation_count; i++)
    if (!model->relations[i].dropped)
      print_relation(model, out, &model->relations[i]);
}

char *model_print(struct model *model) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (out == NULL)
    abort();
  print_program(model, out);
  fclose(out);
  return text;
}
