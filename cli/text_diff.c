// Unified diffs. The shortest script by E. W. Myers, "An O(ND) Difference Algorithm and Its
// Variations" (1986), greedy form with the reached ends of every round kept for the way back.
#include "cli/text_diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
  CONTEXT = 3,
  MOST_EDITS = 2000, // beyond that, what differs is shown as one replacement
};

struct lines {
  const char **begins; // one more than lines: the end of the text
  size_t count;
};

struct diff {
  struct lines before, after;
  bool *removed, *added; // a flag a line
};

static bool split(const struct diff_text *text, struct lines *lines) {
  size_t count = 0, begin = 0;
  for (size_t i = 0; i < text->size; i++)
    count += text->text[i] == '\n';
  lines->begins = malloc((count + 2) * sizeof *lines->begins);
  if (lines->begins == NULL)
    return false;
  lines->count = 0;
  for (size_t i = 0; i < text->size; i++)
    if (text->text[i] == '\n' || i + 1 == text->size) {
      lines->begins[lines->count++] = text->text + begin;
      begin = i + 1;
    }
  lines->begins[lines->count] = text->text + text->size;
  return true;
}

static size_t line_size(const struct lines *lines, size_t i) {
  return (size_t)(lines->begins[i + 1] - lines->begins[i]);
}

static bool same(const struct diff *diff, size_t i, size_t j) {
  size_t size = line_size(&diff->before, i);
  return size == line_size(&diff->after, j) &&
         memcmp(diff->before.begins[i], diff->after.begins[j], size) == 0;
}

/** Lines `begin` .. that differ: those of `before` up to n, of `after` up to m. */
struct window {
  size_t begin, n, m;
};

/** How far round d can come on diagonal k, given the ends of the round before. */
static int32_t reach(const struct diff *diff, const struct window *w, const int32_t *ends,
                     int32_t d, int32_t k) {
  int32_t x = k == -d || (k != d && ends[k - 1] < ends[k + 1]) ? ends[k + 1] : ends[k - 1] + 1;
  while ((size_t)x < w->n && (size_t)(x - k) < w->m &&
         same(diff, w->begin + (size_t)x, w->begin + (size_t)(x - k)))
    x++;
  return x;
}

/** From the end back to the begin, along the kept rounds. */
static void mark(struct diff *diff, const struct window *w, int32_t *const *rounds, int32_t d) {
  int32_t x = (int32_t)w->n, y = (int32_t)w->m;
  for (; d > 0; d--) {
    const int32_t *ends = rounds[d - 1] + d; // the middle of round d - 1, with room on both sides
    int32_t k = x - y;
    bool down = k == -d || (k != d && ends[k - 1] < ends[k + 1]);
    int32_t before = down ? k + 1 : k - 1;
    x = ends[before];
    y = x - before;
    if (down)
      diff->added[w->begin + (size_t)y] = true;
    else
      diff->removed[w->begin + (size_t)x] = true;
  }
}

static void replace_all(struct diff *diff, const struct window *w) {
  memset(diff->removed + w->begin, true, w->n);
  memset(diff->added + w->begin, true, w->m);
}

/** Round d: `*found` when it came to the end of both. NULL when memory is out. */
static int32_t *run_round(const struct diff *diff, const struct window *w, const int32_t *before,
                          int32_t d, bool *found) {
  // The diagonals are -d .. d; one more on each side keeps the next round and mark inside.
  int32_t *round = calloc(2 * (size_t)d + 3, sizeof *round);
  if (round == NULL)
    return NULL;
  int32_t *ends = round + d + 1;
  for (int32_t k = -d; k <= d && !*found; k += 2) {
    ends[k] = reach(diff, w, before, d, k);
    *found = (size_t)ends[k] >= w->n && (size_t)(ends[k] - k) >= w->m;
  }
  return round;
}

/** Mark what was removed and added; false when memory is out. */
static bool compare(struct diff *diff, const struct window *w) {
  static const int32_t start[3] = {0};
  int32_t **rounds = calloc(MOST_EDITS + 1, sizeof *rounds);
  int32_t most = w->n + w->m < MOST_EDITS ? (int32_t)(w->n + w->m) : MOST_EDITS, d = 0;
  bool found = false, fine = rounds != NULL;
  for (; fine && !found && d <= most; d++) {
    rounds[d] = run_round(diff, w, d > 0 ? rounds[d - 1] + d : start + 1, d, &found);
    fine = rounds[d] != NULL;
  }
  if (found)
    mark(diff, w, rounds, d - 1);
  else if (fine)
    replace_all(diff, w);
  for (int32_t i = 0; rounds != NULL && i <= most; i++)
    free(rounds[i]);
  free(rounds);
  return fine;
}

// --- output --------------------------------------------------------------------------------------

static void write_line(const struct lines *lines, size_t i, char sign, FILE *out) {
  size_t size = line_size(lines, i);
  fputc(sign, out);
  fwrite(lines->begins[i], 1, size, out);
  if (size == 0 || lines->begins[i][size - 1] != '\n')
    fputs("\n\\ No newline at end of file\n", out);
}

/** `-3,7`: the first line and how many there are; an empty range names the line before it. */
static void write_range(char sign, size_t begin, size_t count, FILE *out) {
  fprintf(out, "%c%zu", sign, count == 0 ? begin : begin + 1);
  if (count != 1)
    fprintf(out, ",%zu", count);
}

static void write_hunk(const struct diff *diff, size_t i, size_t j, size_t i_end, size_t j_end,
                       FILE *out) {
  fputs("@@ ", out);
  write_range('-', i, i_end - i, out);
  fputc(' ', out);
  write_range('+', j, j_end - j, out);
  fputs(" @@\n", out);
  while (i < i_end || j < j_end) {
    if (i < i_end && diff->removed[i])
      write_line(&diff->before, i++, '-', out);
    else if (j < j_end && diff->added[j])
      write_line(&diff->after, j++, '+', out);
    else
      write_line(&diff->before, i++, ' ', out), j++;
  }
}

static void write_hunks(const struct diff *diff, FILE *out) {
  size_t i = 0, j = 0;
  while (i < diff->before.count || j < diff->after.count) {
    if (!(i < diff->before.count && diff->removed[i]) &&
        !(j < diff->after.count && diff->added[j])) {
      i++, j++;
      continue;
    }
    size_t back = i < j ? i : j, lead = back < CONTEXT ? back : CONTEXT, equal = 0;
    size_t i_begin = i - lead, j_begin = j - lead;
    // On until more equal lines than two contexts follow, or the end.
    while ((i < diff->before.count || j < diff->after.count) && equal <= 2 * CONTEXT) {
      if (i < diff->before.count && diff->removed[i])
        i++, equal = 0;
      else if (j < diff->after.count && diff->added[j])
        j++, equal = 0;
      else
        i++, j++, equal++;
    }
    size_t tail = equal < CONTEXT ? equal : CONTEXT;
    write_hunk(diff, i_begin, j_begin, i - (equal - tail), j - (equal - tail), out);
  }
}

static struct window trim(const struct diff *diff) {
  struct window w = {0, diff->before.count, diff->after.count};
  while (w.begin < w.n && w.begin < w.m && same(diff, w.begin, w.begin))
    w.begin++;
  while (w.n > w.begin && w.m > w.begin && same(diff, w.n - 1, w.m - 1))
    w.n--, w.m--;
  w.n -= w.begin;
  w.m -= w.begin;
  return w;
}

bool write_diff(const struct diff_text *before, const struct diff_text *after, FILE *out) {
  struct diff diff = {0};
  bool fine = split(before, &diff.before) && split(after, &diff.after);
  if (fine) {
    diff.removed = calloc(diff.before.count + 1, sizeof *diff.removed);
    diff.added = calloc(diff.after.count + 1, sizeof *diff.added);
    fine = diff.removed != NULL && diff.added != NULL;
  }
  struct window w = fine ? trim(&diff) : (struct window){0};
  if (w.n + w.m > 0 && fine) {
    fine = compare(&diff, &w);
    if (fine) {
      fprintf(out, "--- %s\n+++ %s\n", before->name, after->name);
      write_hunks(&diff, out);
    }
  }
  free(diff.before.begins);
  free(diff.after.begins);
  free(diff.removed);
  free(diff.added);
  return fine;
}
