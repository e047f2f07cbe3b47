// The program itself, for its exit codes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/conformance/ways.h"

// The exit code of `segc run`, or -1. Its words go nowhere: the library's are checked.
static int exit_code(char *const *arguments) {
  pid_t child = fork();
  if (child < 0)
    return -1;
  if (child == 0) {
    if (freopen("/dev/null", "w", stdout) != NULL && freopen("/dev/null", "w", stderr) != NULL)
      execv(arguments[0], arguments);
    _exit(127);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
    return -1;
  return WEXITSTATUS(status);
}

int by_program(const struct conformance_case *c, const char *folder) {
  struct seg_arena arena;
  seg_arena_init(&arena);
  char *out = (char *)case_format(&arena, "%s/program.csv", folder);
  char *arguments[] = {SEGC_BINARY_DIR "/segc",
                       "run",
                       (char *)case_format(&arena, "%s/rules", folder),
                       "--data",
                       (char *)case_format(&arena, "%s/data", folder),
                       "--as-of",
                       (char *)c->as_of,
                       "--out",
                       out,
                       NULL};
  int code = exit_code(arguments);
  bool written = access(out, F_OK) == 0, fine = code == c->exit_code && written == (code == 0);
  if (!fine)
    fprintf(stderr, "%s (program): exit code\n  expected: %d\n  found:    %d, %s output file\n",
            c->name, c->exit_code, code, written ? "with an" : "without an");
  seg_arena_deinit(&arena);
  return !fine;
}
