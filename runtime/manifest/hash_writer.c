// One piece at a time: its bytes are hashed while the writer hands them to the system.
#include "runtime/manifest/hash_writer.h"

#include <openssl/evp.h>

static const char what_for[] = "the hash of the output";

static void hash(struct seg_hash_writer *writer, const void *piece, size_t size) {
  if (EVP_DigestUpdate(writer->digest, piece, size) != 1)
    writer->failed = true;
}

static void *hash_pieces(void *context) {
  struct seg_hash_writer *writer = context;
  pthread_mutex_lock(&writer->lock);
  for (;;) {
    while (writer->piece == NULL && !writer->ended)
      pthread_cond_wait(&writer->moved, &writer->lock);
    if (writer->piece == NULL)
      break;
    pthread_mutex_unlock(&writer->lock);
    hash(writer, writer->piece, writer->piece_size);
    pthread_mutex_lock(&writer->lock);
    writer->piece = NULL;
    pthread_cond_broadcast(&writer->moved);
  }
  pthread_mutex_unlock(&writer->lock);
  return NULL;
}

static void look(void *context, const void *bytes, size_t size) {
  struct seg_hash_writer *writer = context;
  if (size == 0)
    return;
  writer->bytes += size;
  if (!writer->has_thread) {
    hash(writer, bytes, size);
    return;
  }
  pthread_mutex_lock(&writer->lock);
  writer->piece = bytes;
  writer->piece_size = size;
  pthread_cond_broadcast(&writer->moved);
  pthread_mutex_unlock(&writer->lock);
}

static void wait_for_piece(void *context) {
  struct seg_hash_writer *writer = context;
  pthread_mutex_lock(&writer->lock);
  while (writer->piece != NULL)
    pthread_cond_wait(&writer->moved, &writer->lock);
  pthread_mutex_unlock(&writer->lock);
}

static enum seg_status consent(void *context, struct seg_error *error) {
  const struct seg_hash_writer *writer = context;
  return writer->inputs == NULL ? SEG_OK : seg_inputs_finish(writer->inputs, error);
}

enum seg_status seg_hash_writer_init(struct seg_hash_writer *writer, struct seg_inputs *inputs,
                                     struct seg_error *error) {
  *writer = (struct seg_hash_writer){.watcher = {look, wait_for_piece, consent, writer},
                                     .inputs = inputs};
  pthread_mutex_init(&writer->lock, NULL);
  pthread_cond_init(&writer->moved, NULL);
  writer->digest = EVP_MD_CTX_new();
  if (writer->digest == NULL || EVP_DigestInit_ex(writer->digest, EVP_sha256(), NULL) != 1)
    return seg_fail_memory(error, what_for);
  writer->has_thread = pthread_create(&writer->thread, NULL, hash_pieces, writer) == 0;
  return SEG_OK;
}

static void end(struct seg_hash_writer *writer) {
  if (!writer->has_thread)
    return;
  pthread_mutex_lock(&writer->lock);
  writer->ended = true;
  pthread_cond_broadcast(&writer->moved);
  pthread_mutex_unlock(&writer->lock);
  pthread_join(writer->thread, NULL);
  writer->has_thread = false;
}

enum seg_status seg_hash_writer_finish(struct seg_hash_writer *writer, char sha256[SEG_SHA256_TEXT],
                                       struct seg_error *error) {
  end(writer);
  if (writer->failed || !seg_sha256_finish(writer->digest, sha256))
    return seg_fail_memory(error, what_for);
  return SEG_OK;
}

void seg_hash_writer_deinit(struct seg_hash_writer *writer) {
  end(writer);
  EVP_MD_CTX_free(writer->digest);
  pthread_cond_destroy(&writer->moved);
  pthread_mutex_destroy(&writer->lock);
}
