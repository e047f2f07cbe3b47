// What atoms look at, and which of them share nothing; see circuit.h.
#include "compiler/verdicts/circuit.h"

/** Columns of the customer, then kinds of events, then the key: each in the set of those that some
 * atom joins it with. */
struct subjects {
  const struct seg_program *program;
  uint32_t *joined;
  uint32_t first; // of the atom at hand; UINT32_MAX: none yet
};

static uint32_t find(struct subjects *subjects, uint32_t subject) {
  while (subjects->joined[subject] != subject)
    subject = subjects->joined[subject] = subjects->joined[subjects->joined[subject]];
  return subject;
}

static void touch(struct subjects *subjects, uint32_t subject) {
  if (subjects->first == UINT32_MAX)
    subjects->first = subject;
  subjects->joined[find(subjects, subject)] = find(subjects, subjects->first);
}

static void touch_event(struct subjects *subjects, uint32_t event) {
  touch(subjects, subjects->program->customer.column_count + event);
}

static void look(struct subjects *subjects, const struct seg_node *node) {
  const struct seg_program_entity *customer = &subjects->program->customer;
  bool column = node->kind == SEG_NODE_ATTRIBUTE || node->kind == SEG_NODE_COLUMN;
  if (column && customer->columns[node->column].computed != NULL)
    look(subjects, customer->columns[node->column].computed);
  else if (column)
    touch(subjects, node->column);
  if (node->kind == SEG_NODE_AGGREGATE)
    touch_event(subjects, node->event);
  if (node->kind == SEG_NODE_AGGREGATE && node->sequence != NULL)
    touch_event(subjects, node->sequence->event);
  if (node->kind == SEG_NODE_BUCKET || node->kind == SEG_NODE_LISTED)
    touch(subjects, customer->column_count + subjects->program->event_count);
  for (uint32_t i = 0; i < node->operand_count; i++)
    look(subjects, node->operands[i]);
}

bool seg_circuit_find_components(struct seg_circuit *circuit) {
  const struct seg_program *program = circuit->program;
  uint32_t count = program->customer.column_count + program->event_count + 1;
  struct subjects subjects = {.program = program,
                              .joined = SEG_NEW_ARRAY(&circuit->arena, uint32_t, count + 1u)};
  if (subjects.joined == NULL)
    return false;
  for (uint32_t i = 0; i <= count; i++)
    subjects.joined[i] = i;
  for (size_t i = 0; i < circuit->atoms.count; i++) {
    subjects.first = UINT32_MAX;
    look(&subjects, circuit->atoms.items[i].node);
    circuit->atoms.items[i].component = subjects.first == UINT32_MAX ? count : subjects.first;
  }
  subjects.first = UINT32_MAX;
  // Whether there is such a customer at all hangs together.
  if (program->customer.where != NULL)
    look(&subjects, program->customer.where);
  if (program->customer_from_event >= 0)
    touch_event(&subjects, (uint32_t)program->customer_from_event);
  for (size_t i = 0; i < circuit->atoms.count; i++)
    circuit->atoms.items[i].component = find(&subjects, circuit->atoms.items[i].component);
  for (uint32_t i = 0; i <= count; i++)
    subjects.joined[i] = find(&subjects, i);
  circuit->column_components = subjects.joined;
  circuit->event_components = subjects.joined + program->customer.column_count;
  circuit->key_component = subjects.joined[count - 1];
  return true;
}
