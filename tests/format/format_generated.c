// The promises of the layout on random programs: as the generator writes them, and spread
// otherwise, which must give the same layout.
//
//   format_generated [PROGRAMS]    SEGC_SEED: the seed
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/hash.h"
#include "tests/differential/generate.h"
#include "tests/format/format_case.h"

enum { DEFAULT_PROGRAMS = 400, MOST_CHANGED_PERCENT = 10 };

static bool check(uint64_t seed, uint32_t *changed) {
  struct model model;
  struct seg_random random;
  char name[64];
  snprintf(name, sizeof name, "program %" PRIu64, seed);
  generate_program(&model, seed);
  char *text = model_print(&model);
  seg_random_init(&random, seed);
  char *spread = spread_text(&random, text);
  char *tree = tree_of(text), *spread_tree = tree_of(spread);
  bool holds = tree != NULL && format_holds(name, text) && format_holds(name, spread);
  bool same = holds && spread_tree != NULL && strcmp(tree, spread_tree) == 0;
  *changed += !same;
  if (same) {
    char *expected = format_text(text), *actual = format_text(spread);
    holds = strcmp(expected, actual) == 0;
    if (!holds)
      printf("%s\n--- laid out\n%s--- spread otherwise\n%s--- laid out\n%s", name, expected, spread,
             actual);
    free(expected);
    free(actual);
  }
  free(tree);
  free(spread_tree);
  free(spread);
  free(text);
  seg_arena_deinit(&model.arena);
  return holds;
}

int main(int count, char **arguments) {
  uint64_t seed = seg_random_seed("SEGC_SEED", UINT64_C(20261124));
  uint32_t programs = count > 1 ? (uint32_t)strtoul(arguments[1], NULL, 10) : DEFAULT_PROGRAMS;
  uint32_t changed = 0, failed = 0;
  for (uint32_t i = 0; i < programs && failed == 0; i++)
    failed += !check(seg_hash_mix(seed, i), &changed);
  printf("%u programs, %u of them changed by spreading, %u failed; seed %" PRIu64 "\n", programs,
         changed, failed, seed);
  return failed > 0 || changed * 100 > programs * MOST_CHANGED_PERCENT;
}
