// See proof_record.h.
#include "compiler/prove/proof_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/siphash.h"
#include "runtime/base/text_stream.h"

// --- keys ---

static struct seg_proof_key hash_of(const void *bytes, size_t size) {
  struct seg_proof_key key;
  for (uint64_t i = 0; i < 2; i++) {
    struct seg_siphash state;
    seg_siphash_init(&state, 0x7365676370726f6fu, i);
    seg_siphash_add(&state, bytes, size);
    key.words[i] = seg_siphash_result(&state);
  }
  return key;
}

static void print_entity(FILE *out, const struct seg_program_entity *entity) {
  for (uint32_t i = 0; i < entity->column_count; i++) {
    const struct seg_program_column *column = &entity->columns[i];
    fprintf(out, "%.*s %d %d %d %d", SEG_STR(column->name.text), (int)column->type.kind,
            column->type.scale, column->optional, column->computed != NULL);
    for (uint32_t v = 0; column->type.enumeration != NULL && v < column->type.enumeration->count;
         v++)
      fprintf(out, " %zu:%.*s", column->type.enumeration->values[v].size,
              SEG_STR(column->type.enumeration->values[v]));
    fputc('\n', out);
  }
  for (uint32_t i = 0; i < entity->unique_count; i++)
    fprintf(out, "unique %d\n", entity->unique[i]);
}

/** Everything about the program that any question may depend on besides its conditions. */
static bool print_program(const struct seg_program *program, FILE *out) {
  fprintf(out, "%d %.*s %d %u\n", SEG_PROOF_ENCODING, SEG_STR(program->timezone),
          program->customer_from_event, program->list_count);
  print_entity(out, &program->customer);
  bool printed =
      seg_program_print_normal(program, &program->customer, NULL, SEG_NORMAL_MEANING, NULL, out);
  for (uint32_t e = 0; e < program->event_count; e++) {
    fputs("event\n", out);
    print_entity(out, &program->events[e]);
    printed = seg_program_print_normal(program, &program->events[e], NULL, SEG_NORMAL_MEANING, NULL,
                                       out) &&
              printed;
  }
  return printed;
}

/** The hash of a condition's meaning, or of the whole program (NULL); kept in the vocabulary. */
static bool hash_of_meaning(struct seg_vocabulary *vocabulary, const struct seg_node *condition,
                            struct seg_proof_key *hash) {
  struct {
    char letter;
    const struct seg_node *node;
  } place;
  memset(&place, 0, sizeof place); // also what lies between the members
  place.letter = 'm';
  place.node = condition;
  struct seg_str name = {(const char *)&place, sizeof place};
  struct seg_proof_key *known = seg_vocabulary_get(vocabulary, name);
  char *text = NULL;
  size_t size = 0;
  if (known == NULL) {
    FILE *out = seg_text_stream(&text, &size);
    if (out == NULL)
      return false;
    const struct seg_program *program = vocabulary->program;
    bool printed = condition == NULL
                       ? print_program(program, out)
                       : seg_program_print_normal(program, &program->customer, condition,
                                                  SEG_NORMAL_MEANING, NULL, out);
    printed = fclose(out) == 0 && printed;
    known = printed ? SEG_NEW(&vocabulary->arena, struct seg_proof_key) : NULL;
    if (known != NULL)
      *known = hash_of(text, size);
    if (known == NULL || !seg_vocabulary_keep(vocabulary, name, known)) {
      free(text);
      return false;
    }
    free(text);
  }
  *hash = *known;
  return true;
}

bool seg_proof_meaning_of(struct seg_prover *prover, const struct seg_node *condition,
                          struct seg_proof_key *key) {
  return hash_of_meaning(&prover->vocabulary, condition, key);
}

bool seg_proof_key_of(struct seg_prover *prover, const struct seg_wanted *wanted, uint32_t count,
                      struct seg_proof_key *key) {
  struct {
    struct seg_proof_key program;
    uint64_t budget, sort, count;
    struct {
      struct seg_proof_key meaning;
      uint64_t negated;
    } conditions[SEG_MAX_WANTED];
  } all;
  memset(&all, 0, sizeof all);
  all.budget = prover->budget;
  all.sort = (prover->any_witness ? 1u : 0u) + (prover->asks_always ? 2u : 0u);
  all.count = count;
  if (!hash_of_meaning(&prover->vocabulary, NULL, &all.program))
    return false;
  for (uint32_t i = 0; i < count; i++) {
    all.conditions[i].negated = wanted[i].negated;
    if (!hash_of_meaning(&prover->vocabulary, wanted[i].condition, &all.conditions[i].meaning))
      return false;
  }
  size_t size = sizeof all - sizeof all.conditions + count * sizeof *all.conditions;
  *key = hash_of(&all, size);
  return true;
}

// --- writing ---

static void write_whole(FILE *out, int64_t value) {
  fwrite(&value, sizeof value, 1, out);
}

static void write_text(FILE *out, struct seg_str text) {
  write_whole(out, text.data == NULL ? -1 : (int64_t)text.size);
  if (text.data != NULL)
    fwrite(text.data, 1, text.size, out);
}

static void write_rows(FILE *out, const struct seg_rows *rows, uint32_t columns) {
  write_whole(out, (int64_t)rows->rows.count);
  for (size_t r = 0; r < rows->rows.count; r++) {
    const struct seg_row *row = &rows->rows.items[r];
    write_text(out, row->key);
    write_whole(out, row->day);
    write_whole(out, row->instant);
    for (uint32_t i = 0; i < columns; i++) {
      write_whole(out, row->values[i].known);
      write_whole(out, row->values[i].integer); // the bits of either member
      write_text(out, row->values[i].text);
    }
  }
}

static void write_witness(FILE *out, const struct seg_witness *witness, uint32_t customer_columns,
                          const struct seg_program_entity *events) {
  write_whole(out, witness->as_of);
  write_whole(out, witness->dataset.integer_keys);
  write_whole(out, witness->smallest);
  write_rows(out, &witness->dataset.customers, customer_columns);
  for (uint32_t e = 0; e < witness->dataset.event_count; e++)
    write_rows(out, &witness->dataset.events[e], events[e].column_count);
}

struct seg_str seg_proof_record_write(const struct seg_program *program,
                                      const struct seg_found *found) {
  char *bytes = NULL;
  size_t size = 0;
  struct seg_str none = {0};
  FILE *out = seg_text_stream(&bytes, &size);
  if (out == NULL)
    return none;
  write_whole(out, (int64_t)found->existence);
  switch (found->existence) {
  case SEG_NOBODY:
    write_whole(out, found->core_count);
    for (uint32_t i = 0; i < found->core_count; i++)
      write_whole(out, found->core[i]);
    break;
  case SEG_SOMEBODY:
    write_witness(out, &found->witness, program->customer.column_count, program->events);
    break;
  case SEG_UNPROVED:
    // With its end, as reasons have one.
    write_text(out, (struct seg_str){found->reason, strlen(found->reason) + 1});
    break;
  }
  if (fclose(out) != 0) {
    free(bytes);
    return none;
  }
  return (struct seg_str){bytes, size};
}

// --- reading ---

struct reader {
  const char *at, *end;
  bool failed;
};

static int64_t read_whole(struct reader *reader) {
  int64_t value = 0;
  if ((size_t)(reader->end - reader->at) < sizeof value) {
    reader->failed = true;
    return 0;
  }
  memcpy(&value, reader->at, sizeof value);
  reader->at += sizeof value;
  return value;
}

/** Between two bounds, or the reading has failed. */
static int64_t read_within(struct reader *reader, int64_t low, int64_t high) {
  int64_t value = read_whole(reader);
  if (value >= low && value <= high)
    return value;
  reader->failed = true;
  return low;
}

static struct seg_str read_text(struct reader *reader, struct seg_arena *arena) {
  struct seg_str text = {0};
  int64_t size = read_within(reader, -1, reader->end - reader->at);
  if (size < 0 || reader->failed || size > reader->end - reader->at) {
    reader->failed = reader->failed || size >= 0;
    return text;
  }
  text = (struct seg_str){reader->at, (size_t)size};
  reader->at += size;
  if (arena != NULL) {
    text = seg_arena_str(arena, text);
    reader->failed = reader->failed || text.data == NULL;
  }
  return text;
}

static bool fits(const struct seg_type *type, const struct seg_value *value) {
  if (type->kind == SEG_TYPE_ENUM)
    return value->integer >= 0 && value->integer < (int64_t)type->enumeration->count;
  if (type->kind == SEG_TYPE_BOOL)
    return value->integer == 0 || value->integer == 1;
  return type->kind != SEG_TYPE_TEXT || value->text.data != NULL;
}

static bool read_rows(struct reader *reader, struct seg_arena *arena, struct seg_rows *rows,
                      const struct seg_program_entity *entity) {
  int64_t count = read_within(reader, 0, SEG_MAX_WITNESS_EVENTS * 10);
  for (int64_t r = 0; r < count && !reader->failed; r++) {
    struct seg_row row = {.key = read_text(reader, arena)};
    row.day = (int32_t)read_within(reader, INT32_MIN, INT32_MAX);
    row.instant = read_whole(reader);
    row.values = SEG_NEW_ARRAY(arena, struct seg_value, (size_t)entity->column_count + 1);
    if (row.values == NULL)
      return false;
    for (uint32_t i = 0; i < entity->column_count && !reader->failed; i++) {
      row.values[i].known = read_within(reader, 0, 1) != 0;
      row.values[i].integer = read_whole(reader);
      row.values[i].text = read_text(reader, arena);
      if (row.values[i].known && !fits(&entity->columns[i].type, &row.values[i]))
        reader->failed = true;
    }
    if (reader->failed || !SEG_VEC_PUSH(&rows->rows, row))
      return false;
  }
  return !reader->failed;
}

static bool read_witness(struct reader *reader, const struct seg_program *program,
                         struct seg_witness *witness) {
  *witness = (struct seg_witness){0};
  seg_arena_init(&witness->arena);
  if (!seg_dataset_init(&witness->dataset, program->event_count))
    return false;
  witness->as_of = (int32_t)read_within(reader, INT32_MIN, INT32_MAX);
  witness->dataset.integer_keys = read_within(reader, 0, 1) != 0;
  witness->smallest = read_within(reader, 0, 1) != 0;
  bool made = read_rows(reader, &witness->arena, &witness->dataset.customers, &program->customer);
  for (uint32_t e = 0; e < program->event_count && made; e++)
    made = read_rows(reader, &witness->arena, &witness->dataset.events[e], &program->events[e]);
  return made;
}

bool seg_proof_record_read(const struct seg_program *program, struct seg_str record, uint32_t count,
                           struct seg_found *found) {
  struct reader reader = {record.data, record.data + record.size, false};
  memset(found, 0, sizeof *found);
  found->existence = SEG_UNPROVED;
  int64_t existence = read_within(&reader, SEG_NOBODY, SEG_UNPROVED);
  if (reader.failed)
    return false;
  switch ((enum seg_existence)existence) {
  case SEG_NOBODY:
    found->core_count = (uint32_t)read_within(&reader, 0, count);
    for (uint32_t i = 0; i < found->core_count; i++)
      found->core[i] = (uint32_t)read_within(&reader, 0, (int64_t)count - 1);
    break;
  case SEG_SOMEBODY:
    if (!read_witness(&reader, program, &found->witness))
      reader.failed = true;
    break;
  case SEG_UNPROVED: {
    struct seg_str reason = read_text(&reader, NULL);
    if (reason.size == 0 || reason.data[reason.size - 1] != '\0')
      reader.failed = true;
    found->reason = reason.data;
    break;
  }
  }
  if (!reader.failed && reader.at == reader.end) {
    found->existence = (enum seg_existence)existence;
    return true;
  }
  if (existence == SEG_SOMEBODY)
    seg_witness_deinit(&found->witness);
  memset(found, 0, sizeof *found);
  found->existence = SEG_UNPROVED;
  return false;
}
