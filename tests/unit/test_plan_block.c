// runtime/plan: which steps of a block are sound, operation by operation.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/plan/plan_verify_block.h"

/** The steps that every block here begins with. */
enum {
  DAY,       // I32
  MAYBE_DAY, // I32, optional
  WHOLE,     // I64
  NUMBER,    // F64
  TEXT,
  BIT,
  TWO,    // I64
  ZERO,   // I64
  HALF,   // F64
  NOUGHT, // F64
  ALL,
  FIRST, // of the case
  INPUTS = BIT + 1,
};

static const enum seg_layout layouts[] = {SEG_LAYOUT_I32, SEG_LAYOUT_I32,  SEG_LAYOUT_I64,
                                          SEG_LAYOUT_F64, SEG_LAYOUT_TEXT, SEG_LAYOUT_BIT};
static const bool optional[] = {false, true, false, false, false, false};

/** What is wrong with a block of the common steps and these; NULL when it is sound. */
static const char *fault_of(const struct seg_step *more, uint32_t count,
                            const enum seg_width *widths) {
  static struct seg_error error;
  struct seg_step steps[FIRST + 2] = {
      [TWO] = {.op = SEG_OP_CONSTANT, .layout = SEG_LAYOUT_I64, .constant.integer = 2},
      [ZERO] = {.op = SEG_OP_CONSTANT, .layout = SEG_LAYOUT_I64},
      [HALF] = {.op = SEG_OP_CONSTANT, .layout = SEG_LAYOUT_F64, .constant.number = 0.5},
      [NOUGHT] = {.op = SEG_OP_CONSTANT, .layout = SEG_LAYOUT_F64},
      [ALL] = {.op = SEG_OP_ALL, .layout = SEG_LAYOUT_BIT}};
  for (uint32_t i = 0; i < INPUTS; i++)
    steps[i] = (struct seg_step){
        .op = SEG_OP_INPUT, .layout = layouts[i], .optional = optional[i], .slot = i};
  memcpy(steps + FIRST, more, count * sizeof *more);
  struct seg_block block = {.input_count = INPUTS,
                            .input_layouts = layouts,
                            .input_optional = optional,
                            .input_widths = widths,
                            .step_count = FIRST + count,
                            .steps = steps};
  error = (struct seg_error){0};
  return seg_plan_verify_block(&block, "test", &error) == SEG_OK ? NULL : error.message;
}

static void expect(struct seg_step step, const char *fault) {
  const char *found = fault_of(&step, 1, NULL);
  if (fault == NULL ? found != NULL : found == NULL || strstr(found, fault) == NULL)
    fail_msg("%s: \"%s\" was expected, \"%s\" found", seg_op_info[step.op].name,
             fault == NULL ? "nothing" : fault, found == NULL ? "nothing" : found);
}

#define STEP(...) ((struct seg_step){__VA_ARGS__})
#define I32       .layout = SEG_LAYOUT_I32
#define I64       .layout = SEG_LAYOUT_I64
#define F64       .layout = SEG_LAYOUT_F64
#define MASK      .layout = SEG_LAYOUT_BIT
#define OF(...)   .operands = {__VA_ARGS__}

static void constants_fit(void **state) {
  (void)state;
  static const char wrong[] = "the constant does not fit";
  expect(STEP(SEG_OP_CONSTANT, I32, .constant.integer = INT32_MAX), NULL);
  expect(STEP(SEG_OP_CONSTANT, I32, .constant.integer = INT32_MIN), NULL);
  expect(STEP(SEG_OP_CONSTANT, I32, .constant.integer = INT64_C(1) + INT32_MAX), wrong);
  expect(STEP(SEG_OP_CONSTANT, I32, .constant.integer = INT64_C(-1) + INT32_MIN), wrong);
  expect(STEP(SEG_OP_CONSTANT, I64, .constant.integer = INT64_MIN), NULL);
  expect(STEP(SEG_OP_CONSTANT, F64, .constant.number = INFINITY), wrong);
  expect(STEP(SEG_OP_CONSTANT, F64, .constant.number = NAN), wrong);
  expect(STEP(SEG_OP_CONSTANT, .layout = SEG_LAYOUT_TEXT), NULL);
  expect(STEP(SEG_OP_CONSTANT, .layout = SEG_LAYOUT_TEXT, .constant.text = {NULL, 3}), wrong);
  expect(STEP(SEG_OP_CONSTANT, MASK), "only inputs and masks have layout BIT");
  expect(STEP(SEG_OP_CONSTANT, I64, true, .constant.integer = 7), "always known");
  expect(STEP(SEG_OP_AS_OF, I32), NULL);
  expect(STEP(SEG_OP_AS_OF, I64), "a known I32");
  expect(STEP(SEG_OP_AS_OF, I32, true), "a known I32");
  expect(STEP(SEG_OP_INPUT, I32, .slot = INPUTS), "does not exist");
  expect(STEP(SEG_OP_INPUT, I64, .slot = DAY), "another layout");
}

// What is divided by a constant that is not zero is known where its operands are.
static void quotients_may_be_missing(void **state) {
  (void)state;
  static const char wrong[] = "not marked optional";
  static const struct seg_plan_constant cuts[] = {{.integer = 1}, {.integer = 5}};
#define BANDED .factor = 1, .list_count = 2, .list = cuts
  expect(STEP(SEG_OP_DIVIDE, F64, OF(NUMBER, HALF)), NULL);
  expect(STEP(SEG_OP_DIVIDE, F64, OF(NUMBER, NOUGHT)), wrong);
  expect(STEP(SEG_OP_DIVIDE, F64, OF(HALF, NUMBER)), wrong);
  expect(STEP(SEG_OP_DIVIDE, F64, true, OF(HALF, NUMBER)), NULL);
  expect(STEP(SEG_OP_FRACTION_BAND, I64, OF(WHOLE, TWO), BANDED), NULL);
  expect(STEP(SEG_OP_FRACTION_BAND, I64, OF(WHOLE, ZERO), BANDED), wrong);
  expect(STEP(SEG_OP_FRACTION_BAND, I64, OF(TWO, WHOLE), BANDED), wrong);
  expect(STEP(SEG_OP_FRACTION_HALVES, I64, OF(WHOLE, TWO)), NULL);
  expect(STEP(SEG_OP_FRACTION_HALVES, I64, OF(WHOLE, ZERO)), wrong);
  expect(STEP(SEG_OP_FRACTION_HALVES, I64, OF(TWO, WHOLE)), wrong);
  expect(STEP(SEG_OP_FRACTION_ORDER, I32, OF(WHOLE, TWO, ZERO, TWO)), NULL);
  expect(STEP(SEG_OP_FRACTION_ORDER, I32, OF(WHOLE, ZERO, TWO, TWO)), wrong);
  expect(STEP(SEG_OP_FRACTION_ORDER, I32, OF(WHOLE, TWO, TWO, ZERO)), wrong);
  expect(STEP(SEG_OP_FRACTION_ORDER, I32, OF(WHOLE, TWO, TWO, WHOLE)), wrong);
  expect(STEP(SEG_OP_DAY_TO_INTEGER, I64, OF(MAYBE_DAY)), wrong);
  expect(STEP(SEG_OP_DAY_TO_INTEGER, I64, OF(DAY)), NULL);
  expect(STEP(SEG_OP_ELSE, I32, OF(MAYBE_DAY, DAY)), NULL);
  expect(STEP(SEG_OP_ELSE, I32, OF(MAYBE_DAY, MAYBE_DAY)), wrong);
}

static void operands_have_layouts(void **state) {
  (void)state;
  static const struct seg_plan_constant cuts[] = {{.integer = 1}, {.integer = 5}};
  static const struct seg_plan_constant falling[] = {{.integer = 5}, {.integer = 1}};
  static const struct seg_plan_constant text = {.text = {"a", 1}};
  expect(STEP(SEG_OP_ADD, I32, OF(DAY, DAY)), NULL);
  expect(STEP(SEG_OP_ADD, I64, OF(DAY, WHOLE)), "share a layout");
  expect(STEP(SEG_OP_ADD, .layout = SEG_LAYOUT_TEXT, OF(TEXT, TEXT)), "must be I32, I64 or F64");
  expect(STEP(SEG_OP_MULTIPLY, I32, OF(DAY, DAY)), "must be I64 or F64");
  expect(STEP(SEG_OP_NEGATE, I64, OF(NUMBER)), "share a layout");
  expect(STEP(SEG_OP_ABS, F64, OF(NUMBER)), NULL);
  expect(STEP(SEG_OP_DIVIDE, I64, OF(WHOLE, TWO)), "must be F64");
  expect(STEP(SEG_OP_DAY_TO_INTEGER, I32, OF(DAY)), "must turn I32 into I64");
  expect(STEP(SEG_OP_DAY_TO_INTEGER, I64, OF(WHOLE)), "must turn I32 into I64");
  expect(STEP(SEG_OP_ANNIVERSARY, I32, OF(DAY, WHOLE)), "must turn I32 into I32");
  expect(STEP(SEG_OP_NUMBER_TO_INTEGER, I64, OF(NUMBER)), NULL);
  expect(STEP(SEG_OP_NUMBER_TO_INTEGER, I64, OF(WHOLE)), "must turn F64 into I64");
  expect(STEP(SEG_OP_NUMBER_TO_INTEGER, I64, OF(NUMBER), .rounding = (enum seg_plan_rounding)9),
         "no such rounding");
  expect(STEP(SEG_OP_ROUND, I64, OF(WHOLE), .factor = 100), NULL);
  expect(STEP(SEG_OP_ROUND, I64, OF(WHOLE), .factor = 1), "less than 2");
  expect(STEP(SEG_OP_ROUND, I64, OF(NUMBER), .factor = 100), "must be I64");
  expect(STEP(SEG_OP_ROUND, I64, OF(WHOLE), .factor = 9, .rounding = (enum seg_plan_rounding)9),
         "no such rounding");
  expect(STEP(SEG_OP_DATE_PART, I32, OF(DAY), .date_part = (enum seg_date_part)99),
         "no such part of a date");
  expect(STEP(SEG_OP_DATE_PART, I64, OF(DAY)), "must turn I32 into I32");
  expect(STEP(SEG_OP_BIT_TO_CODE, I32, OF(BIT)), NULL);
  expect(STEP(SEG_OP_BIT_TO_CODE, I32, OF(DAY)), "a BIT input");
  expect(STEP(SEG_OP_BIT_TO_CODE, I32, OF(ALL)), "wrong stage");
  expect(STEP(SEG_OP_INTEGER_TO_NUMBER, F64, OF(WHOLE), .scale = 22), NULL);
  expect(STEP(SEG_OP_INTEGER_TO_NUMBER, F64, OF(WHOLE), .scale = 23), "not exact");
  expect(STEP(SEG_OP_INTEGER_TO_NUMBER, F64, OF(DAY)), "must turn I64 into F64");
  expect(STEP(SEG_OP_ELSE, I64, OF(DAY, WHOLE)), "share a layout that is not BIT");
  expect(STEP(SEG_OP_ELSE, MASK, OF(BIT, BIT)), "cannot take a BIT operand");
  expect(STEP(SEG_OP_TEXT_MAP, .layout = SEG_LAYOUT_TEXT, OF(TEXT)), NULL);
  expect(STEP(SEG_OP_TEXT_MAP, .layout = SEG_LAYOUT_TEXT, OF(DAY)), "must turn TEXT into TEXT");
  expect(STEP(SEG_OP_TEXT_MAP, .layout = SEG_LAYOUT_TEXT, OF(TEXT),
              .text_map = (enum seg_plan_text_map)9),
         "no such map");
  expect(STEP(SEG_OP_TEXT_LENGTH, I32, OF(TEXT)), "must turn TEXT into I64");
  expect(STEP(SEG_OP_BAND, I64, OF(WHOLE), .list_count = 2, .list = cuts), NULL);
  expect(STEP(SEG_OP_BAND, I64, OF(WHOLE), .list_count = 2, .list = falling), "the cuts fall");
  expect(STEP(SEG_OP_BAND, I32, OF(WHOLE), .list_count = 2, .list = cuts), "must be I64");
  expect(STEP(SEG_OP_BAND, I64, OF(TEXT), .list_count = 2, .list = cuts), "I32, I64 or F64");
  expect(STEP(SEG_OP_BAND, I64, OF(WHOLE)), "an empty list");
  expect(STEP(SEG_OP_BAND, I64, OF(WHOLE), .list_count = 2), "an empty list");
  expect(STEP(SEG_OP_FRACTION_HALVES, I32, OF(WHOLE, TWO)), "must be I64");
  expect(STEP(SEG_OP_FRACTION_ORDER, I64, OF(WHOLE, TWO, TWO, TWO)), "must turn I64 into I32");
  expect(STEP(SEG_OP_COMPARE, MASK, OF(WHOLE, DAY)), "share a layout that is not BIT");
  expect(STEP(SEG_OP_COMPARE, MASK, OF(WHOLE, TWO), .comparison = (enum seg_plan_comparison)9),
         "no such comparison");
  expect(STEP(SEG_OP_IS_TRUE, MASK, OF(DAY)), "must be a BIT input");
  expect(STEP(SEG_OP_IN_LIST, MASK, OF(NUMBER), .list_count = 2, .list = cuts),
         "must be I32, I64 or TEXT");
  expect(STEP(SEG_OP_TEXT_TEST, MASK, OF(TEXT), .list_count = 1, .list = &text), NULL);
  expect(STEP(SEG_OP_TEXT_TEST, MASK, OF(DAY), .list_count = 1, .list = &text), "must be TEXT");
  expect(STEP(SEG_OP_TEXT_TEST, MASK, OF(TEXT), .list_count = 2, .list = &text), "one literal");
  expect(STEP(SEG_OP_TEXT_TEST, MASK, OF(TEXT), .list_count = 1, .list = &text,
              .text_test = (enum seg_plan_text_test)9),
         "no such test");
  expect(STEP(SEG_OP_TEXT_MATCH, MASK, OF(TEXT), .list_count = 1, .list = &text), "one pattern");
  expect(STEP(SEG_OP_TEXT_MATCH, MASK, OF(WHOLE)), "must be TEXT");
  expect(STEP(SEG_OP_IS_KNOWN, MASK, OF(MAYBE_DAY)), NULL);
  expect(STEP(SEG_OP_NOT, MASK, OF(BIT)), "wrong stage");
  expect(STEP(SEG_OP_NOT, I32, OF(ALL)), "a mask has layout BIT");
  struct seg_step none = {.op = SEG_OP_COUNT};
  assert_non_null(strstr(fault_of(&none, 1, NULL), "is no operation"));
}

/** Two steps that differ in one member are two computations; the same twice is none. */
static void expect_apart(struct seg_step one, struct seg_step other) {
  struct seg_step both[] = {one, other};
  const char *fault = fault_of(both, 2, NULL);
  if (fault != NULL)
    fail_msg("%s", fault);
  both[1] = one;
  fault = fault_of(both, 2, NULL);
  if (fault == NULL || strstr(fault, "repeats an earlier step") == NULL)
    fail_msg("%s twice: %s", seg_op_info[one.op].name, fault == NULL ? "accepted" : fault);
}

static void repetitions_are_found(void **state) {
  (void)state;
  static const struct seg_plan_constant a = {.text = {"a", 1}}, b = {.text = {"b", 1}};
  static const struct seg_plan_constant one[] = {{.integer = 1}, {.integer = 5}},
                                        other[] = {{.integer = 1}, {.integer = 6}};
  expect_apart(STEP(SEG_OP_TEXT_TEST, MASK, OF(TEXT), .list_count = 1, .list = &a),
               STEP(SEG_OP_TEXT_TEST, MASK, OF(TEXT), .list_count = 1, .list = &a,
                    .text_test = SEG_TEXT_CONTAINS));
  expect_apart(STEP(SEG_OP_TEXT_TEST, MASK, OF(TEXT), .list_count = 1, .list = &a),
               STEP(SEG_OP_TEXT_TEST, MASK, OF(TEXT), .list_count = 1, .list = &b));
  expect_apart(STEP(SEG_OP_DATE_PART, I32, OF(DAY)),
               STEP(SEG_OP_DATE_PART, I32, OF(DAY), .date_part = SEG_PART_MONTH_COUNT));
  expect_apart(
      STEP(SEG_OP_TEXT_MAP, .layout = SEG_LAYOUT_TEXT, OF(TEXT)),
      STEP(SEG_OP_TEXT_MAP, .layout = SEG_LAYOUT_TEXT, OF(TEXT), .text_map = SEG_TEXT_TRIM));
  expect_apart(STEP(SEG_OP_INTEGER_TO_NUMBER, F64, OF(WHOLE), .scale = 2),
               STEP(SEG_OP_INTEGER_TO_NUMBER, F64, OF(WHOLE), .scale = 4));
  expect_apart(STEP(SEG_OP_ROUND, I64, OF(WHOLE), .factor = 100),
               STEP(SEG_OP_ROUND, I64, OF(WHOLE), .factor = 10));
  expect_apart(STEP(SEG_OP_ROUND, I64, OF(WHOLE), .factor = 100, .rounding = SEG_TO_FLOOR),
               STEP(SEG_OP_ROUND, I64, OF(WHOLE), .factor = 100, .rounding = SEG_TO_CEILING));
  expect_apart(STEP(SEG_OP_AS_OF_INSTANT, I64, .factor = 5),
               STEP(SEG_OP_AS_OF_INSTANT, I64, .factor = 6));
  expect_apart(STEP(SEG_OP_BAND, I64, OF(WHOLE), .list_count = 2, .list = one),
               STEP(SEG_OP_BAND, I64, OF(WHOLE), .list_count = 2, .list = other));
  expect_apart(STEP(SEG_OP_BAND, I64, OF(WHOLE), .list_count = 2, .list = one),
               STEP(SEG_OP_BAND, I64, OF(WHOLE), .list_count = 1, .list = one));
  expect_apart(STEP(SEG_OP_COMPARE, MASK, OF(WHOLE, TWO)),
               STEP(SEG_OP_COMPARE, MASK, OF(WHOLE, TWO), .comparison = SEG_IS_LESS));
  expect_apart(STEP(SEG_OP_ADD, I64, OF(WHOLE, TWO)), STEP(SEG_OP_ADD, I64, OF(TWO, WHOLE)));
}

static void widths_are_of_integers(void **state) {
  (void)state;
  struct seg_step none = {.op = SEG_OP_NONE, MASK};
  enum seg_width widths[INPUTS] = {SEG_WIDTH_8, SEG_WIDTH_16, SEG_WIDTH_32};
  for (int i = NUMBER; i < INPUTS; i++)
    widths[i] = SEG_WIDTH_FULL;
  assert_null(fault_of(&none, 1, widths));
  struct seg_step length = STEP(SEG_OP_TEXT_LENGTH, I64, OF(TEXT));
  for (int i = NUMBER; i < INPUTS; i++) {
    widths[i] = SEG_WIDTH_8;
    const char *fault = fault_of(i == TEXT ? &length : &none, 1, widths);
    assert_non_null(strstr(fault, "has a width but no integers"));
    widths[i] = SEG_WIDTH_FULL;
  }
  widths[TEXT] = SEG_WIDTH_8; // codes that no step reads as texts
  assert_null(fault_of(&none, 1, widths));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(constants_fit),          cmocka_unit_test(quotients_may_be_missing),
      cmocka_unit_test(operands_have_layouts),  cmocka_unit_test(repetitions_are_found),
      cmocka_unit_test(widths_are_of_integers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
