// Options that limit what a command may use; see limits.h.
#include "cli/limits.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

bool parse_threads(const char *text, unsigned *threads) {
  if (text == NULL)
    return true;
  char *end;
  errno = 0;
  unsigned long value = strtoul(text, &end, 10);
  if (isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 && value >= 1 &&
      value <= 1024) {
    *threads = (unsigned)value;
    return true;
  }
  fprintf(stderr,
          "error: `--threads %s` is not a number from 1 to 1024\n"
          "  = help: leave it out to use all cores\n",
          text);
  return false;
}

// Sizes in powers of 1000 (KB, MB, GB, TB) or of 1024 (KiB, MiB, GiB, TiB); a single letter is the
// latter.
static bool size_unit(const char *text, double *unit) {
  static const struct {
    const char *word;
    double bytes;
  } units[] = {{"", 1},
               {"B", 1},
               {"K", 1024.0},
               {"KIB", 1024.0},
               {"KB", 1e3},
               {"M", 1048576.0},
               {"MIB", 1048576.0},
               {"MB", 1e6},
               {"G", 1073741824.0},
               {"GIB", 1073741824.0},
               {"GB", 1e9},
               {"T", 1099511627776.0},
               {"TIB", 1099511627776.0},
               {"TB", 1e12}};
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    size_t at = 0;
    while (text[at] != '\0' && toupper((unsigned char)text[at]) == units[i].word[at])
      at++;
    if (text[at] == '\0' && units[i].word[at] == '\0') {
      *unit = units[i].bytes;
      return true;
    }
  }
  return false;
}

bool parse_memory(const char *text, uint64_t *bytes) {
  if (text == NULL)
    return true;
  char *end;
  double value = strtod(text, &end), unit;
  while (*end == ' ')
    end++;
  if (isdigit((unsigned char)text[0]) && size_unit(end, &unit) && value * unit < 1e18) {
    if (value * unit >= 256e6) {
      *bytes = (uint64_t)(value * unit);
      return true;
    }
    fprintf(stderr,
            "error: `--memory %s` is less than a run can work with\n"
            "  = help: give it at least 256MB\n",
            text);
    return false;
  }
  fprintf(stderr, "error: `--memory %s` is not a size\n  = help: write it as `--memory 8GB`\n",
          text);
  return false;
}
