// SHA-256 through libcrypto, which uses the processor's instructions for it; see file_hash.h.
#include "runtime/manifest/file_hash.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/io/io_errors.h"
#include "runtime/manifest/hash_memory.h"

enum { PIECE = 1 << 17 };

static struct seg_file_identity identity_of(const struct stat *about) {
  return (struct seg_file_identity){
      .device = (uint64_t)about->st_dev,
      .inode = (uint64_t)about->st_ino,
      .bytes = (uint64_t)about->st_size,
      .changed = (int64_t)about->st_ctim.tv_sec * 1000000000 + about->st_ctim.tv_nsec,
  };
}

bool seg_file_identity_equal(const struct seg_file_identity *a, const struct seg_file_identity *b) {
  return a->device == b->device && a->inode == b->inode && a->bytes == b->bytes &&
         a->changed == b->changed;
}

static enum seg_status fail_read(const char *path, int reason, struct seg_error *error) {
  return SEG_IO_FAIL(error, SEG_IO, UNREADABLE, "the file %s cannot be read: %s", path,
                     seg_io_reason(reason));
}

static enum seg_status fail_changed(const char *path, struct seg_error *error) {
  SEG_IO_FAIL(error, SEG_BAD_DATA, FILE_CHANGED, "the file %s changed while it was being read",
              path);
  seg_error_help(error, "run again when nobody writes to it");
  return SEG_BAD_DATA;
}

bool seg_sha256_finish(EVP_MD_CTX *context, char out[SEG_SHA256_TEXT]) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_DigestFinal_ex(context, digest, &size) != 1 || size != (SEG_SHA256_TEXT - 1) / 2)
    return false;
  for (unsigned i = 0; i < size; i++)
    snprintf(out + (size_t)2 * i, 3, "%02x", digest[i]);
  return true;
}

static enum seg_status identify(const char *path, int file, struct seg_file_identity *identity,
                                struct seg_error *error) {
  struct stat about;
  if (fstat(file, &about) != 0)
    return fail_read(path, errno, error);
  *identity = identity_of(&about);
  return SEG_OK;
}

static enum seg_status hash_content(const char *path, int file, EVP_MD_CTX *context, char *piece,
                                    const atomic_bool *interrupted, struct seg_error *error) {
  for (;;) {
    if (interrupted != NULL && atomic_load_explicit(interrupted, memory_order_relaxed))
      return seg_fail(error, SEG_INTERRUPTED, seg_io_code(SEG_IO_INTERRUPTED),
                      "interrupted; nothing was written");
    ssize_t got = read(file, piece, PIECE);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail_read(path, errno, error);
    if (got == 0)
      return SEG_OK;
    if (EVP_DigestUpdate(context, piece, (size_t)got) != 1)
      return seg_fail_memory(error, "the hash of a file");
  }
}

// The file must be at its end what it was at its beginning.
static enum seg_status hash_file(const char *path, int file, const atomic_bool *interrupted,
                                 struct seg_file_hash *hash, struct seg_error *error) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  char *piece = malloc(PIECE);
  struct seg_file_identity after = {0};
  enum seg_status status = SEG_OK;
  if (context == NULL || piece == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
    status = seg_fail_memory(error, "the hash of a file");
  if (status == SEG_OK)
    status = hash_content(path, file, context, piece, interrupted, error);
  if (status == SEG_OK && !seg_sha256_finish(context, hash->sha256))
    status = seg_fail_memory(error, "the hash of a file");
  if (status == SEG_OK)
    status = identify(path, file, &after, error);
  if (status == SEG_OK && !seg_file_identity_equal(&hash->identity, &after))
    status = fail_changed(path, error);
  free(piece);
  EVP_MD_CTX_free(context);
  return status;
}

enum seg_status seg_file_hash(const char *path, const atomic_bool *interrupted,
                              struct seg_hash_memory *memory, struct seg_file_hash *hash,
                              struct seg_error *error) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return fail_read(path, errno, error);
  enum seg_status status = identify(path, file, &hash->identity, error);
  bool is_known = status == SEG_OK && memory != NULL &&
                  seg_hash_memory_find(memory, &hash->identity, hash->sha256);
  if (status == SEG_OK && !is_known) {
    bool remembers = memory != NULL && seg_hash_memory_may_add(memory, file, &hash->identity);
    status = hash_file(path, file, interrupted, hash, error);
    if (status == SEG_OK && remembers)
      seg_hash_memory_add(memory, hash);
  }
  close(file);
  return status;
}

enum seg_status seg_file_hash_confirm(const char *path, const struct seg_file_hash *hash,
                                      struct seg_error *error) {
  struct stat about;
  if (stat(path, &about) != 0)
    return fail_read(path, errno, error);
  struct seg_file_identity now = identity_of(&about);
  return seg_file_identity_equal(&hash->identity, &now) ? SEG_OK : fail_changed(path, error);
}

bool seg_sha256_text(const void *bytes, size_t size, char out[SEG_SHA256_TEXT]) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool fine = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
              EVP_DigestUpdate(context, bytes, size) == 1 && seg_sha256_finish(context, out);
  EVP_MD_CTX_free(context);
  return fine;
}
