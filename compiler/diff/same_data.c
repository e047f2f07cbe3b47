// Two programs over the same data; see same_data.h.
#include "compiler/diff/same_data.h"

#include <stdlib.h>

#include "runtime/base/text_stream.h"

// --- what stands behind names ---

static int32_t event_named(const struct seg_program *program, struct seg_str name) {
  for (uint32_t i = 0; i < program->event_count; i++)
    if (seg_str_equal(program->events[i].name.text, name))
      return (int32_t)i;
  return -1;
}

static int32_t column_named(const struct seg_program_entity *entity, struct seg_str name) {
  for (uint32_t i = 0; i < entity->column_count; i++)
    if (seg_str_equal(entity->columns[i].name.text, name))
      return (int32_t)i;
  return -1;
}

/** The list of the same customers, whatever it is called. */
static int32_t list_like(const struct seg_program *program, const struct seg_program_list *list) {
  for (uint32_t i = 0; i < program->list_count; i++)
    if (seg_str_equal(program->lists[i].source, list->source) &&
        seg_str_equal(program->lists[i].key, list->key))
      return (int32_t)i;
  return -1;
}

/** The first reason stays. */
static void refuse(struct seg_same_data *same, struct seg_str reason) {
  same->out_of_memory = same->out_of_memory || reason.data == NULL;
  if (same->refused == NULL)
    same->refused = reason.data;
}

/** `node` NULL: which rows of the entity exist. */
static bool same_meaning(struct seg_same_data *same, const struct seg_program_entity *a,
                         const struct seg_node *of_a, const struct seg_program_entity *b,
                         const struct seg_node *of_b) {
  char *texts[2] = {NULL, NULL};
  size_t sizes[2] = {0, 0};
  bool equal = true;
  for (int i = 0; i < 2; i++) {
    FILE *out = seg_text_stream(&texts[i], &sizes[i]);
    bool printed = out != NULL &&
                   seg_program_print_normal(i == 0 ? same->from : same->to, i == 0 ? a : b,
                                            i == 0 ? of_a : of_b, SEG_NORMAL_MEANING, NULL, out);
    printed = (out == NULL || fclose(out) == 0) && printed;
    same->out_of_memory = same->out_of_memory || !printed;
  }
  if (!same->out_of_memory)
    equal =
        seg_str_equal((struct seg_str){texts[0], sizes[0]}, (struct seg_str){texts[1], sizes[1]});
  free(texts[0]);
  free(texts[1]);
  return equal;
}

static bool same_enumeration(const struct seg_type *a, const struct seg_type *b) {
  if (a->kind != SEG_TYPE_ENUM)
    return true;
  bool same = a->enumeration->count == b->enumeration->count;
  for (uint32_t i = 0; same && i < a->enumeration->count; i++)
    same = seg_str_equal(a->enumeration->values[i], b->enumeration->values[i]);
  return same;
}

static bool same_type(const struct seg_program_column *a, const struct seg_program_column *b) {
  return a->type.kind == b->type.kind && a->type.scale == b->type.scale &&
         seg_str_equal(a->type.currency, b->type.currency) && same_enumeration(&a->type, &b->type);
}

/** What a rule reads there and differs: words in front of the column's name. */
static const char *changed_column(const struct seg_program_column *a,
                                  const struct seg_program_column *b) {
  return !same_type(a, b)             ? "the type of"
         : a->optional != b->optional ? "the `?` of"
                                      : "what is computed as";
}

/** The column of the same name and meaning; -1 after refusing. */
static int32_t same_column(struct seg_same_data *same, const struct seg_program_entity *from,
                           const struct seg_program_entity *to, uint32_t column) {
  const struct seg_program_column *a = &from->columns[column];
  int32_t index = column_named(to, a->name.text);
  bool of_customer = from == &same->from->customer;
  enum seg_node_kind kind = of_customer ? SEG_NODE_ATTRIBUTE : SEG_NODE_COLUMN;
  if (index >= 0 && same_type(a, &to->columns[index]) &&
      a->optional == to->columns[index].optional) {
    struct seg_node of_a = {.kind = kind, .type = a->type, .column = column};
    struct seg_node of_b = {.kind = kind, .type = a->type, .column = (uint32_t)index};
    if (same_meaning(same, from, &of_a, to, &of_b))
      return index;
  }
  if (index < 0)
    refuse(same, seg_arena_format(same->arena, "there is no column `%.*s` any more",
                                  SEG_STR(a->name.text)));
  else
    refuse(same,
           seg_arena_format(same->arena,
                            "the two rules look at different values: %s the column `%.*s` changed",
                            changed_column(a, &to->columns[index]), SEG_STR(a->name.text)));
  return -1;
}

/** What says which rows of the entity exist and differs: words in front of its name. */
static const char *changed_rows(struct seg_same_data *same, const struct seg_program_entity *a,
                                const struct seg_program_entity *b) {
  if (!seg_str_equal(a->source, b->source))
    return "the source of";
  if (!seg_str_equal(a->key, b->key))
    return "the key of";
  if (!seg_str_equal(a->time, b->time))
    return "the `at` of";
  if (!seg_str_equal(a->zone, b->zone))
    return "the zone of";
  bool alike = (a->where == NULL) == (b->where == NULL);
  if (!alike || (a->where != NULL && !same_meaning(same, a, a->where, b, b->where)))
    return "the `where` of";
  return "the `unique by` of";
}

/** The rows of the two are not the same; `name` is what they are called. */
static void refuse_rows(struct seg_same_data *same, const struct seg_program_entity *a,
                        const struct seg_program_entity *b, struct seg_str name) {
  if (!seg_str_equal(same->from->timezone, same->to->timezone) && a != &same->from->customer)
    refuse(same,
           seg_str_view("events fall on different days: the time zone of the project changed"));
  else
    refuse(same,
           seg_arena_format(same->arena, "the two rules look at different rows: %s %.*s changed",
                            changed_rows(same, a, b), SEG_STR(name)));
}

static void refuse_events(struct seg_same_data *same, const struct seg_program_entity *a,
                          const struct seg_program_entity *b) {
  refuse_rows(same, a, b, seg_arena_format(same->arena, "`%.*s`", SEG_STR(a->name.text)));
}

/** The event of the same name and meaning; -1 after refusing. */
static int32_t same_event(struct seg_same_data *same, uint32_t event) {
  const struct seg_program_entity *a = &same->from->events[event];
  int32_t index = event_named(same->to, a->name.text);
  if (index >= 0 && same_meaning(same, a, NULL, &same->to->events[index], NULL))
    return index;
  if (index < 0)
    refuse(same, seg_arena_format(same->arena, "there is no event `%.*s` any more",
                                  SEG_STR(a->name.text)));
  else
    refuse_events(same, a, &same->to->events[index]);
  return -1;
}

/** Customers who are not the same: those of a source, or all who have an event. */
static void refuse_customers(struct seg_same_data *same) {
  int32_t from = same->from->customer_from_event, to = same->to->customer_from_event;
  if (from < 0 && to < 0)
    refuse_rows(same, &same->from->customer, &same->to->customer, seg_str_view("the customer"));
  else if (from < 0 || to < 0 ||
           !seg_str_equal(same->from->events[from].name.text, same->to->events[to].name.text))
    refuse(same, seg_str_view(
                     "the two rules look at different rows: the source of the customer changed"));
  else
    refuse_events(same, &same->from->events[from], &same->to->events[to]);
}

// --- rules ---

static struct seg_node *bring(struct seg_same_data *same, const struct seg_program_entity *from,
                              const struct seg_program_entity *to, const struct seg_node *node);

static bool bring_part(struct seg_same_data *same, uint32_t from_event, int32_t to_event,
                       struct seg_node **part) {
  if (*part == NULL)
    return true;
  *part = bring(same, &same->from->events[from_event], &same->to->events[to_event], *part);
  return *part != NULL;
}

static bool bring_aggregate(struct seg_same_data *same, struct seg_node *node) {
  uint32_t event = node->event;
  int32_t other = same_event(same, event);
  if (other < 0)
    return false;
  node->event = (uint32_t)other;
  if (!bring_part(same, event, other, &node->filter) ||
      !bring_part(same, event, other, &node->argument))
    return false;
  if (node->sequence == NULL)
    return true;
  struct seg_sequence *sequence = SEG_NEW(same->arena, struct seg_sequence);
  if (sequence == NULL) {
    same->out_of_memory = true;
    return false;
  }
  *sequence = *node->sequence;
  node->sequence = sequence;
  event = sequence->event;
  other = same_event(same, event);
  sequence->event = other < 0 ? 0 : (uint32_t)other;
  return other >= 0 && bring_part(same, event, other, &sequence->filter);
}

/** What a node says besides its operands. */
static bool bring_content(struct seg_same_data *same, const struct seg_program_entity *from,
                          const struct seg_program_entity *to, struct seg_node *node) {
  if (node->kind == SEG_NODE_ATTRIBUTE || node->kind == SEG_NODE_COLUMN) {
    int32_t column = same_column(same, from, to, node->column);
    if (column < 0)
      return false;
    node->column = (uint32_t)column;
    node->type = to->columns[column].type;
  } else if (node->kind == SEG_NODE_AGGREGATE) {
    return bring_aggregate(same, node);
  } else if (node->kind == SEG_NODE_LISTED) {
    const struct seg_program_list *declared = &same->from->lists[node->list];
    int32_t list = list_like(same->to, declared);
    if (list < 0)
      refuse(same, seg_arena_format(same->arena, "no list is read from \"%.*s\" by `%.*s` any more",
                                    SEG_STR(declared->source), SEG_STR(declared->key)));
    node->list = list < 0 ? 0 : (uint32_t)list;
    return list >= 0;
  } else if (node->kind == SEG_NODE_RANK) {
    refuse(same, seg_str_view("it compares all customers"));
    return false;
  }
  return true;
}

static struct seg_node *bring(struct seg_same_data *same, const struct seg_program_entity *from,
                              const struct seg_program_entity *to, const struct seg_node *node) {
  if (node->kind == SEG_NODE_MEMBER) // of its own program: the rule itself is the same everywhere
    return bring(same, from, to, node->operands[0]);
  struct seg_node *copy = SEG_NEW(same->arena, struct seg_node);
  struct seg_node **operands =
      SEG_NEW_ARRAY(same->arena, struct seg_node *, (size_t)node->operand_count + 1);
  if (copy == NULL || operands == NULL) {
    same->out_of_memory = true;
    return NULL;
  }
  *copy = *node;
  copy->operands = operands;
  for (uint32_t i = 0; i < node->operand_count; i++) {
    operands[i] = bring(same, from, to, node->operands[i]);
    if (operands[i] == NULL)
      return NULL;
  }
  return bring_content(same, from, to, copy) ? copy : NULL;
}

struct seg_node *seg_same_data_rule(struct seg_same_data *same, const struct seg_node *rule) {
  same->refused = NULL;
  if (!same_meaning(same, &same->from->customer, NULL, &same->to->customer, NULL)) {
    refuse_customers(same);
    return NULL;
  }
  return bring(same, &same->from->customer, &same->to->customer, rule);
}

// --- rows ---

static bool bring_rows(struct seg_same_data *same, const struct seg_program_entity *from,
                       const struct seg_program_entity *to, const struct seg_rows *rows,
                       struct seg_rows *out) {
  for (size_t r = 0; r < rows->rows.count; r++) {
    struct seg_row row = rows->rows.items[r];
    const struct seg_value *values = row.values;
    row.values = SEG_NEW_ARRAY(same->arena, struct seg_value, (size_t)from->column_count + 1);
    if (row.values == NULL)
      return false;
    for (uint32_t i = 0; i < from->column_count; i++) {
      const struct seg_program_column *column = &from->columns[i];
      int32_t other = column_named(to, column->name.text);
      row.values[i] = (struct seg_value){.known = !column->optional, .text = {"", 0}};
      if (other >= 0 && values != NULL && same_type(column, &to->columns[other]) &&
          (values[other].known || column->optional))
        row.values[i] = values[other];
    }
    if (!SEG_VEC_PUSH(&out->rows, row))
      return false;
  }
  return true;
}

bool seg_same_data_rows(struct seg_same_data *same, const struct seg_dataset *rows,
                        struct seg_dataset *dataset) {
  const struct seg_program *from = same->from, *to = same->to;
  *dataset = (struct seg_dataset){0};
  if (!seg_dataset_init(dataset, from->event_count) ||
      !seg_dataset_add_lists(dataset, from->list_count) ||
      !bring_rows(same, &from->customer, &to->customer, &rows->customers, &dataset->customers))
    return false;
  dataset->integer_keys = rows->integer_keys;
  for (uint32_t e = 0; e < from->event_count; e++) {
    int32_t other = event_named(to, from->events[e].name.text);
    if (other >= 0 && !bring_rows(same, &from->events[e], &to->events[other], &rows->events[other],
                                  &dataset->events[e]))
      return false;
  }
  for (uint32_t i = 0; rows->lists != NULL && i < from->list_count; i++) {
    int32_t other = list_like(to, &from->lists[i]);
    for (size_t r = 0; other >= 0 && r < rows->lists[other].rows.count; r++)
      if (!SEG_VEC_PUSH(&dataset->lists[i].rows, rows->lists[other].rows.items[r]))
        return false;
  }
  return true;
}
