/**
 * What a test must state: the columns without `?` that its claimed rules read, because a run reads
 * them too and would refuse a row without them. What no claimed rule reads may be left out.
 */
#include "compiler/sema/check.h"

/** Flags beside the columns of the customer and of every event. */
struct needs {
  const struct seg_program *program;
  bool *customer;
  bool **events;
  bool key; // the customer's key decides
};

static void need_node(struct needs *needs, int32_t event, const struct seg_node *node);

static const struct seg_program_entity *entity_of(const struct seg_program *program,
                                                  int32_t event) {
  return event < 0 ? &program->customer : &program->events[event];
}

static void need_column(struct needs *needs, int32_t event, uint32_t index) {
  bool *flags = event < 0 ? needs->customer : needs->events[event];
  const struct seg_program_column *column = &entity_of(needs->program, event)->columns[index];
  if (flags[index])
    return;
  flags[index] = true;
  if (column->computed)
    need_node(needs, event, column->computed);
}

/** What decides whether a row exists at all. */
static void need_rows(struct needs *needs, int32_t event) {
  const struct seg_program_entity *entity = entity_of(needs->program, event);
  if (entity->where)
    need_node(needs, event, entity->where);
  for (uint32_t i = 0; i < entity->unique_count; i++)
    if (entity->unique[i] != SEG_UNIQUE_TIME)
      need_column(needs, event, (uint32_t)entity->unique[i]);
}

static void need_aggregate(struct needs *needs, const struct seg_node *node) {
  int32_t event = (int32_t)node->event;
  need_rows(needs, event);
  if (node->filter)
    need_node(needs, event, node->filter);
  if (node->argument)
    need_node(needs, event, node->argument);
  if (node->sequence)
    need_rows(needs, (int32_t)node->sequence->event);
  if (node->sequence && node->sequence->filter)
    need_node(needs, (int32_t)node->sequence->event, node->sequence->filter);
}

// Without a default: a new kind of node must say here what it reads besides its operands.
static void need_node(struct needs *needs, int32_t event, const struct seg_node *node) {
  switch (node->kind) {
  case SEG_NODE_ATTRIBUTE:
  case SEG_NODE_COLUMN: need_column(needs, event, node->column); break;
  case SEG_NODE_BUCKET: needs->key = true; break;
  case SEG_NODE_LISTED: break; // the test says in which lists its customer is
  case SEG_NODE_AGGREGATE: need_aggregate(needs, node); break;
  case SEG_NODE_RANK: // among one customer, who is the first whatever the key is
  case SEG_NODE_LITERAL:
  case SEG_NODE_EVENT_DATE:
  case SEG_NODE_DAYS_SINCE:
  case SEG_NODE_DATE_FUNCTION:
  case SEG_NODE_ADD_DAYS:
  case SEG_NODE_DAYS_BETWEEN:
  case SEG_NODE_ABS:
  case SEG_NODE_ROUND:
  case SEG_NODE_BAND:
  case SEG_NODE_BAND_FRACTION:
  case SEG_NODE_TO_NUMBER:
  case SEG_NODE_RESCALE:
  case SEG_NODE_ADD:
  case SEG_NODE_SUBTRACT:
  case SEG_NODE_MULTIPLY:
  case SEG_NODE_DIVIDE:
  case SEG_NODE_NEGATE:
  case SEG_NODE_TEXT_MAP:
  case SEG_NODE_TEXT_LENGTH:
  case SEG_NODE_COMPARE:
  case SEG_NODE_COMPARE_FRACTIONS:
  case SEG_NODE_IN:
  case SEG_NODE_TEXT_TEST:
  case SEG_NODE_MEMBER:
  case SEG_NODE_MATCHES:
  case SEG_NODE_IS_KNOWN:
  case SEG_NODE_NOT:
  case SEG_NODE_AND:
  case SEG_NODE_OR:
  case SEG_NODE_TALLY:
  case SEG_NODE_ELSE:
  case SEG_NODE_KIND_COUNT: break;
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    need_node(needs, event, node->operands[i]);
}

static bool needs_init(struct needs *needs, struct seg_check *check) {
  const struct seg_program *program = check->program;
  *needs = (struct needs){.program = program};
  needs->customer = SEG_NEW_ARRAY(&check->scratch, bool, program->customer.column_count + 1u);
  needs->events = SEG_NEW_ARRAY(&check->scratch, bool *, program->event_count + 1u);
  bool room = needs->customer && needs->events;
  for (uint32_t i = 0; room && i < program->event_count; i++) {
    needs->events[i] = SEG_NEW_ARRAY(&check->scratch, bool, program->events[i].column_count + 1u);
    room = needs->events[i] != NULL;
  }
  return room;
}

/** A column that must be stated, and is not. `record` is NULL when the test has no customer. */
static bool is_absent(const struct needs *needs, int32_t event, uint32_t index,
                      const struct seg_program_record *record) {
  const bool *flags = event < 0 ? needs->customer : needs->events[event];
  const struct seg_program_column *column = &entity_of(needs->program, event)->columns[index];
  bool is_time =
      event >= 0 && seg_str_equal(column->name.text, entity_of(needs->program, event)->time);
  return flags[index] && !column->computed && !column->optional && !is_time &&
         (!record || !record->values[index].known);
}

/** A value of the type, for the help: code that compiles where it stands. */
static struct seg_str sample(struct seg_check *check, const struct seg_type *type) {
  switch (type->kind) {
  case SEG_TYPE_BOOL: return seg_str_view("true");
  case SEG_TYPE_INT: return seg_str_view("1");
  case SEG_TYPE_NUMBER: return seg_str_view("0.5");
  case SEG_TYPE_MONEY:
  case SEG_TYPE_AMOUNT: return seg_words(check, "10 %.*s", SEG_STR(type->currency));
  case SEG_TYPE_TEXT: return seg_str_view("\"text\"");
  case SEG_TYPE_DATE:
  case SEG_TYPE_TIMESTAMP: return seg_str_view("2026-01-31");
  case SEG_TYPE_ENUM:
    if (type->enumeration->count > 0)
      return seg_words(check, "\"%.*s\"", SEG_STR(type->enumeration->values[0]));
    break;
  case SEG_TYPE_KIND_COUNT: break;
  }
  return (struct seg_str){0};
}

/** What is absent from a record, for its one error: the first few columns. */
struct absent {
  uint32_t count;
  struct seg_str names, values; // "`a`, `b`" and "a: 1, b: true"
};

static void add_absent(struct seg_check *check, struct absent *absent, struct seg_str name,
                       struct seg_str value) {
  enum { MOST_NAMED = 8 };
  const char *between = absent->count == 0 ? "" : ", ";
  if (++absent->count > MOST_NAMED)
    return;
  absent->names = seg_words(check, "%.*s%s`%.*s`", SEG_STR(absent->names), between, SEG_STR(name));
  absent->values = seg_words(check, "%.*s%s%.*s: %.*s", SEG_STR(absent->values), between,
                             SEG_STR(name), SEG_STR(value));
}

static void check_complete(struct seg_check *check, const struct needs *needs, int32_t event,
                           const struct seg_program_record *record, struct seg_span span) {
  const struct seg_program_entity *entity = entity_of(needs->program, event);
  struct absent absent = {0};
  bool key = event < 0 && needs->key && (!record || !record->key.known);
  for (uint32_t i = 0; i < entity->column_count; i++) {
    struct seg_str name = entity->columns[i].name.text;
    bool is_key = key && seg_str_equal(name, entity->key);
    key = key && !is_key;
    if (is_key || is_absent(needs, event, i, record))
      add_absent(check, &absent, name, sample(check, &entity->columns[i].type));
  }
  if (key)
    add_absent(check, &absent, entity->key, seg_str_view("1"));
  if (absent.count == 0)
    return;
  const char *who = event < 0 ? "the customer of this test" : "this event";
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_TEST_VALUE, span, "%s lacks %.*s",
                                        who, SEG_STR(absent.names));
  seg_note(check->sink, d,
           "a segment that the test names needs %s, and in the data there is always a value",
           absent.count == 1 ? "it" : "them");
  if (!record)
    seg_help(check->sink, d, "say who it is: `customer { %.*s }`", SEG_STR(absent.values));
  else
    seg_help(check->sink, d, "add to the record, for example, `%.*s`", SEG_STR(absent.values));
}

void seg_check_needs(struct seg_check *check, const struct seg_program_test *test) {
  const struct seg_program *program = check->program;
  struct needs needs;
  if (!needs_init(&needs, check)) {
    check->out_of_memory = true;
    return;
  }
  for (uint32_t i = 0; i < test->claim_count; i++)
    if (program->segments[test->claims[i].segment].when)
      need_node(&needs, -1, program->segments[test->claims[i].segment].when);
  if (test->claim_count > 0)
    need_rows(&needs, program->customer_from_event >= 0 ? program->customer_from_event : -1);
  bool has_customer = false;
  for (uint32_t i = 0; i < test->record_count; i++) {
    const struct seg_program_record *record = &test->records[i];
    has_customer = has_customer || record->event < 0;
    check_complete(check, &needs, record->event, record, record->span);
  }
  if (!has_customer)
    check_complete(check, &needs, -1, NULL, test->title.span);
}
