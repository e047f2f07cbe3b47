// Code generation as a whole: tables for the runtime, what the machine code may contain and call,
// memory protection, threads.
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/codegen/codegen.h"
#include "runtime/filter/mask_program.h"
#include "tests/support/kernel_run.h"
#include "tests/support/plan_builder.h"

/**
 * customer(x: int?, name: text?), purchase(amount: int, price: number): segments
 * s0 = count >= 2 and x * x > 10; s1 = name starts with "a"; s2 = x in 20 numbers.
 */
static void build(struct seg_plan *plan) {
  seg_plan_builder_init(plan, 1);
  struct seg_test_block scan;
  seg_test_block_init(&scan, &plan->arena);
  uint32_t all = seg_test_block_operation(&scan, SEG_OP_ALL, SEG_LAYOUT_BIT, 0, 0);
  seg_test_block_value_root(&scan, seg_test_block_input(&scan, SEG_LAYOUT_I64, true));
  seg_test_block_value_root(&scan, seg_test_block_input(&scan, SEG_LAYOUT_TEXT, true));
  seg_test_block_mask_root(&scan, all);
  seg_plan_builder_scan(plan, &plan->customer, &scan);

  // The carried columns of the event: price, and price * price + price, which must not be fused.
  seg_test_block_init(&scan, &plan->arena);
  uint32_t price = seg_test_block_input(&scan, SEG_LAYOUT_F64, false);
  uint32_t square = seg_test_block_operation(&scan, SEG_OP_MULTIPLY, SEG_LAYOUT_F64, price, price);
  uint32_t sum = seg_test_block_operation(&scan, SEG_OP_ADD, SEG_LAYOUT_F64, square, price);
  seg_test_block_value_root(&scan, price);
  seg_test_block_value_root(&scan, sum);
  seg_test_block_mask_root(&scan,
                           seg_test_block_operation(&scan, SEG_OP_ALL, SEG_LAYOUT_BIT, 0, 0));
  seg_plan_builder_scan(plan, &plan->events[0], &scan);
  const struct seg_plan_window window = {.form = SEG_WINDOW_ALL};
  seg_plan_builder_windows(plan, &window, 1);
  const struct seg_fold_cell cells[] = {
      {.kind = SEG_FOLD_COUNT, .layout = SEG_LAYOUT_I64, .column = SEG_NO_COLUMN},
      {.kind = SEG_FOLD_SUM, .layout = SEG_LAYOUT_F64, .column = 1},
  };
  seg_plan_builder_cells(plan, 0, cells, 2);

  struct seg_test_block block;
  seg_plan_builder_customer_block(plan, &block); // 0 x, 1 name, 2 count, 3 sum
  uint32_t often = seg_test_block_compare(&block, SEG_IS_GREATER_EQUAL, 2,
                                          seg_test_block_integer(&block, SEG_LAYOUT_I64, 2));
  uint32_t x2 = seg_test_block_operation(&block, SEG_OP_MULTIPLY, SEG_LAYOUT_I64, 0, 0);
  uint32_t large = seg_test_block_compare(&block, SEG_IS_GREATER, x2,
                                          seg_test_block_integer(&block, SEG_LAYOUT_I64, 10));
  seg_test_block_mask_root(
      &block, seg_test_block_operation(&block, SEG_OP_AND, SEG_LAYOUT_BIT, often, large));
  const struct seg_plan_constant start = {.text = {"a", 1}};
  seg_test_block_mask_root(&block,
                           seg_test_block_step(&block, (struct seg_step){.op = SEG_OP_TEXT_TEST,
                                                                         .layout = SEG_LAYOUT_BIT,
                                                                         .operands = {1},
                                                                         .list_count = 1,
                                                                         .list = &start}));
  struct seg_plan_constant numbers[20];
  memset(numbers, 0, sizeof numbers);
  for (int i = 0; i < 20; i++)
    numbers[i].integer = 3 * (20 - i);
  seg_test_block_mask_root(&block,
                           seg_test_block_step(&block, (struct seg_step){.op = SEG_OP_IN_LIST,
                                                                         .layout = SEG_LAYOUT_BIT,
                                                                         .operands = {0},
                                                                         .list_count = 20,
                                                                         .list = numbers}));
  seg_plan_builder_segments(plan, &block);
  struct seg_error error = {0};
  if (seg_plan_verify(plan, &error) != SEG_OK)
    fail_msg("%s", error.message);
}

static struct seg_code *generate(const struct seg_plan *plan) {
  struct seg_code *code = NULL;
  struct seg_error error = {0};
  if (seg_codegen(plan, NULL, &code, &error) != SEG_OK)
    fail_msg("%s", error.message);
  return code;
}

/** Run the customer block over 70 customers; customer i has x = i, name "a" when odd, count i % 4.
 */
static void run_customer_block(const struct seg_plan *plan, const struct seg_code *code) {
  enum { ROWS = 70, ROOM = 128 };
  static const uint64_t all_known[ROOM / 64] = {UINT64_MAX, UINT64_MAX};
  int64_t x[ROOM] = {0}, count[ROOM] = {0};
  struct seg_str name[ROOM];
  double sum[ROOM] = {0};
  memset(name, 0, sizeof name);
  for (int64_t i = 0; i < ROWS; i++) {
    x[i] = i;
    count[i] = i % 4;
    name[i] = seg_str_view(i % 2 == 1 ? "a" : "b");
  }
  const void *const values[] = {x, name, count, sum};
  const uint64_t *const known[] = {all_known, all_known, NULL, NULL};
  const struct seg_kernel_inputs inputs = {.row_count = ROWS, .values = values, .known = known};
  struct seg_kernel_run run;
  seg_kernel_run_init(&run, &plan->customer_block, &seg_code_kernels(code)->customer_block,
                      &inputs);
  for (int64_t i = 0; i < ROWS; i++) {
    assert_int_equal(seg_kernel_run_root_mask(&run, 0, i), i % 4 >= 2 && i * i > 10);
    assert_int_equal(seg_kernel_run_root_mask(&run, 1, i), i % 2 == 1);
    assert_int_equal(seg_kernel_run_root_mask(&run, 2, i), i % 3 == 0 && i >= 3 && i <= 60);
  }
  seg_kernel_run_deinit(&run);
}

static void fills_every_table(void **state) {
  (void)state;
  struct seg_plan plan;
  build(&plan);
  struct seg_code *code = generate(&plan);
  const struct seg_kernels *kernels = seg_code_kernels(code);
  // The customer's carried columns are inputs: there is nothing to compute.
  assert_int_equal(kernels->customer_scan.function_count, 0);
  assert_int_equal(kernels->customer_scan.masks->root_count, 1);
  assert_true(kernels->customer_scan.value_roots[1].is_input);
  assert_int_equal(kernels->customer_scan.value_roots[1].slot, 1);
  assert_int_equal(kernels->event_scans[0].function_count, 1);
  assert_true(kernels->event_scans[0].value_roots[0].is_input);
  assert_false(kernels->event_scans[0].value_roots[1].is_input);
  assert_int_equal(kernels->event_scans[0].value_layouts[0], SEG_LAYOUT_F64);
  assert_non_null(kernels->folds[0]);
  run_customer_block(&plan, code);
  seg_code_free(code);
  seg_plan_deinit(&plan);
}

static void a_plan_with_nothing_in_it(void **state) {
  (void)state;
  struct seg_plan plan;
  seg_plan_init(&plan); // not even "keep": customers from an event that is not read
  struct seg_code *code = generate(&plan);
  assert_int_equal(seg_code_kernels(code)->customer_scan.function_count, 0);
  assert_int_equal(seg_code_kernels(code)->customer_block.function_count, 0);
  seg_code_free(code);
  seg_plan_deinit(&plan);
}

typedef enum seg_status dump(const struct seg_plan *plan, const struct seg_codegen_options *options,
                             FILE *out, struct seg_error *error);

static char *dumped(dump *write, const char *cpu) {
  struct seg_plan plan;
  struct seg_error error = {0};
  build(&plan);
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  const struct seg_codegen_options options = {.cpu = cpu};
  if (write(&plan, &options, out, &error) != SEG_OK)
    fail_msg("%s", error.message);
  fclose(out);
  seg_plan_deinit(&plan);
  return text;
}

static void multiply_and_add_are_not_fused(void **state) {
  (void)state;
#ifdef __x86_64__
  char *text = dumped(seg_code_dump_asm, "x86-64-v3"); // has fused multiply-add
  assert_non_null(strstr(text, "vmul"));
  assert_null(strstr(text, "vfm"));
  free(text);
#endif
  char *representation = dumped(seg_code_dump_llvm, NULL);
  assert_null(strstr(representation, " contract "));
  assert_null(strstr(representation, " fast "));
  assert_null(strstr(representation, "llvm.fma"));
  free(representation);
}

/** Is the symbol ours, or one of the functions that kernel.h allows? */
static bool may_be_called(const char *symbol) {
  static const char *const prefixes[] = {
      "compare_",
      "in_table_",
      "count_cuts_",
      "seg_kernel_fault_raise",
      "seg_kernel_text_compare",
      "seg_kernel_text_compare_columns",
      "seg_kernel_text_test",
      "seg_kernel_text_match",
      "seg_kernel_text_map",
      "seg_kernel_text_length",
      "seg_kernel_distinct",
      "*", // through a register: checked by what is loaded into it, a symbol of this list
  };
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    if (strncmp(symbol, prefixes[i], strlen(prefixes[i])) == 0)
      return true;
  }
  return false;
}

static void calls_nothing_but_the_kernel_functions(void **state) {
  (void)state;
#ifdef __x86_64__
  static const char *const used[] = {NULL, "x86-64", "x86-64-v3"};
  for (size_t cpu = 0; cpu < 3; cpu++) {
    char *text = dumped(seg_code_dump_asm, used[cpu]);
    size_t calls = 0;
    for (char *at = strstr(text, "call"); at != NULL; at = strstr(at + 1, "call")) {
      char symbol[64];
      if (sscanf(at, "callq %63[^@ \n]", symbol) != 1)
        continue;
      calls++;
      if (!may_be_called(symbol))
        fail_msg("calls %s", symbol);
    }
    assert_true(calls >= 4);
    free(text);
  }
#endif
}

static void code_is_never_writable_and_executable(void **state) {
  (void)state;
  struct seg_plan plan;
  build(&plan);
  struct seg_code *code = generate(&plan);
  FILE *maps = fopen("/proc/self/maps", "r");
  if (maps == NULL)
    skip();
  uintptr_t function = (uintptr_t)seg_code_kernels(code)->customer_block.functions[0];
  char line[512];
  bool found = false;
  while (fgets(line, sizeof line, maps) != NULL) {
    unsigned long begin, end;
    char access[8];
    if (sscanf(line, "%lx-%lx %7s", &begin, &end, access) != 3)
      continue;
    assert_false(access[1] == 'w' && access[2] == 'x');
    if (function >= begin && function < end) {
      found = true;
      assert_string_equal(access, "r-xp");
    }
  }
  fclose(maps);
  assert_true(found);
  seg_code_free(code);
  seg_plan_deinit(&plan);
}

static void dumps_name_the_functions(void **state) {
  (void)state;
  static const char *const names[] = {"event_0_scan_map_0", "event_0_fold", "customer_block_map_0"};
  char *representation = dumped(seg_code_dump_llvm, NULL);
  char *assembly = dumped(seg_code_dump_asm, NULL);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    assert_non_null(strstr(representation, names[i]));
    assert_non_null(strstr(assembly, names[i]));
  }
  free(representation);
  free(assembly);
}

static void *compile_and_run(void *context) {
  (void)context;
  for (int i = 0; i < 5; i++) {
    struct seg_plan plan;
    build(&plan);
    struct seg_code *code = generate(&plan);
    run_customer_block(&plan, code);
    seg_code_free(code);
    seg_plan_deinit(&plan);
  }
  return NULL;
}

static void two_programs_in_two_threads(void **state) {
  (void)state;
  pthread_t threads[2];
  for (int i = 0; i < 2; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, compile_and_run, NULL), 0);
  for (int i = 0; i < 2; i++)
    assert_int_equal(pthread_join(threads[i], NULL), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fills_every_table),
      cmocka_unit_test(a_plan_with_nothing_in_it),
      cmocka_unit_test(multiply_and_add_are_not_fused),
      cmocka_unit_test(calls_nothing_but_the_kernel_functions),
      cmocka_unit_test(code_is_never_writable_and_executable),
      cmocka_unit_test(dumps_name_the_functions),
      cmocka_unit_test(two_programs_in_two_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
