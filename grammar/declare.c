// The actions of declarations: from the lists that a body collected to the nodes of the tree.
#include <string.h>

#include "grammar/parser.h"

struct seg_items *seg_begin_items(struct seg_parser *parser) {
  return seg_parser_alloc(parser, sizeof(struct seg_items));
}

struct seg_items *seg_add_column(struct seg_parser *parser, struct seg_items *items,
                                 struct seg_span first, struct seg_span last,
                                 struct seg_column_syntax column) {
  column.span = seg_span_join(first, last);
  seg_list_push(parser, &items->columns, &column, sizeof column);
  return items;
}

struct seg_items *seg_add_unique(struct seg_parser *parser, struct seg_items *items,
                                 struct seg_span first, struct seg_span last,
                                 struct seg_list names) {
  if (items->unique.count == 0)
    items->unique_span = seg_span_join(first, last);
  for (uint32_t i = 0; i < names.count; i++)
    seg_list_push(parser, &items->unique, &((struct seg_name *)names.items)[i],
                  sizeof(struct seg_name));
  return items;
}

struct seg_items *seg_add_record(struct seg_parser *parser, struct seg_items *items,
                                 struct seg_name entity, struct seg_span first,
                                 struct seg_span last, struct seg_list values) {
  struct seg_test_record record = {entity, values.count, values.items, seg_span_join(first, last)};
  seg_list_push(parser, &items->records, &record, sizeof record);
  return items;
}

struct seg_items *seg_add_claim(struct seg_parser *parser, struct seg_items *items, bool expected,
                                struct seg_name segment) {
  struct seg_test_claim claim = {expected, segment};
  seg_list_push(parser, &items->claims, &claim, sizeof claim);
  return items;
}

struct seg_list seg_add_clause(struct seg_parser *parser, struct seg_list clauses,
                               struct seg_name name, struct seg_span first, struct seg_span last,
                               struct seg_list values) {
  struct seg_clause clause = {name, values.count, values.items, seg_span_join(first, last)};
  seg_list_push(parser, &clauses, &clause, sizeof clause);
  return clauses;
}

struct seg_name seg_join_names(struct seg_parser *parser, struct seg_name first,
                               struct seg_name second) {
  if (first.text.data == NULL || second.text.data == NULL) // a mistake, which is told elsewhere
    return first;
  size_t size = first.text.size + 1 + second.text.size;
  char *text = seg_parser_alloc(parser, size + 1);
  if (parser->out_of_memory)
    return first;
  memcpy(text, first.text.data, first.text.size);
  text[first.text.size] = '.';
  memcpy(text + first.text.size + 1, second.text.data, second.text.size);
  return (struct seg_name){{text, size}, seg_span_join(first.span, second.span)};
}

void seg_add_setting(struct seg_parser *parser, struct seg_span span, struct seg_name name,
                     struct seg_name value) {
  struct seg_setting *setting = seg_parser_alloc(parser, sizeof *setting);
  *setting = (struct seg_setting){name, value, span};
  seg_build_declaration(parser, SEG_DECLARE_SETTING, span)->setting = setting;
}

void seg_add_use(struct seg_parser *parser, struct seg_span span, struct seg_name module,
                 struct seg_list renames) {
  struct seg_use *use = seg_parser_alloc(parser, sizeof *use);
  *use = (struct seg_use){module, renames.count, renames.items, span};
  seg_build_declaration(parser, SEG_DECLARE_USE, span)->use = use;
}

/** Names that were not written are empty texts behind what was, never NULL. */
static void complete_name(struct seg_name *name, struct seg_span span) {
  if (name->text.data == NULL)
    *name = (struct seg_name){{"", 0}, span};
}

static struct seg_entity *build_entity(struct seg_parser *parser, struct seg_span span,
                                       const struct seg_items *items,
                                       const struct seg_entity *head) {
  struct seg_entity *entity = seg_parser_alloc(parser, sizeof *entity);
  *entity = *head;
  entity->span = span;
  complete_name(&entity->source, span);
  complete_name(&entity->event, span);
  complete_name(&entity->key, span);
  complete_name(&entity->time, span);
  complete_name(&entity->zone, span);
  entity->unique_span = (struct seg_span){span.file, span.end, span.end};
  if (items != NULL) {
    entity->columns = items->columns.items;
    entity->column_count = items->columns.count;
    entity->wheres = items->wheres.items;
    entity->where_count = items->wheres.count;
    entity->unique = items->unique.items;
    entity->unique_count = items->unique.count;
    if (items->unique.count > 0)
      entity->unique_span = items->unique_span;
  }
  return entity;
}

void seg_add_entity(struct seg_parser *parser, struct seg_span span, enum seg_declaration_kind kind,
                    const struct seg_items *items, const struct seg_entity *head) {
  struct seg_entity *entity = build_entity(parser, span, items, head);
  seg_build_declaration(parser, kind, span)->entity = entity;
}

void seg_add_need(struct seg_parser *parser, struct seg_span span, struct seg_name event,
                  const struct seg_items *items) {
  struct seg_need *need = seg_parser_alloc(parser, sizeof *need);
  need->entity = build_entity(parser, span, items, &(struct seg_entity){.name = event});
  need->event = event;
  need->columns =
      seg_parser_alloc(parser, (need->entity->column_count + 1) * sizeof(struct seg_name));
  if (parser->out_of_memory)
    return;
  for (uint32_t i = 0; i < need->entity->column_count; i++)
    need->columns[i] = need->entity->columns[i].name;
  need->use = NULL;
  seg_build_declaration(parser, SEG_DECLARE_NEED, span)->need = need;
}

void seg_add_metric(struct seg_parser *parser, struct seg_span span, struct seg_name name,
                    struct seg_expr *value) {
  struct seg_metric *metric = seg_parser_alloc(parser, sizeof *metric);
  *metric = (struct seg_metric){name, value, span};
  seg_build_declaration(parser, SEG_DECLARE_METRIC, span)->metric = metric;
}

void seg_add_key_list(struct seg_parser *parser, struct seg_span span, struct seg_name name,
                      struct seg_name source, struct seg_name key) {
  struct seg_key_list *list = seg_parser_alloc(parser, sizeof *list);
  *list = (struct seg_key_list){name, source, key, span};
  seg_build_declaration(parser, SEG_DECLARE_LIST, span)->list = list;
}

void seg_add_constant(struct seg_parser *parser, struct seg_span span, struct seg_name name,
                      struct seg_expr *value) {
  struct seg_constant *constant = seg_parser_alloc(parser, sizeof *constant);
  *constant = (struct seg_constant){name, value, span};
  seg_build_declaration(parser, SEG_DECLARE_CONSTANT, span)->constant = constant;
}

void seg_add_segment(struct seg_parser *parser, struct seg_span span, struct seg_name name,
                     struct seg_name title, struct seg_list clauses) {
  struct seg_segment *segment = seg_parser_alloc(parser, sizeof *segment);
  *segment = (struct seg_segment){name, title, clauses.count, clauses.items, span};
  seg_build_declaration(parser, SEG_DECLARE_SEGMENT, span)->segment = segment;
}

void seg_add_priority(struct seg_parser *parser, struct seg_span span, struct seg_name name,
                      struct seg_list members, struct seg_name otherwise) {
  struct seg_priority *priority = seg_parser_alloc(parser, sizeof *priority);
  *priority = (struct seg_priority){name, members.count, members.items, otherwise, span};
  seg_build_declaration(parser, SEG_DECLARE_PRIORITY, span)->priority = priority;
}

void seg_add_relation(struct seg_parser *parser, struct seg_span span, enum seg_stated_kind kind,
                      const struct seg_name *first, struct seg_list members) {
  struct seg_stated_relation *relation = seg_parser_alloc(parser, sizeof *relation);
  struct seg_list all = {0};
  if (first != NULL)
    seg_list_push(parser, &all, first, sizeof *first);
  for (uint32_t i = 0; i < members.count; i++)
    seg_list_push(parser, &all, &((struct seg_name *)members.items)[i], sizeof *first);
  *relation = (struct seg_stated_relation){kind, all.count, all.items, span};
  seg_build_declaration(parser, SEG_DECLARE_RELATION, span)->relation = relation;
}

void seg_add_test(struct seg_parser *parser, struct seg_span span, struct seg_name title,
                  int32_t as_of, const struct seg_items *items) {
  struct seg_test *test = seg_parser_alloc(parser, sizeof *test);
  *test = (struct seg_test){title,
                            as_of,
                            items->records.count,
                            items->records.items,
                            items->claims.count,
                            items->claims.items,
                            span};
  seg_build_declaration(parser, SEG_DECLARE_TEST, span)->test = test;
}
