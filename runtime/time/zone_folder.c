// Zones by name: the folder of the IANA database, its release, and suggestions for misspelt names.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/error_codes.h"
#include "runtime/time/zone_internal.h"

#define SYSTEM_FOLDER "/usr/share/zoneinfo"

enum {
  LARGEST_ZONE = 256 * 1024,      // real files have at most 4 KB
  LARGEST_LIST = 4 * 1024 * 1024, // tzdata.zi has 110 KB
  PATH_BYTES = 4096,
  LONGEST_RELEASE = 256, // with what stands before it
};

enum file_result { FILE_READ, FILE_ABSENT, FILE_UNREADABLE, FILE_TOO_LARGE, FILE_NO_MEMORY };

/** A whole regular file, on the heap, at most `most` bytes. */
static enum file_result read_file(const char *folder, const char *name, size_t most, char **bytes,
                                  size_t *size) {
  enum file_result result = FILE_UNREADABLE;
  char *made = NULL;
  char path[PATH_BYTES];
  *bytes = NULL;
  int length = snprintf(path, sizeof path, "%s/%s", folder, name);
  if (length < 0 || (size_t)length >= sizeof path)
    return FILE_UNREADABLE;
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return errno == ENOENT || errno == ENOTDIR ? FILE_ABSENT : FILE_UNREADABLE;
  struct stat about;
  if (fstat(file, &about) != 0)
    goto cleanup;
  result = FILE_ABSENT; // a folder such as "Europe" is no zone
  if (!S_ISREG(about.st_mode))
    goto cleanup;
  result = FILE_TOO_LARGE;
  if (about.st_size < 0 || (uint64_t)about.st_size > most)
    goto cleanup;
  result = FILE_NO_MEMORY;
  made = malloc((size_t)about.st_size + 1);
  if (made == NULL)
    goto cleanup;
  result = FILE_UNREADABLE;
  size_t done = 0;
  while (done < (size_t)about.st_size) {
    ssize_t got = read(file, made + done, (size_t)about.st_size - done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      goto cleanup;
    done += (size_t)got;
  }
  made[done] = '\0';
  *bytes = made;
  *size = done;
  made = NULL;
  result = FILE_READ;
cleanup:
  free(made);
  close(file);
  return result;
}

// --- Names ---------------------------------------------------------------------------------------

static bool name_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '+';
}

/**
 * Parts of letters, digits, _ + - between single slashes. Without dots and leading slashes a name
 * cannot leave the folder; `localtime` and `posixrules` differ from machine to machine.
 */
static bool name_allowed(struct seg_str name) {
  if (name.size == 0 || name.size >= SEG_ZONE_NAME || name.data[0] == '/' ||
      name.data[name.size - 1] == '/')
    return false;
  for (size_t i = 0; i < name.size; i++) {
    bool slash = name.data[i] == '/';
    if (!slash && !name_character(name.data[i]))
      return false;
    if (slash && name.data[i - 1] == '/')
      return false;
  }
  return !seg_str_is(name, "localtime") && !seg_str_is(name, "posixrules");
}

/** Small letters, and `_` for a space: how people mistype zones without misspelling them. */
static struct seg_str folded(struct seg_str text, char out[SEG_ZONE_NAME]) {
  size_t size = text.size < SEG_ZONE_NAME ? text.size : SEG_ZONE_NAME;
  for (size_t i = 0; i < size; i++) {
    char c = text.data[i];
    out[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c == ' ' ? '_' : c);
  }
  return (struct seg_str){out, size};
}

static struct seg_str last_part(struct seg_str name) {
  for (size_t i = name.size; i > 0; i--)
    if (name.data[i - 1] == '/')
      return (struct seg_str){name.data + i, name.size - i};
  return name;
}

/** How far `wanted` (folded) is from a zone: the whole name, or the city alone for one step more.
 */
static size_t name_distance(struct seg_str wanted, struct seg_str zone) {
  char buffer[SEG_ZONE_NAME];
  struct seg_str known = folded(zone, buffer);
  size_t whole = seg_str_distance(wanted, known);
  size_t city = seg_str_distance(wanted, last_part(known)) + 1;
  return whole < city ? whole : city;
}

/** The first line at `*rest`, without its end; false at the end of the text. */
static bool next_line(struct seg_str *rest, struct seg_str *line) {
  if (rest->size == 0)
    return false;
  const char *end = memchr(rest->data, '\n', rest->size);
  size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
  *line = (struct seg_str){rest->data, size};
  size_t used = size + (end != NULL);
  rest->data += used;
  rest->size -= used;
  return true;
}

/** The name a line of tzdata.zi declares: `Z NAME ...` or `L TARGET NAME`; empty for other lines.
 */
static struct seg_str declared_name(struct seg_str line) {
  struct seg_str none = {0};
  if (line.size < 3 || (line.data[0] != 'Z' && line.data[0] != 'L') || line.data[1] != ' ')
    return none;
  const char *from = line.data + 2;
  const char *end = line.data + line.size;
  if (line.data[0] == 'L') {
    from = memchr(from, ' ', (size_t)(end - from));
    if (from == NULL)
      return none;
    from++;
  }
  const char *stop = memchr(from, ' ', (size_t)(end - from));
  return (struct seg_str){from, (size_t)((stop == NULL ? end : stop) - from)};
}

/** The nearest zone of tzdata.zi into `out`, or "" when none is near or there is no list. */
static void suggest(const char *folder, struct seg_str name, char out[SEG_ZONE_NAME]) {
  char *list;
  size_t size;
  char buffer[SEG_ZONE_NAME];
  out[0] = '\0';
  if (read_file(folder, "tzdata.zi", LARGEST_LIST, &list, &size) != FILE_READ)
    return;
  struct seg_str wanted = folded(name, buffer);
  size_t best = wanted.size / 4 + 1; // short names are near to everything: allow them less
  struct seg_str rest = {list, size}, line;
  while (best > 0 && next_line(&rest, &line)) {
    struct seg_str zone = declared_name(line);
    if (zone.size == 0 || zone.size >= SEG_ZONE_NAME)
      continue;
    size_t distance = name_distance(wanted, zone);
    if (distance < best) {
      best = distance;
      memcpy(out, zone.data, zone.size);
      out[zone.size] = '\0';
    }
  }
  free(list);
}

static enum seg_status fail_unknown(const char *folder, struct seg_str name,
                                    struct seg_error *error) {
  char near[SEG_ZONE_NAME];
  struct seg_str shown = name;
  if (shown.size > SEG_ZONE_NAME)
    shown.size = SEG_ZONE_NAME;
  enum seg_status status =
      seg_fail(error, SEG_USAGE, NULL, "there is no time zone \"%.*s\"", SEG_STR(shown));
  suggest(folder, name, near);
  if (near[0] != '\0')
    seg_error_help(error, "did you mean \"%s\"?", near);
  else
    seg_error_help(error, "write a name of the IANA time zone database, such as \"Europe/Berlin\", "
                          "\"America/New_York\" or \"UTC\"");
  return status;
}

static enum seg_status fail_absent(const char *folder, struct seg_str name,
                                   struct seg_error *error) {
  struct stat about;
  if (stat(folder, &about) == 0 && S_ISDIR(about.st_mode))
    return fail_unknown(folder, name, error);
  enum seg_status status =
      seg_fail(error, SEG_IO, seg_error_code(SEG_ERROR_ZONE_DATA),
               "the time zone \"%.*s\" cannot be loaded: this machine has no time zone folder %s",
               SEG_STR(name), folder);
  seg_error_help(error, "install the package tzdata");
  return status;
}

// --- Loading -------------------------------------------------------------------------------------

static enum seg_status load_utc(struct seg_str name, struct seg_zone **zone,
                                struct seg_error *error) {
  struct seg_zone *made = seg_zone_new(name, 1);
  if (made == NULL)
    return seg_fail_memory(error, "a time zone");
  made->transitions[0] = (struct seg_zone_transition){INT64_MIN, 0};
  *zone = made;
  return SEG_OK;
}

enum seg_status seg_zone_load_from(const char *folder, struct seg_str name, struct seg_zone **zone,
                                   struct seg_error *error) {
  if (folder == NULL)
    folder = SYSTEM_FOLDER;
  *zone = NULL;
  if (seg_str_is(name, "UTC") || seg_str_is(name, "Etc/UTC"))
    return load_utc(name, zone, error);
  if (!name_allowed(name))
    return fail_unknown(folder, name, error);
  char text[SEG_ZONE_NAME];
  memcpy(text, name.data, name.size);
  text[name.size] = '\0';
  char *bytes;
  size_t size;
  switch (read_file(folder, text, LARGEST_ZONE, &bytes, &size)) {
  case FILE_READ: {
    enum seg_status status = seg_zone_read(bytes, size, name, zone, error);
    free(bytes);
    return status;
  }
  case FILE_ABSENT: return fail_absent(folder, name, error);
  case FILE_NO_MEMORY: return seg_fail_memory(error, "a time zone");
  case FILE_TOO_LARGE:
    return seg_fail(error, SEG_BAD_DATA, seg_error_code(SEG_ERROR_ZONE_DATA),
                    "the file of the time zone \"%s\" in %s is too large", text, folder);
  case FILE_UNREADABLE: break;
  }
  enum seg_status status =
      seg_fail(error, SEG_IO, seg_error_code(SEG_ERROR_ZONE_DATA),
               "the file of the time zone \"%s\" in %s cannot be read", text, folder);
  seg_error_help(error,
                 "check the permissions of that folder, or install the package tzdata again");
  return status;
}

enum seg_status seg_zone_load(struct seg_str name, struct seg_zone **zone,
                              struct seg_error *error) {
  return seg_zone_load_from(NULL, name, zone, error);
}

// --- Release -------------------------------------------------------------------------------------

/** The first line of a file, without `prefix`; FILE_ABSENT also when it looks like no release. */
static enum file_result first_line(const char *folder, const char *file, const char *prefix,
                                   char *out, size_t out_size) {
  char path[PATH_BYTES], bytes[LONGEST_RELEASE];
  int length = snprintf(path, sizeof path, "%s/%s", folder, file);
  if (length < 0 || (size_t)length >= sizeof path)
    return FILE_ABSENT;
  int handle = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (handle < 0)
    return errno == ENOENT || errno == ENOTDIR ? FILE_ABSENT : FILE_UNREADABLE;
  size_t size = 0;
  ssize_t got = 1;
  while (got != 0 && size < sizeof bytes) {
    got = read(handle, bytes + size, sizeof bytes - size);
    if (got < 0 && errno != EINTR)
      break;
    size += got > 0 ? (size_t)got : 0;
  }
  close(handle);
  if (got < 0)
    return FILE_UNREADABLE;
  struct seg_str rest = {bytes, size}, line = {0};
  size_t skip = strlen(prefix);
  bool found = next_line(&rest, &line) && line.size > skip && line.size - skip < out_size &&
               memcmp(line.data, prefix, skip) == 0;
  for (size_t i = skip; found && i < line.size; i++)
    found = name_character(line.data[i]);
  if (found)
    snprintf(out, out_size, "%.*s", (int)(line.size - skip), line.data + skip);
  return found ? FILE_READ : FILE_ABSENT;
}

bool seg_zone_version_of(const char *folder, char *out, size_t size) {
  if (size == 0)
    return true;
  if (folder == NULL)
    folder = SYSTEM_FOLDER;
  // tzdata.zi comes with most packages of tzdata, +VERSION with the others.
  enum file_result result = first_line(folder, "tzdata.zi", "# version ", out, size);
  if (result == FILE_ABSENT)
    result = first_line(folder, "+VERSION", "", out, size);
  if (result != FILE_READ)
    snprintf(out, size, "unknown");
  return result != FILE_UNREADABLE;
}

bool seg_zone_version(char *out, size_t size) {
  return seg_zone_version_of(NULL, out, size);
}
