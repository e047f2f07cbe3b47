// Results of tests as JUnit XML, the form that build servers read: a suite a file, a case a test.
#include <stdlib.h>

#include "compiler/testing/testing_parts.h"
#include "runtime/base/text_stream.h"

// --- text in XML 1.0 ---

/** What stands for a byte that XML marks; NULL for all others. */
static const char *marked(char byte, bool attribute) {
  switch (byte) {
  case '&': return "&amp;";
  case '<': return "&lt;";
  case '>': return "&gt;";
  case '"': return attribute ? "&quot;" : NULL;
  case '\t': return attribute ? "&#9;" : NULL;
  case '\n': return attribute ? "&#10;" : NULL;
  case '\r': return "&#13;";
  default: return NULL;
  }
}

/** Bytes of a character that XML does not have (control characters, U+FFFE, U+FFFF), or 0. */
static size_t forbidden(struct seg_str text, size_t at) {
  const unsigned char *byte = (const unsigned char *)text.data + at;
  if (*byte < 0x20 && *byte != '\t' && *byte != '\n' && *byte != '\r')
    return 1;
  return text.size - at >= 3 && byte[0] == 0xEF && byte[1] == 0xBF && byte[2] >= 0xBE ? 3 : 0;
}

static void write_escaped(struct seg_str text, bool attribute, FILE *out) {
  for (size_t i = 0; i < text.size;) {
    const char *mark = marked(text.data[i], attribute);
    size_t skipped = forbidden(text, i);
    if (mark != NULL)
      fputs(mark, out);
    else if (skipped > 0)
      fputs("\xEF\xBF\xBD", out); // U+FFFD
    else
      fputc(text.data[i], out);
    i += skipped > 0 ? skipped : 1;
  }
}

static void write_attribute(const char *name, struct seg_str value, FILE *out) {
  fprintf(out, " %s=\"", name);
  write_escaped(value, true, out);
  fputc('"', out);
}

// --- results ---

static void count(const struct seg_testing *testing, uint32_t first, uint32_t end, FILE *out) {
  uint32_t failures = 0, errors = 0;
  for (uint32_t i = first; i < end; i++) {
    failures += testing->tests[i].outcome == SEG_TEST_FAILED;
    errors += testing->tests[i].outcome == SEG_TEST_REFUSED;
  }
  fprintf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"0\"", (unsigned)(end - first),
          (unsigned)failures, (unsigned)errors);
}

/** The first line of a failure is its message, all of it the body. False when memory is out. */
static bool write_failure(const struct seg_testing *testing, const struct seg_test_result *result,
                          FILE *out) {
  const char *element = result->outcome == SEG_TEST_FAILED ? "failure" : "error";
  char *text = NULL;
  size_t size = 0;
  FILE *memory = seg_text_stream(&text, &size);
  if (memory != NULL)
    seg_test_result_write(testing, result, 0, memory);
  if (memory == NULL || fclose(memory) != 0) {
    free(text);
    return false;
  }
  struct seg_str whole = {text, size}, line = {text, 0};
  while (line.size < whole.size && whole.data[line.size] != '\n')
    line.size++;
  fprintf(out, "      <%s", element);
  write_attribute("message", line, out);
  fputs(">", out);
  write_escaped(whole, false, out);
  fprintf(out, "</%s>\n", element);
  free(text);
  return true;
}

static bool write_case(const struct seg_testing *testing, const struct seg_test_result *result,
                       FILE *out) {
  struct seg_span span = result->test->span;
  struct seg_place place = seg_source_map_place(testing->map, span.file, span.begin);
  fputs("    <testcase", out);
  write_attribute("name", result->test->title.text, out);
  write_attribute("classname", place.file, out);
  write_attribute("file", place.file, out);
  fprintf(out, " line=\"%u\"", (unsigned)place.line);
  if (result->outcome == SEG_TEST_PASSED) {
    fputs("/>\n", out);
    return true;
  }
  fputs(">\n", out);
  if (!write_failure(testing, result, out))
    return false;
  fputs("    </testcase>\n", out);
  return true;
}

bool seg_testing_write_junit(const struct seg_testing *testing, FILE *out) {
  uint32_t total = testing->test_count;
  fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"segc test\"", out);
  count(testing, 0, total, out);
  fputs(">\n", out);
  for (uint32_t first = 0, end; first < total; first = end) {
    struct seg_span span = testing->tests[first].test->span;
    for (end = first; end < total && testing->tests[end].test->span.file == span.file;)
      end++;
    fputs("  <testsuite", out);
    write_attribute("name", seg_source_map_place(testing->map, span.file, 0).file, out);
    count(testing, first, end, out);
    fputs(">\n", out);
    for (uint32_t i = first; i < end; i++)
      if (!write_case(testing, &testing->tests[i], out))
        return false;
    fputs("  </testsuite>\n", out);
  }
  fputs("</testsuites>\n", out);
  return true;
}
