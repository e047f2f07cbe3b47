// The promises of the layout on every rule file below the folders given, and on each of them with a
// comment behind one of its tokens (all in turn, in long files some of them), and spread otherwise.
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/format/format_case.h"

enum { MOST_FILES = 1000, MOST_PLACES = 80 };

/** nftw gives its callback no context. */
static char *files[MOST_FILES];
static size_t file_count;

static int collect(const char *path, const struct stat *info, int kind, struct FTW *walk) {
  size_t size = strlen(path);
  (void)info;
  (void)walk;
  if (kind == FTW_F && size > 4 && strcmp(path + size - 4, ".seg") == 0 && file_count < MOST_FILES)
    files[file_count++] = strdup(path);
  return 0;
}

static char *read_all(const char *path) {
  char *text = NULL, block[4096];
  size_t size = 0;
  FILE *in = fopen(path, "rb"), *out = open_memstream(&text, &size);
  if (in == NULL || out == NULL)
    abort();
  for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0;)
    fwrite(block, 1, n, out);
  fclose(in);
  fclose(out);
  return text;
}

static uint32_t token_count(const char *text) {
  uint32_t low = 0, high = (uint32_t)strlen(text) + 1; // as many would be too many
  while (low + 1 < high) {
    uint32_t middle = low + (high - low) / 2;
    char *commented = text_with_comment(text, middle, false);
    *(commented != NULL ? &low : &high) = middle;
    free(commented);
  }
  return low + 1;
}

/** Comments behind tokens; some places do not take one, because it ends the line. */
static bool holds_with_comments(const char *path, const char *text, struct seg_random *random) {
  char *tree = tree_of(text);
  bool holds = true, valid = tree != NULL;
  free(tree);
  if (!valid)
    return true;
  uint32_t tokens = token_count(text), step = tokens / MOST_PLACES + 1;
  for (uint32_t i = 0; holds && i < tokens; i += step) {
    uint32_t place = i + seg_random_below(random, step);
    char *commented = text_with_comment(text, place, i / step % 2 == 0);
    if (commented != NULL)
      holds = format_holds(path, commented);
    free(commented);
  }
  return holds;
}

static bool holds_spread(const char *path, const char *text, struct seg_random *random) {
  char *tree = tree_of(text), *spread = spread_text(random, text), *tree_again = tree_of(spread);
  bool holds = format_holds(path, spread);
  // A file that lays words out where line ends mean something may have become another program.
  if (holds && tree != NULL && tree_again != NULL && strcmp(tree, tree_again) == 0) {
    char *expected = format_text(text), *actual = format_text(spread);
    holds = strcmp(expected, actual) == 0;
    if (!holds)
      printf("%s, spread otherwise:\n%s--- gives\n%s", path, spread, actual);
    free(expected);
    free(actual);
  }
  free(tree);
  free(tree_again);
  free(spread);
  return holds;
}

int main(int count, char **arguments) {
  uint64_t seed = seg_random_seed("SEGC_SEED", UINT64_C(20261123));
  struct seg_random random;
  int failed = 0;
  seg_random_init(&random, seed);
  for (int i = 1; i < count; i++)
    nftw(arguments[i], collect, 16, FTW_PHYS);
  for (size_t i = 0; i < file_count; i++) {
    char *text = read_all(files[i]);
    failed += !(format_holds(files[i], text) && holds_spread(files[i], text, &random) &&
                holds_with_comments(files[i], text, &random));
    free(text);
    free(files[i]);
  }
  printf("%zu files, %d failed; seed %" PRIu64 "\n", file_count, failed, seed);
  return failed > 0 || file_count < 10;
}
