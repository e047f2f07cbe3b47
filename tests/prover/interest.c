// Constants, windows and texts of a program, and their neighbours; see interest.h.
#include "tests/prover/interest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/prove/days.h"
#include "compiler/prove/window_ages.h"
#include "runtime/base/utf8_walk.h"
#include "runtime/time/period.h"

enum { POOL = 96, HOUR = 3600 };

#define ADD(vec, ...)                                                                              \
  do {                                                                                             \
    if (!SEG_VEC_PUSH((vec), __VA_ARGS__))                                                         \
      abort();                                                                                     \
  } while (0)

// --- reading the rules ---

static void add_literal(struct interest *interest, const struct seg_type *type,
                        const struct seg_literal *literal) {
  switch (type->kind) {
  case SEG_TYPE_INT: ADD(&interest->wholes, literal->integer); break;
  case SEG_TYPE_MONEY:
    ADD(&interest->amounts, (struct interest_decimal){literal->integer, type->scale});
    break;
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT: ADD(&interest->numbers, literal->number); break;
  case SEG_TYPE_DATE: ADD(&interest->days, (int32_t)literal->integer); break;
  case SEG_TYPE_TIMESTAMP: ADD(&interest->instants, literal->integer); break;
  case SEG_TYPE_TEXT: ADD(&interest->texts, literal->text); break;
  case SEG_TYPE_BOOL:
  case SEG_TYPE_ENUM:
  case SEG_TYPE_KIND_COUNT: break;
  }
}

static void add_window(struct interest *interest, const struct seg_day_window *window) {
  ADD(&interest->windows, window);
  if (window->kind == SEG_WINDOW_FROM) {
    ADD(&interest->days, window->first_day);
    ADD(&interest->days, window->last_day);
  }
  interest->calendar = interest->calendar || window->kind == SEG_WINDOW_FROM ||
                       window->kind == SEG_WINDOW_THIS || window->kind == SEG_WINDOW_LAST;
}

static void look(struct interest *interest, const struct seg_node *node) {
  if (node == NULL)
    return;
  if (node->kind == SEG_NODE_LITERAL)
    add_literal(interest, &node->type, &node->literal);
  if (node->kind == SEG_NODE_IN || node->kind == SEG_NODE_BAND)
    for (uint32_t i = 0; i < node->literal_count; i++)
      add_literal(interest, &node->operands[0]->type, &node->literals[i]);
  if (node->kind == SEG_NODE_BAND_FRACTION)
    for (uint32_t i = 0; i < node->literal_count; i++)
      ADD(&interest->wholes, node->literals[i].integer);
  interest->ranks = interest->ranks || node->kind == SEG_NODE_RANK;
  if (node->kind == SEG_NODE_AGGREGATE) {
    add_window(interest, &node->window);
    look(interest, node->filter);
    look(interest, node->argument);
    if (node->sequence != NULL) {
      interest->sequences = true;
      ADD(&interest->spans,
          node->sequence->limit * (node->sequence->in_days ? 24 : 1) * HOUR * INT64_C(1000000));
      look(interest, node->sequence->filter);
    }
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    look(interest, node->operands[i]);
}

static void look_at_entity(struct interest *interest, const struct seg_program_entity *entity) {
  look(interest, entity->where);
  for (uint32_t i = 0; i < entity->column_count; i++)
    look(interest, entity->columns[i].computed);
}

void interest_init(struct interest *interest, const struct seg_program *program) {
  *interest = (struct interest){0};
  seg_arena_init(&interest->arena);
  look_at_entity(interest, &program->customer);
  for (uint32_t i = 0; i < program->event_count; i++)
    look_at_entity(interest, &program->events[i]);
  for (uint32_t i = 0; i < program->segment_count; i++)
    look(interest, program->segments[i].when);
}

void interest_deinit(struct interest *interest) {
  SEG_VEC_FREE(&interest->wholes);
  SEG_VEC_FREE(&interest->amounts);
  SEG_VEC_FREE(&interest->numbers);
  SEG_VEC_FREE(&interest->days);
  SEG_VEC_FREE(&interest->instants);
  SEG_VEC_FREE(&interest->texts);
  SEG_VEC_FREE(&interest->windows);
  SEG_VEC_FREE(&interest->spans);
  seg_arena_deinit(&interest->arena);
}

// --- pools ---

#define ADD_NEW(vec, value)                                                                        \
  do {                                                                                             \
    bool there = (vec)->count >= POOL;                                                             \
    for (size_t at = 0; at < (vec)->count && !there; at++)                                         \
      there = (vec)->items[at] == (value);                                                         \
    if (!there)                                                                                    \
      ADD((vec), (value));                                                                         \
  } while (0)

static void add_wholes(struct pools *pools, const struct interest *interest) {
  static const int64_t usual[] = {0, 1, -1, 2};
  for (size_t i = 0; i < interest->wholes.count; i++)
    for (int64_t near = -1; near <= 1; near++)
      ADD_NEW(&pools->wholes, interest->wholes.items[i] + near);
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
    ADD_NEW(&pools->wholes, usual[i]);
}

static int64_t scaled(struct interest_decimal amount, int scale) {
  int64_t value = amount.value;
  for (int i = amount.scale; i < scale; i++)
    value = value > INT64_MAX / 100 || value < INT64_MIN / 100 ? value : value * 10;
  for (int i = amount.scale; i > scale; i--)
    value /= 10;
  return value;
}

static void add_amounts(struct pools *pools, const struct interest *interest) {
  for (int scale = 0; scale < 5; scale++) {
    for (size_t i = 0; i < interest->amounts.count; i++) {
      int64_t value = scaled(interest->amounts.items[i], scale);
      for (int64_t near = -1; near <= 1; near++) {
        ADD_NEW(&pools->amounts[scale], value + near);
        ADD_NEW(&pools->amounts[scale], value / 2 + near);
      }
      ADD_NEW(&pools->amounts[scale], value / 3);
    }
    for (size_t i = 0; i < interest->wholes.count && i < 8; i++)
      ADD_NEW(&pools->amounts[scale],
              scaled((struct interest_decimal){interest->wholes.items[i], 0}, scale));
    for (int64_t near = -1; near <= 2; near++)
      ADD_NEW(&pools->amounts[scale], near);
  }
}

static void add_numbers(struct pools *pools, const struct interest *interest) {
  for (size_t i = 0; i < interest->numbers.count; i++) {
    double value = interest->numbers.items[i];
    ADD_NEW(&pools->numbers, value);
    ADD_NEW(&pools->numbers, nextafter(value, INFINITY));
    ADD_NEW(&pools->numbers, nextafter(value, -INFINITY));
    ADD_NEW(&pools->numbers, value / 2);
    ADD_NEW(&pools->numbers, value + 1);
  }
  for (size_t i = 0; i < interest->amounts.count; i++)
    ADD_NEW(&pools->numbers, (double)scaled(interest->amounts.items[i], 2) / 100);
  for (size_t i = 0; i < interest->wholes.count; i++)
    ADD_NEW(&pools->numbers, (double)interest->wholes.items[i]);
  ADD_NEW(&pools->numbers, 0.0);
  ADD_NEW(&pools->numbers, 0.1);
}

static void add_age(struct pools *pools, int64_t age) {
  if (age >= -1 && age <= 30000)
    ADD_NEW(&pools->ages, age);
}

static void add_days(struct pools *pools, const struct interest *interest, int32_t as_of) {
  for (size_t i = 0; i < interest->windows.count; i++) {
    int32_t near, far;
    if (!seg_window_ages(interest->windows.items[i], as_of, &near, &far))
      continue;
    for (int shift = -1; shift <= 1; shift++) {
      add_age(pools, (int64_t)near + shift);
      if (far < SEG_FAR_AGE)
        add_age(pools, (int64_t)far + shift);
    }
  }
  for (size_t i = 0; i < interest->days.count; i++)
    for (int shift = -1; shift <= 1; shift++) {
      add_age(pools, (int64_t)as_of - interest->days.items[i] + shift);
      ADD_NEW(&pools->days, (int64_t)interest->days.items[i] + shift);
    }
  for (size_t i = 0; i < interest->wholes.count; i++)
    for (int shift = -1; shift <= 1; shift++) {
      int64_t age = interest->wholes.items[i] + shift;
      if (age < -400 || age > 30000)
        continue;
      add_age(pools, age);
      ADD_NEW(&pools->days, as_of - age);
    }
  for (int age = 1; age <= 3; age++)
    add_age(pools, age);
  ADD_NEW(&pools->days, as_of);
}

static void add_text(struct pools *pools, const struct interest *interest, const char *format,
                     struct seg_str a, struct seg_str b) {
  struct seg_arena *arena = (struct seg_arena *)&interest->arena; // only memory
  struct seg_str text = seg_arena_format(arena, format, SEG_STR(a), SEG_STR(b));
  if (text.data == NULL)
    abort();
  bool there = pools->texts.count >= POOL;
  for (size_t i = 0; i < pools->texts.count && !there; i++)
    there = seg_str_equal(pools->texts.items[i], text);
  if (!there)
    ADD(&pools->texts, text);
}

// ASCII only: what the language does with other letters the differential test knows.
static struct seg_str other_case(const struct interest *interest, struct seg_str text) {
  struct seg_arena *arena = (struct seg_arena *)&interest->arena;
  struct seg_str copy = seg_arena_str(arena, text);
  if (copy.data == NULL)
    abort();
  char *letters = (char *)copy.data;
  for (size_t i = 0; i < copy.size; i++) {
    bool small = letters[i] >= 'a' && letters[i] <= 'z';
    bool capital = letters[i] >= 'A' && letters[i] <= 'Z';
    if (small || capital)
      letters[i] ^= 0x20;
  }
  return copy;
}

static void add_texts(struct pools *pools, const struct interest *interest) {
  struct seg_str none = {"", 0};
  add_text(pools, interest, "%.*s%.*s", none, none);
  for (size_t i = 0; i < interest->texts.count; i++) {
    struct seg_str text = interest->texts.items[i];
    add_text(pools, interest, "%.*s%.*s", text, none);
    add_text(pools, interest, "%.*sx%.*s", text, none);
    add_text(pools, interest, "x%.*s%.*s", text, none);
    add_text(pools, interest, "%.*s%.*s", other_case(interest, text), none);
    if (text.size > 0 && (unsigned char)text.data[text.size - 1] < 0x80)
      add_text(pools, interest, "%.*s%.*s", (struct seg_str){text.data, text.size - 1}, none);
    for (size_t j = 0; j < interest->texts.count && j < 5; j++)
      add_text(pools, interest, "%.*s%.*s", text, interest->texts.items[j]);
  }
}

void pools_init(struct pools *pools, const struct interest *interest, int32_t as_of) {
  *pools = (struct pools){0};
  add_wholes(pools, interest);
  add_amounts(pools, interest);
  add_numbers(pools, interest);
  add_days(pools, interest, as_of);
  add_texts(pools, interest);
}

void pools_deinit(struct pools *pools) {
  SEG_VEC_FREE(&pools->wholes);
  for (int scale = 0; scale < 20; scale++)
    SEG_VEC_FREE(&pools->amounts[scale]);
  SEG_VEC_FREE(&pools->numbers);
  SEG_VEC_FREE(&pools->days);
  SEG_VEC_FREE(&pools->ages);
  SEG_VEC_FREE(&pools->texts);
}

// --- as-of days ---

int32_t interest_as_of(const struct interest *interest, struct seg_random *random) {
  int32_t day = SEG_PROVE_USUAL_DAY + (int32_t)seg_random_between(random, -400, 400);
  uint32_t choice = seg_random_below(random, 10);
  if (choice < 4 && interest->days.count > 0) {
    day = interest->days.items[seg_random_below(random, (uint32_t)interest->days.count)];
    day += (int32_t)seg_random_between(random, -1, 2) +
           (choice == 0 ? (int32_t)seg_random_below(random, 100) : 0);
  } else if (choice < 7) {
    enum seg_period_unit unit = (enum seg_period_unit)seg_random_below(random, 4);
    day = seg_period_first_day(unit, day, 0) + (int32_t)seg_random_between(random, -1, 1);
  } else if (choice < 8) {
    day = (int32_t)seg_random_between(random, SEG_PROVE_FIRST_DAY, SEG_PROVE_LAST_DAY);
  }
  if (day < SEG_PROVE_FIRST_DAY || day > SEG_PROVE_LAST_DAY)
    day = SEG_PROVE_USUAL_DAY;
  return day;
}
