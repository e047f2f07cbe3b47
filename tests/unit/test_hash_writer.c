// The hash of an output that is made by a thread while the output is written: published digests,
// and the files themselves. The thread sanitizer looks at this.
#include "tests/unit/io_support.h"

#include <inttypes.h>

#include "runtime/io/sink_stream.h"
#include "runtime/manifest/hash_writer.h"
#include "tests/support/random.h"

#define DEFAULT_SEED UINT64_C(20261124)

static void check_finish(struct seg_hash_writer *writer, const char *wanted) {
  struct seg_error error;
  char found[SEG_SHA256_TEXT];
  assert_int_equal(seg_hash_writer_finish(writer, found, &error), SEG_OK);
  assert_string_equal(found, wanted);
  seg_hash_writer_deinit(writer);
}

/** One piece, whose bytes are others as soon as they may be. */
static void hand_over(struct seg_hash_writer *writer, char *bytes, size_t size) {
  writer->watcher.look(writer->watcher.context, bytes, size);
  writer->watcher.wait(writer->watcher.context);
  memset(bytes, '#', size);
}

/** The examples of FIPS 180-2, B.1 and B.3; of nothing, what NIST's test vectors say. */
static void published(void **state) {
  (void)state;
  struct seg_error error;
  struct seg_hash_writer writer;
  assert_int_equal(seg_hash_writer_init(&writer, NULL, &error), SEG_OK);
  check_finish(&writer, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

  char abc[] = "abc";
  assert_int_equal(seg_hash_writer_init(&writer, NULL, &error), SEG_OK);
  hand_over(&writer, abc, 0);
  hand_over(&writer, abc, 3);
  assert_int_equal(writer.bytes, 3);
  check_finish(&writer, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/** A million times the letter a, in pieces of any size: with a thread, and without one. */
static void million(void **state) {
  (void)state;
  static char piece[5000];
  struct seg_error error;
  struct seg_random random;
  uint64_t seed = seg_random_seed("SEGC_SEED", DEFAULT_SEED);
  print_message("seed %" PRIu64 "\n", seed);
  seg_random_init(&random, seed);
  for (int alone = 0; alone < 2; alone++) {
    struct seg_hash_writer writer;
    assert_int_equal(seg_hash_writer_init(&writer, NULL, &error), SEG_OK);
    assert_true(writer.has_thread);
    pthread_t thread = writer.thread;
    if (alone)
      writer.has_thread = false;
    for (size_t left = 1000000, size; left > 0; left -= size) {
      size = seg_random_below(&random, sizeof piece + 1);
      size = size < left ? size : left;
      memset(piece, 'a', size);
      hand_over(&writer, piece, size);
    }
    if (alone) { // end the thread that was not asked
      pthread_mutex_lock(&writer.lock);
      writer.ended = true;
      pthread_cond_broadcast(&writer.moved);
      pthread_mutex_unlock(&writer.lock);
      pthread_join(thread, NULL);
    }
    check_finish(&writer, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }
}

/** Through the stream that outputs take, which has two buffers for all pieces. */
static void streamed(void **state) {
  (void)state;
  enum { LONGEST = 3 << 20 }; // longer than that buffer
  struct seg_error error;
  struct seg_random random;
  seg_random_init(&random, seg_random_seed("SEGC_SEED", DEFAULT_SEED));
  unsigned char *bytes = malloc(LONGEST);
  assert_non_null(bytes);
  for (size_t i = 0; i < LONGEST; i++)
    bytes[i] = (unsigned char)seg_random_below(&random, 40);
  for (int packed = 0; packed < 2; packed++) {
    struct seg_hash_writer writer;
    struct seg_sink_stream stream;
    struct seg_file_hash whole;
    const char *path = io_write_text("out", "");
    assert_int_equal(seg_hash_writer_init(&writer, NULL, &error), SEG_OK);
    seg_sink_stream_open(&stream, path, packed, &writer.watcher);
    for (int i = 0; i < 60; i++)
      seg_sink_stream_put(&stream, bytes, seg_random_below(&random, 200000));
    seg_sink_stream_put(&stream, bytes, LONGEST);
    seg_sink_stream_put(&stream, bytes, 1);
    assert_int_equal(seg_sink_stream_close(&stream), 0);
    assert_int_equal(seg_file_hash(path, NULL, NULL, &whole, &error), SEG_OK);
    assert_int_equal(writer.bytes, whole.identity.bytes);
    check_finish(&writer, whole.sha256);
  }
  free(bytes);
}

/** An output that is given up: what was handed over is still hashed, then the thread ends. */
static void given_up(void **state) {
  (void)state;
  struct seg_error error;
  struct seg_hash_writer writer;
  char piece[100] = "half";
  assert_int_equal(seg_hash_writer_init(&writer, NULL, &error), SEG_OK);
  writer.watcher.look(writer.watcher.context, piece, sizeof piece);
  seg_hash_writer_deinit(&writer);
  memset(piece, '#', sizeof piece);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(published),
      cmocka_unit_test(million),
      cmocka_unit_test(streamed),
      cmocka_unit_test(given_up),
  };
  return cmocka_run_group_tests(tests, io_make_folder, io_remove_folder);
}
