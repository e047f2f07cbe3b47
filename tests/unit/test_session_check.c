// segc_check of the public interface: counts, repetition, interruption.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "compiler/include/segc.h"

static const char shop[] =
    "segc 1\ntimezone: \"UTC\"\n"
    "customer from \"customers\" key id { plan: one of (\"free\", \"pro\") age: int }\n"
    "segment free { when: plan = \"free\" decision: \"a\" }\n"
    "segment pro { when: plan = \"pro\" decision: \"b\" }\n"
    "segment adult { when: age >= 18 decision: \"c\" }\n";

/** A session with the shop and more declarations; the file is gone afterwards. */
static struct segc_session *load(const char *more, enum segc_status expected) {
  char path[] = "/tmp/test_session_check_XXXXXX.seg";
  int handle = mkstemps(path, 4);
  assert_true(handle >= 0);
  FILE *out = fdopen(handle, "w");
  assert_non_null(out);
  fprintf(out, "%s%s", shop, more);
  assert_int_equal(fclose(out), 0);
  const char *paths[] = {path};
  struct segc_project_options options = {.size = sizeof options, .paths = paths, .path_count = 1};
  struct segc_session *session = segc_session_new();
  assert_non_null(session);
  assert_int_equal(segc_load(session, &options), expected);
  unlink(path);
  return session;
}

static enum segc_status check(struct segc_session *session, struct segc_proofs *proofs) {
  struct segc_check_options options = {.size = sizeof options};
  memset(proofs, 0xff, sizeof *proofs);
  return segc_check(session, &options, proofs);
}

static void test_counts(void **state) {
  (void)state;
  struct segc_proofs proofs;
  struct segc_session *session =
      load("priority p: free > adult otherwise rest\noverlap: pro with adult\n", SEGC_OK);
  assert_int_equal(check(session, &proofs), SEGC_OK);
  assert_int_equal(proofs.pairs, 3);
  assert_int_equal(proofs.disjoint, 1);
  assert_int_equal(proofs.in_chain, 1);
  assert_int_equal(proofs.may_overlap, 1);
  assert_int_equal(proofs.overlapping, 0);
  assert_int_equal(proofs.unproved, 0);
  assert_int_equal(proofs.open, 0);
  assert_int_equal(segc_counts(session).errors, 0);
  segc_session_free(session);
}

static void test_findings(void **state) {
  (void)state;
  struct segc_proofs proofs;
  struct segc_session *session = load("exclusive: free, pro, adult\n", SEGC_OK);
  assert_int_equal(check(session, &proofs), SEGC_FINDINGS);
  assert_int_equal(proofs.disjoint, 1);
  assert_int_equal(proofs.overlapping, 2);
  assert_int_equal(segc_counts(session).errors, 2);
  // Once a session.
  assert_int_equal(check(session, &proofs), SEGC_FAILURE);
  assert_int_equal(proofs.pairs, 0);
  segc_session_free(session);
}

static void test_errors_come_first(void **state) {
  (void)state;
  struct segc_proofs proofs;
  struct segc_session *session =
      load("segment old { when: agee >= 80 decision: \"d\" }\n", SEGC_FINDINGS);
  assert_int_equal(check(session, &proofs), SEGC_FINDINGS);
  assert_int_equal(proofs.pairs, 0);
  assert_int_equal(segc_counts(session).errors, 1);
  segc_session_free(session);
}

static void test_interrupted(void **state) {
  (void)state;
  struct segc_proofs proofs;
  struct segc_session *session = load("", SEGC_OK);
  segc_interrupt(session);
  assert_int_equal(check(session, &proofs), SEGC_INTERRUPTED);
  assert_int_equal(proofs.pairs, 0);
  assert_int_equal(segc_counts(session).errors, 0);
  segc_session_free(session);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_counts),
      cmocka_unit_test(test_findings),
      cmocka_unit_test(test_errors_come_first),
      cmocka_unit_test(test_interrupted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
