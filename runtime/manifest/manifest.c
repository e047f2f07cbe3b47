// The text of a manifest; see manifest.h.
#include "runtime/manifest/manifest.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/read_file.h"
#include "runtime/io/io_errors.h"

static const char source_mark[] = "# source ";

struct listed {
  struct seg_str source;
  const char *sha256; // 64 digits, in the text
  char *path;         // resolved; owned
  bool is_read;
};

struct manifest {
  const char *path; // of the manifest
  char *text;
  SEG_VEC(struct listed) files;
};

// --- names ---

/** The folder of a file with its links resolved, owned by the caller; NULL when there is none. */
static char *folder_of(const char *path) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL)
    return realpath(".", NULL);
  char *folder = strndup(path, (size_t)(slash - path) + 1);
  char *resolved = folder == NULL ? NULL : realpath(folder, NULL);
  free(folder);
  return resolved;
}

/** `file` as it is written: behind `folder` and its slash, when it lies there. */
static const char *name_below(const char *folder, const char *file) {
  size_t size = strlen(folder);
  if (strcmp(folder, "/") == 0)
    return file[0] == '/' ? file + 1 : file;
  return strncmp(file, folder, size) == 0 && file[size] == '/' ? file + size + 1 : file;
}

static void write_name(const char *name, FILE *out) {
  for (; *name != '\0'; name++) {
    switch (*name) {
    case '\\': fputs("\\\\", out); break;
    case '\n': fputs("\\n", out); break;
    case '\r': fputs("\\r", out); break;
    default: fputc(*name, out);
    }
  }
}

/** Undo the escapes, in place. */
static void read_name(char *name) {
  char *to = name;
  for (const char *at = name; *at != '\0'; at++) {
    char letter = *at;
    if (letter == '\\' && at[1] != '\0') {
      at++;
      letter = (char)(*at == 'n' ? '\n' : *at == 'r' ? '\r' : *at);
    }
    *to++ = letter;
  }
  *to = '\0';
}

// --- writing ---

enum seg_status seg_manifest_write(const struct seg_inputs *inputs, const char *folder, FILE *out,
                                   struct seg_error *error) {
  char *base = realpath(folder, NULL);
  if (base == NULL)
    return SEG_IO_FAIL(error, SEG_IO, UNREADABLE, "the folder %s cannot be read: %s", folder,
                       seg_io_reason(errno));
  enum seg_status status = SEG_OK;
  fputs("# segc manifest 1; `sha256sum --check` reads it, too\n", out);
  for (size_t i = 0; i < inputs->files.count && status == SEG_OK; i++) {
    const struct seg_input_file *file = &inputs->files.items[i];
    if (i == 0 || !seg_str_equal(file->source, inputs->files.items[i - 1].source))
      fprintf(out, "%s%.*s\n", source_mark, SEG_STR(file->source));
    char *resolved = realpath(file->path.data, NULL);
    if (resolved == NULL) {
      status = SEG_IO_FAIL(error, SEG_IO, UNREADABLE, "the file %s cannot be read: %s",
                           file->path.data, seg_io_reason(errno));
      break;
    }
    const char *name = name_below(base, resolved);
    fprintf(out, "%s%s  ", strpbrk(name, "\\\n\r") == NULL ? "" : "\\", file->hash.sha256);
    write_name(name, out);
    fputc('\n', out);
    free(resolved);
  }
  free(base);
  return status;
}

// --- reading ---

static enum seg_status fail_use(const char *path, const char *reason, struct seg_error *error) {
  SEG_IO_FAIL(error, SEG_USAGE, MANIFEST, "the manifest %s cannot be used: %s", path, reason);
  seg_error_help(error, "make one with `segc manifest DIR --data DATA --out %s`", path);
  return SEG_USAGE;
}

static char *read_text(const char *path, int *reason) {
  size_t size;
  char *text = seg_read_file(path, SEG_MANIFEST_BYTES, &size);
  *reason = errno;
  if (text == NULL)
    return NULL;
  if (strlen(text) == size)
    return text;
  *reason = 0; // no text
  free(text);
  return NULL;
}

/** Where a name leads: the file with its links resolved when it is there, else what the name says.
 */
static char *resolve(const char *folder, const char *name) {
  char *joined = NULL;
  size_t size = strlen(folder) + strlen(name) + 2;
  joined = malloc(size);
  if (joined == NULL)
    return NULL;
  if (name[0] == '/')
    snprintf(joined, size, "%s", name);
  else
    snprintf(joined, size, "%s/%s", folder, name);
  char *resolved = realpath(joined, NULL);
  if (resolved == NULL && errno != ENOMEM)
    return joined;
  free(joined);
  return resolved;
}

static bool is_hash(const char *text) {
  for (int i = 0; i < SEG_SHA256_TEXT - 1; i++)
    if (!isdigit((unsigned char)text[i]) && (text[i] < 'a' || text[i] > 'f'))
      return false;
  return true;
}

static enum seg_status read_line(struct manifest *manifest, const char *folder, char *line,
                                 struct seg_str *source, struct seg_error *error) {
  enum { HASH = SEG_SHA256_TEXT - 1 };
  if (strncmp(line, source_mark, strlen(source_mark)) == 0)
    *source = seg_str_view(line + strlen(source_mark));
  if (line[0] == '#' || line[0] == '\0')
    return SEG_OK;
  bool escaped = line[0] == '\\';
  line += escaped;
  if (!is_hash(line) || line[HASH] != ' ' || line[HASH + 1] != ' ' || line[HASH + 2] == '\0' ||
      source->data == NULL)
    return fail_use(manifest->path, "a line is not of the form `HASH  NAME` below `# source NAME`",
                    error);
  char *name = line + HASH + 2;
  line[HASH] = '\0';
  if (escaped)
    read_name(name);
  struct listed file = {.source = *source, .sha256 = line, .path = resolve(folder, name)};
  if (file.path == NULL || !SEG_VEC_PUSH(&manifest->files, file)) {
    free(file.path);
    return seg_fail_memory(error, "the manifest");
  }
  return SEG_OK;
}

static enum seg_status read_manifest(struct manifest *manifest, struct seg_error *error) {
  int reason = 0;
  manifest->text = read_text(manifest->path, &reason);
  if (manifest->text == NULL)
    return fail_use(manifest->path, reason == 0 ? "it is not a text" : seg_io_reason(reason),
                    error);
  char *folder = folder_of(manifest->path);
  if (folder == NULL)
    return fail_use(manifest->path, seg_io_reason(errno), error);
  enum seg_status status = SEG_OK;
  struct seg_str source = {NULL, 0};
  for (char *line = manifest->text; line != NULL && status == SEG_OK;) {
    char *end = strchr(line, '\n');
    if (end != NULL)
      *end = '\0';
    status = read_line(manifest, folder, line, &source, error);
    line = end == NULL ? NULL : end + 1;
  }
  free(folder);
  return status;
}

static void manifest_deinit(struct manifest *manifest) {
  for (size_t i = 0; i < manifest->files.count; i++)
    free(manifest->files.items[i].path);
  SEG_VEC_FREE(&manifest->files);
  free(manifest->text);
}

// --- comparing ---

static void help_again(const char *path, struct seg_error *error) {
  seg_error_help(error,
                 "if the change is meant, make a new manifest: "
                 "`segc manifest DIR --data DATA --out %s`",
                 path);
}

static enum seg_status compare_file(struct manifest *manifest, const struct seg_input_file *file,
                                    struct seg_error *error) {
  char *resolved = realpath(file->path.data, NULL);
  if (resolved == NULL)
    return SEG_IO_FAIL(error, SEG_IO, UNREADABLE, "the file %s cannot be read: %s", file->path.data,
                       seg_io_reason(errno));
  // Older manifests list a source twice that two events read. What differs, if anything, is told.
  struct listed *found = NULL;
  for (size_t i = 0; i < manifest->files.count; i++) {
    struct listed *listed = &manifest->files.items[i];
    if (!seg_str_equal(listed->source, file->source) || strcmp(listed->path, resolved) != 0)
      continue;
    listed->is_read = true;
    if (found == NULL || memcmp(listed->sha256, file->hash.sha256, SEG_SHA256_TEXT - 1) != 0)
      found = listed;
  }
  free(resolved);
  if (found == NULL) {
    SEG_IO_FAIL(error, SEG_BAD_DATA, MANIFEST_DIFFERS,
                "the file %s belongs to source \"%.*s\", but the manifest %s does not list it",
                file->path.data, SEG_STR(file->source), manifest->path);
    help_again(manifest->path, error);
    return SEG_BAD_DATA;
  }
  if (memcmp(found->sha256, file->hash.sha256, SEG_SHA256_TEXT - 1) == 0)
    return SEG_OK;
  SEG_IO_FAIL(error, SEG_BAD_DATA, MANIFEST_DIFFERS,
              "the file %s is not the one in the manifest %s: its SHA-256 is %s, and %s is listed",
              file->path.data, manifest->path, file->hash.sha256, found->sha256);
  help_again(manifest->path, error);
  return SEG_BAD_DATA;
}

static bool reads_source(const struct seg_inputs *inputs, struct seg_str source) {
  for (size_t i = 0; i < inputs->files.count; i++)
    if (seg_str_equal(inputs->files.items[i].source, source))
      return true;
  return false;
}

static enum seg_status compare(struct manifest *manifest, const struct seg_inputs *inputs,
                               struct seg_error *error) {
  for (size_t i = 0; i < inputs->files.count; i++) {
    enum seg_status status = compare_file(manifest, &inputs->files.items[i], error);
    if (status != SEG_OK)
      return status;
  }
  for (size_t i = 0; i < manifest->files.count; i++) {
    const struct listed *file = &manifest->files.items[i];
    if (file->is_read || !reads_source(inputs, file->source))
      continue;
    SEG_IO_FAIL(error, SEG_BAD_DATA, MANIFEST_DIFFERS,
                "the manifest %s lists %s for source \"%.*s\", and it is not there", manifest->path,
                file->path, SEG_STR(file->source));
    help_again(manifest->path, error);
    return SEG_BAD_DATA;
  }
  return SEG_OK;
}

enum seg_status seg_manifest_verify(const char *path, struct seg_inputs *inputs,
                                    struct seg_error *error) {
  if (inputs->queries.count > 0) {
    SEG_IO_FAIL(error, SEG_USAGE, MANIFEST,
                "source \"%.*s\" is a query, and a manifest can only vouch for files",
                SEG_STR(inputs->queries.items[0].source));
    seg_error_help(error, "name its files with --source %.*s=FILE",
                   SEG_STR(inputs->queries.items[0].source));
    return SEG_USAGE;
  }
  struct manifest manifest = {.path = path};
  enum seg_status status = read_manifest(&manifest, error);
  if (status == SEG_OK)
    status = seg_inputs_finish(inputs, error);
  if (status == SEG_OK)
    status = compare(&manifest, inputs, error);
  manifest_deinit(&manifest);
  return status;
}
