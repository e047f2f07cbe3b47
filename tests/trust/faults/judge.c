// What a command may do; see judge.h.
#include "tests/trust/faults/judge.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

// A line of times ("0.27 s: compile ...", in JSON at its end) differs from run to run.
static size_t without_times(const char *line, size_t size) {
  const char *mark = memmem(line, size, " s: ", 4);
  const char *json = memmem(line, size, "\"seconds\":", 10);
  if (mark != NULL && strspn(line, "0123456789.") == (size_t)(mark - line))
    return 0;
  return json != NULL ? (size_t)(json - line) : size;
}

static const char *next_line(const char *text, size_t *size) {
  const char *end = strchr(text, '\n');
  *size = end == NULL ? strlen(text) : (size_t)(end - text) + 1;
  return text + *size;
}

// Is `text` the beginning of `all`, or all of it?
static bool same_text(const char *text, const char *all, bool beginning) {
  while (*text != '\0' && *all != '\0') {
    size_t size, wanted;
    const char *rest = next_line(text, &size), *more = next_line(all, &wanted);
    size = without_times(text, size);
    wanted = without_times(all, wanted);
    bool cut = beginning && *rest == '\0' && size <= wanted;
    if ((size != wanted && !cut) || memcmp(text, all, size) != 0)
      return false;
    text = rest;
    all = more;
  }
  return *text == '\0' && (beginning || *all == '\0');
}

bool judge_is_below(const char *path, const char *folder) {
  return strncmp(path, folder, strlen(folder)) == 0 && path[strlen(folder)] == '/';
}

// Caches may be filled or not; files that were not given their names are no part of them.
static bool is_cache(const char *path) {
  return (judge_is_below(path, "kept") || judge_is_below(path, "new") ||
          judge_is_below(path, "cache") || strcmp(path, "new") == 0 ||
          strcmp(path, "cache") == 0) &&
         strstr(path, "/.new.segc-") == NULL;
}

// The locks of a store stay, and its empty folder.
static bool is_lock(const char *path) {
  return strcmp(path, "fresh") == 0 || strcmp(path, "fresh/writer") == 0 ||
         strcmp(path, "fresh/readers") == 0 || strcmp(path, "store/readers") == 0;
}

static bool is_private(const char *path) {
  return strstr(path, ".segc-") != NULL || judge_is_below(path, "store") ||
         judge_is_below(path, "fresh");
}

// `*leftover`: what the new state of a store replaced and could not take away.
static const char *same_folder(const struct folder_list *found, const struct folder_list *wanted,
                               const char **leftover) {
  for (size_t i = 0; i < found->count; i++) {
    const struct folder_entry *entry = &found->entries[i],
                              *other = folder_find(wanted, entry->path);
    if (is_cache(entry->path) || is_lock(entry->path) ||
        (other != NULL && other->bytes == entry->bytes))
      continue;
    if (other != NULL || leftover == NULL || !judge_is_below(entry->path, "store"))
      return entry->path;
    *leftover = entry->path;
  }
  for (size_t i = 0; i < wanted->count; i++)
    if (!is_cache(wanted->entries[i].path) && !is_lock(wanted->entries[i].path) &&
        folder_find(found, wanted->entries[i].path) == NULL)
      return wanted->entries[i].path;
  return NULL;
}

// Every file is as before or as without the fault, and none is too many; `*leftover` is a private
// file that the next run is to sweep.
static const char *whole_or_old(const struct folder_list *found, const struct folder_list *before,
                                const struct folder_list *after, const char **leftover) {
  for (size_t i = 0; i < found->count; i++) {
    const char *path = found->entries[i].path;
    const struct folder_entry *old = folder_find(before, path), *new = folder_find(after, path);
    uint64_t bytes = found->entries[i].bytes;
    if (is_cache(path) || is_lock(path) || (old != NULL && old->bytes == bytes) ||
        (new != NULL &&new->bytes == bytes))
      continue;
    if (!is_private(path) || old != NULL)
      return path;
    *leftover = path;
  }
  for (size_t i = 0; i < before->count; i++) {
    const char *path = before->entries[i].path;
    // What a new state of a store replaces goes.
    if (!is_cache(path) && folder_find(found, path) == NULL && folder_find(after, path) != NULL)
      return path;
  }
  return NULL;
}

// An error in words: a line `error: ...` or `error[CODE]: ...`.
static bool says_error(const char *messages) {
  for (const char *at = messages; (at = strstr(at, "error")) != NULL; at += 5)
    if ((at == messages || at[-1] == '\n' || at[-1] == 'm') && strpbrk(at, ":") != NULL)
      return true;
  return false;
}

bool judge_same_folder(const struct folder_list *found, const struct folder_list *wanted) {
  return found->count == wanted->count && same_folder(found, wanted, NULL) == NULL;
}

static struct verdict settle(const char *wrong, const char *place, const char *leftover) {
  struct verdict verdict = {.wrong = place != NULL ? wrong : NULL};
  snprintf(verdict.place, sizeof verdict.place, "%s", place == NULL ? "" : place);
  snprintf(verdict.leftover, sizeof verdict.leftover, "%s", leftover == NULL ? "" : leftover);
  return verdict;
}

struct verdict judge_kill(const struct expected *expected, const struct outcome *found) {
  const char *leftover = NULL;
  const char *place =
      whole_or_old(&found->folder, &expected->before, &expected->normal.folder, &leftover);
  return settle("half a file, or one too many:", place, leftover);
}

static const char *wrong_end(const struct fault_mode *mode, const struct expected *expected,
                             const struct outcome *found) {
  if (found->code < 0)
    return found->code == -SIGALRM ? "it does not end" : "it crashes";
  bool normal = found->code == expected->normal.code;
  bool repeatable = mode->reason == EINTR || mode->reason == 0;
  if (!normal && found->code != 2)
    return "another exit code";
  // A library may give up where segc would go on; it may not take half of a file for all of it.
  if (!normal && repeatable && (mode->kinds & FAULT_LIBRARY_READ) == 0)
    return "a call that was to be repeated ends it";
  if (!normal && !says_error(found->messages))
    return "no error in words";
  if (strstr(found->messages, "@shop.example") != NULL) // `mail` is personal
    return "a personal value in a message";
  return same_text(found->output, expected->normal.output, !normal) ? NULL : "another output";
}

struct verdict judge_fault(const struct fault_mode *mode, const struct expected *expected,
                           const struct outcome *found) {
  const char *wrong = wrong_end(mode, expected, found), *leftover = NULL;
  if (wrong != NULL)
    return settle(wrong, "", NULL);
  if (found->code != expected->normal.code)
    return judge_kill(expected, found);
  const char *place = same_folder(&found->folder, &expected->normal.folder, &leftover);
  struct verdict verdict = settle("another file:", place, leftover);
  verdict.harmless = true;
  return verdict;
}
