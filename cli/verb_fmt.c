// segc fmt: rule files in their canonical layout.
#include <segc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "cli/text_diff.h"
#include "cli/verbs.h"

static const char help[] =
    "usage: segc fmt DIR|FILE... [--check|--diff]\n"
    "       segc fmt -            from stdin to stdout\n"
    "\n"
    "Writes rule files in their canonical layout and prints the names of those it changed. What "
    "the\n"
    "rules say stays the same, and so do the comments. Exit code 0 when all went well, 1 for a "
    "file\n"
    "with syntax errors, which is left as it is, 2 when a file cannot be read or written.\n"
    "\n"
    "  DIR|FILE      folders (all .seg files below them) and rule files\n"
    "  --check       change nothing; print the names of the files that are not canonical, exit\n"
    "                code 1 when there are any\n"
    "  --diff        change nothing; print what would change, exit code 1 when anything would\n"
    "  --color WHEN  auto, always or never\n";

enum { CHECK, DIFF, OPTION_COUNT };

enum mode { MODE_WRITE, MODE_CHECK, MODE_DIFF };

static bool is_canonical(const struct segc_layout *layout) {
  return layout->text_size == layout->canonical_size &&
         memcmp(layout->text, layout->canonical, layout->text_size) == 0;
}

static enum segc_status print_diff(const struct segc_layout *layout) {
  struct diff_text before = {layout->path, layout->text, layout->text_size};
  struct diff_text after = {layout->path, layout->canonical, layout->canonical_size};
  if (write_diff(&before, &after, stdout))
    return SEGC_FINDINGS;
  fprintf(stderr, "error: not enough memory to compare %s with its layout\n", layout->path);
  return SEGC_FAILURE;
}

/** One file that is not canonical. */
static enum segc_status handle(struct segc_session *session, const struct segc_layout *layout,
                               enum mode mode, bool color) {
  enum segc_status status = SEGC_FINDINGS;
  switch (mode) {
  case MODE_DIFF: return print_diff(layout);
  case MODE_WRITE:
    status = segc_layout_write(session, layout);
    if (status != SEGC_OK) {
      report_failure(session, status, color);
      return status;
    }
    puts(layout->path);
    return status;
  case MODE_CHECK: puts(layout->path); return status;
  }
  return status;
}

static enum segc_status format_files(struct segc_session *session,
                                     const struct arguments *arguments, enum mode mode,
                                     bool color) {
  const struct segc_layout *layouts;
  size_t count;
  enum segc_status status =
      segc_layout_files(session, arguments->paths, arguments->path_count, &layouts, &count);
  if (status != SEGC_OK && status != SEGC_FINDINGS) {
    report_failure(session, status, color);
    return status;
  }
  for (size_t i = 0; i < count; i++) {
    if (layouts[i].canonical == NULL || is_canonical(&layouts[i]))
      continue;
    enum segc_status one = handle(session, &layouts[i], mode, color);
    status = one > status ? one : status; // the codes rise with what went wrong
  }
  report_diagnostics(session, color);
  return finish_output(stdout, status);
}

// --- from stdin to stdout ------------------------------------------------------------------------

static bool read_stdin(char **text, size_t *size) {
  size_t capacity = 0;
  do {
    if (capacity - *size < 4096) {
      capacity = capacity == 0 ? 65536 : capacity * 2;
      char *larger = realloc(*text, capacity);
      if (larger == NULL)
        return false;
      *text = larger;
    }
    *size += fread(*text + *size, 1, capacity - *size, stdin);
  } while (!feof(stdin) && !ferror(stdin));
  return !ferror(stdin);
}

static enum segc_status print_layout(const struct segc_layout *layout, enum mode mode) {
  if (mode == MODE_WRITE)
    fwrite(layout->canonical, 1, layout->canonical_size, stdout);
  else if (!is_canonical(layout) && mode == MODE_CHECK)
    puts(layout->path);
  else if (!is_canonical(layout))
    return print_diff(layout);
  return mode == MODE_WRITE || is_canonical(layout) ? SEGC_OK : SEGC_FINDINGS;
}

static enum segc_status format_stdin(struct segc_session *session, enum mode mode, bool color) {
  const struct segc_layout *layout;
  enum segc_status status = SEGC_FAILURE;
  char *text = NULL;
  size_t size = 0;
  if (!read_stdin(&text, &size)) {
    fprintf(stderr, "error: the rules on stdin cannot be read\n");
    goto cleanup;
  }
  status = segc_layout_text(session, "<stdin>", text, size, &layout);
  if (status == SEGC_OK)
    status = print_layout(layout, mode);
  else if (status != SEGC_FINDINGS)
    report_failure(session, status, color);
  report_diagnostics(session, color);
  status = finish_output(stdout, status);
cleanup:
  free(text);
  return status;
}

// -------------------------------------------------------------------------------------------------

static bool names_stdin(const struct arguments *arguments) {
  for (size_t i = 0; i < arguments->path_count; i++)
    if (strcmp(arguments->paths[i], "-") == 0)
      return true;
  return false;
}

static bool check_arguments(const struct arguments *arguments) {
  const struct option *options = arguments->options;
  if (options[CHECK].given && options[DIFF].given) {
    fprintf(stderr, "error: `--check` and `--diff` do not go together\n"
                    "  = help: `--diff` has the exit code of `--check`, too\n");
    return false;
  }
  if (arguments->path_count == 0) {
    fprintf(stderr, "error: segc fmt needs a folder or a file with rules\n"
                    "  = help: `segc fmt .` lays out the .seg files below this folder\n");
    return false;
  }
  if (names_stdin(arguments) && arguments->path_count > 1) {
    fprintf(stderr, "error: `-` cannot stand beside files\n"
                    "  = help: `segc fmt -` alone goes from stdin to stdout\n");
    return false;
  }
  return true;
}

static enum segc_status fmt(struct call *call) {
  const struct arguments *arguments = &call->arguments;
  const struct option *options = arguments->options;
  if (!check_arguments(arguments))
    return SEGC_FAILURE;
  enum mode mode = options[CHECK].given ? MODE_CHECK : options[DIFF].given ? MODE_DIFF : MODE_WRITE;
  return names_stdin(arguments) ? format_stdin(call->session, mode, call->color)
                                : format_files(call->session, arguments, mode, call->color);
}

static const struct option option_table[OPTION_COUNT] = {
    [CHECK] = {.name = "--check"},
    [DIFF] = {.name = "--diff"},
};

const struct verb verb_fmt = {
    .name = "fmt",
    .summary = "write rule files in their canonical layout",
    .help = help,
    .options = option_table,
    .option_count = OPTION_COUNT,
    .run = fmt,
};
